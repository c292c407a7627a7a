"""Why a pair matches, as templates draw it: hard terms and the sentences that correspond."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.web.i18n import Language
from app.web.i18n import mark as _
from app.web.views.evidence import EvidencePiece, cut, find_span
from app.web.views.terms import TermView

_LABELS: Mapping[str, str] = MappingProxyType(
    {"trl": _("成熟度"), "price": _("价格"), "mode": _("方式"), "region": _("地区")}
)


@dataclass(frozen=True, slots=True)
class SentencePair:
    """Two sentences that correspond, and the number of the pair from 1."""

    number: int
    demand: str
    achievement: str


def terms_of(reasons: Mapping[str, Any], language: Language) -> tuple[TermView, ...]:
    """The hard terms of stored reasons; none where the reader may not see them."""
    return tuple(
        TermView(_LABELS.get(term["code"], term["code"]), term["state"], term[language])
        for term in reasons.get("terms", ())
    )


def sentences_of(reasons: Mapping[str, Any]) -> tuple[SentencePair, ...]:
    """The sentences of stored reasons, nearest first."""
    return tuple(
        SentencePair(number, pair["demand"], pair["achievement"])
        for number, pair in enumerate(reasons.get("sentences", ()), 1)
    )


def marked(text: str, sentences: Iterable[SentencePair], side: str) -> tuple[EvidencePiece, ...]:
    """A text of one side (demand or achievement), cut at the sentences that stand in it."""
    spans = (find_span(text, getattr(pair, side), pair.number) for pair in sentences)
    return cut(text, [span for span in spans if span is not None])


def in_both(demand: str, achievement: str, sentences: Iterable[SentencePair]) -> tuple[SentencePair, ...]:
    """The pairs of which both sentences stand in the shown texts, so that each mark leads to the other side."""
    sentences = tuple(sentences)
    shown = [
        {piece.pair for piece in marked(text, sentences, side)}
        for text, side in ((demand, "demand"), (achievement, "achievement"))
    ]
    return tuple(pair for pair in sentences if all(pair.number in numbers for numbers in shown))
