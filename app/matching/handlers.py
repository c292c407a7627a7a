"""What matching does when a record has been published, changed or taken back: keep the table of pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from app.matching.embedding import vector_store
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.near_copies import demands_with_copies
from app.matching.reranker.pair_values import forget_pairs
from app.matching.results import MatchAnswer
from app.services import Services

# Above every list and every push: a pair falls out of the table because its score fell, not because others rose.
KEPT_PAIRS = 200
# Demands ranked again by one event after a switch of models: a few seconds' work, so that others get their turn.
RERANKED_AT_ONCE = 20

_MODELS: Mapping[RecordKind, type[Demand] | type[Achievement]] = {
    RecordKind.DEMAND: Demand,
    RecordKind.ACHIEVEMENT: Achievement,
}


@dataclass(frozen=True, slots=True)
class RankedRecord:
    """The plan: the good pairs of one record, and the versions that were ranked.

    `whole` is False while records of the store have vectors of another model alone: a pair with one of them is not in
    the answer, and may be as good as ever.
    """

    kind: RecordKind
    answer: MatchAnswer
    versions: Mapping[UUID, int]
    whole: bool


@dataclass(frozen=True, slots=True)
class Reranking:
    """The plan of one batch: demands by growing id, ranked by the ranker `version`."""

    version: str
    demands: Sequence[tuple[UUID, RankedRecord]]


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
    """The next batch of published demands, by growing id, ranked by the model that was promoted.

    None where yet another model was made active meanwhile: that one has a round of its own.
    """
    due = PairsToRerank.of(event)
    matcher = services[Matcher]
    if matcher.ranker(session).version != due.version:
        return None
    query = select(Demand).where(Demand.state == RecordState.PUBLISHED).order_by(Demand.id)
    if due.after is not None:
        query = query.where(Demand.id > due.after)
    demands = session.scalars(query.limit(RERANKED_AT_ONCE)).all()
    return Reranking(due.version, [(demand.id, ranked(session, matcher, demand)) for demand in demands])


def store_demands_again(_: Services, session: Session, __: ClaimedEvent, plan: Reranking | None) -> None:
    """Store the pairs of twenty demands, each with `PairsRanked`, and emit `PairsToRerank` for the next twenty."""
    if plan is None:
        return
    for demand_id, one in plan.demands:
        store_ranked(session, demand_id, one)
    if len(plan.demands) == RERANKED_AT_ONCE:
        emit(session, PairsToRerank(version=plan.version, after=plan.demands[-1][0]))


def _ranked_if_published(
    services: Services, session: Session, record: Demand | Achievement | None
) -> RankedRecord | None:
    if record is None or record.state != RecordState.PUBLISHED:
        return None
    return ranked(session, services[Matcher], record)


def ranked(session: Session, matcher: Matcher, record: Demand | Achievement) -> RankedRecord:
    """The record's good pairs as they are now; nothing is stored."""
    if isinstance(record, Demand):
        answer = matcher.for_demand(session, record, limit=KEPT_PAIRS, good_only=True, grouped=False)
    else:
        answer = matcher.for_achievement(session, record, limit=KEPT_PAIRS, good_only=True)
    whole = not vector_store.others_models(session, matcher.index.model_id)
    return RankedRecord(record.kind, answer, _versions(session, _ids(answer)), whole)


def store_ranked(session: Session, record_id: UUID, plan: RankedRecord) -> bool:
    """The record's pairs in the table, and ``pairs.ranked``; False and nothing done if it is not published any more."""
    if not _still_published(session, plan.kind, record_id):
        return False
    _replace_pairs(session, record_id, plan)
    # With a complete list, a pair that is not in it is not good any more; else better ones may have crowded it out.
    complete = plan.whole and sum(item.good for item in plan.answer.items) < KEPT_PAIRS
    emit(session, PairsRanked(subject_id=record_id, kind=plan.kind.value, complete=complete))
    return True


def _drop_pairs(session: Session, kind: RecordKind, record_id: UUID) -> None:
    """None of the record's pairs remains, unless it was published again before its event was handled."""
    if not _still_published(session, kind, record_id):
        session.execute(
            delete(Pair).where(or_(Pair.demand_id == record_id, Pair.achievement_id == record_id))
        )
        forget_pairs(session, record_id)


def _still_published(session: Session, kind: RecordKind, record_id: UUID) -> bool:
    model = _MODELS[kind]
    state = session.scalar(select(model.state).where(model.id == record_id).with_for_update(read=True))
    return state == RecordState.PUBLISHED


def _ids(answer: MatchAnswer) -> list[UUID]:
    return [id_ for item in answer.items for id_ in (item.demand_id, item.achievement_id) if id_ is not None]


def _versions(session: Session, ids: Sequence[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for model in (Demand, Achievement):
        rows = session.execute(select(model.id, model.version).where(model.id.in_(ids)))
        found.update(dict(rows.all()))
    return found


def _replace_pairs(session: Session, record_id: UUID, plan: RankedRecord) -> None:
    own = Pair.demand_id if plan.kind is RecordKind.DEMAND else Pair.achievement_id
    present = {
        (pair.demand_id, pair.achievement_id): pair
        for pair in session.scalars(select(Pair).where(own == record_id).with_for_update())
    }
    for item in plan.answer.items:
        if not item.good or item.demand_id is None or item.achievement_id is None:
            continue
        key = (item.demand_id, item.achievement_id)
        pair = present.pop(key, None)
        if pair is None:
            pair = Pair(demand_id=key[0], achievement_id=key[1])
            session.add(pair)
        pair.score = item.score
        pair.reasons = dict(item.reasons)
        pair.features = dict(item.features)
        pair.model_version = plan.answer.model_version
        pair.index_position = plan.answer.index_position
        pair.computed_at = now()
        pair.demand_version = plan.versions[key[0]]
        pair.achievement_version = plan.versions[key[1]]
    for stale in present.values() if plan.whole else ():
        session.delete(stale)
    session.flush()
