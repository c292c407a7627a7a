"""Alarms on mass reading: more contacts, confidential records or files of others within a day than work explains."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.audit.entries import record
from app.accounts.models import AuditEntry
from app.database import id_at, now

READINGS = frozenset({"record.contacts", "record.confidential", "engagement.contacts", "file.download"})
"""Actions of entries that say that somebody saw personal or confidential data of others."""
ALARM = "reading.many"
WINDOW = timedelta(hours=24)


def raise_alarms(session: Session, *, many: int) -> int:
    """Write an entry for each reader who has read `many` subjects within `WINDOW`, and again at twice, four times … as
    many; answers the number of new alarms. The subject of an alarm is the user or the API key."""
    raised = 0
    earlier = _alarms(session)
    for reader, count in _readings(session).items():
        if count >= many and count >= 2 * earlier.get(reader, 0):
            record(session, SYSTEM, ALARM, reader, f"{count} readings within 24 hours")
            raised += 1
    return raised


def recent_alarms(session: Session) -> int:
    """The number of alarms within `WINDOW`."""
    query = select(func.count()).where(AuditEntry.id > _oldest(), AuditEntry.action == ALARM)
    return session.scalar(query) or 0


def _readings(session: Session) -> Counter[UUID]:
    """Reader → subjects read. An entry without a subject stands for as many as it says (`requests.SINGLY`)."""
    reader = func.coalesce(AuditEntry.user_id, AuditEntry.api_key_id)
    recent = (AuditEntry.id > _oldest(), AuditEntry.action.in_(READINGS), reader.is_not(None))
    found: Counter[UUID] = Counter()
    singly = select(reader, func.count()).where(*recent, AuditEntry.subject_id.is_not(None)).group_by(reader)
    for who, count in session.execute(singly):
        found[who] += count
    together = select(reader, AuditEntry.details).where(*recent, AuditEntry.subject_id.is_(None))
    for who, details in session.execute(together):
        number, _, _ = details.partition(" ")
        found[who] += int(number) if number.isdecimal() else 1
    return found


def _alarms(session: Session) -> dict[UUID, int]:
    """Reader → how many readings their last alarm counted."""
    query = select(AuditEntry.subject_id, AuditEntry.details).where(
        AuditEntry.id > _oldest(), AuditEntry.action == ALARM
    )
    found: dict[UUID, int] = {}
    for reader, details in session.execute(query):
        if reader is not None:
            found[reader] = max(found.get(reader, 0), int(details.partition(" ")[0]))
    return found


def _oldest() -> UUID:
    """The least id of an entry within `WINDOW`: ids begin with the time, and entries have no index by time."""
    return id_at(now() - WINDOW)
