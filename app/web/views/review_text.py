"""A text as a reviewer reads it: what was added and removed since they last saw it, and what the checks mark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

_PARTS = re.compile(r"[A-Za-z0-9.%]+|\s+|.", re.DOTALL)
_CLAUSES = re.compile(r"[^，。；,;\n]*[，。；,;\n]?")
_LONG = 1500
"""From this length on, clauses are compared instead of characters, so that a page is made at once."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReviewPiece:
    """A piece of a text.

    Attributes:
        kind: empty, `added`, `removed` or `marked`.
    """

    text: str
    kind: str = ""


def review_pieces(text: str, before: str | None, marks: Sequence[Span] = ()) -> tuple[ReviewPiece, ...]:
    """The text in pieces; the pieces that are not `removed` make the text. `before` is None for a new one."""
    pieces: list[ReviewPiece] = []
    place = 0
    for piece in _compared(before, text) if before is not None else [ReviewPiece(text)]:
        if piece.kind == "removed":
            pieces.append(piece)
            continue
        pieces += _marked(piece, place, marks)
        place += len(piece.text)
    return tuple(pieces)


def _compared(before: str, text: str) -> Iterator[ReviewPiece]:
    parts = _CLAUSES if len(before) + len(text) > _LONG else _PARTS
    old, new = parts.findall(before), parts.findall(text)
    for name, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        removed, added = "".join(old[a:b]), "".join(new[c:d])
        if name == "equal":
            yield ReviewPiece(added)
            continue
        if removed:
            yield ReviewPiece(removed, "removed")
        if added:
            yield ReviewPiece(added, "added")


def _marked(piece: ReviewPiece, place: int, marks: Sequence[Span]) -> Iterator[ReviewPiece]:
    """The piece, which begins at `place`, cut where a mark begins or ends."""
    end = place + len(piece.text)
    cuts = sorted({place, end, *(cut for mark in marks for cut in mark if place < cut < end)})
    for first, last in pairwise(cuts):
        is_marked = any(start <= first and last <= stop for start, stop in marks)
        yield ReviewPiece(piece.text[first - place : last - place], "marked" if is_marked else piece.kind)
