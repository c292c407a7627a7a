"""The local time of Jinan, and calendar arithmetic."""

from calendar import monthrange
from datetime import date, datetime
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
