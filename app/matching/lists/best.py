"""The best stored match of each of an owner's records, as their list shows it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.models import Pair


def best_scores(session: Session, kind: RecordKind, ids: Collection[UUID]) -> Mapping[UUID, float]:
    """The highest score of each of these records with a published one; records without a match are left out."""
    own, other_id, other = (
        (Pair.demand_id, Pair.achievement_id, Achievement)
        if kind is RecordKind.DEMAND
        else (Pair.achievement_id, Pair.demand_id, Demand)
    )
    rows = session.execute(
        select(own, func.max(Pair.score))
        .join(other, other.id == other_id)
        .where(own.in_(ids), other.state == RecordState.PUBLISHED.value)
        .group_by(own)
    )
    return {row[0]: row[1] for row in rows}
