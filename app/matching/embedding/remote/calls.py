"""Calls to the embed server that end when nobody waits for them: the server then sees that its client has gone."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import TimeoutError as NotYet
from typing import Any

import httpx
from pydantic import SecretStr

from app.load_limits.turn import check_turn
from app.matching.embedding.remote.address import EmbedAddress

LOOK_EVERY = 0.25
"""Seconds between two looks whether somebody still waits."""
CONNECT_WITHIN = 3.0
_STALE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""What a kept connection gives after its server was restarted."""


class Calls:
    """An event loop in a thread of its own, with one pool of connections. Thread-safe; started with the first call."""

    def __init__(self, address: EmbedAddress, secret: SecretStr | None) -> None:
        self._address = address
        self._headers = {} if secret is None else {"Authorization": f"Bearer {secret.get_secret_value()}"}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: httpx.AsyncClient | None = None
        self._closed = False

    def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str],
        seconds: float,
    ) -> httpx.Response:
        """The answer, of whatever status.

        Raises:
            httpx.TransportError: the server cannot be reached, or does not answer within `seconds`.
            TurnEnded, DeadlineExceeded: nobody waits for the answer any more.
        """
        future = asyncio.run_coroutine_threadsafe(
            self.asked(method, path, content=content, headers=headers, seconds=seconds), self._running()
        )
        while True:
            try:
                return future.result(timeout=LOOK_EVERY)
            except NotYet:
                try:
                    check_turn()
                except BaseException:
                    future.cancel()
                    raise

    async def asked(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str],
        seconds: float,
    ) -> httpx.Response:
        """As `ask`, in the event loop."""
        timeout = httpx.Timeout(seconds, connect=CONNECT_WITHIN)
        client = self._opened()
        for tries in range(2):
            try:
                return await client.request(
                    method, path, content=content, headers=dict(headers), timeout=timeout
                )
            except _STALE:
                if tries:
                    raise
        raise AssertionError("unreachable")

    def spawn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` in the event loop until it ends, or `close`."""
        asyncio.run_coroutine_threadsafe(work(), self._running())

    def close(self) -> None:
        """End all calls, and the thread."""
        with self._lock:
            loop, self._closed, self._loop = self._loop, True, None
        if loop is not None and self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._ended(), loop)
            self._thread.join(CONNECT_WITHIN)
            if not self._thread.is_alive():
                loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise httpx.ConnectError("the connection to the embed server is closed")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="embed-calls", daemon=True
                )
                self._thread.start()
            return self._loop

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            path = self._address.path
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
            self._client = httpx.AsyncClient(
                base_url=self._address.base,
                headers=self._headers,
                trust_env=False,
                transport=httpx.AsyncHTTPTransport(uds=None if path is None else str(path), limits=limits),
            )
        return self._client

    async def _ended(self) -> None:
        loop = asyncio.get_running_loop()
        others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        loop.call_soon(loop.stop)
