"""Managers for a pair, from the store: who could, what they did, whose conflicts; scored by ``managers``."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.accounts.organisations.service import families
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.candidates.encoded_records import stored_text_features
from app.matching.facts.from_records import manager_facts
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.index import IndexFilter, VectorIndex
from app.matching.managers.features import EncodedManager
from app.matching.managers.score import ScoredManager, rank_managers
from app.matching.managers.shrinkage import PushHistory, Tally, above_the_mean
from app.matching.ranking.corpus_statistics import StoreStatistics
from app.matching.ranking.similarity import TextFeatures
from app.matching.results import ManagerRecommendation

OpenLoad = Callable[[Session, Collection[UUID]], Mapping[UUID, int]]
PushHistories = Callable[[Session, Collection[UUID]], Mapping[UUID, PushHistory]]
Outcomes = Callable[[Session, Collection[UUID]], Mapping[UUID, Tally]]
Tiers = Callable[[Session, Collection[UUID]], Mapping[UUID, str]]

# Managers nearest to either side of the pair; field, region and track record then decide among them.
CANDIDATES = 200


def _nothing_known(_: Session, __: Collection[UUID]) -> Mapping[UUID, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class ManagerLookups:
    """What other concepts know of managers, handed in because matching knows none of them. Who is not in an answer has
    no history, no outcome or no tier.

    `outcomes` are engagements that came to a contract, against those that ended without one. `newcomer_share` of the
    places of each list is reserved for newcomers, 0–1.
    """

    open_load: OpenLoad = _nothing_known
    histories: PushHistories = _nothing_known
    outcomes: Outcomes = _nothing_known
    tiers: Tiers = _nothing_known
    newcomer_share: float = 0.0


@dataclass(frozen=True, slots=True)
class PairToBroker:
    """Both sides of a pair, as facts and as text."""

    demand: DemandFacts
    achievement: AchievementFacts
    demand_text: TextFeatures
    achievement_text: TextFeatures


def managers_for(
    session: Session,
    pair: PairToBroker,
    *,
    index: VectorIndex,
    context: StoreStatistics,
    lookups: ManagerLookups,
    limit: int,
    today: date,
) -> list[ManagerRecommendation]:
    """Those to be recommended first, then those with a conflict or without a free place, each group by score.

    Some places of the first group may be reserved for newcomers (see ``exploration``).
    """
    nearest = index.search(
        session,
        np.stack([pair.demand_text.vector, pair.achievement_text.vector]),
        CANDIDATES,
        IndexFilter(kind=RecordKind.MANAGER, valid_on=today),
    )
    records = _published_managers(session, [hit.record_id for hit in nearest])
    sides = _sides(session, records, lookups, model_id=index.model_id, today=today)
    ranked = rank_managers(
        (pair.demand, pair.demand_text),
        (pair.achievement, pair.achievement_text),
        sides,
        context=context.pairs,
        managers_usual=context.managers,
        today=today,
        org_family=_family(session, pair, [side.facts for side in sides]),
        newcomer_share=lookups.newcomer_share,
    )
    return [_recommendation(scored) for scored in ranked[:limit]]


def _sides(
    session: Session,
    records: Mapping[UUID, Manager],
    lookups: ManagerLookups,
    *,
    model_id: str,
    today: date,
) -> list[EncodedManager]:
    ids = list(records)
    load = lookups.open_load(session, ids)
    histories = lookups.histories(session, ids)
    acceptance = above_the_mean({id_: history.answers for id_, history in histories.items()})
    success = above_the_mean(lookups.outcomes(session, ids))
    tiers = lookups.tiers(session, ids)
    return [
        EncodedManager(
            facts=manager_facts(records[id_], open_load=load.get(id_, 0), today=today),
            vector=text.vector,
            sentences=np.asarray(text.sentences, np.float32),
            acceptance=acceptance.get(id_, 0.0),
            success=success.get(id_, 0.0),
            tier=tiers.get(id_),
            is_new=histories.get(id_, PushHistory()).is_new,
        )
        for id_, text in stored_text_features(session, model_id, ids).items()
    ]


def _published_managers(session: Session, ids: Sequence[UUID]) -> dict[UUID, Manager]:
    query = (
        select(Manager)
        .join(Organisation, Organisation.id == Manager.owner_org_id)
        # Whoever registers himself as a manager must not sit in the places of those the bureau knows.
        .where(Manager.id.in_(ids), Manager.state == RecordState.PUBLISHED, Organisation.trusted)
    )
    return {manager.id: manager for manager in session.scalars(query) if manager.accepts_pushes}


def _family(session: Session, pair: PairToBroker, managers: Collection[ManagerFacts]) -> dict[str, str]:
    """Organisation → the topmost that controls it, for everybody who might be in conflict."""
    involved = {*pair.demand.party_orgs, *pair.achievement.party_orgs}
    for facts in managers:
        involved.update(facts.affiliations, facts.declared_conflicts)
    return {str(org): str(head) for org, head in families(session, {UUID(id_) for id_ in involved}).items()}


def _recommendation(scored: ScoredManager) -> ManagerRecommendation:
    reasons: dict[str, Any] = {
        "one_line_zh": "；".join(scored.reasons_zh) or "专长与该供需对相近",
        "one_line_en": "; ".join(scored.reasons_en) or "expertise near to this pair",
        "zh": list(scored.reasons_zh),
        "en": list(scored.reasons_en),
        "best_work": scored.best_work,
        "put_forward": scored.put_forward,
        "contributions": {name: round(value, 4) for name, value in scored.contributions.items()},
    }
    return ManagerRecommendation(
        manager_id=UUID(scored.manager_id),
        score=scored.score,
        recommended=scored.recommended,
        conflict=asdict(scored.conflict) if scored.conflict else None,
        full=scored.full,
        reasons=reasons,
    )
