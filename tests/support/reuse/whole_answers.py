"""Requests whose answer is read as a whole: one call to the event loop instead of one for each of its parts.

A `TestClient` keeps every answer open, as for a stream, and goes to the thread of the event loop eight times for it.
Streams still do; `TestClient.stream` is as it was.
"""

from typing import Any
from urllib.parse import unquote

import anyio
import httpx2
import pytest
from starlette import testclient
from starlette.testclient import TestClient
from starlette.types import Message, Scope

WHOLE = "sanku.whole"
"""The extension of a request whose caller waits for all of the answer."""


def read_answers_whole(patch: pytest.MonkeyPatch) -> None:
    """Let all clients from now on read what they do not stream in one call."""
    ask, handle = TestClient.request, testclient._TestClientTransport.handle_request

    def request(self: TestClient, *arguments: Any, extensions: Any = None, **options: Any) -> httpx2.Response:
        return ask(self, *arguments, extensions={**(extensions or {}), WHOLE: True}, **options)

    def handle_request(self: testclient._TestClientTransport, request: httpx2.Request) -> httpx2.Response:
        if not request.extensions.get(WHOLE) or request.url.scheme not in ("http", "https"):
            return handle(self, request)
        return _answer(self, request)

    patch.setattr(TestClient, "request", request)
    patch.setattr(testclient._TestClientTransport, "handle_request", handle_request)


def _answer(transport: testclient._TestClientTransport, request: httpx2.Request) -> httpx2.Response:
    scope, body = _scope(transport, request), request.read()
    sent: list[Message] = []

    async def run() -> None:
        complete, waiting = anyio.Event(), [{"type": "http.request", "body": body}]

        async def receive() -> Message:
            if not waiting:
                await complete.wait()
                return {"type": "http.disconnect"}
            return waiting.pop()

        async def send(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            assert is_start != bool(sent), f"{message['type']} is out of order"
            assert not complete.is_set(), f"{message['type']} after the end of the answer"
            sent.append(message)
            if not is_start and not message.get("more_body", False):
                complete.set()

        await transport.app(scope, receive, send)

    try:
        with transport.portal_factory() as portal:
            portal.call(run)
    except Exception:
        if transport.raise_server_exceptions:
            raise
    if not sent:
        assert not transport.raise_server_exceptions, "the application gave no answer"
        return httpx2.Response(500, request=request)
    start, *parts = sent
    content = b"" if request.method == "HEAD" else b"".join(bytes(part.get("body", b"")) for part in parts)
    return httpx2.Response(
        start["status"],
        headers=[(name.decode(), value.decode()) for name, value in start.get("headers", [])],
        stream=httpx2.ByteStream(content),
        request=request,
    )


def _scope(transport: testclient._TestClientTransport, request: httpx2.Request) -> Scope:
    url = request.url
    raw_path, _, query = url.raw_path.partition(b"?")
    named = "host" in request.headers
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": unquote(url.path),
        "raw_path": raw_path,
        "root_path": transport.root_path,
        "scheme": url.scheme,
        "query_string": query,
        "headers": [
            *([] if named else [(b"host", url.netloc)]),
            *((name.lower().encode(), value.encode()) for name, value in request.headers.multi_items()),
        ],
        "client": transport.client,
        "server": [url.raw_host.decode(), url.port or {"http": 80, "https": 443}[url.scheme]],
        "extensions": {},
        "state": transport.app_state.copy(),
    }
