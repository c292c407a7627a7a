"""Quiet hours, and the next moment at which a message may be sent.

Days and hours are those of Asia/Shanghai, which has no daylight saving time; moments are stored in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from app.clock import JINAN_TIME, ONE_DAY, add_working_days, is_working_day, working_day_from


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
