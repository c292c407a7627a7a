"""An organisation's matches that it was not notified of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.engagements.lifecycle.deals import is_known_to_owners
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.matching.models import Pair
from app.matching.near_copies import groups_of_copies
from app.pushes import queries
from app.pushes.digests.models import NotifiedPair
from app.pushes.policy import Policy
from app.pushes.preferences.values import OwnerPreferences


@dataclass(frozen=True, slots=True)
class OwnerSide:
    kind: RecordKind
    record: type[Demand] | type[Achievement]
    record_id: Any
    other_id: Any


SIDES = (
    OwnerSide(RecordKind.DEMAND, Demand, Pair.demand_id, Pair.achievement_id),
    OwnerSide(RecordKind.ACHIEVEMENT, Achievement, Pair.achievement_id, Pair.demand_id),
)

Matches = dict[tuple[RecordKind, UUID], list[UUID]]
"""Record of the organisation, by kind and id → ids of the records that match it."""


def without_copies(session: Session, organisation_id: UUID, matches: Matches, policy: Policy) -> Matches:
    """The matches without achievements that say the same as another one, or as one that the organisation knows."""
    demand_ids = [id_ for kind, id_ in matches if kind is RecordKind.DEMAND]
    known = select(NotifiedPair.record_id, NotifiedPair.other_id).where(
        NotifiedPair.organisation_id == organisation_id, NotifiedPair.record_id.in_(demand_ids)
    )
    groups = groups_of_copies(
        session,
        demand_ids,
        least=policy.threshold,
        leading={(row[0], row[1]) for row in session.execute(known)},
    )
    behind = {
        (demand_id, copy) for demand_id, found in groups.items() for group in found for copy in group[1:]
    }
    distinct = {
        (kind, record_id): [other for other in others if (record_id, other) not in behind]
        for (kind, record_id), others in matches.items()
    }
    return {record: others for record, others in distinct.items() if others}


def _unnotified_pairs(side: OwnerSide, policy: Policy) -> Select[Pair]:
    """Good pairs of published records that this side's owner was not notified of.

    Not those in which they own both records, and not those that are brokered: of these they know more than a match.
    """
    notified = (
        exists()
        .where(
            NotifiedPair.organisation_id == side.record.owner_org_id,
            NotifiedPair.record_id == side.record_id,
            NotifiedPair.other_id == side.other_id,
        )
        .correlate(Pair, Demand, Achievement)
    )
    return queries.good_published_pairs(policy).where(
        ~notified,
        Demand.owner_org_id != Achievement.owner_org_id,
        ~is_known_to_owners(Pair.demand_id, Pair.achievement_id),
    )


def owners_to_notify(side: OwnerSide, policy: Policy) -> Select[Any]:
    return (
        _unnotified_pairs(side, policy).with_only_columns(side.record.owner_org_id).order_by(None).distinct()
    )


def new_matches(
    session: Session,
    organisation_id: UUID,
    preferences: OwnerPreferences,
    policy: Policy,
    cutoff: datetime,
) -> Iterator[tuple[RecordKind, UUID, UUID]]:
    """Kind and id of an own record, and id of the matched record; best first within each kind."""
    minimum_score = max(policy.threshold, preferences.minimum_score or 0.0)
    for side in SIDES:
        query = (
            _unnotified_pairs(side, policy)
            .where(
                side.record.owner_org_id == organisation_id,
                Pair.score >= minimum_score,
                Pair.computed_at < cutoff,
            )
            .with_only_columns(side.record_id, side.other_id)
        )
        for record_id, other_id in session.execute(query):
            yield side.kind, record_id, other_id
