"""The table of pairs: what ranking finds for one record, stored as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import now
from app.events.catalogue import PairsRanked
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.embedding import vector_store
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.results import MatchAnswer

# Above every list and every push: a pair falls out of the table because its score fell, not because others rose.
KEPT_PAIRS = 200
RERANKED_AT_ONCE = 20
"""Records ranked again by one event: a few seconds' work, so that others get their turn."""

_MODELS: Mapping[RecordKind, type[Demand] | type[Achievement]] = {
    RecordKind.DEMAND: Demand,
    RecordKind.ACHIEVEMENT: Achievement,
}


@dataclass(frozen=True, slots=True)
class RankedRecord:
    """The plan: the good pairs of one record, and the versions that were ranked.

    `whole` is False while records of the store have vectors of another model alone, and after a change of the model: a
    pair that is not in the answer may be as good as ever.
    """

    kind: RecordKind
    answer: MatchAnswer
    versions: Mapping[UUID, int]
    whole: bool


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
    if not still_published(session, plan.kind, record_id):
        return False
    _replace_pairs(session, record_id, plan)
    # With a complete list, a pair that is not in it is not good any more; else better ones may have crowded it out.
    complete = plan.whole and sum(item.good for item in plan.answer.items) < KEPT_PAIRS
    emit(session, PairsRanked(subject_id=record_id, kind=plan.kind.value, complete=complete))
    return True


def still_published(session: Session, kind: RecordKind, record_id: UUID) -> bool:
    """Whether the record is published; it stays so until the transaction ends."""
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
