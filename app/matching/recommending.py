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
from app.accounts.organisations import families
from app.libraries.kinds import RecordKind, RecordState
from app.libraries.managers.models import Manager
from app.matching.answers import ManagerRecommendation
from app.matching.context import StoreContext
from app.matching.facts import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.index import IndexFilter, VectorIndex
from app.matching.managers import ManagerSide, ScoredManager, rank_managers
from app.matching.records import manager_facts
from app.matching.sides import stored_texts
from app.matching.signals import TextSide

OpenLoad = Callable[[Session, Collection[UUID]], Mapping[UUID, int]]

# Managers nearest to either side of the pair; field, region and track record then decide among them.
CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class PairToBroker:
    """Both sides of a pair, as facts and as text."""

    demand: DemandFacts
    achievement: AchievementFacts
    demand_text: TextSide
    achievement_text: TextSide


def managers_for(
    session: Session,
    pair: PairToBroker,
    *,
    index: VectorIndex,
    context: StoreContext,
    open_load: OpenLoad,
    limit: int,
    today: date,
) -> list[ManagerRecommendation]:
    """Those to be recommended first, then those with a conflict or without a free place, each group by score."""
    nearest = index.search(
        session,
        np.stack([pair.demand_text.vector, pair.achievement_text.vector]),
        CANDIDATES,
        IndexFilter(kind=RecordKind.MANAGER, valid_on=today),
    )
    records = _published_managers(session, [hit.record_id for hit in nearest])
    load = open_load(session, list(records))
    facts = {
        id_: manager_facts(record, open_load=load.get(id_, 0), today=today) for id_, record in records.items()
    }
    texts = stored_texts(session, index.model_id, list(records))
    ranked = rank_managers(
        (pair.demand, pair.demand_text),
        (pair.achievement, pair.achievement_text),
        [ManagerSide(facts[id_], text.vector, text.sentences) for id_, text in texts.items()],
        demands=context.pairs.demands,
        achievements=context.pairs.achievements,
        managers_usual=context.managers,
        org_family=_family(session, pair, facts.values()),
    )
    return [_recommendation(scored) for scored in ranked[:limit]]


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
