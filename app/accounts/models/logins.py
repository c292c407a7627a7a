"""Tables of logins: sessions, refresh tokens, logins in two steps, and attempts."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class SessionKind(StrEnum):
    """What a user is logged in with."""

    API = "api"
    BROWSER = "browser"


class LoginSession(Base):
    """A login with its device; its id is the chain of its refresh tokens.

    `device` is what the client says of itself (User-Agent), `address` where it was last used from. `ended_at` is set by
    a logout or revocation, `expires_at` moves with each new refresh token. `confirmed_at` is when the user last showed
    a password or a second factor in this session; None for one of before this was recorded.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (Index("ix_login_sessions_user", "user_id", "last_used_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    device: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class RefreshToken(Identified, Base):
    """One refresh token in the chain of a login. Using it replaces it; using it twice revokes the whole chain.

    The cookie of a browser is a chain of one that is used many times (`SessionKind.BROWSER`).

    Attributes:
        last_used_at: of a browser, to the minute.
        device: of a browser, its family and system: `Firefox · Windows`.
    """

    __tablename__ = "refresh_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    chain_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    kind: Mapped[str] = mapped_column(
        String(10), default=SessionKind.API, server_default=SessionKind.API.value
    )
    last_used_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")


class ChallengePurpose(StrEnum):
    """What a challenge is the first half of."""

    SECOND_FACTOR = "second_factor"
    IDENTITY = "identity"
    PASSKEY_SETUP = "passkey_setup"
    PASSKEY_LOGIN = "passkey_login"
    PASSKEY_STEP = "passkey_step"
    PASSKEY_CONFIRMATION = "passkey_confirmation"


class LoginChallenge(Identified, Base):
    """The first half of a login in two steps, for some minutes; used once. Its token is stored as a digest.

    Attributes:
        user_id: None where nobody is known yet.
        data: what the second half is checked against.
    """

    __tablename__ = "login_challenges"

    purpose: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Attempt(Identified, Base):
    """An attempt at a rate-limited action such as a login. It is deleted on success or after an hour.

    Stored in the database because the limit applies to all processes together. `account` is a digest, because people
    sometimes type their password into the account field.
    """

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_account", "kind", "account", "at"),)

    kind: Mapped[str] = mapped_column(String(12))
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
