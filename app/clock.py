"""The local time of Jinan, and calendar arithmetic."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.database import now

JINAN_TIME = ZoneInfo("Asia/Shanghai")


def local_now() -> datetime:
    """The current time in Jinan, which determines the year of reference numbers and the day of deadlines."""
    return now().astimezone(JINAN_TIME)


def today() -> date:
    """The current date in Jinan."""
    return local_now().date()


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(year: int, day: date) -> date:
    """The last day of `year` that is not after `day`, i.e. `day` itself in the current year."""
    return min(day, date(year, 12, 31))


def chinese_day(day: date) -> str:
    """For example 2026年12月7日."""
    return f"{day.year}年{day.month}月{day.day}日"


def last_open_day(end: datetime) -> date:
    """The last day, in Jinan time, on which something can be done that is over at `end`."""
    return (end.astimezone(JINAN_TIME) - timedelta(microseconds=1)).date()


def chinese_end(end: datetime) -> str:
    """When something is over, as people say it: at the end of a day it is 24:00 of that day."""
    local = end.astimezone(JINAN_TIME)
    clock = "24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
    return f"{chinese_day(last_open_day(end))} {clock}"
