"""Routes of /v1/partner-agreements."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import LoggedIn
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
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
from app.partners.agreements import service
from app.partners.agreements.schemas import (
    PartnerAgreementCreate,
    PartnerAgreementPatch,
    PartnerAgreementRead,
)

ROOT = "/v1/partner-agreements"

router = APIRouter(prefix=ROOT, tags=["合作平台 Partners"], responses=problems(Unauthenticated, Forbidden))


@router.post(
    "",
    summary="新建数据共享协议",
    status_code=201,
    response_model=PartnerAgreementRead,
    responses=problems(Invalid, Conflict),
)
def make_agreement(
    body: Sent[PartnerAgreementCreate], principal: LoggedIn, session: WriteSession, request: Idempotent
) -> Response:
    """仅管理部门可操作。合作平台按协议读取变更流；协议未列出的库、字段、地区和发布方式一律不提供。"""

    def run() -> Response:
        agreement = service.make_agreement(session, body, principal=principal)
        location = f"{ROOT}/{agreement.id}"
        return versioned(service.read_agreement(agreement), agreement, status=201, location=location)

    return request.once(body, run)


@router.get("", summary="数据共享协议列表", responses=problems(Invalid))
def list_agreements(
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    organisation_id: Annotated[UUID | None, Query(description="合作平台的单位")] = None,
) -> Page[PartnerAgreementRead]:
    """由新到旧，包括已终止的。"""
    return service.agreement_page(session, paging, principal=principal, organisation_id=organisation_id)


@router.get(
    "/{agreement_id}",
    summary="一份数据共享协议",
    response_model=PartnerAgreementRead,
    responses=problems(NotFound),
)
def get_agreement(agreement_id: UUID, principal: LoggedIn, session: ReadSession) -> Response:
    agreement = service.agreement_of(session, agreement_id, principal=principal)
    return versioned(service.read_agreement(agreement), agreement)


@router.patch(
    "/{agreement_id}",
    summary="修改数据共享协议",
    response_model=PartnerAgreementRead,
    responses=problems(NotFound, Conflict, Invalid, StaleVersion, PreconditionRequired),
)
def change_agreement(
    agreement_id: UUID,
    body: Sent[PartnerAgreementPatch],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """修改提供范围后，对方下次读取时从头开始：新纳入的记录以新增给出，不再提供的记录以删除给出。"""
    agreement = service.change_agreement(session, agreement_id, body, principal=principal, if_match=if_match)
    return versioned(service.read_agreement(agreement), agreement)


@router.delete("/{agreement_id}", summary="终止数据共享协议", status_code=204, responses=problems(NotFound))
def end_agreement(agreement_id: UUID, principal: LoggedIn, session: WriteSession) -> None:
    """立即生效，不可恢复；协议仍可查阅。"""
    service.end_agreement(session, agreement_id, principal=principal)
