"""The container of a process's services, and how a route gets one of them."""

from typing import Annotated, Protocol

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from app.services import AllServices, Services, provided


class Greeter(Protocol):
    def greeting(self) -> str: ...


class Polite:
    def greeting(self) -> str:
        return "good morning"


def test_a_service_is_found_by_the_kind_that_it_was_registered_as() -> None:
    services = Services()
    polite = Polite()
    services[Greeter] = polite
    assert services[Greeter] is polite
    with pytest.raises(LookupError, match="Polite"):
        services[Polite]


def test_a_later_instance_replaces_the_earlier_one() -> None:
    services = Services()
    first, second = Polite(), Polite()
    services[Polite] = first
    services[Polite] = second
    assert services[Polite] is second


def test_a_route_gets_a_service_or_the_container() -> None:
    app = FastAPI()
    app.state.services = Services()
    app.state.services[Greeter] = Polite()

    @app.get("/one")
    def one(greeter: Annotated[Greeter, Depends(provided(Greeter))]) -> str:
        return greeter.greeting()

    @app.get("/all")
    def every(services: AllServices) -> str:
        return services[Greeter].greeting()

    @app.get("/missing")
    def missing(polite: Annotated[Polite, Depends(provided(Polite))]) -> str:
        return polite.greeting()

    client = TestClient(app)
    assert client.get("/one").json() == client.get("/all").json() == "good morning"
    with pytest.raises(LookupError, match="Polite"):
        client.get("/missing")
