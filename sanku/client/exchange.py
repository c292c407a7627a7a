"""What both clients share: headers of a caller, and the reading of answers."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

import httpx

from sanku.client.answers import Answer, File, file_name
from sanku.client.calls import Call, T
from sanku.client.errors import ClientError, Problem, Unreachable, problem
from sanku.client.retries import retry_after

TIMEOUT = 60.0
"""Seconds without a byte of an answer; imports of large files take some."""


def headers_of(api_key: str | None, token: str | None) -> dict[str, str]:
    """The headers of every request.

    Raises:
        ValueError: both a key and a token, of which the service would refuse one.
    """
    if api_key and token:
        raise ValueError("give either an API key or an access token")
    caller = {"X-API-Key": api_key} if api_key else {"Authorization": f"Bearer {token}"} if token else {}
    return {"User-Agent": f"sanku-client/{_version()}", "Accept": "application/json, */*;q=0.5", **caller}


def _version() -> str:
    try:
        return version("sanku")
    except PackageNotFoundError:
        return "0"


def problem_of(response: httpx.Response) -> Problem:
    """The exception for an answer that is no success; its body must have been read."""
    try:
        document = response.json()
    except ValueError:
        document = None
    return problem(
        response.status_code, document, response.text, response.headers, retry_after(response.headers)
    )


def unreachable(call: Call[Any], error: httpx.TransportError) -> Unreachable:
    """The exception for a call without an answer."""
    return Unreachable(f"{call.method} {call.path}: {type(error).__name__}: {error}".rstrip(": "))


def answer_of(call: Call[T], response: httpx.Response) -> Answer[T]:
    """The body of a success.

    Raises:
        ClientError: it is no JSON.
    """
    try:
        body = response.json() if response.content else None
    except ValueError as error:
        raise ClientError(f"{call.method} {call.path}: the answer is no JSON") from error
    return Answer(cast(T, body), response.status_code, response.headers)


def file_of(content: bytes, headers: Mapping[str, str]) -> File:
    """A file that came."""
    return File(content, file_name(headers), headers.get("content-type", ""), headers)
