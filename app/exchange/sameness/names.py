"""Likeness of two names by what they are about: without the words that every name has, and with synonyms folded."""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

from rapidfuzz import fuzz

from app.exchange.records.repetition import fold_name

VERSION = re.compile(
    r"[（(]?(?:v\d+(?:\.\d+)*|第[一二三四五六七八九十\d]+版|\d{4}版|更新|修订)[)）]?", re.IGNORECASE
)
_SPACED = re.compile(r"[\s（）()《》“”\"'、，,—\-/·]+")


def likeness(one: str, other: str) -> float:
    """0–100: of the names as they stand, or of what they are about, whichever is more."""
    a, b = fold_name(one), fold_name(other)
    if not a or not b:
        return 0.0
    return max(_alike(a, b), _about(one, other))


def _alike(a: str, b: str) -> float:
    within = fuzz.partial_ratio(a, b) * 0.9 if min(len(a), len(b)) >= 6 else 0.0
    return max(fuzz.ratio(a, b), fuzz.token_sort_ratio(" ".join(a), " ".join(b)), within)


def _about(one: str, other: str) -> float:
    """How much of the shorter name's subject is in the longer one, by pairs of characters and by characters."""
    a, b = subject_of(one), subject_of(other)
    short, long = sorted((a, b), key=len)
    if len(short) < 2:
        return 0.0
    pairs, other_pairs = _pairs(short), _pairs(long)
    common = len(pairs & other_pairs) / max(len(pairs), 1)
    letters = len(set(short) & set(long)) / len(set(short))
    return 100 * (common + letters) / 2 if common else 0.0


def _pairs(text: str) -> set[str]:
    return {text[index : index + 2] for index in range(len(text) - 1)}


@lru_cache(maxsize=4096)
def subject_of(name: str) -> str:
    """The name with one word for each meaning, and without words such as 技术, 系统 and 一种."""
    text = unicodedata.normalize("NFKC", VERSION.sub("", name)).casefold()
    text = _synonyms().sub(lambda found: _data().first[found[0]], text)
    return _SPACED.sub("", _general().sub("", text))


def differing_class(one: str, other: str) -> str | None:
    """The class of things of which the two names have different ones: crops, metals, gases. None if there is none."""
    a, b = _things(one), _things(other)
    return next((name for name in a if name in b and a[name].isdisjoint(b[name])), None)


@lru_cache(maxsize=4096)
def _things(name: str) -> Mapping[str, frozenset[str]]:
    """Class → the things of it that a name mentions, a longer word before the shorter ones in it."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _synonyms().sub(lambda found: _data().first[found[0]], text)
    found: dict[str, set[str]] = {}
    for match in _classed().finditer(text):
        found.setdefault(_data().classes[match[0]], set()).add(match[0])
    return {name: frozenset(things) for name, things in found.items()}


class _Data:
    """The word lists: word → the first of its synonyms, word → its class, and general words."""

    def __init__(self) -> None:
        text = (files(__package__) / "data" / "words.json").read_text(encoding="utf-8")
        raw: Mapping[str, Mapping[str, str]] = json.loads(text)
        groups = [group.split() for group in raw["synonyms"].values()]
        self.first = {word: group[0] for group in groups for word in group}
        self.classes = {
            self.first.get(word, word): name
            for name, words in raw["classes"].items()
            for word in words.split()
        }
        self.general = list(chain.from_iterable(words.split() for words in raw["general"].values()))


@cache
def _data() -> _Data:
    return _Data()


@cache
def _synonyms() -> re.Pattern[str]:
    return _any_of(_data().first)


@cache
def _classed() -> re.Pattern[str]:
    return _any_of(_data().classes)


@cache
def _general() -> re.Pattern[str]:
    return _any_of(_data().general)


def _any_of(words: "Mapping[str, str] | list[str]") -> re.Pattern[str]:
    """Longer words first; one in Latin letters stands alone: `ai` is no part of repair."""
    patterns = (
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile("|".join(patterns))
