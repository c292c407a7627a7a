"""Keys of interfaces, such as needTitle or contract_sign_date: the field that their English words name."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

ANY = "any"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._/-][A-Za-z0-9]+)*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words_of(key: str) -> str:
    """The words of a key in lower case: `need title` of needTitle; empty for what is no key."""
    if not _KEY.fullmatch(key):
        return ""
    return " ".join(word.lower() for word in _WORD.findall(key))


def field_of_key(key: str, kind: str) -> str | None:
    """The field of a kind of record that a key names by its words; None if it names none."""
    words = words_of(key)
    if not words:
        return None
    patterns = {**_patterns(kind), **_patterns(ANY)}
    return next((field for field, pattern in patterns.items() if pattern.search(words)), None)


@cache
def _patterns(kind: str) -> Mapping[str, re.Pattern[str]]:
    """Field → what the words of its keys end with, the narrower ones first."""
    text = (files(__package__) / "data" / "keys.json").read_text(encoding="utf-8")
    return {
        field: re.compile(f"(?:^|\\b)(?:{pattern})$") for field, pattern in json.loads(text)[kind].items()
    }
