"""Pairs that an owner refused: not pushed to anyone until the refusal lapses."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.libraries.record.versions import RecordChange, changes_of
from app.pushes.eligibility.history import fields_said_differently
from app.pushes.eligibility.repush_policy import resolves_reason
from app.pushes.feedback.models import OwnerAnswer
from app.pushes.policy import PairKey, RepushPolicy


def pairs_refused_by_owner(
    session: Session,
    pairs: Collection[PairKey],
    policy: RepushPolicy,
    *,
    scores: Callable[[], Mapping[PairKey, float]],
) -> frozenset[PairKey]:
    """The pairs in which an owner is not interested. Only the owner's latest answer counts.

    `scores` answers present scores, 0–1, without pairs that are not ranked; it is asked only if there are refusals.
    A refusal lapses when a record has since changed in a way that resolves its reason.
    """
    refusals = _refusals(session, pairs)
    if not refusals:
        return frozenset()
    present = scores()
    history = changes_of(session, {id_ for row in refusals for id_ in (row.demand_id, row.achievement_id)})
    refused = set()
    for row in refusals:
        key = (row.demand_id, row.achievement_id)
        changed = {
            name
            for record_id in key
            for name in _changed_since(session, record_id, history.get(record_id, ()), row.answered_at)
        }
        score = present.get(key, 0.0)
        if not resolves_reason(row.reason, since=row.pair_score, score=score, changed=changed, policy=policy):
            refused.add(key)
    return frozenset(refused)


def _changed_since(
    session: Session, record_id: UUID, history: Iterable[RecordChange], moment: datetime
) -> set[str]:
    """The fields that say something else than at that moment: what was taken back, or a comma, resolves nothing."""
    later = [change for change in history if change.changed_at > moment]
    if not later:
        return set()
    versions = [change.version for change in later]
    touched = {name for change in later for name in change.fields}
    return fields_said_differently(session, record_id, touched, since=min(versions) - 1, until=max(versions))


def _refusals(session: Session, pairs: Collection[PairKey]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Owners' present refusals of these pairs: the reason, the pair's score then, and when."""
    if not pairs:
        return []
    rows = session.execute(
        select(
            OwnerAnswer.demand_id,
            OwnerAnswer.achievement_id,
            OwnerAnswer.reason,
            OwnerAnswer.pair_score,
            OwnerAnswer.answered_at,
        ).where(
            OwnerAnswer.demand_id.in_({key[0] for key in pairs}),
            OwnerAnswer.achievement_id.in_({key[1] for key in pairs}),
            OwnerAnswer.interested.is_(False),
        )
    )
    return [row for row in rows.all() if (row.demand_id, row.achievement_id) in pairs]
