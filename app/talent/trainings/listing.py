"""Pages of the lists of trainings and training bases, and a manager's progress on the ladder."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import by_id
from app.paging import Page, PageRequest, Sort, list_page
from app.talent.access import manager_for
from app.talent.trainings import service
from app.talent.trainings.ladder import ladder, ladder_progress, next_rung
from app.talent.trainings.models import Training, TrainingBase, TrainingState
from app.talent.trainings.schemas import BaseRead, RungRead, SummaryRead, TrainingRead

TRAINING_STATES: Mapping[str, TrainingState] = {state.value: state for state in TrainingState}
"""The states by their codes."""

_BY_NAME = Sort(TrainingBase.name, str, name="bases")
_NEWEST = Sort(Training.created_at, datetime, descending=True, name="trainings")


def base_page(
    session: Session, paging: PageRequest, active: bool | None = None, *, principal: Principal
) -> Page[BaseRead]:
    """One page of the training bases, by name."""
    require(principal, Action.TRAINING_BASE_READ)
    query = select(TrainingBase)
    if active is not None:
        query = query.where(TrainingBase.active == active)
    return list_page(session, query, _BY_NAME, paging, BaseRead.model_validate)


def training_page(
    session: Session,
    paging: PageRequest,
    states: Sequence[TrainingState] | None = None,
    manager_id: UUID | None = None,
    base_id: UUID | None = None,
    *,
    at_own_bases: bool = False,
    principal: Principal,
) -> Page[TrainingRead]:
    """One page of the trainings that the principal may see, newest first; `at_own_bases`: those at bases that their
    organisation runs, which it may verify."""
    require(principal, Action.TRAINING_READ, own=True)
    query = select(Training).where(service.visible_trainings(principal))
    if states:
        query = query.where(Training.state.in_(states))
    if manager_id is not None:
        query = query.where(Training.manager_id == manager_id)
    if base_id is not None:
        query = query.where(Training.base_id == base_id)
    if at_own_bases:
        own = select(TrainingBase.id).where(TrainingBase.organisation_id == principal.organisation_id)
        query = query.where(Training.base_id.in_(own))
    return list_page(session, query, _NEWEST, paging, TrainingRead.model_validate)


def base_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of training bases, which are public."""
    return {id_: base.name for id_, base in by_id(session, TrainingBase, list(ids)).items()}


def training_summary(session: Session, manager_id: UUID, *, principal: Principal) -> SummaryRead:
    """Hours on each rung of the ladder, verified and waiting.

    Raises:
        NotFound, Forbidden: see `manager_for`.
    """
    manager = manager_for(session, manager_id, Action.TRAINING_READ, principal=principal)
    progress = ladder_progress(ladder(), service.hours_of(session, manager.id))
    upcoming = next_rung(progress)
    return SummaryRead(
        manager_id=manager.id,
        rungs=[
            RungRead(
                rung=rung.rung,
                rung_zh=rung.rung.zh,
                verified_hours=rung.verified,
                waiting_hours=rung.submitted,
                needed_hours=rung.required,
                complete=rung.missing == 0,
            )
            for rung in progress
        ],
        next_rung=upcoming.rung if upcoming else None,
        missing_hours=upcoming.missing if upcoming else 0,
    )
