"""What `test_bounded_process` lets a process of its own do."""

import os
import tempfile
from pathlib import Path


def answer(data: bytes) -> str:
    print("not the answer")  # noqa: T201 - libraries print, too
    if data == b"endless":
        while True:
            pass
    if data == b"too much":
        return str(len(bytearray(4 * 1024**3)))
    if data == b"surroundings":
        return str(sorted(os.environ))
    if data == b"a file":
        Path(tempfile.gettempdir(), f"bounded-{os.getpid()}").write_bytes(b"x")
    return data.decode()[::-1]
