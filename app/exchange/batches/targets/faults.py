"""What a refusal of a store says of a row, field by field."""

from collections.abc import Callable

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.errors import FieldError, Forbidden, SankuError
from app.errors.pydantic_errors import field_errors
from app.exchange.batches.targets.step import Trial


def faults_of(error: SankuError | ValidationError) -> list[FieldError]:
    """The faults that an error names, at least one; one of the whole row has an empty field."""
    if isinstance(error, ValidationError):
        return field_errors(error.errors())
    if isinstance(error, Forbidden) or not error.fields:
        return [FieldError("", error.problem_code, error.message_zh, error.message_en)]
    return list(error.fields)


def tried(session: Session, write: Callable[[], object]) -> Trial:
    """What a store says of a change, which is written and taken back at once."""
    savepoint = session.begin_nested()
    try:
        write()
        session.flush()
    except (SankuError, ValidationError) as error:
        return Trial(faults_of(error))
    finally:
        savepoint.rollback()
    return Trial()
