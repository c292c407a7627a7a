"""A call as data: what both clients send, and how its parts become text."""

import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TypeVar
from urllib.parse import quote

from sanku.client.answers import Answer, Event, File

T = TypeVar("T")
KEY, VERSION = "Idempotency-Key", "If-Match"

Value = str | int | float | bool | date | uuid.UUID
"""A single value of a path or query. Times need a zone; dates are days in Jinan."""


@dataclass(frozen=True)
class Upload:
    """A file to send, by its content."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request of the API, whose answer has the body `T`. `path` has `{names}` that `segments` fill."""

    method: str
    path: str
    segments: Mapping[str, Value] = field(default_factory=dict)
    query: Mapping[str, Value | Sequence[Value] | None] = field(default_factory=dict)
    headers: Mapping[str, str | Answer[Any] | None] = field(default_factory=dict)
    body: object = None
    form: Mapping[str, str | None] | None = None
    files: Mapping[str, Upload | Path | None] | None = None

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method == "GET" or KEY in self.headers

    def arguments(self) -> dict[str, Any]:
        """What httpx builds a request of. Files are read here, so that each attempt sends the same."""
        sent: dict[str, Any] = {
            "method": self.method,
            "url": self.path.format_map({name: _segment(value) for name, value in self.segments.items()}),
            "params": [(name, text(one)) for name, value in self.query.items() for one in _several(value)],
            "headers": {name: _header(value) for name, value in self.headers.items() if value is not None},
        }
        if self.body is not None:
            sent["json"] = self.body
        if self.form is not None:
            sent["data"] = {name: value for name, value in self.form.items() if value is not None}
        if self.files is not None:
            sent["files"] = {name: _upload(file) for name, file in self.files.items() if file is not None}
        return sent


def new_key() -> str:
    """An Idempotency-Key that nobody has used."""
    return str(uuid.uuid4())


def text(value: Value) -> str:
    """A value as the API reads it.

    Raises:
        ValueError: a time without a zone, which could be any.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time needs a zone, such as datetime.UTC")
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _segment(value: Value) -> str:
    """A part of a path, which stays one part whatever it holds.

    Raises:
        ValueError: it is empty or dots, and would lead to another operation.
    """
    given = text(value)
    if given in ("", ".", ".."):
        raise ValueError(f"{given!r} is no id or name")
    return quote(given, safe="")


def _several(value: Value | Sequence[Value] | None) -> Sequence[Value]:
    if value is None:
        return ()
    return (value,) if isinstance(value, Value) else value


def _header(value: str | Answer[Any]) -> str:
    """A header's text; an answer stands for the version that it brought.

    Raises:
        ValueError: the answer has no version.
    """
    if isinstance(value, str):
        return value
    if value.etag is None:
        raise ValueError("this answer has no ETag: read the record first")
    return value.etag


def _upload(file: Upload | Path) -> tuple[str, bytes, str]:
    if isinstance(file, Path):
        file = Upload(file.name, file.read_bytes())
    return file.name, file.content, file.media_type


class Sender(Protocol):
    """What the operations need of a client."""

    def send(self, call: Call[T]) -> Answer[T]: ...
    def each(self, call: Call[Any]) -> Iterator[Any]: ...
    def fetch(self, call: Call[bytes], into: BinaryIO | None) -> File: ...
    def listen(self, call: Call[str]) -> Iterator[Event]: ...


class AsyncSender(Protocol):
    """The same of an asynchronous client."""

    async def send(self, call: Call[T]) -> Answer[T]: ...
    def each(self, call: Call[Any]) -> AsyncIterator[Any]: ...
    async def fetch(self, call: Call[bytes], into: BinaryIO | None) -> File: ...
    def listen(self, call: Call[str]) -> AsyncIterator[Event]: ...
