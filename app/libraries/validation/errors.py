"""Validation errors with a Chinese and an English message, for any caller that shows them next to the field."""

from typing import LiteralString

from pydantic_core import PydanticCustomError


def field_error(code: LiteralString, *, zh: str, en: str, **facts: str | int) -> PydanticCustomError:
    """A validation error whose context holds the messages `zh` and `en`: what is wrong and what is expected.

    Pydantic adds the field's name as the error's location; a validator of a whole body names the field that it means
    in `field`. `facts` are additional values for programs, e.g. the suggestions for an unknown code.
    """
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en, **facts})
