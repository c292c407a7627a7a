"""The client for programs that wait for each answer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from sanku.client import exchange
from sanku.client.answers import Answer, Event, EventLines, File
from sanku.client.calls import Call, T
from sanku.client.operations import Operations
from sanku.client.retries import Retries


class Client(Operations):
    """A caller of one service, by an API key or an access token; without either, a stranger.

    `with` closes its connections. Redirects are not followed, so that a key goes nowhere else.

    Args:
        base_url: the service, such as `https://sanku.example.cn`.
        timeout: seconds without a byte of an answer.
        transport: how httpx reaches the service, if not by the network.
        sleep: waits so many seconds between two attempts.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        token: str | None = None,
        timeout: float = exchange.TIMEOUT,
        retries: Retries = Retries(),  # noqa: B008 -- frozen
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(self)
        self._http = httpx.Client(
            base_url=base_url,
            headers=exchange.headers_of(api_key, token),
            timeout=timeout,
            transport=transport,
        )
        self._retries, self._sleep = retries, sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, call: Call[T]) -> Answer[T]:
        """The answer to a call; again after failures that pass, as `Retries` says.

        Raises:
            Problem: the service answered with an error.
            Unreachable: no answer came.
        """
        with self._answered(call, read=True) as response:
            return exchange.answer_of(call, response)

    def each(self, call: Call[Any]) -> Iterator[Any]:
        """Every item of a list, page by page."""
        cursor = call.query.get("cursor")
        while True:
            page = self.send(replace(call, query={**call.query, "cursor": cursor})).body
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def fetch(self, call: Call[bytes], into: BinaryIO | None) -> File:
        """A file, in memory or written `into` a file that is open for writing as it comes."""
        with self._answered(call, read=into is None) as response:
            if into is None:
                return exchange.file_of(response.content, response.headers)
            for part in response.iter_bytes():
                into.write(part)
            return exchange.file_of(b"", response.headers)

    def listen(self, call: Call[str]) -> Iterator[Event]:
        """The events of a stream as they come, until the service ends it."""
        lines = EventLines()
        with self._answered(call, read=False) as response:
            for line in response.iter_lines():
                yield from lines.take(line)

    @contextmanager
    def _answered(self, call: Call[Any], *, read: bool) -> Iterator[httpx.Response]:
        """The answer to a call, read or open. What fails in an open one is not tried again: part of it is in use."""
        arguments, attempt = call.arguments(), 0
        while True:
            attempt += 1
            try:
                response = self._http.send(self._http.build_request(**arguments), stream=True)
                if read or not response.is_success:
                    response.read()
            except httpx.TransportError as error:
                wait = self._retries.after_failure(call, error, attempt)
                if wait is None:
                    raise exchange.unreachable(call, error) from error
            else:
                if response.is_success:
                    break
                wait = self._retries.after_answer(call, response, attempt)
                if wait is None:
                    raise exchange.problem_of(response)
            self._sleep(wait)
        try:
            yield response
        except httpx.TransportError as error:
            raise exchange.unreachable(call, error) from error
        finally:
            response.close()
