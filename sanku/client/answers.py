"""What the service answered: a body with its version, a file, an event of a stream."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A body in JSON and what came with it. `body` is None where the service answers without one."""

    body: T
    status: int
    headers: Mapping[str, str] = field(repr=False)

    @property
    def etag(self) -> str | None:
        """The version of the record, for `if_match` of the next change."""
        return self.headers.get("etag")

    @property
    def replayed(self) -> bool:
        """Whether the service had handled this call before, and repeated its first answer."""
        return self.headers.get("idempotency-replayed") == "true"


@dataclass(frozen=True)
class File:
    """A file from the service. `content` is empty if it was written `into` another place while it came."""

    content: bytes = field(repr=False)
    name: str | None
    media_type: str
    headers: Mapping[str, str] = field(repr=False)

    def save(self, folder: Path | str) -> Path:
        """Write the file into a folder, under the name that the service gave it, and return where it is."""
        path = Path(folder) / (self.name or "download")
        path.write_bytes(self.content)
        return path


@dataclass(frozen=True)
class Event:
    """An event of a stream. Its `id` lets the stream be taken up again behind it."""

    name: str
    id: str
    data: Any


def file_name(headers: Mapping[str, str]) -> str | None:
    """The name in Content-Disposition without any folder, so that nobody else chooses where a file is written."""
    message = Message()
    message["Content-Disposition"] = headers.get("content-disposition", "")
    given = message.get_filename()
    name = (given or "").replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return name if name.strip(". ") else None


class EventLines:
    """Puts the lines of an event stream together."""

    def __init__(self) -> None:
        self._name, self._id = "message", ""
        self._data: list[str] = []

    def take(self, line: str) -> Iterator[Event]:
        """Take one line without its end; an empty line completes an event."""
        if not line:
            if self._data:
                yield Event(self._name, self._id, json.loads("\n".join(self._data)))
            self._name, self._data = "message", []
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "id":
            self._id = value
        elif name == "data":
            self._data.append(value)
