"""Search of a PDF file that is encrypted, but opens without a password, for active content; in a process of its own.

Owners restrict printing or copying that way; every reader opens such a file. Only packed objects are decrypted: names
elsewhere are never encrypted.
"""

import io
import json
import re
from collections.abc import Callable
from typing import Literal

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfparser import PDFParser

from app.engagements.files.pdf_names import (
    ENCRYPTION,
    MAX_OBJECTS,
    NotSearchable,
    expanded,
    is_active,
    packed_objects,
    unescaped,
)
from app.load_limits.bounded_process import Bounds, TaskFailed, TaskStopped, run_bounded

Verdict = Literal["clean", "active", "locked", "not_searchable"]
"""`locked`: it opens with a password only, or is encrypted in another way than by passwords."""

BOUNDS = Bounds(memory=1024 * 1024 * 1024, processor=20, wait=120)
_CRYPT_FILTER = re.compile(rb"/Crypt(?![A-Za-z0-9])")


def verdict_of_encrypted(data: bytes) -> Verdict:
    """Search the file in a process of its own."""
    try:
        verdict: Verdict = json.loads(run_bounded(__name__, data, BOUNDS))
    except (TaskFailed, TaskStopped):
        return "not_searchable"
    return verdict


def answer(data: bytes) -> str:
    """The verdict, in that process. What the library raises at damaged bytes ends it."""
    return json.dumps(_verdict(data))


def _verdict(data: bytes) -> Verdict:
    try:
        # Two ways to decrypt a file are two files: readers may choose the other one.
        if not _is_encrypted_once(data):
            return "not_searchable"
        decipher = PDFDocument(PDFParser(io.BytesIO(data)), caching=False).decipher
        if decipher is None:
            return "not_searchable"
        return "active" if _is_any_active(data, decipher) else "clean"
    except (PDFPasswordIncorrect, PDFEncryptionError):
        return "locked"
    except NotSearchable:
        return "not_searchable"


def _is_encrypted_once(data: bytes) -> bool:
    readable = unescaped(data)
    ways = [b" ".join(found.split()) for found in ENCRYPTION.findall(readable)]
    if not ways or len(set(ways)) > 1:
        return False
    if ways[0] == b"<<":
        return len(ways) == 1
    number, generation, _ = ways[0].split()
    written = rb"(?<!\d)0*%d\s+0*%d\s+obj" % (int(number), int(generation))
    return len(re.findall(written, readable)) == 1


def _is_any_active(data: bytes, decipher: Callable[[int, int, bytes], bytes]) -> bool:
    left = MAX_OBJECTS
    for packed in packed_objects(data):
        end = data.find(b"endstream", packed.start)
        if end < 0 or packed.number < 0 or _CRYPT_FILTER.search(packed.dictionary):
            raise NotSearchable
        plain = decipher(packed.number, packed.generation, data[packed.start : end])
        objects = expanded(plain, left, whole=True)
        left -= len(objects)
        if is_active(objects):
            return True
    return False
