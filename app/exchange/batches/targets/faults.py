"""What a refusal of a store says of a row, field by field."""

from pydantic import ValidationError

from app.errors import FieldError, Forbidden, SankuError
from app.errors.pydantic_errors import field_errors


def faults_of(error: SankuError | ValidationError) -> list[FieldError]:
    """The faults that an error names, at least one; one of the whole row has an empty field."""
    if isinstance(error, ValidationError):
        return field_errors(error.errors())
    if isinstance(error, Forbidden) or not error.fields:
        return [FieldError("", error.problem_code, error.message_zh, error.message_en)]
    return list(error.fields)
