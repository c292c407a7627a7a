"""Routes of /v1/organisations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, LoggedIn, require
from app.accounts.api.responses import Id
from app.accounts.field_checks import RegionPart, SearchText
from app.accounts.idempotency import Idempotent
from app.accounts.lists.organisations import organisation_page
from app.accounts.models import OrganisationKind
from app.accounts.organisations import service
from app.accounts.organisations.schemas import OrganisationChange, OrganisationNew, OrganisationOut
from app.conditional_requests import IfMatch, check_if_match, tagged, versioned
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

router = APIRouter(
    prefix="/v1/organisations", tags=["organisations"], responses=problems(Unauthenticated, Forbidden)
)


@router.post(
    "",
    summary="新建单位",
    status_code=201,
    response_model=OrganisationOut,
    responses=problems(Invalid, Conflict),
)
def create(
    session: WriteSession,
    principal: LoggedIn,
    body: Sent[OrganisationNew],
    request: Idempotent,
) -> Response:
    """仅管理部门可用；其他单位请通过 /v1/register 与首个用户一并注册。"""
    require(principal, Action.ORGANISATION_CREATE)

    def answer() -> Response:
        organisation = service.create_organisation(session, principal=principal, facts=body.facts())
        location = f"/v1/organisations/{organisation.id}"
        return versioned(OrganisationOut.of(organisation), organisation, status=201, location=location)

    return request.once(body, answer)


@router.get("", summary="单位列表", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    name: Annotated[SearchText | None, Query(description="名称或别名包含")] = None,
    uscc: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z]{18}$", description="统一社会信用代码")] = None,
    kind: OrganisationKind | None = None,
    region: Annotated[RegionPart | None, Query(description="地区名称、代码或其前几位，含下级地区")] = None,
    verified: Annotated[bool | None, Query(description="是否已核验")] = None,
    sort: Annotated[str, Query(description="name 或 -created_at")] = "name",
) -> Page[OrganisationOut]:
    """登录用户可见的单位名录。名录与需求无关联，不会泄露匿名需求的所属单位。"""
    return organisation_page(
        session,
        paging,
        principal=principal,
        name=name,
        uscc=uscc,
        kind=kind,
        region=region,
        verified=verified,
        sort=sort,
    )


@router.get("/{organisation_id}", summary="单位详情", responses=problems(NotFound))
def get(
    organisation_id: Id, session: ReadSession, principal: LoggedIn, response: Response
) -> OrganisationOut:
    organisation = service.get_organisation(session, organisation_id, principal=principal)
    return tagged(response, organisation, OrganisationOut.of(organisation))


@router.patch(
    "/{organisation_id}",
    summary="修改单位",
    responses=problems(NotFound, Invalid, Conflict, StaleVersion, PreconditionRequired),
)
def change(
    organisation_id: Id,
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    body: Sent[OrganisationChange],
    if_match: IfMatch = None,
) -> OrganisationOut:
    """本单位可修改名称、代码、地区和别名，修改后须重新核验；单位类型和上级单位仅管理部门可以修改。"""
    organisation = service.get_organisation(session, organisation_id, principal=principal)
    require(principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
    check_if_match(if_match, organisation)
    service.change_organisation(session, organisation, principal=principal, changes=body.changes())
    return tagged(response, organisation, OrganisationOut.of(organisation))


@router.post(
    "/{organisation_id}/verify",
    summary="核验单位",
    responses=problems(NotFound, Conflict, StaleVersion, PreconditionRequired),
)
def verify(
    organisation_id: Id,
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    if_match: IfMatch = None,
) -> OrganisationOut:
    """仅管理部门可用。If-Match 用于确保所核验的名称和代码与读取时一致。"""
    require(principal, Action.ORGANISATION_VERIFY)
    organisation = service.get_organisation(session, organisation_id, principal=principal)
    check_if_match(if_match, organisation)
    service.verify_organisation(session, organisation, principal=principal)
    return tagged(response, organisation, OrganisationOut.of(organisation))
