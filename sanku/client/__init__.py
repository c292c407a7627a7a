"""The typed client of the API: `Client`, `AsyncClient`, what they answer, and what they raise.

    from sanku.client import Client

    with Client("https://sanku.example.cn", api_key=key) as sanku:
        demand = sanku.demands.create({"title": …}).body
        for item in sanku.demands.list_all(mine=True):
            …

Bodies and answers are dictionaries with the types in `sanku.client.models`.
"""

from sanku.client import models
from sanku.client.answers import Answer, Event, File
from sanku.client.async_client import AsyncClient
from sanku.client.calls import Call, Upload
from sanku.client.errors import (
    BadRequest,
    ClientError,
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    NotModified,
    Outdated,
    Problem,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unreachable,
    VersionRequired,
)
from sanku.client.retries import Retries
from sanku.client.sync_client import Client

__all__ = [
    "Answer",
    "AsyncClient",
    "BadRequest",
    "Call",
    "Client",
    "ClientError",
    "Conflict",
    "Event",
    "Fault",
    "File",
    "Forbidden",
    "Invalid",
    "NotFound",
    "NotModified",
    "Outdated",
    "Problem",
    "Retries",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Upload",
    "VersionRequired",
    "models",
]
