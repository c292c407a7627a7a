"""Days and times as iCalendar files (RFC 5545), which the calendars of phones and offices take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import Response
from icalendar import Calendar, Event

from app.database import now


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry: a whole day, or from a time to a time. `id` is the same whenever it is taken again."""

    id: UUID
    title: str
    start: date | datetime
    end: date | datetime | None = None
    place: str = ""
    text: str = ""
    address: str = ""


def calendar_file(name: str, entries: Iterable[CalendarEntry]) -> Response:
    """The entries as a file to be saved. `name`: of the file, in ASCII letters."""
    calendar = Calendar()
    calendar.add("prodid", "-//Sanku//Calendar//EN")
    calendar.add("version", "2.0")
    for one in entries:
        calendar.add_component(_event(one))
    return Response(
        calendar.to_ical(),
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.ics"',
            "Cache-Control": "private, no-store",
        },
    )


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", f"{entry.id}@sanku")
    event.add("dtstamp", now())
    event.add("summary", entry.title)
    event.add("dtstart", entry.start)
    # The end of a day is the day after, by the standard.
    event.add("dtend", entry.end or entry.start + timedelta(days=1))
    for name, value in (("location", entry.place), ("description", entry.text), ("url", entry.address)):
        if value:
            event.add(name, value)
    return event
