"""Earlier pushes: how many a manager received, and which pairs may be pushed again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import Session

from app.clock import ONE_DAY
from app.libraries.record.enums import RecordKind
from app.libraries.record.versions import changes_of, data_of
from app.libraries.registry import LIBRARIES
from app.matching.models import Pair
from app.pushes.eligibility.facts import RecentPushes
from app.pushes.eligibility.repush_policy import EndedAttempt, RepushReason, may_repush, repush_reason
from app.pushes.models import OCCUPYING, PENDING, Push, PushAttempt, PushState
from app.pushes.policy import PairKey, RepushPolicy
from app.pushes.preferences import working_time
from app.text.equivalence import say_the_same

OUTCOMES = frozenset({"pair_in_deal", "pair_concluded", "owner_not_interested"})
"""Rules that ended a push because something had become of its pair. Once they hold no more, it may be pushed again."""

UNDONE = "undone"
"""Why a push was cancelled: the answer that had led to it was undone."""


def recent_pushes(session: Session, manager_ids: Collection[UUID], day: date) -> dict[UUID, RecentPushes]:
    """Attempts begun for each of these managers on that local day, and in the seven days that end with it.

    Managers without any are not in the result.
    """
    today, week = working_time.at(day), working_time.at(day - timedelta(days=6))
    until = working_time.at(day + ONE_DAY)
    rows = session.execute(
        select(
            PushAttempt.manager_id,
            func.count().filter(PushAttempt.pushed_at >= today),
            func.count(),
        )
        .where(
            PushAttempt.manager_id.in_(manager_ids),
            PushAttempt.pushed_at >= week,
            PushAttempt.pushed_at < until,
        )
        .group_by(PushAttempt.manager_id)
    )
    return {manager_id: RecentPushes(of_day, of_week) for manager_id, of_day, of_week in rows}


def pending_by_manager(session: Session, manager_ids: Collection[UUID]) -> Counter[UUID]:
    """The number of pending pushes of each manager."""
    query = (
        select(Push.manager_id, func.count())
        .where(Push.manager_id.in_(manager_ids), Push.state.in_(PENDING))
        .group_by(Push.manager_id)
    )
    return Counter({row[0]: row[1] for row in session.execute(query)})


def repushable(
    session: Session, pairs: Mapping[PairKey, Pair], policy: RepushPolicy
) -> dict[tuple[PairKey, UUID], RepushReason]:
    """Which of these pairs may be pushed again to which managers, and the reason."""
    ended = _ended_pushes(session, pairs)
    changes = changes_since(session, [(push, pairs[push.demand_id, push.achievement_id]) for push in ended])
    reasons = {}
    for push in ended:
        key = (push.demand_id, push.achievement_id)
        pair = pairs[key]
        changed = changes[push.id]
        if push.state != PushState.DECLINED:
            changed = {(kind, name) for kind, name in changed if _affects_matching(kind, name)}
        last = EndedAttempt(
            PushState(push.state),
            push.round,
            push.pair_score,
            push.decline_reason,
            undone=push.ended_reason == UNDONE,
            lapsed=push.ended_reason in OUTCOMES,
        )
        if may_repush(last, score=pair.score, changed={name for _, name in changed}, policy=policy):
            reasons[key, push.manager_id] = repush_reason(last, changed)
    return reasons


def _ended_pushes(session: Session, pairs: Collection[PairKey]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The pushes of these pairs that occupy no slot, as rows: their state, and what the pair was like."""
    rows = session.execute(
        select(
            Push.id,
            Push.demand_id,
            Push.achievement_id,
            Push.manager_id,
            Push.state,
            Push.round,
            Push.pair_score,
            Push.decline_reason,
            Push.ended_reason,
            Push.demand_version,
            Push.achievement_version,
        ).where(
            Push.demand_id.in_({key[0] for key in pairs}),
            Push.achievement_id.in_({key[1] for key in pairs}),
            Push.state.not_in(OCCUPYING),
        )
    )
    return [push for push in rows.all() if (push.demand_id, push.achievement_id) in pairs]


class RecordVersions(Protocol):
    """The versions of both records that a push or a ranked pair shows."""

    @property
    def demand_id(self) -> UUID: ...
    @property
    def achievement_id(self) -> UUID: ...
    @property
    def demand_version(self) -> int: ...
    @property
    def achievement_version(self) -> int: ...


Changes = set[tuple[str, str]]
"""Kind of the record and field."""


def changes_since(session: Session, pairs: Sequence[tuple[Any, RecordVersions]]) -> dict[UUID, Changes]:
    """Push → the fields that people fill in and that differ between what it shows and the present pair.

    A change that was taken back is none, nor is one of punctuation or of the order of a list. The state of a record is
    none either: who corrects a record withdraws it first.
    """
    changes: dict[UUID, Changes] = {push.id: set() for push, _ in pairs}
    records = {id_ for push, _ in pairs for id_ in (push.demand_id, push.achievement_id)}
    history = changes_of(session, records)
    for push, pair in pairs:
        for kind, record_id, since, until in (
            (RecordKind.DEMAND, push.demand_id, push.demand_version, pair.demand_version),
            (RecordKind.ACHIEVEMENT, push.achievement_id, push.achievement_version, pair.achievement_version),
        ):
            touched = {
                name
                for change in history.get(record_id, ())
                if since < change.version <= until
                for name in change.fields
                if name in LIBRARIES[kind].create_schema.model_fields
            }
            changed = fields_said_differently(session, record_id, touched, since=since, until=until)
            changes[push.id] |= {(kind.value, name) for name in changed}
    return changes


def fields_said_differently(
    session: Session, record_id: UUID, touched: Collection[str], *, since: int, until: int
) -> set[str]:
    """Those of the touched fields that say something else in the version `until` than in the version `since`; all, as
    far as one of the versions is not there any more."""
    if not touched:
        return set()
    before, after = (data_of(session, record_id, version) or {} for version in (since, until))
    return {
        name
        for name in touched
        if name not in before or name not in after or not say_the_same(before[name], after[name])
    }


def _affects_matching(kind: str, field: str) -> bool:
    return LIBRARIES[RecordKind.of(kind)].affects_matching([field])


def matters(changes: Changes) -> bool:
    """Whether one of the changes can change a match."""
    return any(_affects_matching(kind, field) for kind, field in changes)


def begin_attempt(session: Session, push: Push) -> None:
    """Store the push's present attempt, which the caps count."""
    session.add(
        PushAttempt(push_id=push.id, manager_id=push.manager_id, round=push.round, pushed_at=push.pushed_at)
    )


def current_attempt(session: Session, push: Push) -> PushAttempt:
    """The stored attempt that the push is in now."""
    return session.scalars(
        select(PushAttempt).where(PushAttempt.push_id == push.id, PushAttempt.round == push.round)
    ).one()


def state_for_slots() -> ColumnElement[str]:
    """The state of a push with regard to its pair's slots.

    An accepted push whose engagement failed frees its slot and counts as expired; the pair is not pushed to that
    manager again merely because of this.
    """
    failed = and_(Push.state == PushState.ACCEPTED, Push.ended_at.is_not(None))
    return case((failed, PushState.EXPIRED.value), else_=Push.state)
