"""Training records and training bases: creation, change and verification."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts import audit
from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import referred
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.errors.collection import Faults
from app.events.catalogue import TrainingChanged
from app.events.outbox import emit
from app.talent.access import manager_for, own_rows
from app.talent.responses import refuse_cleared
from app.talent.trainings.models import TRANSITIONS, Training, TrainingBase, TrainingState
from app.talent.trainings.schemas import BaseCreate, BasePatch, TrainingCreate
from app.talent.transitions import begin, take_transition
from app.text.folding import fold


def add_base(session: Session, body: BaseCreate, *, principal: Principal) -> TrainingBase:
    require(principal, Action.TRAINING_BASE_CHANGE)
    institution = referred(session, body.organisation_id, principal=principal)
    base = TrainingBase(**body.model_dump() | {"organisation_id": institution})
    _check_organisation(session, base)
    _refuse_same_name(session, base)
    session.add(base)
    session.flush()
    audit.record(session, principal, "training_base.create", base.id, base.name)
    return base


def change_base(
    session: Session, base_id: UUID, body: BasePatch, *, principal: Principal, if_match: str | None
) -> TrainingBase:
    require(principal, Action.TRAINING_BASE_CHANGE)
    base = find_base(session, base_id)
    check_if_match(if_match, base)
    values = body.model_dump(exclude_unset=True)
    faults = Faults()
    with faults.collected():
        refuse_cleared(values, clearable=("organisation_id", "region", "designated_on"))
    with faults.collected():
        if "organisation_id" in values:
            values["organisation_id"] = None
            values["organisation_id"] = referred(session, body.organisation_id, principal=principal)
    for name, value in values.items():
        setattr(base, name, value)
    with faults.collected(), session.no_autoflush:
        _check_organisation(session, base)
    faults.raise_if_any()
    _refuse_same_name(session, base)
    session.flush()
    audit.record(session, principal, "training_base.change", base.id, base.name)
    return base


def remove_base(session: Session, base_id: UUID, *, principal: Principal, if_match: str | None) -> None:
    """
    Raises:
        Conflict: the base has training records, so it can only be closed.
    """
    require(principal, Action.TRAINING_BASE_CHANGE)
    base = find_base(session, base_id)
    check_if_sent(if_match, base)
    if session.scalar(select(func.count()).where(Training.base_id == base.id)):
        raise Conflict(
            "This base has training records and cannot be deleted; set `active` to false instead.",
            "该基地已有培训记录，不能删除；可将其停用。",
            code="base_in_use",
        )
    session.delete(base)
    audit.record(session, principal, "training_base.delete", base.id, base.name)


def find_base(session: Session, base_id: UUID) -> TrainingBase:
    base = session.get(TrainingBase, base_id)
    if base is None:
        raise NotFound()
    return base


def record(session: Session, body: TrainingCreate, *, principal: Principal) -> Training:
    """
    Raises:
        Invalid: the base does not exist, or is closed.
        Conflict: this course at this base is recorded for some of these days already; its hours would count twice.
    """
    manager = manager_for(session, body.manager_id, Action.TRAINING_CREATE, principal=principal, lock=True)
    base = session.get(TrainingBase, body.base_id)
    if base is None or not base.active:
        raise Invalid.field(
            "base_id", "unknown_base", "培养基地不存在或已停用", "is not the id of an open training base"
        )
    _refuse_same_course(session, manager.id, body)
    training = Training(
        **body.model_dump(exclude={"manager_id"}), manager_id=manager.id, created_by=principal.user_id
    )
    session.add(training)
    begin(session, training, concept="training", principal=principal)
    _emit_change(session, training, base, principal)
    return training


def _refuse_same_course(session: Session, manager_id: UUID, body: TrainingCreate) -> None:
    present = session.scalars(
        select(Training.course).where(
            Training.manager_id == manager_id,
            Training.base_id == body.base_id,
            Training.state != TrainingState.REJECTED,
            Training.started_on <= body.ended_on,
            Training.ended_on >= body.started_on,
        )
    )
    if fold(body.course) in map(fold, present):
        raise Conflict(
            "This course at this base is recorded for some of these days already.",
            "该基地的这门课程在此期间已有记录，请勿重复申报。",
            code="training_exists",
        )


def _emit_change(session: Session, training: Training, base: TrainingBase, principal: Principal) -> None:
    session.flush()
    emit(
        session,
        TrainingChanged(
            subject_id=training.id,
            manager_id=training.manager_id,
            organisation_id=base.organisation_id,
            actor_id=principal.user_id,
            state=training.state,
        ),
    )


def visible_trainings(principal: Principal) -> ColumnElement[bool]:
    """Condition: the training is of a manager of the principal, or at a base that their organisation runs."""
    of_own_managers = own_rows(Training.manager_id, principal)
    if principal.organisation_id is None or not principal.reads_details:
        return of_own_managers
    own_bases = select(TrainingBase.id).where(TrainingBase.organisation_id == principal.organisation_id)
    return (
        or_(of_own_managers, Training.base_id.in_(own_bases)) if _may_verify(principal) else of_own_managers
    )


def review(
    session: Session,
    training_id: UUID,
    name: str,
    note: str | None,
    *,
    principal: Principal,
    if_match: str | None = None,
) -> Training:
    """Review by an operator or the institution that runs the base; `name` is `verify` or `reject`.

    Raises:
        NotFound: it does not exist, or the principal may not see it.
        Forbidden: another institution runs the base, or the principal entered the training.
        Conflict: the action is not possible in the current state.
        Invalid: the reason is missing.
    """
    training = find(session, training_id, principal=principal, lock=True)
    base = session.get_one(TrainingBase, training.base_id)
    require(principal, Action.TRAINING_VERIFY, owner_org_id=base.organisation_id)
    if not principal.sees_everything and training.created_by == principal.user_id:
        raise Forbidden(
            "You entered this training; a different person must verify it.",
            "不能核验本人填报的培训记录。",
            code="own_entry",
        )
    check_if_sent(if_match, training)
    take_transition(
        session,
        training,
        TRANSITIONS[name],
        states=TrainingState,
        concept="training",
        principal=principal,
        note=note,
    )
    training.reviewed_by, training.reviewed_at, training.review_note = principal.user_id, now(), note
    _emit_change(session, training, base, principal)
    return training


def find(session: Session, training_id: UUID, *, principal: Principal, lock: bool = False) -> Training:
    require(principal, Action.TRAINING_READ, own=True)
    query = select(Training).where(Training.id == training_id, visible_trainings(principal))
    training = one_or_not_found(session, query.with_for_update(of=Training) if lock else query)
    return training


def hours_of(session: Session, manager_id: UUID) -> list[tuple[str, str, int]]:
    """(rung, state, sum of hours) of a manager's training."""
    rows = session.execute(
        select(Training.rung, Training.state, func.sum(Training.hours))
        .where(Training.manager_id == manager_id)
        .group_by(Training.rung, Training.state)
    )
    return [(rung, state, int(sum_)) for rung, state, sum_ in rows]


def _may_verify(principal: Principal) -> bool:
    return allowed(principal, Action.TRAINING_VERIFY, own=True)


def _check_organisation(session: Session, base: TrainingBase) -> None:
    if base.organisation_id is not None and session.get(Organisation, base.organisation_id) is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "单位不存在", "is not the id of an organisation"
        )


def _refuse_same_name(session: Session, base: TrainingBase) -> None:
    with session.no_autoflush:
        same_name_id = session.scalar(select(TrainingBase.id).where(TrainingBase.name == base.name))
    if same_name_id not in (None, base.id):
        raise Conflict("A base with this name already exists.", "已有同名的培养基地。", code="base_exists")
