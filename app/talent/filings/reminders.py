"""Reminders of filings whose last day comes near, by what the holder has heard of them since."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import JINAN_TIME, today
from app.events.catalogue import FilingChanged, FilingEnding
from app.events.outbox import Event, emit
from app.talent.filings.models import Filing, FilingState

LAST_REMINDER = timedelta(days=14)
"""How long before its last day a filing is announced once more."""


def remind(session: Session, *, renewal_days: int) -> int:
    """Emit `filing.ending` for filings in force: once when they can be renewed, `renewal_days` before their last day,
    and once `LAST_REMINDER` before it; returns the number.

    Who has heard of a filing since either day, because it was approved, renewed or returned, is not reminded for it.
    """
    day = today()
    due = session.scalars(
        select(Filing)
        .where(
            Filing.state == FilingState.FILED,
            Filing.valid_to >= day,
            Filing.valid_to <= day + max(timedelta(days=renewal_days), LAST_REMINDER),
        )
        .order_by(Filing.id)
    ).all()
    heard = _last_heard(session, [filing.id for filing in due])
    reminded = 0
    for filing in due:
        assert filing.valid_to is not None  # the table's constraint
        assert filing.filing_number is not None
        since = _begin(filing.valid_to, day, renewal_days)
        if filing.id in heard and heard[filing.id] >= since:
            continue
        reminded += 1
        emit(
            session,
            FilingEnding(
                subject_id=filing.id,
                manager_id=filing.manager_id,
                filing_number=filing.filing_number,
                valid_to=filing.valid_to,
            ),
        )
    return reminded


def _begin(last: date, day: date, renewal_days: int) -> datetime:
    """When the present time of reminding began: `renewal_days` before the last day, or `LAST_REMINDER` before it."""
    begin = last - LAST_REMINDER
    if day < begin:
        begin = last - timedelta(days=renewal_days)
    return datetime.combine(begin, time(), JINAN_TIME)


def _last_heard(session: Session, filing_ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """Filing → when something was last done with it, or said of its end."""
    query = (
        select(Event.subject_id, func.max(Event.created_at))
        .where(Event.subject_id.in_(filing_ids), Event.name.in_((FilingChanged.name, FilingEnding.name)))
        .group_by(Event.subject_id)
    )
    return {subject_id: moment for subject_id, moment in session.execute(query) if subject_id is not None}
