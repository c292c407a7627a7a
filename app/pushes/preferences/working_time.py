"""When people may be disturbed: working days in China, quiet hours, and the next moment outside of both.

Days and hours are those of Asia/Shanghai, which knows no summer time; moments are stored in UTC.
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
    """From `start` until just before `end`, local time; `start` after `end` goes over midnight. Never equal."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours of no length, or of a whole day")

    def cover(self, moment: time) -> bool:
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """When somebody wants no messages: `quiet` hours each day, and days off (weekends, public holidays) as a whole."""

    quiet: QuietHours | None = None
    days_off: bool = True


@dataclass(frozen=True, slots=True)
class _Year:
    off: Container[date]
    made_up: Container[date]


@cache
def _year(year: int) -> _Year:
    """The year's public holidays, and the weekend days on which China works in exchange (调休).

    The State Council announces the exchange of a year late in the year before; until the library knows it, the
    holidays by law and the weekends hold, and the log says so.
    """
    found = holidays.country_holidays("CN", years=year)
    made_up = frozenset(day for day in found.weekend_workdays if day.year == year)
    if not made_up:
        log.warning("no_made_up_working_days_known", year=year, falls_back_to="legal holidays and weekends")
    return _Year(off=frozenset(found), made_up=made_up)


def is_working_day(day: date) -> bool:
    year = _year(day.year)
    if day in year.made_up:
        return True
    return day.weekday() < SATURDAY and day not in year.off


def working_day_from(day: date) -> date:
    """The day itself if it is a working day, else the next one."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count; `count` is at least 1."""
    if count < 1:
        raise ValueError("at least one working day")
    for _ in range(count):
        day = working_day_from(day + ONE_DAY)
    return day


def local(moment: datetime) -> datetime:
    return moment.astimezone(JINAN_TIME)


def at(day: date, clock: time = time()) -> datetime:
    """The UTC moment at which it is `clock` on that day in Jinan."""
    return datetime.combine(day, clock, JINAN_TIME).astimezone(UTC)


def end_of_working_days(moment: datetime, count: int) -> datetime:
    """The end of the `count`-th working day after the moment's own day."""
    return at(add_working_days(local(moment).date(), count) + ONE_DAY)


def next_contact_time(moment: datetime, calm: ContactWindow) -> datetime:
    """The first moment from `moment` on at which a message may be sent.

    Quiet hours alone put it off by less than a day; days off by as many as there are in a row.
    """
    here = local(moment)
    while True:
        if calm.days_off and not is_working_day(here.date()):
            following = working_day_from(here.date() + ONE_DAY)
            here = datetime.combine(following, time(), JINAN_TIME)
        elif calm.quiet is not None and calm.quiet.cover(here.time()):
            day = here.date() if here.time() < calm.quiet.end else here.date() + ONE_DAY
            here = datetime.combine(day, calm.quiet.end, JINAN_TIME)
        else:
            return here.astimezone(UTC)
