"""/v1/organisations."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.accounts.access.permissions import Action, LoggedIn, require
from app.accounts.api.responses import Id, created
from app.accounts.field_checks import SearchText
from app.accounts.models import Organisation, OrganisationKind
from app.accounts.organisations import service
from app.accounts.schemas import OrganisationChange, OrganisationNew, OrganisationOut
from app.conditional_requests import IfMatch, check_if_match, etag
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
from app.idempotency import IdempotencyKey, created_once
from app.paging import Cursor, Limit, Page, Sort, fetch_page, pick_sort

router = APIRouter(
    prefix="/v1/organisations", tags=["organisations"], responses=problems(Unauthenticated, Forbidden)
)

_SORTS = {
    "name": Sort(Organisation.name, str),
    "-created_at": Sort(Organisation.created_at, datetime, descending=True),
}


@router.post(
    "",
    summary="新建机构",
    status_code=201,
    response_model=OrganisationOut,
    responses=problems(Invalid, Conflict),
)
def create(
    request: Request,
    session: WriteSession,
    principal: LoggedIn,
    body: OrganisationNew,
    key: IdempotencyKey = None,
) -> Response:
    """仅主管部门;其他人请用 /v1/register 连同首个用户一起注册。"""
    require(principal, Action.ORGANISATION_CREATE)

    def answer() -> Response:
        organisation = service.create_organisation(session, principal=principal, facts=body.facts())
        return created(OrganisationOut.of(organisation), f"/v1/organisations/{organisation.id}", organisation)

    holder = principal.user_id or ""
    return created_once(session, request, holder=holder, key=key, payload=body, create=answer)


@router.get("", summary="机构列表", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    name: Annotated[SearchText | None, Query(description="名称或别名包含")] = None,
    uscc: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z]{18}$", description="统一社会信用代码")] = None,
    kind: OrganisationKind | None = None,
    region: Annotated[
        str | None, Query(pattern=r"^[0-9]{2,6}$", description="行政区划代码或其前几位")
    ] = None,
    verified: Annotated[bool | None, Query(description="是否已核验")] = None,
    sort: Annotated[str, Query(description="name 或 -created_at")] = "name",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[OrganisationOut]:
    """登录用户可见的机构名录,与任何需求无关: 匿名需求的单位不会由此泄露。"""
    require(principal, Action.ORGANISATION_READ)
    query = service.organisations(name=name, uscc=uscc, kind=kind, region=region, verified=verified)
    rows, next_cursor = fetch_page(
        session,
        query,
        sort=pick_sort(_SORTS, sort),
        key=Organisation.id,
        limit=limit,
        cursor=cursor,
        sort_name=sort,
    )
    return Page(items=[OrganisationOut.of(row) for row in rows], next_cursor=next_cursor)


@router.get("/{organisation_id}", summary="机构详情", responses=problems(NotFound))
def get(
    organisation_id: Id, session: ReadSession, principal: LoggedIn, response: Response
) -> OrganisationOut:
    organisation = service.get_organisation(session, organisation_id, principal=principal)
    response.headers["ETag"] = etag(organisation)
    return OrganisationOut.of(organisation)


@router.patch(
    "/{organisation_id}",
    summary="修改机构",
    responses=problems(NotFound, Invalid, Conflict, StaleVersion, PreconditionRequired),
)
def change(
    organisation_id: Id,
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    body: OrganisationChange,
    if_match: IfMatch = None,
) -> OrganisationOut:
    """本机构可改名称、代码、地区、别名(改后须重新核验);类型和上级机构只能由主管部门修改。"""
    organisation = service.get_organisation(session, organisation_id, principal=principal)
    require(principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
    check_if_match(if_match, organisation)
    service.change_organisation(session, organisation, principal=principal, changes=body.changes())
    response.headers["ETag"] = etag(organisation)
    return OrganisationOut.of(organisation)


@router.post(
    "/{organisation_id}/verify",
    summary="核验机构",
    responses=problems(NotFound, Conflict, StaleVersion, PreconditionRequired),
)
def verify(
    organisation_id: Id,
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    if_match: IfMatch = None,
) -> OrganisationOut:
    """仅主管部门。If-Match 保证核验的正是所看到的名称和代码。"""
    require(principal, Action.ORGANISATION_VERIFY)
    organisation = service.get_organisation(session, organisation_id, principal=principal)
    check_if_match(if_match, organisation)
    service.verify_organisation(session, organisation, principal=principal)
    response.headers["ETag"] = etag(organisation)
    return OrganisationOut.of(organisation)
