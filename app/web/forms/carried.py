"""The problem that a stranger typed at `/try`, carried in cookies of their browser until they have an account.

The service stores nothing of it. It ends in the form of a new demand, after registration, mail and login.
"""

import base64
import zlib
from collections.abc import Mapping
from datetime import timedelta

from fastapi import Response

_COOKIE = "sanku-problem-"
_LENGTH = 3_500  # browsers keep 4096 bytes a cookie, name and attributes included
_PARTS = 3
_LONGEST = 20_000  # bytes
_KEPT = timedelta(days=3)


def carry(response: Response, problem: str) -> bool:
    """Keep the text in the browser; False for one that is too long for it."""
    packed = base64.urlsafe_b64encode(zlib.compress(problem.encode(), 9)).decode()
    parts = [packed[start : start + _LENGTH] for start in range(0, len(packed), _LENGTH)]
    if len(parts) > _PARTS or len(problem.encode()) > _LONGEST:
        return False
    age = int(_KEPT.total_seconds())
    for number in range(_PARTS):
        part = parts[number] if number < len(parts) else ""
        response.set_cookie(f"{_COOKIE}{number}", part, max_age=age, path="/", samesite="lax", httponly=True)
    return True


def carried(cookies: Mapping[str, str]) -> str:
    """The text that the browser keeps; nothing if there is none, or it is damaged."""
    packed = "".join(cookies.get(f"{_COOKIE}{number}", "") for number in range(_PARTS))
    try:
        return zlib.decompressobj().decompress(base64.urlsafe_b64decode(packed), _LONGEST).decode()
    except (ValueError, zlib.error):
        return ""


def drop(response: Response) -> None:
    """The browser keeps it no longer."""
    for number in range(_PARTS):
        response.delete_cookie(f"{_COOKIE}{number}", path="/", samesite="lax", httponly=True)
