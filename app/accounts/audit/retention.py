"""How long entries are kept, and what remains of those that are deleted: the end of the chain before them."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.audit.entries import record
from app.accounts.audit.models import AuditSeal
from app.accounts.models import AuditEntry
from app.database import now

KEPT_AT_LEAST = timedelta(days=180)
"""Also the limit of the triggers that refuse to delete (《网络安全法》, article 21: logs for six months)."""

PRUNED = "audit.prune"
BATCH = 2000


def prune(session: Session, *, older_than: timedelta) -> int:
    """Delete the oldest entries with their seals, at most `BATCH`, and write down where the chain now begins; answers
    their number."""
    oldest = now() - max(older_than, KEPT_AT_LEAST + timedelta(days=1))
    rows = session.execute(
        select(AuditSeal, AuditEntry.created_at)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.seq)
        .limit(BATCH)
    ).all()
    last: AuditSeal | None = None
    ids = []
    for seal, created_at in rows:
        if created_at is None or created_at >= oldest or seal.sealed_at >= oldest:
            break
        last = seal
        ids.append(seal.entry_id)
    if last is None:
        return 0
    session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids)))
    session.execute(delete(AuditSeal).where(AuditSeal.seq <= last.seq))
    record(session, SYSTEM, PRUNED, details=f"{last.seq} {last.digest}")
    return len(ids)


def pruned_to(session: Session) -> tuple[int, str]:
    """Number and digest of the last seal that was deleted; (0, "") if none was."""
    details = session.scalars(select(AuditEntry.details).where(AuditEntry.action == PRUNED)).all()
    ends = [(int(seq), digest) for seq, _, digest in (text.partition(" ") for text in details)]
    return max(ends, default=(0, ""))
