"""Working days in China, quiet hours, and the next moment at which a message may be sent.

Days and hours are those of Asia/Shanghai, which has no daylight saving time; moments are stored in UTC.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays
import structlog

from app.clock import JINAN_TIME

log = structlog.get_logger(__name__)

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` (included) to `end` (excluded), local time; over midnight if `start` is after `end`.

    Raises:
        ValueError: `start` equals `end`.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours must not be empty or a whole day")

    def cover(self, moment: time) -> bool:
        """Whether the local time lies in the quiet hours."""
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """When messages may be sent: outside the `quiet` hours and, with `days_off`, not on weekends or public holidays."""

    quiet: QuietHours | None = None
    days_off: bool = True

    def __str__(self) -> str:
        """For comparison: a message that waits notes the window that made it wait."""
        hours = "" if self.quiet is None else f"{self.quiet.start:%H:%M}-{self.quiet.end:%H:%M}"
        return f"{hours} {'working days' if self.days_off else 'all days'}".strip()


@dataclass(frozen=True, slots=True)
class _Year:
    holidays: Container[date]
    make_up_days: Container[date]


@cache
def _year(year: int) -> _Year:
    """The year's public holidays and make-up working days on weekends (调休).

    The State Council announces a year's make-up days late in the year before. Until the `holidays` package contains
    them, statutory holidays and weekends apply, and a warning is logged.
    """
    calendar = holidays.country_holidays("CN", years=year)
    make_up_days = frozenset(day for day in calendar.weekend_workdays if day.year == year)
    if not make_up_days:
        log.warning("no_make_up_days_known", year=year, falls_back_to="statutory holidays and weekends")
    return _Year(holidays=frozenset(calendar), make_up_days=make_up_days)


def is_working_day(day: date) -> bool:
    """Whether people work in China on that day: make-up days count, public holidays do not."""
    year = _year(day.year)
    if day in year.make_up_days:
        return True
    return day.weekday() < SATURDAY and day not in year.holidays


def working_day_from(day: date) -> date:
    """The day itself if it is a working day, otherwise the next working day."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`, not counting `day` itself.

    Raises:
        ValueError: `count` is below 1.
    """
    if count < 1:
        raise ValueError("count must be at least 1")
    for _ in range(count):
        day = working_day_from(day + ONE_DAY)
    return day


def local(moment: datetime) -> datetime:
    """The moment in local time of Jinan."""
    return moment.astimezone(JINAN_TIME)


def at(day: date, clock: time = time()) -> datetime:
    """The UTC moment at which it is `clock` on that day in Jinan."""
    return datetime.combine(day, clock, JINAN_TIME).astimezone(UTC)


def end_of_working_days(moment: datetime, count: int) -> datetime:
    """The end (UTC) of the `count`-th working day after the moment's own day."""
    return at(add_working_days(local(moment).date(), count) + ONE_DAY)


@dataclass(frozen=True, slots=True)
class ContactTime:
    """When a message may be sent: at `at` (UTC), and if it has to wait until then, for what."""

    at: datetime
    held_for: str | None


def contact_time(moment: datetime, contact_window: ContactWindow) -> ContactTime:
    """`next_contact_time`, and whether a message waits for it."""
    at_ = next_contact_time(moment, contact_window)
    return ContactTime(at_, str(contact_window) if at_ > moment else None)


def next_contact_time(moment: datetime, contact_window: ContactWindow) -> datetime:
    """The first moment (UTC), not before `moment`, at which a message may be sent.

    Quiet hours alone delay it by less than a day; days off by as many days as there are in a row.
    """
    here = local(moment)
    while True:
        if contact_window.days_off and not is_working_day(here.date()):
            next_day = working_day_from(here.date() + ONE_DAY)
            here = datetime.combine(next_day, time(), JINAN_TIME)
        elif contact_window.quiet is not None and contact_window.quiet.cover(here.time()):
            day = here.date() if here.time() < contact_window.quiet.end else here.date() + ONE_DAY
            here = datetime.combine(day, contact_window.quiet.end, JINAN_TIME)
        else:
            return here.astimezone(UTC)
