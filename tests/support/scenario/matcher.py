"""A matcher without rules, and handlers that announce rankings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.catalogue import (
    AchievementChanged,
    AchievementPublished,
    DemandChanged,
    DemandPublished,
    PairsRanked,
    pushes,
)
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.events.handler import HandlerTable
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.results import ManagerRecommendation
from app.pushes import handlers
from app.pushes.assignment import runs
from app.pushes.planning import engagement_reassignment
from app.services import Services
from tests.support.events import handlers_of


@dataclass
class PermissiveMatcher:
    """Recommends every manager there is, best `fits` first (0.5 where none is given)."""

    threshold: float = 0.5
    fits: dict[UUID, float] = field(default_factory=dict)

    def ranker(self, _: Session) -> "PermissiveMatcher":
        """Its threshold never changes."""
        return self

    def managers_for_pairs(
        self, session: Session, pairs: Sequence[tuple[Demand, Achievement]], *, limit: int = 10
    ) -> list[list[ManagerRecommendation]]:
        ids = session.scalars(select(Manager.id).order_by(Manager.id)).all()
        best = sorted(ids, key=lambda id_: -self.fits.get(id_, 0.5))[:limit]
        recommended = [
            ManagerRecommendation(id_, self.fits.get(id_, 0.5), True, None, False, {"lines": ["合适"]})
            for id_ in best
        ]
        return [recommended for _ in pairs]


def announce_demand(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Stands for matching: the pairs are in the table already, so ranking only announces them."""
    emit(session, PairsRanked(subject_id=subject_id_of(event), kind="demand", complete=True))


def announce_achievement(_: Services, session: Session, event: ClaimedEvent) -> None:
    emit(session, PairsRanked(subject_id=subject_id_of(event), kind="achievement", complete=True))


PUSHING: HandlerTable = {
    DemandPublished: (announce_demand,),
    DemandChanged: (announce_demand,),
    AchievementPublished: (announce_achievement,),
    AchievementChanged: (announce_achievement,),
    **handlers_of(
        [handlers.__name__, runs.__name__, engagement_reassignment.__name__], events=pushes.__name__
    ),
}
