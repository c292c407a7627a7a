"""Routes of /v1/users."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts import users as service
from app.accounts.access.permissions import Action, LoggedIn, require
from app.accounts.api.responses import Id
from app.accounts.idempotency import Idempotent
from app.accounts.lists.users import user_page
from app.accounts.models import STAFF, Role
from app.accounts.new_users import create_user
from app.accounts.organisations.lookup import referred
from app.accounts.schemas import NewPassword, UserChange, UserNew, UserOut
from app.accounts.self_service.passwords import set_password
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

router = APIRouter(prefix="/v1/users", tags=["users"], responses=problems(Unauthenticated, Forbidden))


@router.post(
    "", summary="新建用户", status_code=201, response_model=UserOut, responses=problems(Invalid, Conflict)
)
def create(session: WriteSession, principal: LoggedIn, body: Sent[UserNew], request: Idempotent) -> Response:
    """管理部门可创建任何用户；单位管理员可为本单位发送邀请 (/v1/invitations)；单位经核验后，也可直接创建用户。"""
    organisation_id = referred(session, body.organisation_id, principal=principal)
    if "organisation_id" not in body.model_fields_set and body.role not in STAFF:
        organisation_id = principal.organisation_id
    require(principal, Action.USER_CREATE, owner_org_id=organisation_id)

    def answer() -> Response:
        user = create_user(
            session,
            principal=principal,
            facts=body.facts(),
            role=body.role,
            organisation_id=organisation_id,
        )
        return versioned(UserOut.of(user), user, status=201, location=f"/v1/users/{user.id}")

    return request.once(body, answer)


@router.get("", summary="用户列表", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    organisation_id: Annotated[UUID | None, Query(description="所属单位")] = None,
    role: Role | None = None,
    active: Annotated[bool | None, Query(description="是否启用")] = None,
) -> Page[UserOut]:
    """管理部门可见全部用户，单位用户仅可见本单位用户。"""
    return user_page(
        session, paging, principal=principal, organisation_id=organisation_id, role=role, active=active
    )


@router.get("/{user_id}", summary="用户详情", responses=problems(NotFound))
def get(user_id: Id, session: ReadSession, principal: LoggedIn, response: Response) -> UserOut:
    user = service.get_user(session, user_id, principal=principal)
    return tagged(response, user, UserOut.of(user))


@router.patch(
    "/{user_id}",
    summary="修改或停用用户",
    responses=problems(NotFound, Invalid, Conflict, StaleVersion, PreconditionRequired),
)
def change(
    user_id: Id,
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    body: Sent[UserChange],
    if_match: IfMatch = None,
) -> UserOut:
    """用户可修改本人姓名、停用本人账号；单位管理员可停用本单位用户，设置或取消管理员；角色、所属单位和重新启用由管理部门办理。
    停用后所有登录立即失效。单位最后一名管理员须先设置另一名管理员，方可停用本人账号或不再担任管理员；管理部门不受此限。"""
    user = service.get_user(session, user_id, principal=principal)
    service.require_change(principal, user)
    check_if_match(if_match, user)
    changes = body.changes()
    if "organisation_id" in changes:
        changes["organisation_id"] = referred(session, body.organisation_id, principal=principal)
    service.change_user(session, user, principal=principal, changes=changes)
    return tagged(response, user, UserOut.of(user))


@router.put(
    "/{user_id}/password", summary="重置用户密码", status_code=204, responses=problems(NotFound, Invalid)
)
def reset_password(user_id: Id, session: WriteSession, principal: LoggedIn, body: NewPassword) -> None:
    """仅管理部门可用，用于用户忘记密码的情形；修改本人密码请使用 /v1/me/password。"""
    require(principal, Action.USER_CHANGE)
    user = service.get_user(session, user_id, principal=principal)
    set_password(session, user, principal=principal, new_password=body.new_password.get_secret_value())
