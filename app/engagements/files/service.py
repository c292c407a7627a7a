"""Files of an engagement: bytes are stored before the row, and deleted after the row is marked as removed."""

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
from app.engagements.access import not_your_part, participation_of, require_open
from app.engagements.disclosure.hidden_sides import refuse_early_file, refuse_telling
from app.engagements.files.active_content import refuse_active
from app.engagements.files.content_types import find_type, with_suffix
from app.engagements.files.storage import CHUNK, Store
from app.engagements.files.virus_scanner import refuse_infected
from app.engagements.models import File
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Invalid
from app.libraries.validation.leaks.secrecy import secrecy_errors
from app.libraries.validation.values.text import clean_line
from app.settings import Settings

log = structlog.get_logger(__name__)

MAX_FILES = 200
MAX_NAME = 120
ORPHAN_AFTER = timedelta(days=1)
"""Bytes without a row may belong to an upload in progress until this age."""

_DELETE_BATCH = 500


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """An accepted file: name with a correct suffix, media type by content, size in bytes and SHA-256 in hex."""

    name: str
    media_type: str
    size: int
    sha256: str


def examine(file: BinaryIO, name: str, *, settings: Settings) -> ExaminedFile:
    """Check an upload; leaves the file at its beginning.

    Raises:
        Invalid: it is empty, too large, of an unsupported type, has a virus or active content, or its name has control
            characters or marks it as a state secret.
        Unavailable: a virus scanner is set and does not answer.
    """
    type_ = find_type(file)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(CHUNK):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    if size > settings.max_file_bytes:
        limit = settings.max_file_bytes // 1_000_000
        raise Invalid.field("file", "file_size", f"文件不能超过 {limit} MB", f"must not exceed {limit} MB")
    stem = clean_line(name.replace("\\", "/").rpartition("/")[2])[-MAX_NAME:] or "file"
    errors = tuple(secrecy_errors({"file": stem}))
    if errors:
        raise Invalid(fields=errors)
    refuse_active(file, type_)
    if settings.clamd is not None:
        refuse_infected(file, settings.clamd, within=settings.clamd_deadline)
    return ExaminedFile(with_suffix(stem, type_), type_.media_type, size, digest.hexdigest())


def check_upload(session: Session, engagement_id: UUID, *, principal: Principal) -> None:
    """Check that the principal may add a file, before its bytes are stored. `add_file` checks again.

    Raises:
        NotFound: the principal may not see the engagement.
        Conflict: the principal has not consented, or is of a hidden side before both agree; the engagement has landed
            or ended.
    """
    participation = participation_of(session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal)
    require_open(participation.engagement)
    refuse_early_file(session, participation)


def store_bytes(store: Store, engagement_id: UUID, file: BinaryIO, received: ExaminedFile) -> str:
    """Store the bytes and return their key, which is generated so that no file name can escape the store."""
    key = f"{engagement_id.hex}/{new_id().hex}"
    store.put(key, file, received.size)
    return key


def add_file(
    session: Session, engagement_id: UUID, *, received: ExaminedFile, storage_key: str, principal: Principal
) -> File:
    """Add the row of a file whose bytes are already stored."""
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    refuse_early_file(session, participation)
    refuse_telling(session, participation, {"file": received.name})
    if len(session.scalars(files_of(engagement_id)).all()) >= MAX_FILES:
        raise Conflict(
            f"An engagement may have at most {MAX_FILES} files.", f"一个对接至多有 {MAX_FILES} 个文件。"
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
        role=participation.role,
        subject_id=file.id,
        text=file.name,
        size=file.size,
    )
    return file


def readable_files(session: Session, engagement_id: UUID, *, principal: Principal) -> Select[File]:
    """The files that the principal may read: all, or their own while the sides have not opened them to a third party.

    Raises:
        NotFound, Conflict: the principal may not see the engagement, or has not consented.
    """
    participation = participation_of(session, engagement_id, Action.ENGAGEMENT_READ, principal=principal)
    query = files_of(engagement_id)
    if participation.reads_files:
        return query
    return query.where(File.uploaded_by == timeline.actor_of(principal))


def files_of(engagement_id: UUID) -> Select[File]:
    return select(File).where(File.engagement_id == engagement_id, File.removed_at.is_(None))


def get_file(session: Session, engagement_id: UUID, file_id: UUID, *, principal: Principal) -> File:
    query = readable_files(session, engagement_id, principal=principal)
    return one_or_not_found(session, query.where(File.id == file_id))


def remove_file(session: Session, engagement_id: UUID, file_id: UUID, *, principal: Principal) -> None:
    """Remove a file; `delete_orphaned_files` deletes its bytes later.

    Raises:
        NotFound: the engagement has no such file.
        Conflict: the principal is not its uploader, the lead or an operator; or the engagement has landed or ended.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    query = readable_files(session, engagement_id, principal=principal)
    file = one_or_not_found(session, query.where(File.id == file_id).with_for_update(of=File))
    actor = timeline.actor_of(principal)
    if not (participation.is_operator or participation.is_lead or file.uploaded_by == actor):
        raise not_your_part(
            "文件仅可由上传者、牵头经理人或管理部门删除。",
            "Only the uploader, the lead or an operator may remove this file.",
        )
    file.removed_at = now()
    file.removed_by = actor
    session.flush()
    timeline.write(
        session,
        engagement_id,
        "file_removed",
        principal=principal,
        role=participation.role,
        subject_id=file.id,
        text=file.name,
    )


ReferencedElsewhere = Callable[[Session, Collection[str]], Collection[str]]
"""Returns which of these keys another table of the same store refers to."""


def delete_orphaned_files(
    database: Database, store: Store, *, elsewhere: ReferencedElsewhere | None = None
) -> int:
    """Delete the bytes of removed files, and after a day those of failed uploads; returns the number of keys."""
    deleted = 0
    for batch in _batches(store.listing()):
        with database.reading() as session:
            rows = session.execute(
                select(File.storage_key, File.removed_at).where(File.storage_key.in_(batch))
            )
            removed_at_by_key = {row.storage_key: row.removed_at for row in rows}
            if elsewhere is not None:
                removed_at_by_key |= dict.fromkeys(elsewhere(session, batch.keys()))
        for key, written_at in batch.items():
            orphan = key not in removed_at_by_key and written_at < now() - ORPHAN_AFTER
            if orphan or removed_at_by_key.get(key) is not None:
                store.delete(key)
                deleted += 1
    if deleted:
        log.info("orphaned_files_deleted", deleted=deleted)
    return deleted


def _batches(keys: Iterator[tuple[str, datetime]]) -> Iterator[dict[str, datetime]]:
    batch: dict[str, datetime] = {}
    for key, written_at in keys:
        batch[key] = written_at
        if len(batch) == _DELETE_BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch
