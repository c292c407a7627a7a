"""Routes of /v1/audit."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from app.accounts.access.permissions import LoggedIn
from app.accounts.lists.audit import audit_page
from app.accounts.schemas import AuditEntryOut
from app.database import ReadSession
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.paging import Page, Paging

router = APIRouter(tags=["audit"])


@router.get("/v1/audit", summary="审计日志", responses=problems(Unauthenticated, Forbidden, Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    action: Annotated[
        str | None, Query(pattern=r"^[a-z_.]{1,60}$", description="操作，如 organisation.verify")
    ] = None,
    subject_id: Annotated[UUID | None, Query(description="操作对象")] = None,
    user_id: Annotated[UUID | None, Query(description="操作人")] = None,
    organisation_id: Annotated[UUID | None, Query(description="操作人所属单位")] = None,
    since: Annotated[AwareDatetime | None, Query(description="不早于")] = None,
) -> Page[AuditEntryOut]:
    """操作人、时间、操作和对象，按时间倒序排列；仅管理部门可用。"""
    return audit_page(
        session,
        paging,
        principal=principal,
        action=action,
        subject_id=subject_id,
        user_id=user_id,
        organisation_id=organisation_id,
        since=since,
    )
