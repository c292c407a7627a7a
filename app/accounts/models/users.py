"""Tables of users: their roles, former passwords, consents and identities elsewhere."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models.organisations import Organisation
from app.database import Base, Identified, now


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


class IdentityLink(Identified, Base):
    """An identity of the city's identity provider that opens an account: the pair of issuer and subject."""

    __tablename__ = "identity_links"
    __table_args__ = (Index("ix_identity_links_identity", "issuer", "subject", unique=True),)

    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
