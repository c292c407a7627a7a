"""Moves of an engagement along the table in `stages`: each with a who, a when and a note."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action
from app.accounts.access.principal import SYSTEM, Principal
from app.conditional_requests import check_if_sent
from app.database import now
from app.engagements.access import Participation, participation_of, require_open
from app.engagements.contract_models import Contract, ContractState
from app.engagements.disclosure import sides_consent
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
    MOVES,
    SERVICE,
    EngagementTransition,
    TransitionRequirement,
    targets,
)
from app.errors import Conflict, Invalid
from app.events.catalogue import EngagementEnded, EngagementMoved
from app.events.outbox import emit
from app.libraries.vocabularies import vocabulary

END_REASONS = "engagement_end_reasons"
RECORD_UNAVAILABLE = "record_unavailable"
UNDONE = "undone"
IN_FORCE = (ContractState.SIGNED, ContractState.REGISTERED)


def move(
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
        NotFound: it is not the principal's to see.
        Conflict: no such move from its stage, not his to make, or what it needs is not there.
        Invalid: ended without a reason of the vocabulary, or a reason for another move.
    """
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_MOVE, principal=principal, lock=True)
    engagement = seat.engagement
    check_if_sent(if_match, engagement)
    row = _row(seat, target)
    _check_reason(row, reason)
    _check_need(session, engagement, row)
    _write(session, engagement, row, note=note, reason=reason, principal=principal, role=_role(seat, row))
    return engagement


def possible(seat: Participation) -> tuple[Stage, ...]:
    """Where the principal may move it from here, if what the move needs is there."""
    return targets(Stage.of(seat.engagement.stage), seat.roles)


def end_lapsed(session: Session, condition: ColumnElement[bool]) -> list[Engagement]:
    """End the open engagements among these that their records no longer carry; see `load.open_load`."""
    ended = list(session.scalars(workload.lapsed(condition)))
    for engagement in ended:
        _write(
            session,
            engagement,
            MOVES[Stage.of(engagement.stage), Stage.ENDED],
            note="需求或成果已不再发布, 双方尚未同意对接",
            reason=RECORD_UNAVAILABLE,
            principal=SYSTEM,
            role=SERVICE,
        )
    return ended


def retract(session: Session, push_id: UUID, *, principal: Principal) -> None:
    """The acceptance that opened it is undone: it ends, and the push is free to open another.

    Raises:
        Conflict: it has moved on, or a party has answered already.
    """
    engagement = session.scalar(
        select(Engagement)
        .where(Engagement.push_id == push_id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )
    if engagement is None:
        return
    answered = session.scalar(
        select(Participant.id)
        .where(
            Participant.engagement_id == engagement.id,
            Participant.manager_id.is_distinct_from(engagement.manager_id),
            Participant.state != ParticipantState.INVITED,
        )
        .limit(1)
    )
    if engagement.stage != Stage.PROPOSED or answered is not None:
        raise Conflict(
            "The engagement is under way; end it with a reason instead.",
            "对接已经展开,不能撤回接收;如需终止,请在对接中说明原因。",
            code="engagement_under_way",
        )
    engagement.push_id = None
    _write(
        session,
        engagement,
        MOVES[Stage.PROPOSED, Stage.ENDED],
        note="接收已撤回",
        reason=UNDONE,
        principal=principal,
        role=ParticipantRole.MANAGER.value,
    )


def fall_back(session: Session, engagement_id: UUID, *, note: str) -> None:
    """A contract was cancelled: its engagement, if it stood on this contract alone, goes back to negotiating."""
    engagement = session.scalar(
        select(Engagement)
        .where(Engagement.id == engagement_id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )
    if engagement is None or engagement.stage != Stage.SIGNED or _has_contract(session, engagement):
        return
    row = MOVES[Stage.SIGNED, Stage.NEGOTIATING]
    _write(session, engagement, row, note=note, reason=None, principal=SYSTEM, role=SERVICE)


def _row(seat: Participation, target: Stage) -> EngagementTransition:
    engagement, stage = seat.engagement, Stage.of(seat.engagement.stage)
    require_open(engagement)
    row = MOVES.get((stage, target))
    if row is None or row.who.isdisjoint(seat.roles):
        allowed = possible(seat)
        raise Conflict(
            f"From {stage.value} you may not move it to {target.value}.",
            f"此对接当前为“{stage.zh}”,您不能将其变更为“{target.zh}”。",
            code="no_such_move",
            stage=stage.value,
            allowed=[one.value for one in allowed],
        )
    return row


def _role(seat: Participation, row: EngagementTransition) -> str:
    return sorted(row.who & seat.roles)[0]


def _check_reason(row: EngagementTransition, reason: str | None) -> None:
    if row.needs is not TransitionRequirement.REASON:
        if reason is not None:
            raise Invalid.field(
                "reason", "not_here", "只有终止需要原因", "only ending an engagement has a reason"
            )
        return
    reasons = vocabulary(END_REASONS)
    if reason not in reasons:
        choices = ", ".join(reasons.codes)
        raise Invalid.field(
            "reason", "unknown_code", f"应为以下之一: {choices}", f"must be one of: {choices}"
        )


def _check_need(session: Session, engagement: Engagement, row: EngagementTransition) -> None:
    match row.needs:
        case TransitionRequirement.AGREEMENT:
            there = sides_consent(session, engagement)
        case TransitionRequirement.SIGNED_CONTRACT:
            there = _has_contract(session, engagement)
        case TransitionRequirement.LANDED_CONTRACT:
            there = _has_contract(session, engagement, landed=True)
        case _:
            return
    if not there:
        raise Conflict(
            f"This move needs {row.needs.en}.",
            f"此变更需要: {row.needs.zh}。",
            code=f"needs_{row.needs.value}",
        )


def _has_contract(session: Session, engagement: Engagement, *, landed: bool = False) -> bool:
    query = select(Contract.id).where(Contract.engagement_id == engagement.id, Contract.state.in_(IN_FORCE))
    if landed:
        query = query.where(Contract.landed_on.is_not(None))
    return session.scalar(query.limit(1)) is not None


def _write(
    session: Session,
    engagement: Engagement,
    row: EngagementTransition,
    *,
    note: str,
    reason: str | None,
    principal: Principal,
    role: str,
) -> None:
    moment = now()
    engagement.stage = row.target
    engagement.stage_since = moment
    engagement.ended_reason = reason
    done = StageMove(
        engagement_id=engagement.id,
        from_stage=row.source,
        to_stage=row.target,
        reason=reason,
        note=note,
        moved_by=timeline.actor_of(principal),
        moved_as=role,
        moved_at=moment,
    )
    session.add(done)
    session.flush()
    told = {"from_stage": row.source.value, "to_stage": row.target.value, "reason": reason}
    timeline.write(
        session,
        engagement.id,
        "moved",
        principal=principal,
        role=role,
        subject_id=done.id,
        text=note,
        **told,
    )
    happened = EngagementEnded if row.target is Stage.ENDED else EngagementMoved
    emit(
        session,
        happened(**engagement_payload(engagement), from_stage=row.source, to_stage=row.target, reason=reason),
    )
