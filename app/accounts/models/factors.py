"""Tables of second factors: authenticator apps, passkeys and recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedSecret


class SecondFactor(Base):
    """The authenticator app of a user: codes of six digits by time (TOTP, RFC 6238).

    Attributes:
        secret: encrypted; None until a first code has confirmed it.
        pending_secret: encrypted; shown, and not confirmed yet. The confirmed one holds until then.
        last_step: the period of 30 seconds whose code was used last: no code counts twice.
        failures: wrong codes since the last right one.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret: Mapped[str | None] = mapped_column(EncryptedSecret("second_factor.secret", 300))
    pending_secret: Mapped[str | None] = mapped_column(EncryptedSecret("second_factor.pending_secret", 300))
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class Passkey(Identified, Base):
    """A passkey of a user (WebAuthn): the public half (COSE, RFC 9052) of a key in their device.

    Attributes:
        credential_id: what the device calls it, in base64url; no two users have the same.
        sign_count: as the device counted at the last use, 0 to 2³²-1; always 0 for those that do not count.
        verifies_user: whether its device is known to ask for a PIN, finger or face: so it stands for both factors.
    """

    __tablename__ = "passkeys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(String(1364), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    verifies_user: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Identified, Base):
    """A code for a login without the device, as a digest. It works once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
