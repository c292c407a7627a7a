"""The texts of the background: needs, remedies and decoys of all trades, written without a look at any judged set.

`triples`: a need in a foreman's words, its remedy in an inventor's, and a decoy that shares the need's words. `needs`:
one need as several firms word it, its remedy, one for a neighbouring product, and three decoys.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from typing import Any

from app.matching.space import Side
from app.matching.text.legible import legible

_DATA = "data"


@dataclass(frozen=True, slots=True)
class BackgroundText:
    """One text. `remedy` says whether an achievement is a remedy or a decoy; None where nobody said. `entry` is false
    for texts of another manner than a catalogue's, such as abstracts of papers."""

    side: Side
    language: str
    text: str
    remedy: bool | None = None
    entry: bool = True


@dataclass(frozen=True, slots=True)
class BackgroundTriple:
    """A need, its remedy, and a decoy that shares the need's words."""

    demand: str
    remedy: str
    decoy: str


def background_texts() -> list[BackgroundText]:
    """All of them, in a fixed order; profiles are not among them."""
    return [*_triples(), *_needs()]


def background_triples(count: int) -> list[BackgroundTriple]:
    """The first of them."""
    return [
        BackgroundTriple(legible(row["demand"]), legible(row["achievement"]), legible(row["decoy"]))
        for row in islice(_rows("triples"), count)
    ]


def record_text(row: dict[str, Any]) -> str:
    """The text of a row of records as the encoders read it."""
    fields = ("title", "description", "summary", "targets", "advantages", "applications")
    values = (row.get(name) or "" for name in fields)
    texts = ("；".join(value) if isinstance(value, list) else value for value in values)
    return "\n".join(text for text in map(legible, texts) if text)


def _triples() -> Iterator[BackgroundText]:
    for row in _rows("triples"):
        language = "en" if row.get("en") else "zh"
        yield BackgroundText("query", "zh", legible(row["demand"]))
        yield BackgroundText("passage", language, legible(row["achievement"]), remedy=True)
        yield BackgroundText("passage", language, legible(row["decoy"]), remedy=False)


def _needs() -> Iterator[BackgroundText]:
    for row in _rows("needs"):
        for name, language in (("formal", "zh"), ("spoken", "zh"), ("en", "en")):
            yield BackgroundText("query", language, record_text(row[name]))
        for name, language in (("solution", "zh"), ("solution_en", "en"), ("adapt", "zh")):
            if row.get(name):
                yield BackgroundText("passage", language, record_text(row[name]), remedy=True)
        for decoy in row["decoys"]:
            yield BackgroundText("passage", "zh", record_text(decoy), remedy=False)


def _rows(folder: str) -> Iterator[dict[str, Any]]:
    files = (resources.files(__package__) / _DATA / folder).iterdir()
    for file in sorted(files, key=lambda file: file.name):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
