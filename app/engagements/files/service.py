"""Files of an engagement: bytes first, then the row; removed by the row, and swept up after."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import Database, new_id, now, one_or_not_found
from app.engagements.access import not_yours, participation_of, require_open
from app.engagements.files.content_types import find_type, with_suffix
from app.engagements.files.storage import CHUNK, Store
from app.engagements.models import File
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Invalid
from app.libraries.validation.values.text import clean_line

log = structlog.get_logger(__name__)

MOST_FILES = 200
MAX_NAME = 120
ORPHAN_AFTER = timedelta(days=1)
"""Bytes without a row are an upload in flight until then."""

_SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """A file that was looked at: its honest name, type by content, size in bytes and SHA-256."""

    name: str
    media_type: str
    size: int
    sha256: str


def examine(file: BinaryIO, name: str, *, max_bytes: int) -> ExaminedFile:
    """Leaves the file at its beginning.

    Raises:
        Invalid: empty, too large, of a type that is not taken, or its name has control characters.
    """
    type_ = find_type(file)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(CHUNK):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    if size > max_bytes:
        limit = max_bytes // 1_000_000
        raise Invalid.field("file", "file_size", f"文件不超过 {limit} MB", f"a file has at most {limit} MB")
    stem = clean_line(name.replace("\\", "/").rpartition("/")[2])[-MAX_NAME:] or "file"
    return ExaminedFile(with_suffix(stem, type_), type_.media_type, size, digest.hexdigest())


def check_upload(session: Session, engagement_id: UUID, *, principal: Principal) -> None:
    """Whether the principal may add a file: asked before its bytes are stored, and again with its row."""
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal)
    require_open(seat.engagement)


def store_bytes(store: Store, engagement_id: UUID, file: BinaryIO, received: ExaminedFile) -> str:
    """The key under which the bytes now lie; made by us, so that no name can lead elsewhere."""
    key = f"{engagement_id.hex}/{new_id().hex}"
    store.put(key, file, received.size)
    return key


def add_file(
    session: Session, engagement_id: UUID, *, received: ExaminedFile, storage_key: str, principal: Principal
) -> File:
    """The row of bytes that are stored already."""
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True)
    require_open(seat.engagement)
    if len(session.scalars(files_of(engagement_id)).all()) >= MOST_FILES:
        raise Conflict(
            f"An engagement has at most {MOST_FILES} files.", f"一个对接至多 {MOST_FILES} 个文件。"
        )
    file = File(
        engagement_id=engagement_id,
        name=received.name,
        media_type=received.media_type,
        size=received.size,
        sha256=received.sha256,
        storage_key=storage_key,
        uploaded_by=timeline.actor_of(principal),
    )
    session.add(file)
    session.flush()
    timeline.write(
        session,
        engagement_id,
        "file_added",
        principal=principal,
        role=seat.role,
        subject_id=file.id,
        text=file.name,
        size=file.size,
    )
    return file


def files_of(engagement_id: UUID) -> Select[File]:
    return select(File).where(File.engagement_id == engagement_id, File.removed_at.is_(None))


def get_file(session: Session, engagement_id: UUID, file_id: UUID, *, principal: Principal) -> File:
    participation_of(session, engagement_id, Action.ENGAGEMENT_READ, principal=principal)
    file = one_or_not_found(session, files_of(engagement_id).where(File.id == file_id))
    return file


def remove_file(session: Session, engagement_id: UUID, file_id: UUID, *, principal: Principal) -> None:
    """By who uploaded it, the lead or the bureau. Nobody reads it from now on; its bytes are swept up later."""
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True)
    require_open(seat.engagement)
    file = one_or_not_found(
        session, files_of(engagement_id).where(File.id == file_id).with_for_update(of=File)
    )
    actor = timeline.actor_of(principal)
    if not (seat.bureau or seat.is_lead or file.uploaded_by == actor):
        raise not_yours("文件由上传者或牵头经理人删除。", "Who uploaded a file, or the lead, removes it.")
    file.removed_at = now()
    file.removed_by = actor
    session.flush()
    timeline.write(
        session,
        engagement_id,
        "file_removed",
        principal=principal,
        role=seat.role,
        subject_id=file.id,
        text=file.name,
    )


KeptElsewhere = Callable[[Session, Collection[str]], Collection[str]]
"""Which of these keys a row of another concept names: they lie in the same store."""


def delete_orphaned_files(database: Database, store: Store, *, elsewhere: KeptElsewhere | None = None) -> int:
    """Delete the bytes that no row names: of uploads that failed, after a day, and of removed files; how many."""
    deleted = 0
    for batch in _batches(store.listing()):
        with database.reading() as session:
            rows = session.execute(
                select(File.storage_key, File.removed_at).where(File.storage_key.in_(batch))
            )
            kept = {row.storage_key: row.removed_at for row in rows}
            if elsewhere is not None:
                kept |= dict.fromkeys(elsewhere(session, batch.keys()))
        for key, written_at in batch.items():
            orphan = key not in kept and written_at < now() - ORPHAN_AFTER
            if orphan or kept.get(key) is not None:
                store.delete(key)
                deleted += 1
    if deleted:
        log.info("files_swept", deleted=deleted)
    return deleted


def _batches(keys: Iterator[tuple[str, datetime]]) -> Iterator[dict[str, datetime]]:
    batch: dict[str, datetime] = {}
    for key, written_at in keys:
        batch[key] = written_at
        if len(batch) == _SWEPT_AT_ONCE:
            yield batch
            batch = {}
    if batch:
        yield batch
