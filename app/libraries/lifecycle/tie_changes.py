"""Changes of ties that users enter themselves: many within a day are an alarm for the bureau.

Declared interests, posts, co-owners and excluded organisations decide whom a pair may be shown to. Somebody who enters
one organisation after another may be looking for the owner of a confidential record.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.principal import Principal
from app.accounts.models import AuditEntry
from app.database import id_at, now
from app.libraries.record.models import Record

TIES = frozenset({"declared_conflicts", "affiliations", "co_org_ids", "excluded_orgs"})
CHANGE = "ties.changed"
ALARM = "ties.many_changes"
MANY = 10
"""Changes of ties within `WINDOW`, by one organisation, that raise the first alarm; the next ones follow at twice, four
times … as many."""
WINDOW = timedelta(hours=24)


def watch_ties(session: Session, principal: Principal, record: Record, changed: Collection[str]) -> None:
    """Write an audit entry for a change of ties, and another one if there are many of them."""
    fields = sorted(TIES.intersection(changed))
    if not fields or principal.sees_everything or principal.organisation_id is None:
        return
    audit.record(session, principal, CHANGE, record.id, ", ".join(fields))
    count = _recent(session, CHANGE, AuditEntry.organisation_id == principal.organisation_id)
    times = count // MANY
    if count % MANY == 0 and times & (times - 1) == 0:
        audit.record(session, principal, ALARM, record.id, f"{count} changes of ties within 24 hours")


def recent_alarms(session: Session) -> int:
    """The number of alarms within `WINDOW`."""
    return _recent(session, ALARM)


def _recent(session: Session, action: str, *conditions: ColumnElement[bool]) -> int:
    # By id, which begins with the time of its creation: entries have no index by time.
    oldest = id_at(now() - WINDOW)
    query = select(func.count()).where(AuditEntry.id > oldest, AuditEntry.action == action, *conditions)
    return session.scalar(query) or 0
