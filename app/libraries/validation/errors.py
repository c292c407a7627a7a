"""Validation errors with a Chinese and an English message, for any caller that shows them next to the field."""

from collections.abc import Callable, Iterator
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

from app.errors import FieldError


def field_error(code: LiteralString, *, zh: str, en: str, **facts: str | int) -> PydanticCustomError:
    """A validation error whose context holds the messages `zh` and `en`: what is wrong and what is expected.

    Pydantic adds the field's name as the error's location. `facts` are additional values for programs, e.g. the
    suggestions for an unknown code.
    """
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en, **facts})


def field_errors_of(field: str, check: Callable[[], Any]) -> Iterator[FieldError]:
    """Run a check of ``validation.values`` and yield its error for `field`; yield nothing if the check passes."""
    try:
        check()
    except PydanticCustomError as error:
        context = error.context or {}
        yield FieldError(field, error.type, str(context["zh"]), str(context["en"]))
