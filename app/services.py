"""The long-lived objects of one process — database, matcher, settings and so on — each found by its type.

`bootstrap` fills the container once. Event handlers and scheduled jobs take it as an argument; a route declares the
parts that it needs: ``matcher: Annotated[Matcher, Depends(provided(Matcher))]``.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from app.settings import Settings

Service = TypeVar("Service")


class Services:
    """One instance of each kind: ``services[Matcher] = matcher``, then ``services[Matcher]``.

    The kind is the exact type that readers ask for, which may be a protocol that the instance fulfils.
    """

    def __init__(self) -> None:
        self._instances: dict[type[Any], Any] = {}

    def __setitem__(self, kind: type[Service], instance: Service) -> None:
        self._instances[kind] = instance

    def __getitem__(self, kind: type[Service]) -> Service:
        """
        Raises:
            LookupError: this process has no such service.
        """
        if kind not in self._instances:
            raise LookupError(f"This process has no service of the kind {kind.__name__}.")
        return cast(Service, self._instances[kind])

    def __contains__(self, kind: type[Any]) -> bool:
        return kind in self._instances

    def replace(self, others: "Services") -> None:
        """Take over the instances of `others`, all in one moment: a reader sees the old ones or the new ones."""
        self._instances = {**self._instances, **others._instances}

    def copy(self) -> "Services":
        """A container with the same instances, some of which the caller replaces."""
        copied = Services()
        copied._instances.update(self._instances)
        return copied


def services_of(request: Request) -> Services:
    """The services of the application that answers this request."""
    services: Services = request.app.state.services
    return services


def provided(kind: type[Service]) -> Callable[[Request], Coroutine[Any, Any, Service]]:
    """A FastAPI dependency that gives the application's service of this kind."""

    # A coroutine, because FastAPI would send a plain function to its thread pool.
    async def service(request: Request) -> Service:
        return services_of(request)[kind]

    return service


async def _services(request: Request) -> Services:
    return services_of(request)


AllServices = Annotated[Services, Depends(_services)]
"""For a route that hands the whole container on."""

AppSettings = Annotated[Settings, Depends(provided(Settings))]
