"""What matching does when a record has been published, changed or taken back: keep the table of pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import PairsRanked, PairsToRerank
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.embedding.vector_store import serving_model
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.near_copies import demands_with_copies
from app.matching.reranker.pair_values import forget_pairs
from app.matching.stored_rankings import (
    RERANKED_AT_ONCE,
    RankedRecord,
    ranked,
    still_published,
    store_ranked,
)
from app.services import Services

FOLLOWS_WITHIN = timedelta(seconds=5)
"""After which a worker looks again whether it has followed to the model that serves."""


@dataclass(frozen=True, slots=True)
class Reranking:
    """The plan of one batch: demands by growing id. `again`: this process has yet to follow to the model that serves,
    so the same batch is due a little later."""

    due: PairsToRerank
    demands: Sequence[tuple[UUID, RankedRecord]] = ()
    again: bool = False


def rank_demand(services: Services, session: Session, event: ClaimedEvent) -> RankedRecord | None:
    """The good pairs of the demand; None where it is not published any more."""
    return _ranked_if_published(services, session, session.get(Demand, subject_id_of(event)))


def rank_achievement(services: Services, session: Session, event: ClaimedEvent) -> RankedRecord | None:
    """The good pairs of the achievement; None where it is not published any more."""
    return _ranked_if_published(services, session, session.get(Achievement, subject_id_of(event)))


def store_ranking(_: Services, session: Session, event: ClaimedEvent, plan: RankedRecord | None) -> None:
    """Store the record's good pairs, and emit `PairsRanked`."""
    if plan is not None:
        store_ranked(session, subject_id_of(event), plan)


def drop_pairs_of_demand(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Delete the demand's pairs."""
    _drop_pairs(session, RecordKind.DEMAND, subject_id_of(event))


def drop_pairs_of_achievement(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Delete the achievement's pairs. Where a near-copy stood behind it, its demand is planned again."""
    waiting = demands_with_copies(session, subject_id_of(event))
    _drop_pairs(session, RecordKind.ACHIEVEMENT, subject_id_of(event))
    for demand_id in waiting:
        emit(session, PairsRanked(subject_id=demand_id, kind=RecordKind.DEMAND.value, complete=False))


def rank_demands_again(services: Services, session: Session, event: ClaimedEvent) -> Reranking | None:
    """The next batch of published demands, by growing id, ranked by the model that was promoted or that serves now.

    None where yet another one was made active meanwhile: that one has a round of its own.
    """
    due = PairsToRerank.of(event)
    matcher = services[Matcher]
    if due.model_id is not None:
        if serving_model(session) != due.model_id:
            return None
        if matcher.index.model_id != due.model_id:
            return Reranking(due, again=True)
    elif matcher.ranker(session).version != due.version:
        return None
    query = select(Demand).where(Demand.state == RecordState.PUBLISHED).order_by(Demand.id)
    if due.after is not None:
        query = query.where(Demand.id > due.after)
    demands = session.scalars(query.limit(RERANKED_AT_ONCE)).all()
    plans = [(demand.id, ranked(session, matcher, demand)) for demand in demands]
    if due.model_id is not None:
        # Another model gives other scores: what it finds less good may be as good as ever.
        plans = [(id_, replace(plan, whole=False)) for id_, plan in plans]
    return Reranking(due, plans)


def store_demands_again(_: Services, session: Session, __: ClaimedEvent, plan: Reranking | None) -> None:
    """Store the pairs of twenty demands, each with `PairsRanked`, and emit `PairsToRerank` for the next twenty."""
    if plan is None:
        return
    if plan.again:
        emit(session, plan.due, available_at=now() + FOLLOWS_WITHIN)
        return
    for demand_id, one in plan.demands:
        store_ranked(session, demand_id, one)
    if len(plan.demands) == RERANKED_AT_ONCE:
        emit(session, replace(plan.due, after=plan.demands[-1][0]))


def _ranked_if_published(
    services: Services, session: Session, record: Demand | Achievement | None
) -> RankedRecord | None:
    if record is None or record.state != RecordState.PUBLISHED:
        return None
    return ranked(session, services[Matcher], record)


def _drop_pairs(session: Session, kind: RecordKind, record_id: UUID) -> None:
    """None of the record's pairs remains, unless it was published again before its event was handled."""
    if not still_published(session, kind, record_id):
        session.execute(
            delete(Pair).where(or_(Pair.demand_id == record_id, Pair.achievement_id == record_id))
        )
        forget_pairs(session, record_id)
