"""The score of managers for a pair, with reasons and conflicts. Pure; the caller supplies the vectors.

The model is monotone and additive, like the ranker of pairs, over the features of ``managers.features``.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources

from app.matching.facts.conflicts_of_interest import ConflictOfInterest
from app.matching.facts.hidden_owners import noticeable_conflict
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.managers.features import EncodedManager, PairTarget, manager_features
from app.matching.managers.reasons import reasons_of
from app.matching.managers.track_records import FIT_FLOOR, with_newcomers
from app.matching.ranking.ranker import logistic
from app.matching.ranking.similarity import TextFeatures
from app.matching.text.bm25 import CorpusStats

FindConflict = Callable[
    [ManagerFacts, DemandFacts, AchievementFacts, Mapping[str, str]], ConflictOfInterest | None
]

MODEL_FILE = "managers.json"
LEAST_FIT = 0.1
"""The lowest score of a recommendation: below it neither field, region nor track record supports the manager."""
PUT_FORWARD = ("新入库技术经理人优先展示", "new to the library: put forward")


@dataclass(frozen=True, slots=True)
class ScoredManager:
    """A scored manager. `recommended` is false with a conflict of interest or without a free slot; both are shown.

    `put_forward`: a newcomer in a reserved slot, above a manager with a higher score.
    """

    manager_id: str
    score: float
    recommended: bool
    full: bool
    is_new: bool
    conflict: ConflictOfInterest | None
    contributions: Mapping[str, float]
    best_work: str | None
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]
    put_forward: bool = False
    verified: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManagerModel:
    version: str
    base: float
    weights: Mapping[str, float]


@cache
def shipped_model() -> ManagerModel:
    """
    Raises:
        ValueError: a weight is below 0, so a better manager could be ranked lower.
    """
    data = json.loads((resources.files(__package__) / "data" / MODEL_FILE).read_text(encoding="utf-8"))
    model = ManagerModel(str(data["version"]), float(data["base"]), data["weights"])
    if min(model.weights.values()) < 0:
        raise ValueError(f"{MODEL_FILE} has a weight below 0")
    return model


def rank_managers(
    demand: tuple[DemandFacts, TextFeatures],
    achievement: tuple[AchievementFacts, TextFeatures],
    managers: Sequence[EncodedManager],
    *,
    stats: CorpusStats,
    today: date,
    org_family: Mapping[str, str] | None = None,
    model: ManagerModel | None = None,
    newcomer_share: float = 0.0,
    find_conflict: FindConflict = noticeable_conflict,
) -> list[ScoredManager]:
    """All managers: those who may be recommended first, each group by score except for newcomer slots.

    `stats` are the word statistics of the achievements; `newcomer_share` is the share of reserved slots (see
    `with_newcomers`). `find_conflict` is `find_conflict_of_interest` for those who know both owners.
    """
    model = model or shipped_model()
    target = PairTarget.of(demand, achievement, stats)
    scored = sorted(
        (_scored(target, side, model, org_family, today, find_conflict) for side in managers),
        key=lambda one: (-one.score, one.manager_id),
    )
    placed = with_newcomers(
        [one for one in scored if one.recommended],
        eligible=lambda one: one.is_new and one.score >= FIT_FLOOR,
        seed=f"{demand[0].id}/{achievement[0].id}",
        share=newcomer_share,
    )
    first = [_put_forward(place.one) if place.put_forward else place.one for place in placed]
    return [*first, *(one for one in scored if not one.recommended)]


def _scored(
    target: PairTarget,
    side: EncodedManager,
    model: ManagerModel,
    org_family: Mapping[str, str] | None,
    today: date,
    find: FindConflict,
) -> ScoredManager:
    features, work = manager_features(target, side, today=today)
    contributions = {name: model.weights[name] * value for name, value in features.items()}
    facts = side.facts
    found = find(facts, target.demand, target.achievement, org_family or {})
    full = facts.open_load >= facts.capacity
    best_work = work.title.strip() if work else None
    score = logistic(model.base + sum(contributions.values()))
    zh, en = reasons_of(target, side, features, work, found, full=full, poor=score < LEAST_FIT)
    return ScoredManager(
        manager_id=facts.id,
        score=score,
        recommended=_may_be_recommended(facts, found, full=full) and score >= LEAST_FIT,
        full=full,
        is_new=side.is_new,
        conflict=found,
        contributions=contributions,
        best_work=best_work,
        reasons_zh=zh,
        reasons_en=en,
        verified=_verified(side),
    )


def _may_be_recommended(facts: ManagerFacts, found: ConflictOfInterest | None, *, full: bool) -> bool:
    is_away = facts.has_left or facts.suspended or facts.on_leave_until is not None
    return found is None and not full and not is_away


def _verified(side: EncodedManager) -> dict[str, str | None]:
    """Who has verified the certificate, the brokered work and the years of practice: the bureau, or nobody (None)."""
    level = side.verified_certificate or "none"
    is_verified = level != "none" and level == side.facts.certificate
    works = any(work.verified for work in side.facts.track_record)
    held = {"certificate": is_verified, "track_record": works, "years": side.facts.years_verified}
    return {name: "bureau" if verified else None for name, verified in held.items()}


def _put_forward(one: ScoredManager) -> ScoredManager:
    zh, en = PUT_FORWARD
    return replace(one, put_forward=True, reasons_zh=(zh, *one.reasons_zh), reasons_en=(en, *one.reasons_en))
