"""Tables of the inbox stream: the numbered changes of each inbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now


class InboxPosition(Base):
    """The number of the last change of a manager's inbox. Transactions that add changes lock this row."""

    __tablename__ = "inbox_positions"

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0)


class InboxChange(Base):
    """A new or changed push, numbered per manager by `seq`, so that a stream can resume from a number."""

    __tablename__ = "inbox_changes"

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    push_id: Mapped[UUID] = mapped_column(ForeignKey("pushes.id", ondelete="CASCADE"))
    change: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=now, index=True)
