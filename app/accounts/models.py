"""Who is asking: organisations, users, API keys and the refresh tokens of logins."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, Identified, now


class OrganisationKind(StrEnum):
    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    AGENCY = "agency"
    BUREAU = "bureau"


class Role(StrEnum):
    """What a user may do follows from the role; see ``permissions.TABLE``."""

    OPERATOR = "operator"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    MANAGER = "manager"
    INVESTOR = "investor"


class Organisation(Identified, Base):
    """A legal person, told from others by its 统一社会信用代码 (unified social credit code).

    `parent_id` leads to the organisation that controls it: conflicts of interest follow it. A foreign
    organisation has no credit code; `verified_at` is set by the bureau, imported ones start without. One that a
    stranger registered (`self_registered`) is nobody's word but his until it is verified.
    """

    __tablename__ = "organisations"

    name: Mapped[str] = mapped_column(String(120), index=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(6))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    self_registered: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class

    @hybrid_property
    def trusted(self) -> bool:
        """Whether the bureau stands for it: it verified the organisation, or entered it itself."""
        return self.verified_at is not None or not self.self_registered

    @trusted.inplace.expression
    @classmethod
    def _trusted(cls) -> ColumnElement[bool]:
        return or_(cls.verified_at.is_not(None), ~cls.self_registered)


class OrganisationName(Base):
    """A name or alias in the form that names are compared in (`organisations.name_key`), one a row.

    Beside `Organisation.aliases`, because no index of a JSON list works alike on both databases.
    """

    __tablename__ = "organisation_names"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(240), primary_key=True, index=True)


class User(Identified, Base):
    """A person who logs in; belongs to one organisation (an operator to the bureau)."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class


class RefreshToken(Identified, Base):
    """One link of a login's chain: used once, it is replaced; used twice, the whole chain is revoked."""

    __tablename__ = "refresh_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    chain_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Attempt(Identified, Base):
    """A try at something that is limited per time, such as a login, until it succeeds or is an hour old.

    In the database and not in memory, because the limit must hold over all processes together. `account` is a
    digest: what strangers type into the login form is now and then their password.
    """

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_account", "kind", "account", "at"),)

    kind: Mapped[str] = mapped_column(String(12))
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)


class ApiKey(Identified, Base):
    """An organisation's key for programs: shown once, kept as a digest; may only what its scopes name.

    `role` is what it acts as, and never more than its creator's: an investor and a manufacturer may both be of
    kind enterprise, so the organisation's kind does not tell.
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


class AuditEntry(Identified, Base):
    """Who did what to which record and when; only ever appended, in the change's own transaction."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_id", "created_at"),)

    created_at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[UUID | None]
    details: Mapped[str] = mapped_column(String(500), default="")
