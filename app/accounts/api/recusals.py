"""Routes of /v1/recusals: ties of operators, about whose parties others decide (回避)."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.access.permissions import LoggedIn
from app.accounts.lists.recusals import OperatorTieOut, tie_page
from app.accounts.organisations.schemas import OperatorTieNew
from app.accounts.self_service import recusals as service
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging

router = APIRouter(prefix="/v1/recusals", tags=["users"], responses=problems(Unauthenticated, Forbidden))


@router.get("", name="list_recusals", summary="回避关系", responses=problems(Invalid))
def recusals(session: ReadSession, principal: LoggedIn, paging: Paging) -> Page[OperatorTieOut]:
    """仅管理部门可用。工作人员申报的与单位或技术经理人的关系；涉及该单位（含其集团）或经理人的事项由其他人员办理。"""
    return tie_page(session, paging, principal=principal)


@router.post(
    "", name="declare_recusal", summary="申报回避关系", status_code=201, responses=problems(Invalid, Conflict)
)
def declare(session: WriteSession, principal: LoggedIn, body: Sent[OperatorTieNew]) -> OperatorTieOut:
    """仅管理部门可用。申报后，涉及对方的核验、审核、核查、认定、登记等决定不能由其本人作出（409 recusal）。"""
    tie = service.declare_tie(
        session, principal=principal, party=body.party, kind=body.kind, user_id=body.user_id
    )
    return OperatorTieOut.read(session, tie, principal=principal)


@router.delete(
    "/{tie_id}",
    name="withdraw_recusal",
    summary="撤销回避关系",
    status_code=204,
    responses=problems(NotFound, Conflict),
)
def withdraw(tie_id: UUID, session: WriteSession, principal: LoggedIn) -> None:
    """仅管理部门可用。关系不再存在的，由其他工作人员核实后撤销；本人不能撤销。"""
    service.withdraw_tie(session, tie_id, principal=principal)
