"""One way to say what is wrong with a value, in both languages, so that any edge can show it beside the field."""

from collections.abc import Callable, Iterator
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

from app.errors import FieldError


def field_error(code: LiteralString, *, zh: str, en: str, **facts: str | int) -> PydanticCustomError:
    """An error whose context holds `zh` and `en`: what is wrong and what would be right.

    The field's name is the error's location, which pydantic adds. `facts` are further parts for a machine,
    e.g. the suggestions for an unknown code.
    """
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en, **facts})


def field_errors_of(field: str, check: Callable[[], Any]) -> Iterator[FieldError]:
    """The error that a check of ``checks/`` raises, as one of `field`; nothing where it passes."""
    try:
        check()
    except PydanticCustomError as error:
        context = error.context or {}
        yield FieldError(field, error.type, str(context["zh"]), str(context["en"]))
