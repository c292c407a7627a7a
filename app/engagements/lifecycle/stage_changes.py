"""Stage changes of engagements along the table in `transitions`; each is logged with actor, time and note."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action
from app.accounts.access.principal import SYSTEM, Principal
from app.conditional_requests import check_if_sent
from app.database import now
from app.engagements.access import Participation, participation_of, require_open
from app.engagements.conflicts_of_interest import refuse_tied_operator
from app.engagements.contact_visibility import sides_consent
from app.engagements.contract_models import Contract, ContractState
from app.engagements.disclosure.hidden_sides import refuse_telling
from app.engagements.events import engagement_payload
from app.engagements.lifecycle import workload
from app.engagements.models import (
    Engagement,
    Participant,
    ParticipantRole,
    ParticipantState,
    Stage,
    StageMove,
)
from app.engagements.timeline import entries as timeline
from app.engagements.transitions import (
    SERVICE,
    TRANSITIONS,
    EngagementTransition,
    TransitionRequirement,
    restoration,
    targets,
)
from app.errors import Conflict, Invalid
from app.events.catalogue import EngagementEnded, EngagementMoved
from app.events.outbox import emit
from app.vocabularies import vocabulary

END_REASONS = "engagement_end_reasons"
RECORD_UNAVAILABLE = "record_unavailable"
UNDONE = "undone"
IN_FORCE = (ContractState.SIGNED, ContractState.REGISTERED)


def change_stage(
    session: Session,
    engagement_id: UUID,
    *,
    target: Stage,
    note: str,
    reason: str | None = None,
    principal: Principal,
    if_match: str | None = None,
) -> Engagement:
    """
    Raises:
        NotFound: the principal may not see the engagement.
        Conflict: the table has no such transition for the principal, or its requirement is not met; they are an
            operator with a tie to one of the parties.
        Invalid: it ends without a reason of the vocabulary, or another transition has a reason; the note names a hidden
            owner before both sides agree.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_MOVE, principal=principal, lock=True
    )
    engagement = participation.engagement
    refuse_tied_operator(session, engagement, principal)
    check_if_sent(if_match, engagement)
    transition = _permitted_transition(participation, target)
    _check_reason(transition, reason)
    refuse_telling(session, participation, {"note": note})
    _check_requirement(session, engagement, transition)
    role = _acting_role(participation, transition)
    _write(session, engagement, transition, note=note, reason=reason, principal=principal, role=role)
    return engagement


def reachable_stages(participation: Participation) -> tuple[Stage, ...]:
    """The stages that the principal may change to, provided that the requirements are met."""
    return targets(Stage.of(participation.engagement.stage), participation.roles)


@dataclass(frozen=True, slots=True)
class NextStage:
    """A stage that a participant may change to, and the requirement that is not met yet, if any."""

    stage: Stage
    missing: TransitionRequirement | None


def next_stages(session: Session, participation: Participation) -> tuple[NextStage, ...]:
    """The reachable stages, each with what it still requires."""
    engagement = participation.engagement
    found = []
    for target in reachable_stages(participation):
        requirement = TRANSITIONS[Stage.of(engagement.stage), target].requires
        is_missing = requirement is not None and not _is_met(session, engagement, requirement)
        found.append(NextStage(target, requirement if is_missing else None))
    return tuple(found)


def end_lapsed(session: Session, condition: ColumnElement[bool]) -> list[Engagement]:
    """End the lapsed engagements (`workload.lapsed`) that meet the condition."""
    ended = list(session.scalars(workload.lapsed(condition)))
    for engagement in ended:
        _write(
            session,
            engagement,
            TRANSITIONS[Stage.of(engagement.stage), Stage.ENDED],
            note="需求或成果已停止发布，且双方尚未同意对接",
            reason=RECORD_UNAVAILABLE,
            principal=SYSTEM,
            role=SERVICE,
        )
    return ended


def continue_in(session: Session, engagement: Engagement, stage: Stage, *, note: str) -> None:
    """Continue an engagement that ended, in the open stage that it had reached."""
    transition = restoration(stage)
    _write(session, engagement, transition, note=note, reason=None, principal=SYSTEM, role=SERVICE)


