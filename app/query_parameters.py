"""Query parameters: one that a route does not know, or that is given twice where one counts, is refused.

Ignored, a misspelt filter would answer with everything, and nobody would notice that it filtered nothing; of two values
only the last would filter.
"""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from inspect import isclass
from typing import Any, TypeVar, get_args, get_origin

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
        Invalid: a query parameter is unknown to the route; each of them is named, with the nearest known one. Or one
            that takes a single value is given several times.
    """
    if not request.query_params:
        return
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    if getattr(route.endpoint, _ANSWERED, False):
        return
    known = dict(_parameters(route.dependant))
    given = request.query_params
    faults = [_unknown(name, known) for name in sorted(set(given) - known.keys())]
    faults += [
        _repeated(name)
        for name, takes_several in known.items()
        if not takes_several and len(given.getlist(name)) > 1
    ]
    if faults:
        raise Invalid(fields=faults)


def query_parameters(route: APIRoute) -> frozenset[str]:
    """The names of a route's query parameters, those of its dependencies included."""
    return frozenset(name for name, _ in _parameters(route.dependant))


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The names of the query parameters, and whether each takes several values."""
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isclass(model) and issubclass(model, BaseModel):
            for name, info in model.model_fields.items():
                yield info.alias or name, _takes_several(info.annotation)
        else:
            yield field.alias, _takes_several(model)
    for dependency in dependant.dependencies:
        yield from _parameters(dependency)


def _takes_several(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    if isclass(origin) and issubclass(origin, list | tuple | set | frozenset):
        return True
    return any(_takes_several(one) for one in get_args(annotation))


def _repeated(name: str) -> FieldError:
    return FieldError(name, "repeated_parameter", "此参数只能出现一次", "may be given only once")


def _unknown(name: str, known: Iterable[str]) -> FieldError:
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
