"""The local time of Jinan, and dates counted on the calendar."""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.database import now

JINAN_TIME = ZoneInfo("Asia/Shanghai")


def local_now() -> datetime:
    """The time on the bureau's wall: years of numbers and days of deadlines turn by it."""
    return now().astimezone(JINAN_TIME)


def today() -> date:
    return local_now().date()


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(year: int, day: date) -> date:
    """The last day of `year` that can be looked at on `day`: the day itself in the running year."""
    return min(day, date(year, 12, 31))
