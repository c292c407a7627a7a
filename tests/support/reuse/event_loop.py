"""One event loop for the requests of all clients of a test process.

A `TestClient` outside a `with` block starts a thread with an event loop, and threads for synchronous routes, for every
request. A client inside a `with` block, whose service starts and stops, keeps a loop of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient


@contextmanager
def shared_event_loop() -> Iterator[None]:
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield
