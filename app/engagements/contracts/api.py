"""Routes of technology contracts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, CurrentPrincipal
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, tagged, versioned
from app.database import ReadSession, WriteSession
from app.engagements.contract_models import Contract
from app.engagements.contracts import draft, payments, registration
from app.engagements.contracts.access import find
from app.engagements.contracts.amendments import proposals
from app.engagements.contracts.presentation.listing import contract_page, version_page
from app.engagements.contracts.presenter import read_many
from app.engagements.contracts.queries import ContractFilters
from app.engagements.contracts.schemas import (
    CancelRequest,
    ContractCreate,
    ContractPatch,
    ContractRead,
    ContractVersionRead,
    DeclineRequest,
    LandRequest,
    PaidRequest,
    RegisterRequest,
    SignRequest,
)
from app.engagements.contracts.signatures import consents
from app.engagements.contracts.signatures import service as signatures
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    Unauthenticated,
    problems,
)
from app.errors.request_bodies import Sent
from app.paging import Page, Paging

router = APIRouter(
    prefix="/v1/contracts",
    tags=["技术合同 Contracts"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)

_CHANGING = problems(NotFound, Conflict, Invalid, StaleVersion)


def _answer(session: Session, contract: Contract, response: Response) -> ContractRead:
    return tagged(response, contract, read_many(session, [contract])[0])


@router.post(
    "",
    name="create",
    summary="起草技术合同",
    status_code=201,
    response_model=ContractRead,
    responses=problems(NotFound, Conflict),
)
def create(
    body: Sent[ContractCreate],
    principal: CurrentPrincipal,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """在对接中起草的，供需对和双方取自对接；其他合同由合同一方、技术经理人或管理部门起草。"""

    def create() -> Response:
        contract = draft.draft(session, values=body.values(), principal=principal)
        (response,) = read_many(session, [contract])
        return versioned(response, contract, status=201, location=f"/v1/contracts/{contract.id}")

    return request.once(body, create)


@router.get("", name="list", summary="技术合同列表")
def list_(
    principal: CurrentPrincipal,
    session: ReadSession,
    filters: Annotated[ContractFilters, Depends()],
    paging: Paging,
) -> Page[ContractRead]:
    """按创建时间由新到旧排列。管理部门可查看全部，其他用户仅可查看本单位、本人有分成或所参与对接的合同。"""
    return contract_page(session, paging, filters, principal=principal)


@router.get("/{contract_id}", name="get", summary="一份技术合同", responses=problems(NotFound))
def get(
    contract_id: UUID, principal: CurrentPrincipal, session: ReadSession, response: Response
) -> ContractRead:
    contract = find(session, contract_id, Action.CONTRACT_READ, principal=principal)
    return _answer(session, contract, response)


@router.patch(
    "/{contract_id}",
    name="amend",
    summary="修改或变更",
    responses=_CHANGING | problems(PreconditionRequired),
)
def amend(
    contract_id: UUID,
    body: Sent[ContractPatch],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ContractRead:
    """须携带 If-Match。草稿当即修改，已有的签署作废；签订后为待签署的变更（须说明原因），双方均签署前原条款有效。

    合同一方提出即视为其已签署；技术经理人的分成有变动的，须经其本人同意。登记或确认落地后，仅可由管理部门提出。
    """
    contract = proposals.amend(session, contract_id, patch=body, principal=principal, if_match=if_match)
    return _answer(session, contract, response)


@router.post(
    "/{contract_id}/sign",
    name="sign",
    summary="签署",
    responses=_CHANGING | problems(PreconditionRequired),
)
def sign(
    contract_id: UUID,
    body: Sent[SignRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ContractRead:
    """签署 If-Match 所指的版本：有待签署的变更时为该变更，否则为草稿。双方均签署后生效。

    由双方单位的人员签署；一方未使用本系统的，由管理部门凭签字扫描件代为记录。
    分成须合计 100% 并经各经理人确认；存在利益关系的，须已披露。
    """
    contract = signatures.sign(
        session,
        contract_id,
        signed_on=body.signed_on,
        side=body.side,
        file_id=body.file_id,
        principal=principal,
        if_match=if_match,
    )
    return _answer(session, contract, response)


@router.post(
    "/{contract_id}/shares/confirm", name="confirm_share", summary="确认本人分成", responses=_CHANGING
)
def confirm_share(
    contract_id: UUID, principal: CurrentPrincipal, session: WriteSession, response: Response
) -> ContractRead:
    """有涉及本人分成的待签署变更时，同时视为同意该变更。"""
    contract = consents.confirm_share(session, contract_id, principal=principal)
    return _answer(session, contract, response)


@router.post(
    "/{contract_id}/shares/withdraw", name="withdraw_share", summary="撤回本人分成确认", responses=_CHANGING
)
def withdraw_share(
    contract_id: UUID, principal: CurrentPrincipal, session: WriteSession, response: Response
) -> ContractRead:
    """仅限草稿；已有的签署作废。"""
    contract = consents.withdraw_share(session, contract_id, principal=principal)
    return _answer(session, contract, response)


@router.post(
    "/{contract_id}/amendment/decline",
    name="decline_amendment",
    summary="拒绝或撤回变更",
    responses=_CHANGING,
)
def decline_amendment(
    contract_id: UUID,
    body: Sent[DeclineRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ContractRead:
    """合同双方、提出人、所涉技术经理人和管理部门可以拒绝；原条款继续有效。"""
    contract = proposals.decline(
        session, contract_id, reason=body.reason, principal=principal, if_match=if_match
    )
    return _answer(session, contract, response)


@router.post("/{contract_id}/payments/{position}/paid", name="pay", summary="记录付款", responses=_CHANGING)
def pay(
    contract_id: UUID,
    position: int,
    body: Sent[PaidRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
) -> ContractRead:
    contract = payments.pay(session, contract_id, position, paid_on=body.paid_on, principal=principal)
    return _answer(session, contract, response)


@router.post("/{contract_id}/register", name="register", summary="确认认定登记", responses=_CHANGING)
def register(
    contract_id: UUID,
    body: Sent[RegisterRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ContractRead:
    """由管理部门确认，且确认人不能是合同录入人。登记号已用于其他合同时返回 409，并给出该合同编号。"""
    contract = registration.register(
        session,
        contract_id,
        registration_no=body.registration_no,
        registered_on=body.registered_on,
        principal=principal,
        if_match=if_match,
    )
    return _answer(session, contract, response)


@router.post("/{contract_id}/land", name="land", summary="确认落地", responses=_CHANGING)
def land(
    contract_id: UUID,
    body: Sent[LandRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ContractRead:
    """由管理部门确认；再次确认视为更正。"""
    contract = registration.land(
        session,
        contract_id,
        landed_on=body.landed_on,
        in_jinan=body.landed_in_jinan,
        reason=body.reason or "",
        principal=principal,
        if_match=if_match,
    )
    return _answer(session, contract, response)


@router.post("/{contract_id}/cancel", name="cancel", summary="撤销", responses=_CHANGING)
def cancel(
    contract_id: UUID,
    body: Sent[CancelRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ContractRead:
    """草稿当即撤销；已签订的，由管理部门撤销，或作为待签署的变更由双方签署后解除。登记或确认落地后，仅可由管理部门撤销。"""
    contract = proposals.cancel(
        session, contract_id, reason=body.reason, principal=principal, if_match=if_match
    )
    return _answer(session, contract, response)


@router.get("/{contract_id}/versions", name="versions", summary="历史版本", responses=problems(NotFound))
def versions(
    contract_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[ContractVersionRead]:
    """最新的在前。"""
    return version_page(session, contract_id, paging, principal=principal)
