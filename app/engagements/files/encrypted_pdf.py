"""The process in which a PDF file that is encrypted, but opens without a password, is searched for active content.

Owners restrict printing or copying that way; every reader opens such a file. Only packed objects are decrypted: names
elsewhere are never encrypted. The file comes on standard input, and JSON goes to standard output; the operating system
ends what takes too much time or memory.
"""

import io
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfparser import PDFParser

import app
from app.engagements.files.pdf_names import (
    ENCRYPTION,
    MAX_OBJECTS,
    NotSearchable,
    expanded,
    is_active,
    packed_objects,
    unescaped,
)

Verdict = Literal["clean", "active", "locked", "not_searchable"]
"""`locked`: it opens with a password only, or is encrypted in another way than by passwords."""

MAX_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space."""
MAX_SECONDS = 20
"""Of the processor."""
_MAX_WAIT = 120
"""Seconds on a busy machine."""
_CHECK = "import sys; sys.path.insert(0, sys.argv[1]); from app.engagements.files.encrypted_pdf import main; main()"
_CRYPT_FILTER = re.compile(rb"/Crypt(?![A-Za-z0-9])")


def verdict_of_encrypted(data: bytes) -> Verdict:
    """Search the file in a process of its own."""
    command = [sys.executable, "-P", "-c", _CHECK, str(Path(app.__file__).parents[1])]
    try:
        done = subprocess.run(  # noqa: S603 - all fixed
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MAX_WAIT,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return "not_searchable"
    verdict: Verdict = json.loads(done.stdout)
    return verdict


def main() -> None:
    """Answer a verdict. What the library raises at damaged bytes ends the process."""
    for limit, most in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS)):
        resource.setrlimit(limit, (most, most))
    sys.stdout.write(json.dumps(_verdict(sys.stdin.buffer.read())))


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
