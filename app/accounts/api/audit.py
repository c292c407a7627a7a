"""Routes of /v1/audit, for the audit office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from app.accounts.access.permissions import LoggedIn
from app.accounts.audit import office
from app.accounts.audit.export import AuditFormat
from app.accounts.lists.audit import audit_page
from app.accounts.schemas import AuditEntryOut, AuditVerificationOut
from app.database import AppDatabase, ReadSession
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.paging import Page, Paging
from app.services import AppSettings

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
    """操作人、时间、操作和对象，按时间倒序排列；仅审计管理员可用。"""
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


@router.get(
    "/v1/audit/verification", summary="校验审计日志", responses=problems(Unauthenticated, Forbidden, Invalid)
)
def verify(database: AppDatabase, settings: AppSettings, principal: LoggedIn) -> AuditVerificationOut:
    """逐条校验封存链与库外签名锚点，列出被改、缺失、插入或调换的记录；仅审计管理员可用。"""
    return AuditVerificationOut.model_validate(office.verification(database, settings, principal=principal))


@router.get(
    "/v1/audit/export",
    summary="导出审计日志",
    response_class=StreamingResponse,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
def export(
    database: AppDatabase,
    principal: LoggedIn,
    form: Annotated[
        AuditFormat, Query(alias="format", description="ocsf (JSON 行) 或 cef")
    ] = AuditFormat.OCSF,
    after: Annotated[int, Query(ge=0, le=2**62, description="此前已取得的最后一条的序号")] = 0,
) -> StreamingResponse:
    """已封存的记录，每行一条；仅审计管理员可用，每次导出均记入审计日志。"""
    return StreamingResponse(
        office.export(database, form, after, principal=principal),
        media_type="application/x-ndjson" if form is AuditFormat.OCSF else "text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="audit.{form}"', "Cache-Control": "no-store"},
    )
