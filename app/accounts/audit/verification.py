"""Verification: whether the trail is what was sealed and anchored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.audit.anchors import Anchor
from app.accounts.audit.chain import digest_of
from app.accounts.audit.models import AuditSeal
from app.accounts.audit.retention import KEPT_AT_LEAST, pruned_to
from app.accounts.audit.seals import floor_of
from app.accounts.models import AuditEntry
from app.database import now

_ROWS = 1000
SHOWN = 100
"""Faults that are listed; further ones are counted."""


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What is wrong, and where.

    `code` is changed (an entry or its seal is not what was sealed), missing (a seal without its entry), gap (numbers
    are left out), order (a seal does not follow the one before), unsealed (an entry that was never sealed), anchor (the
    chain is not the one that was anchored), cut (an anchored end is gone) or key (an anchor of an unknown key).
    """

    code: str
    seq: int | None
    what: str


@dataclass(slots=True)
class Verification:
    """The result: what was checked, and the faults."""

    sealed: int = 0
    waiting: int = 0
    anchors: int = 0
    last_seq: int = 0
    faults_found: int = 0
    faults: list[AuditFault] = field(default_factory=list)

    def add(self, code: str, seq: int | None, what: str) -> None:
        self.faults_found += 1
        if len(self.faults) < SHOWN:
            self.faults.append(AuditFault(code, seq, what))


def verify(session: Session, anchors: Iterable[Anchor], *, trusted_keys: frozenset[str]) -> Verification:
    """Check every seal and entry, and the chain against anchors.

    Args:
        trusted_keys: public keys (base64) whose anchors count.
    """
    result = Verification()
    wanted = _heads(anchors, trusted_keys, result)
    seq, previous = pruned_to(session)
    for seal, entry in _rows(session):
        if seal.seq != seq + 1:
            result.add("gap", seal.seq, f"the seals {seq + 1} to {seal.seq - 1} are missing")
        elif seal.previous != previous:
            result.add("order", seal.seq, "does not follow the seal before it")
        if entry is None:
            result.add("missing", seal.seq, f"entry {seal.entry_id} is missing")
        elif digest_of(seal, entry) != seal.digest:
            result.add("changed", seal.seq, f"entry {entry.id} is not what was sealed")
        for anchored in wanted.pop(seal.seq, ()):
            if anchored != seal.digest:
                result.add("anchor", seal.seq, "is not the seal that was anchored")
        seq, previous = seal.seq, seal.digest
        result.sealed += 1
    result.last_seq = seq
    for lost in sorted(wanted):
        result.add("cut", lost, "was anchored, and is gone")
    _check_unsealed(session, result)
    return result


def _heads(
    anchors: Iterable[Anchor], trusted_keys: frozenset[str], result: Verification
) -> dict[int, set[str]]:
    """The digests that anchors ask for, by number; those that may be deleted by now are left out."""
    oldest = now() - KEPT_AT_LEAST + timedelta(days=1)
    wanted: dict[int, set[str]] = {}
    for anchor in anchors:
        result.anchors += 1
        if anchor.key not in trusted_keys:
            result.add("key", anchor.head.seq, "is anchored by an unknown key")
        elif anchor.head.sealed_at > oldest:
            wanted.setdefault(anchor.head.seq, set()).add(anchor.head.digest)
    return wanted


def _rows(session: Session) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    query = (
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.seq)
        .limit(_ROWS)
    )
    after = None
    while True:
        rows = session.execute(query if after is None else query.where(AuditSeal.seq > after)).all()
        for row in rows:
            yield row.AuditSeal, row.AuditEntry
        if len(rows) < _ROWS:
            return
        after = rows[-1][0].seq
        session.expunge_all()


def _check_unsealed(session: Session, result: Verification) -> None:
    unsealed = (
        select(func.count())
        .select_from(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.seq.is_(None))
    )
    floor = floor_of(session)
    inserted = session.scalar(unsealed.where(AuditEntry.id <= floor)) if floor is not None else 0
    if inserted:
        result.add("unsealed", None, f"{inserted} entries were written into the past, or lost their seal")
    result.waiting = (session.scalar(unsealed) or 0) - (inserted or 0)
