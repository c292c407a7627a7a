"""Readers of pages: a browser, and who is logged in with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient


@dataclass(frozen=True)
class Reader:
    """A reader's browser. A stranger has no ids."""

    http: TestClient
    user_id: UUID | None
    organisation_id: UUID | None
    email: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.http, name)


ReaderOf = Callable[..., Reader]
