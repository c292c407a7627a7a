"""Tables of accounts: organisations, users, sessions, rate-limited attempts, API keys and the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, LargeBinary, String, false, or_, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedSecret, EncryptedText


class OrganisationKind(StrEnum):
    """The kind of an organisation."""

    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    AGENCY = "agency"
    INVESTOR = "investor"
    BUREAU = "bureau"


class Role(StrEnum):
    """The role of a user, which determines their permissions; see ``permissions.TABLE``."""

    OPERATOR = "operator"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    MANAGER = "manager"
    INVESTOR = "investor"
    SYSTEM_ADMINISTRATOR = "system_admin"
    SECURITY_ADMINISTRATOR = "security_admin"
    AUDITOR = "auditor"


OFFICES = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
"""Separation of duties (三权分立): who runs the service, who grants rights, and who reads the audit trail.

A user has one role, so nobody holds two offices, or an office beside the bureau's business."""

STAFF = OFFICES | {Role.OPERATOR}
"""The roles of the bureau's people."""


class Organisation(Identified, Base):
    """A legal person, identified by its 统一社会信用代码 (unified social credit code).

    Attributes:
        uscc: None for a foreign organisation, an exempt one, and one of before codes were asked for.
        code_exemption: why the bureau entered a domestic organisation without a code.
        parent_id: the organisation that controls it; conflicts of interest extend to the whole family.
        former_names: entries name, since, until (ISO dates or None), the newest last.
        merged_into_id: the row that stands for this one since the bureau found that they are one organisation.
        self_registered: registered by an anonymous user; not trusted until the bureau verifies it.
        verified_at: set by the bureau; None for imported organisations.
    """

    __tablename__ = "organisations"

    name: Mapped[str] = mapped_column(String(120), index=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    code_exemption: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(6))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    former_names: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    self_registered: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class

    @hybrid_property
    def trusted(self) -> bool:
        """Whether the bureau vouches for the organisation: it has verified or entered it."""
        return self.verified_at is not None or not self.self_registered

    @trusted.inplace.expression
    @classmethod
    def _trusted(cls) -> ColumnElement[bool]:
        return or_(cls.verified_at.is_not(None), ~cls.self_registered)


class OrganisationName(Base):
    """A name, former name or alias in its comparison form (`field_checks.name_key`), one per row.

    A separate table from `Organisation.aliases`, because no index on a JSON list works the same on both databases.

    Attributes:
        core: what the name identifies (`organisations.names.identity_of`).
        kind: see `organisations.names.NameKind`; by a short name nobody is identified.
        branch: whether the name is that of a branch.
    """

    __tablename__ = "organisation_names"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(240), primary_key=True, index=True)
    core: Mapped[str] = mapped_column(String(240), default="", server_default="", index=True)
    kind: Mapped[str] = mapped_column(String(10), default="short", server_default="short")
    branch: Mapped[bool] = mapped_column(default=False, server_default=false())


class OrganisationDecision(Identified, Base):
    """What the bureau found about two organisations that may be one.

    Attributes:
        first_id: the older of both.
        kept_id: the row that stands for both after a merge.
        verdict: see `organisations.merges.decisions.IdentityVerdict`.
        moved: "table.column" → keys of the rows that a merge pointed to `kept_id`.
    """

    __tablename__ = "organisation_decisions"

    first_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    verdict: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(EncryptedText("organisation_decision.note", 300))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)


class User(Identified, Base):
    """A person with a login. Users belong to one organisation, operators to the bureau.

    `administrator`: manages the organisation's people, API keys, webhooks and preferences, whatever the role.
    """

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column(default=now)
    active: Mapped[bool] = mapped_column(default=True)
    administrator: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class FormerPassword(Identified, Base):
    """A password that a user had, as its hash."""

    __tablename__ = "former_passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    replaced_at: Mapped[datetime] = mapped_column(default=now)


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


class ChallengePurpose(StrEnum):
    """What a challenge is the first half of."""

    SECOND_FACTOR = "second_factor"
    IDENTITY = "identity"
    PASSKEY_SETUP = "passkey_setup"
    PASSKEY_LOGIN = "passkey_login"
    PASSKEY_STEP = "passkey_step"
    PASSKEY_CONFIRMATION = "passkey_confirmation"


class Consent(Identified, Base):
    """A person's consent to one version of the notice of processing (`legal_texts`).

    Rows are kept; `withdrawn_at` is when the person took it back.
    """

    __tablename__ = "consents"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    text_version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]


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


class IdentityLink(Identified, Base):
    """An identity of the city's identity provider that opens an account: the pair of issuer and subject."""

    __tablename__ = "identity_links"
    __table_args__ = (Index("ix_identity_links_identity", "issuer", "subject", unique=True),)

    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


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


class ApiKey(Identified, Base):
    """An organisation's key for programs, stored as a digest and limited by its scopes.

    The key acts in `role`, which is its creator's: it cannot be derived from the organisation's kind, because both an
    investor and a manufacturer can be an enterprise.

    Attributes:
        allowed_networks: where it may be used from, in CIDR notation; none: from anywhere.
        last_refused_at, last_refused_address: its last use from elsewhere, to the minute.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_prefix", "prefix", unique=True),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    allowed_networks: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    last_refused_at: Mapped[datetime | None]
    last_refused_address: Mapped[str] = mapped_column(String(64), default="", server_default="")


class AuditEntry(Identified, Base):
    """An entry of the audit trail: actor, action, record and time. Append-only, in the transaction of the change.

    Triggers refuse changes, and deletion within `audit.retention.KEPT_AT_LEAST`. `address` is where the request came
    from.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_id", "created_at"),)

    created_at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[UUID | None]
    details: Mapped[str] = mapped_column(String(500), default="")
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    succeeded: Mapped[bool] = mapped_column(default=True, server_default=true())
