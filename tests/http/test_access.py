"""Every route has an access rule."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from app.accounts.access.authentication import current_principal, logged_in
from app.web.page import open_page

# Routes that ask nobody who they are; everything else depends on a principal.
PUBLIC = {
    "/docs": "the API's page",
    "/openapi.json": "the API's description",
    "/healthz": "asked by what runs the service",
    "/readyz": "asked by what runs the service",
    "/metrics": "the network or the token of a monitor is the credential",
    "/v1/feed/key": "a public key is public",
    "/v1/auth/token": "the credentials are the request",
    "/v1/auth/second-factor": "the challenge of the first step and the code are the credentials",
    "/v1/auth/second-factor/passkey/options": "the challenge of the first step is the credential",
    "/v1/auth/second-factor/passkey": "the challenge and the answer of a device are the credentials",
    "/v1/auth/passkey/options": "answers everybody alike",
    "/v1/auth/passkey": "the challenge and the answer of a device are the credentials",
    "/v1/auth/refresh": "the credentials are the request",
    "/v1/auth/logout": "the credentials are the request",
    "/v1/auth/password-reset": "answers everybody alike, and sends a mail to the owner alone",
    "/v1/auth/password-reset/confirm": "the token of the mail is the credential",
    "/v1/auth/verify-mail": "the token of the mail is the credential",
    "/v1/auth/accept-invitation": "the token of the mail is the credential",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_every_route_has_an_access_rule(client: TestClient) -> None:
    """A route without a principal must stand in the list above, with its reason."""
    app = client.app
    assert isinstance(app, FastAPI)
    open_routes = set()
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if not {current_principal, logged_in, open_page} & set(_dependencies(dependant)):
            open_routes.add(str(route.path))
    assert {path for path in open_routes if not path.startswith("/static/")} == PUBLIC.keys()


def _dependencies(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies if dependant is not None else ():
        yield one.call
        yield from _dependencies(one)
