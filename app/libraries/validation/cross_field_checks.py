"""Checks of stored records: fields must not contradict each other, in drafts either."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic_core import PydanticCustomError

from app.errors import FieldError
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


def field_errors_of(field: str, check: Callable[[], Any]) -> Iterator[FieldError]:
    """Run a check of ``validation.values`` and yield its error for `field`; yield nothing if the check passes."""
    try:
        check()
    except PydanticCustomError as error:
        context = error.context or {}
        yield FieldError(field, error.type, str(context["zh"]), str(context["en"]))
