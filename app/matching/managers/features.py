"""A manager and a pair as named numbers. Pure. More is better in each, and the model holds no weight below 0.

`text`, `expertise`, `track_record`, `work_sentences`, `work_words`, `field` and `region` are what judges grade by, and
are fitted; the others order managers of equal fit, by weights set by hand (see ``scripts/tune/managers.py``).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from app.matching.facts.constraints import OPEN_REGION
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts, TrackRecord
from app.matching.ranking.baseline import CorpusBaseline, Vectors, mean_centre
from app.matching.ranking.similarity import CorpusStatistics, TextFeatures
from app.matching.text.bm25 import CorpusStats, count_words
from app.matching.text.passages import sentences

# So many track records weigh as much as the text alone: a newcomer is ranked by fit, not by an empty list.
TRACK_PRIOR = 1.0
EXPERIENCED_YEARS = 10
BEST_SENTENCES = 3
# Half of what a brokered transfer says is left after so many years.
WORK_HALF_LIFE_YEARS = 4.0
# Contracts of tier C in one year (5,000 万元), in the rules of talent recognition; more is no better here.
MUCH_WORK_WAN = 5000.0
# Nearness in the tree of fields: one code covers the other ("20" and "207"), or both branch from one field.
COVERED_FIELD, SIBLING_FIELD, UNKNOWN_FIELD = 0.8, 0.5, 0.5
CERTIFICATES: Mapping[str, tuple[float, str, str]] = {
    "none": (0.0, "", ""),
    "primary": (1 / 3, "初级", "primary"),
    "intermediate": (2 / 3, "中级", "intermediate"),
    "advanced": (1.0, "高级", "advanced"),
}
# A track record as near as this is named in the reasons; below, it is too far to be called similar work.
NEAR_WORK = 0.3
TIERS: Mapping[str, float] = {"E": 1 / 3, "D": 2 / 3, "C": 1.0}


@dataclass(frozen=True, slots=True)
class EncodedManager:
    """A manager with their vectors: the whole text (d), and one row per sentence as `text.sentences` lists them.

    `acceptance` and `success` are above or below the mean (see ``history``), `tier` is C, D, E or None; all three are
    neutral where nobody knows them. `is_new`: got few pushes so far.
    """

    facts: ManagerFacts
    vector: Vectors
    sentences: Vectors
    acceptance: float = 0.0
    success: float = 0.0
    tier: str | None = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class PairTarget:
    """What of a pair managers are held against: `vectors` (1 + s, d) are one that stands for both sides and the
    sentences of both, all centred; `words` are those of either text."""

    demand: DemandFacts
    achievement: AchievementFacts
    vectors: Vectors
    words: frozenset[str]
    stats: CorpusStats

    @classmethod
    def of(
        cls,
        demand: tuple[DemandFacts, TextFeatures],
        achievement: tuple[AchievementFacts, TextFeatures],
        context: CorpusStatistics,
    ) -> "PairTarget":
        asked, offered = demand[1], achievement[1]
        asked_mean = context.demands.mean(asked.language)
        offered_mean = context.achievements.mean(offered.language)
        whole = mean_centre(asked.vector, asked_mean) + mean_centre(offered.vector, offered_mean)
        return cls(
            demand=demand[0],
            achievement=achievement[0],
            vectors=np.vstack(
                [
                    mean_centre(whole, np.float32(0.0)),
                    mean_centre(_rows(asked), asked_mean),
                    mean_centre(_rows(offered), offered_mean),
                ]
            ),
            words=frozenset(asked.words) | frozenset(offered.words),
            stats=context.achievement_words,
        )

    @property
    def languages(self) -> frozenset[str]:
        return frozenset({self.demand.language, self.achievement.language})

    @property
    def crosses_border(self) -> bool:
        """One side is overseas (企业出海, 成果入鲁): by its language or by its region."""
        regions = {self.demand.region, self.achievement.region} - {None}
        return len(self.languages) > 1 or (OPEN_REGION in regions and len(regions) > 1)


def manager_features(
    target: PairTarget, side: EncodedManager, usual: CorpusBaseline, *, today: date
) -> tuple[dict[str, float], TrackRecord | None]:
    """Features by name, and the brokered work nearest to the pair. `usual` is that of the managers."""
    facts = side.facts
    works, rest = _split(side)
    cosines = mean_centre(np.vstack([side.vector, side.sentences]), usual.mean("")) @ target.vectors.T
    text, near = float(cosines[0, 0]), cosines[1:, 0]
    # Of each row the mean with the three sentences that it meets best.
    best = np.sort(cosines[1:, 1:], axis=1)[:, -BEST_SENTENCES:].mean(axis=1)
    work_rows = list(works)
    features = {
        "text": text,
        "expertise": _highest(near[rest], otherwise=text),
        "track_record": _shrunk(_highest(near[work_rows]), text, len(works)),
        "work_sentences": _shrunk(_highest(best[work_rows]), _highest(best[rest]), len(works)),
        "work_words": _shrunk(
            max((_words_shared(entry.title, target) for entry in facts.track_record), default=0.0),
            _words_shared(facts.expertise, target),
            len(facts.track_record),
        ),
        "field": max(
            field_agreement(facts.fields, target.demand.fields),
            field_agreement(facts.fields, target.achievement.fields),
        ),
        "region": region_served(facts.regions, target.demand.region),
        "certificate": CERTIFICATES.get(facts.certificate, CERTIFICATES["none"])[0],
        "tier": TIERS.get(side.tier or "", 0.0),
        "experience": min(1.0, (facts.years or 0) / EXPERIENCED_YEARS),
        "recent_work": max((recency(entry.year, today) for entry in facts.track_record), default=0.0),
        "amount": amount_brokered(facts.track_record),
        "language": language_fit(facts.languages, target.languages),
        "cross_border": float(target.crosses_border and OPEN_REGION in facts.regions),
        "acceptance": side.acceptance,
        "success": side.success,
        "load": -min(1.0, facts.open_load / facts.capacity) if facts.capacity > 0 else -1.0,
    }
    nearest = max(work_rows, key=lambda row: float(near[row]), default=None)
    return features, works[nearest] if nearest is not None and near[nearest] >= NEAR_WORK else None


def field_agreement(own: tuple[str, ...], other: tuple[str, ...]) -> float:
    """1 the same code, 0.8 one covers the other, 0.5 branches of one field, 0 none of these; 0.5 if a side names none.

    Finer than the pairs' own nearness: who works in a whole field is not yet at home in each of its branches.
    """
    if not own or not other:
        return UNKNOWN_FIELD
    return max(_code_agreement(one, another) for one in own for another in other)


def _code_agreement(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if one.startswith(other) or other.startswith(one):
        return COVERED_FIELD
    return SIBLING_FIELD if one[:2] == other[:2] else 0.0


def region_served(served: tuple[str, ...], region: str | None) -> float:
    """1 served (370100 covers 3701xx, 370000 the province), 0.5 another part of the city, 0.25 of the province.

    0.5 when the demand's region or the manager's are unknown.
    """
    if not served or not region:
        return 0.5
    return max(_covers(code, region) for code in served)


def _covers(code: str, region: str) -> float:
    whole_province = code[2:] == "0000" and code != OPEN_REGION
    whole_city = code[4:] == "00" and not whole_province
    if (
        code == region
        or (whole_province and code[:2] == region[:2])
        or (whole_city and code[:4] == region[:4])
    ):
        return 1.0
    if code[:4] == region[:4]:
        return 0.5
    return 0.25 if code[:2] == region[:2] else 0.0


def language_fit(spoken: tuple[str, ...], needed: frozenset[str]) -> float:
    """0 speaks all that the pair needs, −1 lacks one of two languages, −0.4 the only one; unknown −0.25 and 0."""
    two = len(needed) > 1
    if not spoken:
        return -0.25 if two else 0.0
    if needed <= set(spoken):
        return 0.0
    return -1.0 if two else -0.4


def recency(year: int | None, today: date) -> float:
    """1 for work of this year, half as much every four years; 0.5 for a year that is not known."""
    if year is None:
        return 0.5
    return float(0.5 ** (max(0, today.year - year) / WORK_HALF_LIFE_YEARS))


def amount_brokered(works: tuple[TrackRecord, ...]) -> float:
    """Sum of the amounts on a logarithmic scale: 0 nothing known, 1 at 5,000 万元 or more."""
    total = float(sum(entry.amount_wan for entry in works if entry.amount_wan and entry.amount_wan > 0))
    return min(1.0, math.log1p(total) / math.log1p(MUCH_WORK_WAN))


def _split(side: EncodedManager) -> tuple[dict[int, TrackRecord], list[int]]:
    """Rows of the sentences that are titles of brokered work, with the work; and the other rows."""
    by_title = {entry.title.strip(): entry for entry in side.facts.track_record}
    texts = sentences(side.facts)[: len(side.sentences)]
    works = {row: by_title[text] for row, text in enumerate(texts) if text in by_title}
    return works, [row for row in range(len(texts)) if row not in works]


def _shrunk(best: float, otherwise: float, works: int) -> float:
    return (works * best + TRACK_PRIOR * otherwise) / (works + TRACK_PRIOR)


def _highest(values: Vectors, *, otherwise: float = 0.0) -> float:
    return float(values.max()) if len(values) else otherwise


def _words_shared(text: str, target: PairTarget) -> float:
    """Share of the text's words that the pair has, too, each weighing as much as it is rare; 0–1."""
    words = _words_of(text)
    weights = [target.stats.idf(word) for word in words]
    total = sum(weights)
    shared = sum(weight for word, weight in zip(words, weights, strict=True) if word in target.words)
    return min(1.0, shared / total) if total else 0.0


@lru_cache(maxsize=20_000)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(count_words(text))


def _rows(side: TextFeatures) -> Vectors:
    """A record without sentences (all too short) stands with its whole vector."""
    return side.sentences if len(side.sentences) else side.vector[None, :]
