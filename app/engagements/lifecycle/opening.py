"""Opening of an engagement, in the transaction in which a manager accepts a push."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.conflicts_of_interest import refuse_forbidden_pair
from app.engagements.events import engagement_payload
from app.engagements.lifecycle import workload
from app.engagements.lifecycle.stage_changes import end_lapsed
from app.engagements.models import (
    Engagement,
    Participant,
    ParticipantRole,
    ParticipantSide,
    ParticipantState,
    Stage,
    StageMove,
)
from app.engagements.reviews.upkeep import refresh
from app.engagements.timeline import entries as timeline
from app.errors import Conflict
from app.events.catalogue import EngagementOpened
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.reference_numbers import take_numbers

NUMBERS = "DJ"


def open_engagement(
    session: Session,
    *,
    push_id: UUID,
    demand_id: UUID,
    achievement_id: UUID,
    manager_id: UUID,
    principal: Principal,
) -> Engagement:
    """Open an engagement for an accepted push.

    The manager becomes the lead; accepting counts as their consent. Both owners are invited. The caller must have
    locked the manager's row, so that simultaneous acceptances see each other.

    Raises:
        Conflict: the manager has no free slot or a conflict of interest, or the parties may not be brought together.
    """
    manager = session.get_one(Manager, manager_id)
    demand, achievement = session.get_one(Demand, demand_id), session.get_one(Achievement, achievement_id)
    claim_slot(session, manager)
    refuse_forbidden_pair(session, manager, demand, achievement)
    moment = now()
    engagement = Engagement(
        number=take_numbers(session, NUMBERS, prefix=NUMBERS)[0],
        push_id=push_id,
        demand_id=demand_id,
        achievement_id=achievement_id,
        manager_id=manager_id,
        stage=Stage.PROPOSED,
        opened_at=moment,
        stage_since=moment,
    )
    session.add(engagement)
    session.flush()
    _add_participants(session, engagement, demand, achievement, principal)
    _log_opening(session, engagement, principal)
    emit(session, EngagementOpened(**engagement_payload(engagement)))
    refresh(session, [engagement])
    return engagement


def _log_opening(session: Session, engagement: Engagement, principal: Principal) -> None:
    role = ParticipantRole.MANAGER.value
    session.add(
        StageMove(
            engagement_id=engagement.id,
            to_stage=Stage.PROPOSED,
            note="接收推送",
            moved_by=timeline.actor_of(principal),
            moved_as=role,
            moved_at=engagement.opened_at,
        )
    )
    timeline.write(session, engagement.id, "opened", principal=principal, role=role)


def claim_slot(session: Session, manager: Manager) -> None:
    """Check, under the lock of the manager's row, that the manager has a free slot.

    Lapsed engagements end first, so that they occupy no slot. Open engagements never exceed the capacity.

    Raises:
        Conflict: no slot is free.
    """
    end_lapsed(session, workload.engagements_of_manager(manager.id))
    if workload.occupied_slots(session, manager.id) >= manager.capacity:
        raise Conflict(
            f"The manager already has {manager.capacity} open engagements, the maximum for their capacity.",
            f"该技术经理人在办对接已达上限 {manager.capacity} 个。",
            code="manager_full",
        )


def _add_participants(
    session: Session, engagement: Engagement, demand: Demand, achievement: Achievement, principal: Principal
) -> None:
    """Add the lead and the two owners. The push rules exclude pairs with the same owner on both sides."""
    actor, moment = timeline.actor_of(principal), now()
    session.add_all(
        [
            Participant(
                engagement_id=engagement.id,
                role=ParticipantRole.MANAGER,
                manager_id=engagement.manager_id,
                state=ParticipantState.CONSENTED,
                invited_by=actor,
                answered_by=actor,
                answered_at=moment,
            ),
            Participant(
                engagement_id=engagement.id,
                role=ParticipantRole.ENTREPRENEUR,
                side=ParticipantSide.DEMAND,
                organisation_id=demand.owner_org_id,
                invited_by=actor,
            ),
            Participant(
                engagement_id=engagement.id,
                role=ParticipantRole.SCIENTIST,
                side=ParticipantSide.ACHIEVEMENT,
                organisation_id=achievement.owner_org_id,
                invited_by=actor,
            ),
        ]
    )
    session.flush()
