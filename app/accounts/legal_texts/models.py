"""The table of legal texts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now


class LegalText(Base):
    """One version of a text that people accept. Rows are only ever added: what was accepted can be read again.

    `digest` is the SHA-256 that acceptances name; see `service.digest_of`.
    """

    __tablename__ = "legal_texts"

    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime] = mapped_column(default=now)
