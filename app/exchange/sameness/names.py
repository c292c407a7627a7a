"""Likeness of two names by what they are about: without the words that every name has, and with synonyms folded."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

from rapidfuzz import fuzz

from app.exchange.records.repetition import fold_name
from app.exchange.sameness.numerals import with_digits
from app.text.folding import simplified

VERSION = re.compile(
    r"[（(]?(?:v\d+(?:\.\d+)*|第[一二三四五六七八九十\d]+版|\d{4}版|更新|修订)[)）]?", re.IGNORECASE
)
_NUMERALS = re.compile(r"\d+(?:\.\d+)?")
_LETTERS = re.compile("(?<![A-Za-z])[A-Z]{1,3}(?=型|款|线|区|级|类|栋|座|系列)")
_SPACED = re.compile(r"[\s（）()《》“”\"'、，,—\-/·]+")


@dataclass(frozen=True, slots=True)
class ComparedName:
    """A name as it is compared with others, made once.

    Attributes:
        text: without its version, in half width, with its numbers in digits.
        numerals: the numbers in it; `letters` are those that stand for a type: A型.
        folded: see `fold_name`; `sorted` has its characters in order, with blanks between.
        subject: what it is about; `pairs` and `characters` are those of the subject.
        things: class of things → those of it that the name mentions.
    """

    text: str
    folded: str
    sorted: str
    subject: str
    pairs: frozenset[str]
    characters: frozenset[str]
    numerals: frozenset[str]
    letters: frozenset[str]
    things: Mapping[str, frozenset[str]]


@lru_cache(maxsize=16_384)
def compared(name: str) -> ComparedName:
    """The name, prepared: each row of a file is compared with hundreds of records."""
    name = simplified(name)
    text = with_digits(VERSION.sub("", name))
    folded, subject = fold_name(with_digits(name)), subject_of(text)
    return ComparedName(
        text,
        folded,
        " ".join(sorted(folded)),
        subject,
        frozenset(subject[index : index + 2] for index in range(len(subject) - 1)),
        frozenset(subject),
        frozenset(_NUMERALS.findall(text)),
        frozenset(_LETTERS.findall(text)),
        _things(text),
    )


def likeness(one: ComparedName, other: ComparedName) -> float:
    """0–100: of the names as they stand, or of what they are about, whichever is more."""
    if not one.folded or not other.folded:
        return 0.0
    return max(_alike(one, other), _about(one, other))


def _alike(one: ComparedName, other: ComparedName) -> float:
    a, b = one.folded, other.folded
    within = fuzz.partial_ratio(a, b) * 0.9 if min(len(a), len(b)) >= 6 else 0.0
    return max(fuzz.ratio(a, b), fuzz.ratio(one.sorted, other.sorted), within)


def _about(one: ComparedName, other: ComparedName) -> float:
    """How much of the shorter name's subject is in the longer one, by pairs of characters and by characters."""
    short, long = (one, other) if len(one.subject) <= len(other.subject) else (other, one)
    if len(short.subject) < 2:
        return 0.0
    common = len(short.pairs & long.pairs) / max(len(short.pairs), 1)
    letters = len(short.characters & long.characters) / len(short.characters)
    return 100 * (common + letters) / 2 if common else 0.0


def subject_of(text: str) -> str:
    """A name with one word for each meaning, and without words such as 技术, 系统 and 一种."""
    text = text.casefold()
    text = _synonyms().sub(lambda found: _data().first[found[0]], text)
    return _SPACED.sub("", _general().sub("", text))


def differing_class(one: ComparedName, other: ComparedName) -> str | None:
    """The class of things of which the two names have different ones: crops, metals, gases. None if there is none."""
    a, b = one.things, other.things
    return next((name for name in a if name in b and a[name].isdisjoint(b[name])), None)


def _things(name: str) -> Mapping[str, frozenset[str]]:
    """Class → the things of it that a name mentions, a longer word before the shorter ones in it."""
    text = name.casefold()
    text = _synonyms().sub(lambda found: _data().first[found[0]], text)
    found: dict[str, set[str]] = {}
    for match in _classed().finditer(text):
        found.setdefault(_data().classes[match[0]], set()).add(match[0].removesuffix("基"))
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
