"""The table of links in e-mails."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class LinkPurpose(StrEnum):
    """What a link allows. The last two are notices, whose mails have no link."""

    REGISTER = "register"
    RESET_PASSWORD = "reset_password"  # noqa: S105 — a purpose, not a secret
    CHANGE_MAIL = "change_mail"
    INVITE = "invite"
    MAIL_CHANGED = "mail_changed"
    CREDENTIALS_CHANGED = "credentials_changed"


NOTICES = (LinkPurpose.MAIL_CHANGED, LinkPurpose.CREDENTIALS_CHANGED)


class AccountLink(Identified, Base):
    """A mail about an account, and the link in it. It goes to `email`, whether or not an account has that address.

    Only the digest of the token is stored: the token is derived from the row and the signing key when the mail is
    written. `data` holds what the link will store, for example the registration, with the password as a hash; it is
    erased when the link is used.
    """

    __tablename__ = "account_links"
    __table_args__ = (Index("ix_account_links_email", "email", "purpose", "created_at"),)

    purpose: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
