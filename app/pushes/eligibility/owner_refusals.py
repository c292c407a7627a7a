"""Pairs refused by an owner. They are not pushed to anyone until the refusal lapses."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.record.versions import changes_of
from app.matching.models import Pair
from app.pushes.eligibility.repush_policy import resolves_reason
from app.pushes.feedback.models import OwnerAnswer
from app.pushes.policy import PairKey, RepushPolicy


def pairs_refused_by_owner(
    session: Session, pairs: Mapping[PairKey, Pair], policy: RepushPolicy
) -> frozenset[PairKey]:
    """The pairs in which an owner is not interested. Only the owner's latest answer counts.

    A refusal lapses when a record has since changed in a way that resolves its reason.
    """
    if not pairs:
        return frozenset()
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
    refusals = [row for row in rows if (row.demand_id, row.achievement_id) in pairs]
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
        score = pairs[key].score
        if not resolves_reason(row.reason, since=row.pair_score, score=score, changed=changed, policy=policy):
            refused.add(key)
    return frozenset(refused)
