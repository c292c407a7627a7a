"""Bodies of requests: what the schema refuses and what the rules of the domain refuse, in one answer.

A route that takes `Sent[Body]` is called although the schema has refused some fields. The body then holds the others,
and `UNREADABLE` in place of a refused one. So the rules look at all that can be read, and their faults join those of
the schema. No transaction commits: see `collection.refuse_faulty_body`.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema
from sqlalchemy.exc import SQLAlchemyError

from app.errors import FieldError, Invalid, SankuError
from app.errors.collection import UNREADABLE, Faults, UnreadableField, current_faults, faults_of_body
from app.errors.pydantic_errors import FIELD, field_errors

log = structlog.get_logger(__name__)


class RequestBody(BaseModel):
    """Base of all request bodies. Unknown fields are refused, so that a misspelt field is not silently dropped."""

    model_config = ConfigDict(extra="forbid")

    if not TYPE_CHECKING:  # it would make every attribute known to the type checker

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                return UNREADABLE
            return super().__getattr__(name)


@dataclass(frozen=True, slots=True)
class _Part:
    """What could be read of a body, and what the validators of the whole body say about that."""

    body: Any
    faults: Sequence[FieldError]


class _SentBody:
    """Annotation of a body whose readable part goes on to the route if the schema refuses the rest."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(sent: Any, validate: Callable[[Any], Any]) -> Any:
            faults = current_faults()
            try:
                return validate(sent)
            except (ValidationError, Invalid) as error:
                if faults is None or not isinstance(sent, Mapping):
                    raise
                errors = error.errors(include_url=False) if isinstance(error, ValidationError) else []
            part = _readable_part(source, sent, errors)
            refused = [one for one in errors if FIELD not in (one.get("ctx") or {})]
            faults.add([*field_errors(errors), *part.faults])
            faults.unreadable.update(field.field for field in field_errors(refused))
            return part.body

        return core_schema.no_info_wrap_validator_function(read, handler(source))


SENT = _SentBody()
Body = TypeVar("Body", bound=BaseModel)
Sent = Annotated[Body, SENT]
"""A request's body, all of whose faults are answered together."""


_MAY_FOLLOW = (
    SankuError,
    RequestValidationError,
    UnreadableField,
    SQLAlchemyError,
    TypeError,
    ValueError,
    LookupError,
)
"""What may end a route because the schema has refused some fields of the body."""


async def collect_faults() -> AsyncIterator[None]:
    """Dependency of all routes of the API: answers what the schema and the rules have found in the body together.

    Raises:
        Invalid: the body is faulty; names every field that is known to be.
    """
    with faults_of_body() as faults:
        try:
            yield
        except _MAY_FOLLOW as error:
            if not faults.fields:
                raise
            _add(faults, error)
        faults.raise_if_any()


def _add(faults: Faults, error: Exception) -> None:
    """Add what ended the route."""
    match error:
        case Invalid():
            faults.add(error.fields)
        case RequestValidationError():
            faults.add(field_errors(error.errors()))
        case UnreadableField() | SankuError():
            pass
        case _:
            log.info("checks_of_faulty_body_ended", error=type(error).__name__)


def _readable_part(model: type[BaseModel], sent: Mapping[str, Any], errors: Sequence[ErrorDetails]) -> _Part:
    """The body without the fields that `errors` name, not even with their defaults."""
    values: dict[str, Any] = {}
    refused: set[str] = set()
    found: list[FieldError] = []
    for name, info in model.model_fields.items():
        inner = [_within(error) for error in errors if error["loc"][:1] == (name,)]
        part = _nested_part(info.annotation, sent.get(name), inner) if inner else None
        if part is not None:
            values[name] = part.body
            found += _prefixed(name, part.faults)
        elif inner:
            refused.add(name)
        elif name in sent:
            values[name] = _field(model, name).validate_python(sent[name])
    body = model.model_construct(_fields_set=set(values), **values)
    for name in refused:
        body.__dict__.pop(name, None)
    return _Part(body, [*found, *_contradictions(body)])


def _within(error: ErrorDetails) -> ErrorDetails:
    return error | {"loc": error["loc"][1:]}


def _prefixed(name: str | int, faults: Iterable[FieldError]) -> list[FieldError]:
    return [replace(fault, field=f"{name}.{fault.field}") for fault in faults]


def _nested_part(annotation: Any, sent: Any, errors: Sequence[ErrorDetails]) -> _Part | None:
    """The readable part of a body within a body, or of a list of them; None for other values."""
    for kind in _alternatives(annotation):
        if isinstance(kind, type) and issubclass(kind, RequestBody) and isinstance(sent, Mapping):
            return _readable_part(kind, sent, errors)
        if get_origin(kind) is list and isinstance(sent, list) and all(error["loc"] for error in errors):
            return _list_part(get_args(kind)[0], sent, errors)
    return None


def _list_part(annotation: Any, sent: list[Any], errors: Sequence[ErrorDetails]) -> _Part | None:
    bodies: list[Any] = []
    found: list[FieldError] = []
    for index, item in enumerate(sent):
        part = _nested_part(
            annotation, item, [_within(error) for error in errors if error["loc"][0] == index]
        )
        if part is None:
            return None
        bodies.append(part.body)
        found += _prefixed(index, part.faults)
    return _Part(bodies, found)


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, without their constraints."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


@cache
def _field(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """Reads one field of a model as the model does."""
    info = model.model_fields[name]
    constrained: Any = Annotated[info.annotation, info]
    return TypeAdapter(constrained)


def _contradictions(body: BaseModel) -> Iterator[FieldError]:
    """What each validator of the whole body says; pydantic would end with the first."""
    for validator in type(body).__pydantic_decorators__.model_validators.values():
        try:
            if validator.info.mode == "after":
                validator.func(body)
        except UnreadableField:
            pass
        except Invalid as error:
            yield from error.fields
        except PydanticCustomError as error:
            yield from field_errors(
                [{"type": error.type, "loc": (), "msg": error.message(), "ctx": error.context or {}}]
            )
