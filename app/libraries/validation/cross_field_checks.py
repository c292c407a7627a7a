"""Checks of stored records: fields must not contradict each other, in drafts either."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from pydantic_core import PydanticCustomError

from app.errors import FieldError
from app.libraries.validation.values.dates import EARLIEST, check_last_day, check_past_day
from app.libraries.validation.values.money import check_wan_range


def money_range(record: Any, name: str) -> Iterator[FieldError]:
    """`<name>_min_wan` must not exceed `<name>_max_wan`."""
    low, high = getattr(record, f"{name}_min_wan"), getattr(record, f"{name}_max_wan")
    yield from field_errors_of(f"{name}_min_wan", lambda: check_wan_range(low, high))


def in_order(record: Any, first: str, last: str) -> Iterator[FieldError]:
    """Two days or months: `first` must not be later than `last`."""
    start, end = getattr(record, first), getattr(record, last)
    if start is not None and end is not None and start > end:
        yield FieldError(
            last,
            "order",
            f"{end} 早于 {start}，请更正",
            f"{end} is earlier than {start}; correct one of them",
        )


def is_past(field: str, day: date | str | None) -> Iterator[FieldError]:
    """`day`, also as it is stored in JSON, must be one of the past."""
    if day:
        yield from field_errors_of(field, lambda: check_past_day(_day(day)))


def is_end(field: str, day: date | str | None, start: date | str | None = None) -> Iterator[FieldError]:
    """`day` must be plausible as the last day of a validity, and not be before its `start`."""
    if day:
        yield from field_errors_of(field, lambda: check_last_day(_day(day)))
        if start and _day(day) < _day(start):
            yield FieldError(
                field,
                "order",
                f"{day} 早于 {start}，请更正",
                f"{day} is earlier than {start}; correct one of them",
            )


def is_within(field: str, day: date | str | None, latest: date) -> Iterator[FieldError]:
    """`day` must be from `EARLIEST` to `latest`."""
    if day and not EARLIEST <= _day(day) <= latest:
        yield FieldError(
            field,
            "date_range",
            f"日期 {day} 应在 {EARLIEST} 至 {latest} 之间，请检查年份",
            f"{day} must be between {EARLIEST} and {latest}; check the year",
        )


def _day(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def field_errors_of(field: str, check: Callable[[], Any]) -> Iterator[FieldError]:
    """Run a check of ``validation.values`` and yield its error for `field`; yield nothing if the check passes."""
    try:
        check()
    except PydanticCustomError as error:
        context = error.context or {}
        yield FieldError(field, error.type, str(context["zh"]), str(context["en"]))
