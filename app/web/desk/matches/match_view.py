"""A match as its page shows it: both texts cut at the sentences that correspond, terms, figures and their weight."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.libraries.record.enums import RecordKind, ViewLevel
from app.matching.lists.bands import Band, band_of
from app.matching.lists.schemas import MatchesOut, MatchOut
from app.web.i18n import Language
from app.web.i18n import mark as _
from app.web.views.evidence import EvidencePiece, EvidenceSpan, cut
from app.web.views.pair_reasons import SentencePair, terms_of
from app.web.views.terms import TermView

_TEXTS: Mapping[RecordKind, Mapping[str, str]] = {
    RecordKind.DEMAND: {
        "title": _("名称"),
        "main_problem": _("主要问题"),
        "scenario": _("应用场景与工况"),
        "key_technology": _("技术关键"),
        "expected_goal": _("预期目标"),
    },
    RecordKind.ACHIEVEMENT: {
        "title": _("名称"),
        "summary": _("成果简介"),
        "advantages": _("技术优势"),
        "innovations": _("创新点"),
        "problem_solved": _("解决的问题"),
        "scenarios": _("应用场景"),
    },
}
_SIDES = {RecordKind.DEMAND: "demand", RecordKind.ACHIEVEMENT: "achievement"}
_LEAST_WEIGHT = 0.05
"""Contributions in logits below this are not drawn."""


@dataclass(frozen=True, slots=True)
class MarkedText:
    """One field of one side, in pieces."""

    label: str
    pieces: tuple[EvidencePiece, ...]


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match.

    Attributes:
        score: None for a reader whose organisation is not verified, who sees only the band.
        is_reasoned: whether the reader may see the reasons.
        pairs: sentences that correspond, for narrow screens, and those that stand in no shown field as they are.
        weights: name and contribution in logits of each group.
    """

    rank: int
    record: Mapping[str, Any]
    score: float | None
    band: Band
    good: bool
    is_reasoned: bool
    one_line: tuple[str, str]
    terms: tuple[TermView, ...]
    demand: tuple[MarkedText, ...]
    achievement: tuple[MarkedText, ...]
    pairs: tuple[SentencePair, ...]
    figures: Sequence[Mapping[str, Any]]
    weights: tuple[tuple[tuple[str, str], float], ...]
    similar: int


def match_views(
    answer: MatchesOut,
    own: Mapping[str, Any],
    kind: RecordKind,
    *,
    language: Language,
    with_scores: bool,
) -> tuple[MatchView, ...]:
    """The matches of the reader's own record, which is of this kind."""
    return tuple(_view(item, own, kind, language, with_scores) for item in answer.items)


def _view(
    item: MatchOut, own: Mapping[str, Any], kind: RecordKind, language: Language, with_scores: bool
) -> MatchView:
    reasons = item.reasons
    demand, achievement = (own, item.record) if kind is RecordKind.DEMAND else (item.record, own)
    pairs = tuple(
        SentencePair(number, met["demand"], met["achievement"])
        for number, met in enumerate(reasons["sentences"], 1)
    )
    placed = {
        number: met
        for number, met in enumerate(reasons["sentences"], 1)
        if met["demand_span"] is not None and met["achievement_span"] is not None
    }
    return MatchView(
        rank=item.rank,
        record=item.record,
        score=item.score if with_scores else None,
        band=band_of(item.score, good=item.good),
        good=item.good,
        is_reasoned=item.record["view_level"] >= ViewLevel.LOGGED_IN,
        one_line=(reasons["one_line_zh"], reasons["one_line_en"]),
        terms=terms_of(reasons, language),
        demand=tuple(_marked(RecordKind.DEMAND, demand, placed)),
        achievement=tuple(_marked(RecordKind.ACHIEVEMENT, achievement, placed)),
        pairs=pairs,
        figures=reasons["figures"],
        weights=tuple(
            ((group["zh"], group["en"]), group["contribution"])
            for group in reasons["groups"]
            if abs(group["contribution"]) >= _LEAST_WEIGHT
        ),
        similar=len(item.similar),
    )


def _marked(
    kind: RecordKind, record: Mapping[str, Any], placed: Mapping[int, Mapping[str, Any]]
) -> Iterator[MarkedText]:
    side = _SIDES[kind]
    for name, label in _TEXTS[kind].items():
        value = record.get(name)
        entries = enumerate(value) if isinstance(value, list) else ((None, value),)
        for place, text in entries:
            if text:
                path = name if place is None else f"{name}.{place}"
                spans = [
                    EvidenceSpan(met[f"{side}_span"][0], met[f"{side}_span"][1], number)
                    for number, met in placed.items()
                    if met[f"{side}_field"] == path
                ]
                yield MarkedText(label if not place else "", cut(text, spans))
