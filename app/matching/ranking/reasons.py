"""Reasons for a match as plain values: sentences, features, figures and terms."""

from dataclasses import dataclass, fields
from typing import Any

from app.matching.facts.constraints import Term


@dataclass(frozen=True, slots=True)
class MetSentences:
    """One sentence from each side, and their centred cosine (−1 to 1)."""

    demand: str
    achievement: str
    similarity: float


@dataclass(frozen=True, slots=True)
class CountedFeature:
    """A feature with its `contribution` in logits; positive values raised the score, and the wording says so."""

    name: str
    group: str
    zh: str
    en: str
    contribution: float


@dataclass(frozen=True, slots=True)
class CountedGroup:
    """What the features of one group contributed together, in logits."""

    code: str
    zh: str
    en: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A required indicator (考核指标) and the offered one of the same quantity.

    `state` is holds or fails, or unsure: an indicator of which only the name without its prefix is the same (杆面硬度,
    硬度) and that does not hold. `same_name` is false for one that does.
    """

    required: str
    offered: str
    state: str
    zh: str
    en: str
    same_name: bool = True


@dataclass(frozen=True, slots=True)
class Reasons:
    one_line_zh: str
    one_line_en: str
    sentences: tuple[MetSentences, ...]
    figures: tuple[Figure, ...]
    groups: tuple[CountedGroup, ...]
    features: tuple[CountedFeature, ...]
    terms: tuple[Term, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values for storage and responses."""
        return {
            "one_line_zh": self.one_line_zh,
            "one_line_en": self.one_line_en,
            "sentences": [
                {"demand": met.demand, "achievement": met.achievement, "similarity": met.similarity}
                for met in self.sentences
            ],
            "figures": [_values(figure) for figure in self.figures],
            "groups": [_values(group) for group in self.groups],
            "features": [_values(feature) for feature in self.features],
            "terms": [
                {"code": term.code, "state": term.state, "zh": term.zh, "en": term.en} for term in self.terms
            ],
        }


_NAMES = {kind: tuple(one.name for one in fields(kind)) for kind in (Figure, CountedGroup, CountedFeature)}


def _values(row: Figure | CountedGroup | CountedFeature) -> dict[str, Any]:
    """As `dataclasses.asdict`, whose copying takes a fifth of a whole answer's time: these hold plain values only."""
    return {name: getattr(row, name) for name in _NAMES[type(row)]}
