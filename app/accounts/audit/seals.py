"""Sealing: entries get their place in the chain shortly after their commit, by one job.

A chain that every transaction extends would let only one of them run at a time, from its entry to its commit. The
sealer sees what is committed, whatever its id, and gives out the places; an entry that commits late comes later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit.chain import Algorithm, digest_of
from app.accounts.audit.models import AuditSeal
from app.accounts.models import AuditEntry
from app.database import Database, advisory_lock, id_at, made_at, now

BATCH = 500
"""Entries that are sealed in one transaction."""

LATE = timedelta(days=1)
"""How much older than a sealed entry one may be that is still sealed: no transaction is open for so long.
An entry that somebody writes into the past later gets no seal, and `verification` reports it."""

_LOCK = 0x534541414C  # a number that nothing else locks


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: what an anchor says about all that is before it."""

    seq: int
    digest: str
    algorithm: str
    sealed_at: datetime


def head_of(session: Session) -> Head | None:
    """The last seal; None if nothing is sealed."""
    last = _last(session)
    return Head(last.seq, last.digest, last.algorithm, last.sealed_at) if last else None


def seal_new(database: Database, algorithm: Algorithm) -> Head | None:
    """Seal all entries that have no seal yet; the new head, or None if there was nothing to seal."""
    head, sealed = None, BATCH
    while sealed == BATCH:
        with database.unit_of_work() as session:
            sealed = _seal_some(session, algorithm)
            head = head_of(session) if sealed else head
    return head


def floor_of(session: Session) -> UUID | None:
    """The id from which on entries are sealed; None before the first seal."""
    last = _last(session)
    if last is None:
        return None
    # The earlier of both: the entries of before the first seal are old, and nobody can move the floor into the future.
    return id_at(min(last.sealed_at, made_at(last.entry_id)) - LATE)


def _seal_some(session: Session, algorithm: Algorithm) -> int:
    advisory_lock(session, _LOCK)
    query = (
        select(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.seq.is_(None))
        .order_by(AuditEntry.id)
        .limit(BATCH)
    )
    floor = floor_of(session)
    if floor is not None:
        query = query.where(AuditEntry.id > floor)
    last = _last(session)
    seq, previous = (last.seq, last.digest) if last else (0, "")
    found = session.scalars(query).all()
    for entry in found:
        seq += 1
        seal = AuditSeal(
            seq=seq, entry_id=entry.id, previous=previous, algorithm=algorithm.value, sealed_at=now()
        )
        seal.digest = previous = digest_of(seal, entry)
        session.add(seal)
    return len(found)


def _last(session: Session) -> AuditSeal | None:
    return session.scalar(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))
