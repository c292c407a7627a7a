"""Names in the bytes of a PDF file that make it run or load something, and the packed objects where others may hide.

A file is searched as a whole, objects that no page refers to included: a reader may find them by another way.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_OBJECTS = 64 * 1024 * 1024
"""Bytes of all packed objects of a PDF file; pages and pictures are not among them."""
_DICTIONARY = 4096
"""Bytes before the keyword `stream` in which its dictionary is looked for."""

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PACKED_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_NUMBERS = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+$")
# Of names that are shorter than eight characters, also what must follow: pictures hold any three letters by chance.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])"
    rb"|/S\s*/GoToE(?![A-Za-z0-9])"
    rb"|/XFA\s*(?:\[|\d+\s+\d+\s+R)"
)
ENCRYPTION = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
"""That a file is encrypted, with the reference to how."""


class NotSearchable(Exception):
    """The file is packed so that nobody can tell what it holds."""


@dataclass(frozen=True, slots=True)
class PackedObjects:
    """A stream of objects: the number and generation of its own object, its dictionary, and where its bytes begin."""

    number: int
    generation: int
    dictionary: bytes
    start: int


def unescaped(data: bytes) -> bytes:
    """With names as they are meant: `#61` is `a`. Bytes of streams change, too."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data) if b"#" in data else data


def is_active(data: bytes) -> bool:
    """Whether these bytes, which are `unescaped`, have a name that makes them run or load something."""
    return _ACTIVE.search(data) is not None


def packed_objects(data: bytes) -> Iterator[PackedObjects]:
    """Every stream of packed objects of a file as it is.

    Raises:
        NotSearchable: at the end, if there is one whose dictionary was not found.
    """
    expected = len(_PACKED_OBJECTS.findall(unescaped(data)))
    seen = 0
    for found in _STREAM.finditer(data) if expected else ():
        before, _, dictionary = data[max(0, found.start() - _DICTIONARY) : found.start()].rpartition(b"obj")
        dictionary = unescaped(dictionary)
        if not _PACKED_OBJECTS.search(dictionary):
            continue
        seen += 1
        numbers = _NUMBERS.search(before)
        number, generation = (int(numbers[1]), int(numbers[2])) if numbers else (-1, -1)
        yield PackedObjects(number, generation, dictionary, found.end())
    if seen != expected:
        raise NotSearchable


def expanded(packed: bytes | memoryview, limit: int, *, whole: bool = False) -> bytes:
    """The objects of a packed stream, `unescaped`: they begin with pairs of numbers.

    Args:
        limit: there must be fewer bytes.
        whole: the end of the stream must be among the bytes.

    Raises:
        NotSearchable: it is packed in another way, or too large.
    """
    expander = zlib.decompressobj()
    try:
        objects = expander.decompress(packed, limit)
    except zlib.error as error:
        raise NotSearchable from error
    if len(objects) >= limit or not objects.lstrip()[:1].isdigit() or (whole and not expander.eof):
        raise NotSearchable
    return unescaped(objects)
