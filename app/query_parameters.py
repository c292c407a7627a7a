"""Query parameters: one that a route does not know is refused.

Ignored, a misspelt filter would answer with everything, and nobody would notice that it filtered nothing.
"""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from inspect import isclass
from typing import TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.errors import FieldError, Invalid

_ANSWERED = "answers_unknown_parameters"
Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


def answers_unknown_parameters(endpoint: Endpoint) -> Endpoint:
    """Mark a route whose protocol says itself what an unknown parameter is answered with."""
    setattr(endpoint, _ANSWERED, True)
    return endpoint


# A coroutine, because FastAPI would run a plain function in its thread pool.
async def refuse_unknown_parameters(request: Request) -> None:
    """For the routes of the API.

    Raises:
        Invalid: a query parameter is unknown to the route; each of them is named, with the nearest known one.
    """
    if not request.query_params:
        return
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    if getattr(route.endpoint, _ANSWERED, False):
        return
    known = query_parameters(route)
    faults = [_unknown(name, known) for name in sorted(set(request.query_params) - known)]
    if faults:
        raise Invalid(fields=faults)


def query_parameters(route: APIRoute) -> frozenset[str]:
    """The names of a route's query parameters, those of its dependencies included."""
    return frozenset(_names(route.dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isclass(model) and issubclass(model, BaseModel):
            yield from (info.alias or name for name, info in model.model_fields.items())
        else:
            yield field.alias
    for dependency in dependant.dependencies:
        yield from _names(dependency)


def _unknown(name: str, known: frozenset[str]) -> FieldError:
    listed = sorted(known)
    near = get_close_matches(name, listed, 1)
    zh = f"应为 {near[0]}" if near else f"可用的有：{'、'.join(listed)}" if listed else "此接口没有查询参数"
    en = (
        f"did you mean {near[0]}?"
        if near
        else f"known: {', '.join(listed)}"
        if listed
        else "there are none here"
    )
    return FieldError(
        name, "unknown_parameter", f"没有这个查询参数；{zh}", f"is no query parameter of this route; {en}"
    )
