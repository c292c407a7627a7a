"""The tables of imports. The file itself is not kept, because it may hold what must never be stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedJson


class BatchState(StrEnum):
    """States of a batch: reading → previewed → committing → committed; undone ends it. One that stays reading was
    interrupted: when the file is uploaded again, reading goes on. Of an undecided one nobody can tell what its lists
    hold; its questions ask for it."""

    READING = "reading"
    UNDECIDED = "undecided"
    PREVIEWED = "previewed"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDONE = "undone"


class RowAction(StrEnum):
    """What a commit does with a row. `duplicate` and `refused` rows are left alone."""

    NEW = "new"
    UPDATE = "update"
    DRAFT = "draft"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class RowState(StrEnum):
    """Whether the row was committed; a failed row says why in `remarks`."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class ImportBatch(Identified, Base):
    """One file that was read. `report` holds tables, ignored places and notes; `sender` says whose list it is;
    `questions` what a person must say of its lists, with samples of their values."""

    __tablename__ = "import_batches"

    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_by: Mapped[UUID | None]
    sender: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default=BatchState.READING.value)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    questions: Mapped[list[dict[str, Any]] | None] = mapped_column(EncryptedJson("import_batch.questions"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    # The upload that reads the file now; a later one of the same file goes on in its place.
    reader: Mapped[UUID | None]


class ImportRow(Identified, Base):
    """One record of a file. `key` identifies it among the sender's records, `digest` its content.

    `before` holds what an update replaced, so that it can be undone; `version` is the record's after the commit.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        Index("ix_import_rows_known", "sender", "kind", "key"),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batches.id", ondelete="CASCADE"))
    position: Mapped[int]
    sender: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(140))
    digest: Mapped[str] = mapped_column(String(64))
    ref: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=RowState.WAITING.value)
    entry: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("import_row.entry"), default=dict)
    accepted: Mapped[list[str]] = mapped_column(default=list)
    record_id: Mapped[UUID | None] = mapped_column(index=True)
    version: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("import_row.before"), default=dict)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson("import_row.remarks"), default=list)


class ImportHeader(Identified, Base):
    """What a header of a sender means, as a person has confirmed it. An empty field leaves the column out, `*` says
    nothing of it. `kind` is that of the list in which it was explained."""

    __tablename__ = "import_headers"
    __table_args__ = (UniqueConstraint("sender", "header"),)

    sender: Mapped[str] = mapped_column(String(120))
    header: Mapped[str] = mapped_column(String(80))
    field: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str | None] = mapped_column(String(12))
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime] = mapped_column(default=now)
