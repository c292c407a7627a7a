"""Texts cut at the sentences that correspond, for the template to mark."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """A part of a text, `start` inclusive and `end` exclusive in characters, and the number of its pair from 1."""

    start: int
    end: int
    pair: int


@dataclass(frozen=True, slots=True)
class EvidencePiece:
    """A piece of a text; with the number of its pair if it is marked."""

    text: str
    pair: int | None = None


def find_span(text: str, sentence: str, pair: int) -> EvidenceSpan | None:
    """Where a sentence stands in a shown text; None if it is not there."""
    start = text.find(sentence) if sentence else -1
    return None if start < 0 else EvidenceSpan(start, start + len(sentence), pair)


def cut(text: str, spans: Iterable[EvidenceSpan]) -> tuple[EvidencePiece, ...]:
    """The text in pieces, which joined are the text. Of spans that overlap the longest is marked."""
    kept: list[EvidenceSpan] = []
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.pair)):
        is_inside = 0 <= span.start < span.end <= len(text)
        if is_inside and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    pieces: list[EvidencePiece] = []
    place = 0
    for span in sorted(kept, key=lambda one: one.start):
        if span.start > place:
            pieces.append(EvidencePiece(text[place : span.start]))
        pieces.append(EvidencePiece(text[span.start : span.end], span.pair))
        place = span.end
    if place < len(text):
        pieces.append(EvidencePiece(text[place:]))
    return tuple(pieces)
