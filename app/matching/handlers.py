"""What matching does when a record has been published, changed or taken back: keep the table of pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.events.outbox import ClaimedEvent, Handler, emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.embedding import vector_store
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.results import MatchAnswer

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


def event_handlers(matcher: Matcher) -> dict[str, tuple[Handler, ...]]:
    """Event → what matching does then."""
    rank, drop, rerank = rank_pairs(matcher), drop_pairs(), rerank_pairs(matcher)
    records = {
        f"{kind.value}.{event}": (handler,)
        for kind in _MODELS
        for event, handler in (("published", rank), ("changed", rank), ("withdrawn", drop), ("closed", drop))
    }
    return {**records, "model.promoted": (rerank,), "pairs.rerank": (rerank,)}


def rank_pairs(matcher: Matcher) -> Handler:
    """`*.published`, `*.changed` → the record's good pairs in the table, and ``pairs.ranked``."""

    def plan(session: Session, event: ClaimedEvent) -> RankedRecord | None:
        kind = _kind_of(event)
        model: Any = _MODELS[kind]
        record: Demand | Achievement | None = session.get(model, event.subject_id)
        if record is None or record.state != RecordState.PUBLISHED:
            return None
        return ranked(session, matcher, record)

    def apply(session: Session, event: ClaimedEvent, plan: RankedRecord | None) -> None:
        if plan is not None and event.subject_id is not None:
            store_ranked(session, event.subject_id, plan)

    return Handler(plan, apply)


def rerank_pairs(matcher: Matcher) -> Handler:
    """`model.promoted` → every published demand is ranked by the new model, a batch an event, by growing id.

    Where yet another model was made active meanwhile, this round ends: that one has a round of its own.
    """

    def plan(session: Session, event: ClaimedEvent) -> list[tuple[UUID, RankedRecord]]:
        if matcher.ranker(session).version != event.payload["version"]:
            return []
        query = select(Demand).where(Demand.state == RecordState.PUBLISHED).order_by(Demand.id)
        if event.payload.get("after"):
            query = query.where(Demand.id > UUID(event.payload["after"]))
        demands = session.scalars(query.limit(RERANKED_AT_ONCE)).all()
        return [(demand.id, ranked(session, matcher, demand)) for demand in demands]

    def apply(session: Session, event: ClaimedEvent, plan: list[tuple[UUID, RankedRecord]]) -> None:
        for demand_id, one in plan:
            store_ranked(session, demand_id, one)
        if len(plan) == RERANKED_AT_ONCE:
            following = {"version": event.payload["version"], "after": str(plan[-1][0])}
            emit(session, "pairs.rerank", payload=following)

    return Handler(plan, apply)


def ranked(session: Session, matcher: Matcher, record: Demand | Achievement) -> RankedRecord:
    """The record's good pairs as they are now; nothing is stored."""
    if isinstance(record, Demand):
        answer = matcher.for_demand(session, record, limit=KEPT_PAIRS, good_only=True)
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
    emit(
        session,
        "pairs.ranked",
        subject_id=record_id,
        payload={"kind": plan.kind.value, "complete": complete},
    )
    return True


def drop_pairs() -> Handler:
    """`*.withdrawn`, `*.closed` → none of the record's pairs remains in the table."""

    def apply(session: Session, event: ClaimedEvent, _: Any) -> None:
        kind = _kind_of(event)
        if event.subject_id is None or _still_published(session, kind, event.subject_id):
            # Published again before this was worked off: its pairs are those of its new publication.
            return
        session.execute(
            delete(Pair).where(
                or_(Pair.demand_id == event.subject_id, Pair.achievement_id == event.subject_id)
            )
        )

    return Handler(lambda _session, _event: None, apply)


def _kind_of(event: ClaimedEvent) -> RecordKind:
    return next(kind for kind in _MODELS if event.name.startswith(f"{kind.value}."))


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
