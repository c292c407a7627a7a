"""Features of a manager for a pair. Pure. Higher is better in each, and no weight is below 0.

The weights of `text`, `expertise`, `track_record`, `work_sentences`, `work_words`, `field` and `region` are fitted to
judged pairs. The weights of the others are set by hand and order managers of equal fit (``scripts/tune/managers.py``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from app.matching.facts.constraints import OPEN_REGION
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts, TrackRecord
from app.matching.managers.nearness import (
    amount_brokered,
    field_agreement,
    language_fit,
    recency,
    region_served,
)
from app.matching.ranking.similarity import TextFeatures
from app.matching.space import Floats, unit
from app.matching.text.bm25 import CorpusStats, count_words
from app.matching.text.passages import sentences

# This many track records weigh as much as the text alone, so a newcomer is ranked by fit and not by an empty list.
TRACK_PRIOR = 1.0
EXPERIENCED_YEARS = 10
BEST_SENTENCES = 3
CERTIFICATES: Mapping[str, tuple[float, str, str]] = {
    "none": (0.0, "", ""),
    "primary": (1 / 3, "初级", "primary"),
    "intermediate": (2 / 3, "中级", "intermediate"),
    "advanced": (1.0, "高级", "advanced"),
}
# The weight of a certificate, years and brokered work that only the manager says, beside 1 for what is verified.
DECLARED = 0.25
# Minimum similarity for a track record to be named as similar work in the reasons.
NEAR_WORK = 0.3
TIERS: Mapping[str, float] = {"E": 1 / 3, "D": 2 / 3, "C": 1.0}


@dataclass(frozen=True, slots=True)
class EncodedManager:
    """A manager with their vectors: the whole text (d), and one row per sentence of `passages.sentences`.

    `acceptance` and `success` are relative to the mean (see ``track_records``); `tier` is C, D, E or None. Unknown
    values are neutral. `is_new` means that they have received few pushes. `verified_certificate` is the highest level
    that the bureau has verified, "none" for none of them; None where nothing is verified, as in judged sets.
    """

    facts: ManagerFacts
    vector: Floats
    sentences: Floats
    acceptance: float = 0.0
    success: float = 0.0
    tier: str | None = None
    is_new: bool = True
    verified_certificate: str | None = None

    @property
    def certificate(self) -> float:
        """0–1: the level that the bureau has verified, and a share of what is declared beyond it."""
        declared = CERTIFICATES.get(self.facts.certificate, CERTIFICATES["none"])[0]
        if self.verified_certificate is None:
            return declared
        verified = CERTIFICATES.get(self.verified_certificate, CERTIFICATES["none"])[0]
        return verified + DECLARED * max(0.0, declared - verified)

    def weight(self, verified: bool) -> float:
        """1 for what is verified, and where nothing is verified at all; else that of what only the manager says."""
        return 1.0 if verified or self.verified_certificate is None else DECLARED

    def by_works(self, best: Callable[[Sequence[TrackRecord]], float], otherwise: float) -> float:
        """A feature of the best of some works, shrunk towards `otherwise`. Ten works that are typed in weigh no more
        than one, and a verified work adds nothing to them."""
        works = self.facts.track_record
        if self.verified_certificate is None:
            return _shrunk(best(works), otherwise, len(works))
        declared = _shrunk(best(works), otherwise, DECLARED * min(1, len(works)))
        if verified := [work for work in works if work.verified]:
            return max(declared, _shrunk(best(verified), otherwise, len(verified)))
        return declared


@dataclass(frozen=True, slots=True)
class PairTarget:
    """The part of a pair that managers are compared with.

    `whole` (d) is one vector for both sides; `sentences` (1 + s, e) the same in the space of sentences, then the
    sentences of both. `words` are the words of either text.
    """

    demand: DemandFacts
    achievement: AchievementFacts
    whole: Floats
    sentences: Floats
    words: frozenset[str]
    stats: CorpusStats

    @classmethod
    def of(
        cls,
        demand: tuple[DemandFacts, TextFeatures],
        achievement: tuple[AchievementFacts, TextFeatures],
        stats: CorpusStats,
    ) -> "PairTarget":
        asked, offered = demand[1], achievement[1]
        return cls(
            demand=demand[0],
            achievement=achievement[0],
            whole=unit(asked.vector + offered.vector),
            sentences=np.vstack([unit(asked.aligned + offered.aligned), _rows(asked), _rows(offered)]),
            words=frozenset(asked.words) | frozenset(offered.words),
            stats=stats,
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
    target: PairTarget, side: EncodedManager, *, today: date
) -> tuple[dict[str, float], TrackRecord | None]:
    """Features by name, and the brokered work nearest to the pair."""
    facts, record = side.facts, side.facts.track_record
    by_text, nearest = _text_features(target, side)
    features = {
        **by_text,
        "field": max(
            field_agreement(facts.fields, target.demand.fields),
            field_agreement(facts.fields, target.achievement.fields),
        ),
        "region": region_served(facts.regions, target.demand.region),
        "certificate": side.certificate,
        "tier": TIERS.get(side.tier or "", 0.0),
        "experience": side.weight(facts.years_verified) * min(1.0, (facts.years or 0) / EXPERIENCED_YEARS),
        "recent_work": max(
            (side.weight(work.verified) * recency(work.year, today) for work in record), default=0.0
        ),
        "amount": max(
            side.weight(False) * amount_brokered(record),
            amount_brokered(tuple(work for work in record if work.verified)),
        ),
        "language": language_fit(facts.languages, target.languages),
        "cross_border": float(target.crosses_border and OPEN_REGION in facts.regions),
        "acceptance": side.acceptance,
        "success": side.success,
        "load": -min(1.0, facts.open_load / facts.capacity) if facts.capacity > 0 else -1.0,
    }
    return features, nearest


def _text_features(target: PairTarget, side: EncodedManager) -> tuple[dict[str, float], TrackRecord | None]:
    """The features of the texts, which are fitted, and the brokered work nearest to the pair."""
    works, rest = _split(side)
    text = float(side.vector @ target.whole)
    cosines = side.sentences @ target.sentences.T
    near = cosines[:, 0]
    # For each row, the mean of its three best sentence similarities.
    best = np.sort(cosines[:, 1:], axis=1)[:, -BEST_SENTENCES:].mean(axis=1)

    def best_row(values: Floats, chosen: Sequence[TrackRecord]) -> float:
        return _highest(values[[row for row, work in works.items() if work in chosen]])

    features = {
        "text": text,
        "expertise": _highest(near[rest], otherwise=text),
        "track_record": side.by_works(lambda chosen: best_row(near, chosen), text),
        "work_sentences": side.by_works(lambda chosen: best_row(best, chosen), _highest(best[rest])),
        "work_words": side.by_works(
            lambda chosen: max((_words_shared(work.title, target) for work in chosen), default=0.0),
            _words_shared(side.facts.expertise, target),
        ),
    }
    nearest = max(works, key=lambda row: float(near[row]), default=None)
    return features, works[nearest] if nearest is not None and near[nearest] >= NEAR_WORK else None


def _split(side: EncodedManager) -> tuple[dict[int, TrackRecord], list[int]]:
    """Sentence rows that are titles of brokered work, with that work; and the remaining rows."""
    by_title = {entry.title.strip(): entry for entry in side.facts.track_record}
    texts = sentences(side.facts)[: len(side.sentences)]
    works = {row: by_title[text] for row, text in enumerate(texts) if text in by_title}
    return works, [row for row in range(len(texts)) if row not in works]


def _shrunk(best: float, otherwise: float, works: float) -> float:
    return (works * best + TRACK_PRIOR * otherwise) / (works + TRACK_PRIOR)


def _highest(values: Floats, *, otherwise: float = 0.0) -> float:
    return float(values.max()) if len(values) else otherwise


def _words_shared(text: str, target: PairTarget) -> float:
    """Share (0–1) of the text's words that the pair also has, weighted by rarity."""
    words = _words_of(text)
    weights = [target.stats.idf(word) for word in words]
    total = sum(weights)
    shared = sum(weight for word, weight in zip(words, weights, strict=True) if word in target.words)
    return min(1.0, shared / total) if total else 0.0


@lru_cache(maxsize=20_000)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(count_words(text))


def _rows(side: TextFeatures) -> Floats:
    """A record without sentences (all too short) is represented by its main vector."""
    return np.asarray(side.sentences, np.float32) if len(side.sentences) else side.vector[None, :]
