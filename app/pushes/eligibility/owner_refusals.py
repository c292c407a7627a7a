"""Pairs that an owner refused: not pushed to anyone until the refusal lapses."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.libraries.record.versions import changes_of
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
            for change in history.get(record_id, ())
            if change.changed_at > row.answered_at
            for name in change.fields
        }
        score = present.get(key, 0.0)
        if not resolves_reason(row.reason, since=row.pair_score, score=score, changed=changed, policy=policy):
            refused.add(key)
    return frozenset(refused)


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