def retract(session: Session, push_id: UUID, *, principal: Principal) -> None:
    """End the engagement of a push whose acceptance is undone; the push may then open another.

    Raises:
        Conflict: its stage has changed, or another participant has already answered.
    """
    engagement = session.scalar(
        select(Engagement)
        .where(Engagement.push_id == push_id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )
    if engagement is None:
        return
    if pushes_under_way(session, [push_id]):
        raise Conflict(
            "The engagement is already under way; end it with a reason instead.",
            "对接已经展开，不能撤回接收。如需终止，请在对接中说明原因。",
            code="engagement_under_way",
        )
    engagement.push_id = None
    _write(
        session,
        engagement,
        TRANSITIONS[Stage.PROPOSED, Stage.ENDED],
        note="接收已撤回",
        reason=UNDONE,
        principal=principal,
        role=ParticipantRole.MANAGER.value,
    )


def pushes_under_way(session: Session, push_ids: Collection[UUID]) -> set[UUID]:
    """Those of the pushes whose engagement has left its first stage, or in which another participant has answered."""
    if not push_ids:
        return set()
    answered = exists().where(
        Participant.engagement_id == Engagement.id,
        Participant.manager_id.is_distinct_from(Engagement.manager_id),
        Participant.state != ParticipantState.INVITED,
    )
    query = select(Engagement.push_id).where(
        Engagement.push_id.in_(push_ids), or_(Engagement.stage != Stage.PROPOSED, answered)
    )
    return {id_ for id_ in session.scalars(query) if id_ is not None}


def revert_after_cancellation(session: Session, engagement_id: UUID, *, note: str) -> None:
    """Return an engagement to negotiating after a contract was cancelled, or to signed if another is in force that has
    not landed.

    One that had landed occupies a slot of its manager again, also beyond their capacity.
    """
    engagement = session.scalar(
        select(Engagement)
        .where(Engagement.id == engagement_id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )
    if engagement is None or _has_contract(session, engagement, landed=True):
        return
    remaining = Stage.SIGNED if _has_contract(session, engagement) else Stage.NEGOTIATING
    transition = TRANSITIONS.get((Stage.of(engagement.stage), remaining))
    if transition is None or SERVICE not in transition.actors:
        return
    _write(session, engagement, transition, note=note, reason=None, principal=SYSTEM, role=SERVICE)


def follow_registration(session: Session, engagement_id: UUID, *, note: str) -> None:
    """Bring an engagement that is negotiating to its signed contract, which the bureau has registered."""
    engagement = session.scalar(
        select(Engagement)
        .where(Engagement.id == engagement_id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )
    if engagement is None or engagement.stage != Stage.NEGOTIATING:
        return
    transition = TRANSITIONS[Stage.NEGOTIATING, Stage.SIGNED]
    _write(session, engagement, transition, note=note, reason=None, principal=SYSTEM, role=SERVICE)


def _permitted_transition(participation: Participation, target: Stage) -> EngagementTransition:
    engagement, stage = participation.engagement, Stage.of(participation.engagement.stage)
    require_open(engagement)
    transition = TRANSITIONS.get((stage, target))
    if transition is None or transition.actors.isdisjoint(participation.roles):
        allowed = reachable_stages(participation)
        raise Conflict(
            f"The engagement is {stage.value}; you may not change it to {target.value}.",
            f"此对接当前为“{stage.zh}”，您不能将其变更为“{target.zh}”。",
            code="no_such_move",
            stage=stage.value,
            allowed=[target.value for target in allowed],
        )
    return transition


def _acting_role(participation: Participation, transition: EngagementTransition) -> str:
    return sorted(transition.actors & participation.roles)[0]


def _check_reason(transition: EngagementTransition, reason: str | None) -> None:
    if transition.requires is not TransitionRequirement.REASON:
        if reason is not None:
            raise Invalid.field(
                "reason", "not_here", "仅终止对接时填写原因", "is only allowed when ending an engagement"
            )
        return
    reasons = vocabulary(END_REASONS)
    if reason not in reasons:
        choices = ", ".join(reasons.codes)
        raise Invalid.field(
            "reason", "unknown_code", f"应为以下之一：{choices}", f"must be one of: {choices}"
        )


def _check_requirement(session: Session, engagement: Engagement, transition: EngagementTransition) -> None:
    if transition.requires is not None and not _is_met(session, engagement, transition.requires):
        raise Conflict(
            f"This change requires {transition.requires.en}.",
            f"此变更须满足：{transition.requires.zh}。",
            code=f"needs_{transition.requires.value}",
        )


def _is_met(session: Session, engagement: Engagement, requirement: TransitionRequirement) -> bool:
    """Whether the requirement is met; a reason is given with the change itself."""
    match requirement:
        case TransitionRequirement.AGREEMENT:
            return sides_consent(session, engagement)
        case TransitionRequirement.SIGNED_CONTRACT:
            return _has_contract(session, engagement)
        case TransitionRequirement.LANDED_CONTRACT:
            return _has_contract(session, engagement, landed=True)
        case _:
            return True


def _has_contract(session: Session, engagement: Engagement, *, landed: bool = False) -> bool:
    query = select(Contract.id).where(Contract.engagement_id == engagement.id, Contract.state.in_(IN_FORCE))
    if landed:
        query = query.where(Contract.landed_on.is_not(None))
    return session.scalar(query.limit(1)) is not None


def _write(
    session: Session,
    engagement: Engagement,
    transition: EngagementTransition,
    *,
    note: str,
    reason: str | None,
    principal: Principal,
    role: str,
) -> None:
    moment = now()
    engagement.stage = transition.target
    engagement.stage_since = moment
    engagement.ended_reason = reason
    stage_move = StageMove(
        engagement_id=engagement.id,
        from_stage=transition.source,
        to_stage=transition.target,
        reason=reason,
        note=note,
        moved_by=timeline.actor_of(principal),
        moved_as=role,
        moved_at=moment,
    )
    session.add(stage_move)
    session.flush()
    timeline.write(
        session,
        engagement.id,
        "moved",
        principal=principal,
        role=role,
        subject_id=stage_move.id,
        text=note,
        from_stage=transition.source.value,
        to_stage=transition.target.value,
        reason=reason,
    )
    emit(session, _moved(engagement, transition, reason))


def _moved(
    engagement: Engagement, transition: EngagementTransition, reason: str | None
) -> EngagementMoved | EngagementEnded:
    event = EngagementEnded if transition.target is Stage.ENDED else EngagementMoved
    return event(
        **engagement_payload(engagement),
        from_stage=transition.source,
        to_stage=transition.target,
        reason=reason,
    )
