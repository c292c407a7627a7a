"""The bureau's request to plan the pushes of a record again; the worker handles it by all rules of pushing."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.errors import Invalid, NotFound
from app.events.catalogue import PairsRanked
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.pushes.schemas import PlanRequest


def request_plan(session: Session, wanted: PlanRequest, *, principal: Principal) -> UUID:
    """Have the pushes of one demand or one achievement planned again; the id of the event.

    Raises:
        Forbidden: the principal is not an operator.
        Invalid: both or none of the two is named.
        NotFound: there is no such record.
        Conflict: the principal has a tie to its owner.
    """
    require(principal, Action.PUSH_PLAN)
    if (wanted.demand_id is None) == (wanted.achievement_id is None):
        raise Invalid.field(
            "demand_id",
            "one_of",
            "demand_id 与 achievement_id 应填写且仅填写其一",
            "exactly one of demand_id and achievement_id is required",
        )
    kind, model = (RecordKind.DEMAND, Demand) if wanted.demand_id else (RecordKind.ACHIEVEMENT, Achievement)
    row = session.execute(
        select(model.id, model.owner_org_id).where(model.id == (wanted.demand_id or wanted.achievement_id))
    ).first()
    if row is None:
        raise NotFound()
    refuse_tied(session, principal, organisations=[row.owner_org_id])
    return emit(session, PairsRanked(subject_id=row.id, kind=kind)).id
