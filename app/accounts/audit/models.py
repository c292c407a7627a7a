"""The table of seals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now


class AuditSeal(Base):
    """A link of the chain: the place of one entry, and the digest of the entry together with the seal before.

    Entries themselves carry no number, because their transactions do not commit in the order of their ids.

    Attributes:
        seq: 1, 2, 3 … without gaps.
        previous: the digest of the seal before; of the first one, empty.
        digest: hexadecimal; see `chain.digest_of`.
        algorithm: see `chain.Algorithm`.
    """

    __tablename__ = "audit_seals"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    algorithm: Mapped[str] = mapped_column(String(10))
    sealed_at: Mapped[datetime] = mapped_column(default=now)
