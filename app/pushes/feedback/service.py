"""Owners' answers to matches of their own records, and reports of errors in matches."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match
from app.database import now, one_or_not_found
from app.errors import Invalid, NotFound
from app.events.catalogue import OwnerAnswered
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.visibility.rows import owns
from app.matching.models import Pair
from app.pushes.decline_reasons import check_reason
from app.pushes.feedback.models import OwnerAnswer
from app.pushes.feedback.pair_side import Side

OTHER = "other"


def answer_of(
    session: Session, demand_id: UUID, achievement_id: UUID, *, side: Side, principal: Principal
) -> OwnerAnswer:
    """The owner's present answer to a match.

    Raises:
        NotFound: the record is not the principal's, the two are no match, or there is no answer yet.
    """
    _own_match(session, demand_id, achievement_id, side=side, principal=principal)
    answer = one_or_not_found(session, _answer(demand_id, achievement_id, side))
    return answer


def answers_for(
    session: Session, record_id: UUID, *, side: Side, principal: Principal
) -> dict[UUID, OwnerAnswer]:
    """The owner's present answers to the matches of one record, by the record on the other side.

    Raises:
        NotFound: the record is not the principal's.
    """
    record: Record | None = (
        session.get(Demand, record_id) if side is Side.DEMAND else session.get(Achievement, record_id)
    )
    if record is None or not owns(principal, record):
        raise NotFound()
    require(principal, Action.MATCH_ANSWER, own=True)
    column = OwnerAnswer.demand_id if side is Side.DEMAND else OwnerAnswer.achievement_id
    rows = session.scalars(select(OwnerAnswer).where(column == record_id, OwnerAnswer.side == side))
    return {row.achievement_id if side is Side.DEMAND else row.demand_id: row for row in rows}


def give_answer(
    session: Session,
    demand_id: UUID,
    achievement_id: UUID,
    *,
    side: Side,
    principal: Principal,
    interested: bool,
    reason: str | None,
    note: str | None,
    if_match: str | None = None,
) -> OwnerAnswer:
    """Store the owner's answer to a match of their record; answering again changes it.

    Raises:
        NotFound: the record is not the principal's, or the two are no match, or no longer.
        Invalid: a reason is missing although the owner is not interested, or given although they are.
        PreconditionRequired, StaleVersion: when an earlier answer is changed, see `check_if_match`.
    """
    pair = _own_match(session, demand_id, achievement_id, side=side, principal=principal)
    _check_answer(interested, reason, note)
    _lock_records(session, demand_id, achievement_id)
    answer = session.scalar(_answer(demand_id, achievement_id, side).with_for_update())
    if answer is None:
        answer = OwnerAnswer(demand_id=demand_id, achievement_id=achievement_id, side=side)
    else:
        check_if_match(if_match, answer)
    if principal.organisation_id is None:
        raise NotFound()
    answer.organisation_id = principal.organisation_id
    answer.interested = interested
    answer.reason = reason
    answer.note = note
    answer.pair_score = pair.score
    answer.answered_at = now()
    answer.answered_by = principal.user_id or principal.api_key_id
    session.add(answer)
    session.flush()
    emit(session, _answered(answer, side, pair))
    return answer


def _lock_records(session: Session, demand_id: UUID, achievement_id: UUID) -> None:
    # The push writer holds these locks too, so that pushes written after this answer take it into account.
    for record in (Demand, Achievement):
        ids = (demand_id, achievement_id)
        session.scalar(select(record.id).where(record.id.in_(ids)).with_for_update(key_share=True))


def _answered(answer: OwnerAnswer, side: Side, pair: Pair) -> OwnerAnswered:
    return OwnerAnswered(
        subject_id=answer.demand_id if side is Side.DEMAND else answer.achievement_id,
        demand_id=answer.demand_id,
        achievement_id=answer.achievement_id,
        side=side,
        interested=answer.interested,
        reason=answer.reason,
        pair_score=pair.score,
        model_version=pair.model_version,
    )


def _own_match(
    session: Session, demand_id: UUID, achievement_id: UUID, *, side: Side, principal: Principal
) -> Pair:
    """The pair, if the record on this side is the principal's own and the other one is published."""
    demand, achievement = session.get(Demand, demand_id), session.get(Achievement, achievement_id)
    own: Record | None = demand if side is Side.DEMAND else achievement
    other: Record | None = achievement if side is Side.DEMAND else demand
    is_owner = own is not None and owns(principal, own)
    require(principal, Action.MATCH_ANSWER, own=True)
    if not is_owner or other is None or other.state != RecordState.PUBLISHED:
        raise NotFound()
    pair = session.scalar(
        select(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
    )
    if pair is None:
        raise NotFound(
            "These two records are not a match, or no longer.",
            "二者不是匹配结果，或已不再匹配。",
            code="no_match",
        )
    return pair


def _answer(demand_id: UUID, achievement_id: UUID, side: Side) -> Select[OwnerAnswer]:
    return select(OwnerAnswer).where(
        OwnerAnswer.demand_id == demand_id,
        OwnerAnswer.achievement_id == achievement_id,
        OwnerAnswer.side == side,
    )


def _check_answer(interested: bool, reason: str | None, note: str | None) -> None:
    if interested and reason is not None:
        raise Invalid.field(
            "reason", "not_needed", "有意向时无需填写原因", "must be omitted if you are interested"
        )
    if not interested and reason is None:
        raise Invalid.field(
            "reason", "missing", "无意向时请选择原因", "is required if you are not interested"
        )
    if reason is not None:
        check_reason(reason, note)
