"""An engagement opens: a manager took a push up, in whose transaction this runs."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.conflicts_of_interest import refuse_interest
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
    """The manager leads it and has consented by accepting; both owners are invited.

    The caller has locked the manager's row, so that two acceptances at one moment count each other.

    Raises:
        Conflict: the manager has no free place, or has an interest in a party.
    """
    manager = session.get_one(Manager, manager_id)
    demand, achievement = session.get_one(Demand, demand_id), session.get_one(Achievement, achievement_id)
    claim_slot(session, manager)
    refuse_interest(session, manager, demand, achievement)
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
    _seat(session, engagement, demand, achievement, principal)
    role = ParticipantRole.MANAGER.value
    session.add(
        StageMove(
            engagement_id=engagement.id,
            to_stage=Stage.PROPOSED,
            note="接收推送",
            moved_by=timeline.actor_of(principal),
            moved_as=role,
            moved_at=moment,
        )
    )
    timeline.write(session, engagement.id, "opened", principal=principal, role=role)
    emit(session, EngagementOpened(**engagement_payload(engagement)))
    return engagement


def claim_slot(session: Session, manager: Manager) -> None:
    """Make sure of a free place under the lock of the manager's row: open engagements never exceed the capacity.

    Those that their records no longer carry end first; from then on only what is open counts.

    Raises:
        Conflict: there is none.
    """
    end_lapsed(session, workload.engaged(manager.id))
    if workload.occupied_slots(session, manager.id) >= manager.capacity:
        raise Conflict(
            f"The manager's open engagements have reached the capacity of {manager.capacity}.",
            f"在办对接已达上限 {manager.capacity} 个。",
            code="manager_full",
        )


def _seat(
    session: Session, engagement: Engagement, demand: Demand, achievement: Achievement, principal: Principal
) -> None:
    """The lead and the two owners. The owner of both sides would be a party to himself: the rules exclude it."""
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
