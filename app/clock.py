"""The local time of Jinan, working days in China, and calendar arithmetic."""

from calendar import monthrange
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import structlog

from app.database import now
from app.settings.working_days import AnnouncedYear

log = structlog.get_logger(__name__)

JINAN_TIME = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
ONE_DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


def local_now() -> datetime:
    """The current time in Jinan, which determines the year of reference numbers and the day of deadlines."""
    return now().astimezone(JINAN_TIME)


def today() -> date:
    """The current date in Jinan."""
    return local_now().date()


def day_start(moment: datetime) -> datetime:
    """The beginning of the day in Jinan, in UTC."""
    local = moment.astimezone(JINAN_TIME)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_of_period(first: date, months: int) -> date:
    """The last day of a period of `months` that begins on `first`: the day before the same day of the month, and where
    the last month is too short to have that day, its last day (民法典第二百零二条)."""
    end = add_months(first, months)
    return end if end.day < first.day else end - ONE_DAY


def last_day(year: int, day: date) -> date:
    """The last day of `year` that is not after `day`, i.e. `day` itself in the current year."""
    return min(day, date(year, 12, 31))


def chinese_day(day: date) -> str:
    """For example 2026年12月7日."""
    return f"{day.year}年{day.month}月{day.day}日"


def english_day(day: date) -> str:
    """For example 7 December 2026."""
    return f"{day.day} {day:%B %Y}"


def chinese_moment(moment: datetime) -> str:
    """As invitations say it: 2026年12月7日（周一）9:00, in Jinan time."""
    local = moment.astimezone(JINAN_TIME)
    return f"{chinese_day(local.date())}（周{_WEEKDAYS[local.weekday()]}）{local.hour}:{local:%M}"


def english_moment(moment: datetime) -> str:
    """As invitations say it: Monday, 7 December 2026, 9:00, in Jinan time."""
    local = moment.astimezone(JINAN_TIME)
    return f"{local:%A}, {english_day(local.date())}, {local.hour}:{local:%M}"


def last_open_day(end: datetime) -> date:
    """The last day, in Jinan time, on which something can be done that is over at `end`."""
    return (end.astimezone(JINAN_TIME) - timedelta(microseconds=1)).date()


def chinese_end(end: datetime) -> str:
    """When something is over, as people say it: at the end of a day it is 24:00 of that day."""
    local = end.astimezone(JINAN_TIME)
    return f"{chinese_day(last_open_day(end))} {_end_of(local)}"


def english_end(end: datetime) -> str:
    """The same for readers of English: 7 December 2026, 24:00."""
    return f"{english_day(last_open_day(end))}, {_end_of(end.astimezone(JINAN_TIME))}"


def _end_of(local: datetime) -> str:
    return "24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"


@dataclass(frozen=True, slots=True)
class _Year:
    holidays: Container[date]
    make_up_days: Container[date]


_announced: dict[int, AnnouncedYear] = {}


def use_announced_years(years: Mapping[int, AnnouncedYear]) -> None:
    """What the settings say of some years, for all of this process."""
    _announced.clear()
    _announced.update(years)
    _year.cache_clear()


@cache
def _year(year: int) -> _Year:
    """The year's public holidays and make-up working days on weekends (调休).

    The State Council announces a year's make-up days late in the year before. Until the `holidays` package or the
    settings have them, statutory holidays and weekends apply, and a warning is logged.
    """
    if (announced := _announced.get(year)) is not None:
        return _Year(holidays=announced.holidays, make_up_days=announced.make_up_days)
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


def after_working_time(moment: datetime, time: timedelta) -> datetime:
    """The moment (UTC) at which this much time has passed, its days counted as working days."""
    local = moment.astimezone(JINAN_TIME)
    days = time // ONE_DAY
    day = add_working_days(local.date(), days) if days else local.date()
    return datetime.combine(day, local.timetz()).astimezone(UTC) + time % ONE_DAY


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


def working_day_before(day: date) -> date:
    """The last working day before `day`."""
    day -= ONE_DAY
    while not is_working_day(day):
        day -= ONE_DAY
    return day
