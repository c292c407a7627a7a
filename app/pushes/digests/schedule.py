"""The schedule of digests: once a day or a week, at the recipient's hour. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.clock import is_working_day
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.values import ContactTimes
from app.pushes.preferences.working_time import at, local


@dataclass(frozen=True, slots=True)
class DigestWindow:
    """A digest that is due: it covers what arrived before `cutoff` (UTC), and is the only one from the day `since` to
    the day `until` (both inclusive)."""

    cutoff: datetime
    since: date
    until: date


def digest_window(times: ContactTimes, moment: datetime) -> DigestWindow | None:
    """The digest that is due at `moment`, or None: on another day, before the hour, or if none is wanted.

    A weekly digest whose day is a day off moves to the next working day; seven days off in a row have none.
    """
    today = local(moment).date()
    if times.frequency is Frequency.NONE:
        return None
    if times.frequency is Frequency.WEEKLY:
        first = since = today - timedelta(days=(today.isoweekday() - times.weekday) % 7)
        until = since + timedelta(days=6)
    else:
        first = since = until = today
    while not times.on_days_off and not is_working_day(first):
        first += timedelta(days=1)
    cutoff = at(first, time(times.digest_hour))
    if first > until or moment < cutoff or not _may_be_sent_on(today, times):
        return None
    return DigestWindow(cutoff, since, until)


def _may_be_sent_on(day: date, times: ContactTimes) -> bool:
    return times.on_days_off or is_working_day(day)
