"""Routes for webhook endpoints."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from app.accounts.access.permissions import LoggedIn
from app.conditional_requests import IfMatch, etag, tagged
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
from app.notifications.schemas import Asked, WebhookChange, WebhookIssued, WebhookNew, WebhookRead
from app.notifications.webhooks import service
from app.notifications.webhooks.listing import endpoint_page
from app.notifications.webhooks.service import Issued, WebhookConfig
from app.paging import Page, Paging
from app.services import AppSettings

router = APIRouter(
    prefix="/v1/webhooks", tags=["Webhook 端点 Webhooks"], responses=problems(Unauthenticated, Forbidden)
)

_ON_CHANGE = problems(NotFound, Invalid, StaleVersion, PreconditionRequired)


def _config(settings: AppSettings) -> WebhookConfig:
    return WebhookConfig.of(settings)


ConfigDependency = Annotated[WebhookConfig, Depends(_config)]


@router.post(
    "",
    summary="新建 Webhook 端点",
    status_code=201,
    response_model=WebhookIssued,
    responses=problems(Invalid, Conflict),
)
def create(
    session: WriteSession, principal: LoggedIn, config: ConfigDependency, body: Sent[WebhookNew]
) -> Response:
    """签名密钥仅在本次响应中显示，因此不支持 Idempotency-Key。签名与重试遵循 Standard Webhooks 规范。"""
    issued = service.create_endpoint(
        session,
        config,
        principal=principal,
        name=body.name,
        url=body.url,
        types=body.types,
        organisation_id=body.organisation_id,
    )
    return _issued(issued, 201)


@router.get("", summary="Webhook 端点列表", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    organisation_id: Annotated[UUID | None, Query(description="所属单位")] = None,
) -> Page[WebhookRead]:
    return endpoint_page(session, paging, principal=principal, organisation_id=organisation_id)


@router.get("/{endpoint_id}", summary="Webhook 端点详情", responses=problems(NotFound))
def get(endpoint_id: UUID, session: ReadSession, principal: LoggedIn, response: Response) -> WebhookRead:
    row = service.get_endpoint(session, endpoint_id, principal=principal)
    return tagged(response, row, WebhookRead.of(row))


@router.patch("/{endpoint_id}", summary="修改、停用或重新启用", responses=_ON_CHANGE)
def change(
    endpoint_id: UUID,
    session: WriteSession,
    principal: LoggedIn,
    config: ConfigDependency,
    response: Response,
    body: Sent[WebhookChange],
    if_match: IfMatch = None,
) -> WebhookRead:
    row = service.change_endpoint(
        session,
        config,
        endpoint_id,
        principal=principal,
        changes=body.model_dump(exclude_none=True),
        if_match=if_match,
    )
    return tagged(response, row, WebhookRead.of(row))


@router.delete("/{endpoint_id}", summary="删除端点", status_code=204, responses=_ON_CHANGE)
def remove(endpoint_id: UUID, session: WriteSession, principal: LoggedIn, if_match: IfMatch = None) -> None:
    service.remove_endpoint(session, endpoint_id, principal=principal, if_match=if_match)


@router.post(
    "/{endpoint_id}/rotate", summary="更换签名密钥", response_model=WebhookIssued, responses=_ON_CHANGE
)
def rotate(
    endpoint_id: UUID,
    session: WriteSession,
    principal: LoggedIn,
    config: ConfigDependency,
    if_match: IfMatch = None,
) -> Response:
    """新密钥仅在本次响应中显示；在重叠期内新旧密钥同时签名，便于接收方平稳更换。"""
    issued = service.rotate_secret(session, config, endpoint_id, principal=principal, if_match=if_match)
    return _issued(issued, 200)


@router.post(
    "/{endpoint_id}/test",
    summary="发送测试消息",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound),
)
def test(endpoint_id: UUID, session: WriteSession, principal: LoggedIn) -> Asked:
    """仅发送至此端点，端点停用时也会发送。结果见投递日志。"""
    return Asked(message_id=service.test_endpoint(session, endpoint_id, principal=principal).id)


def _issued(issued: Issued, status_code: int) -> Response:
    row = issued.endpoint
    headers = {"ETag": etag(row), "Location": f"/v1/webhooks/{row.id}", "Cache-Control": "no-store"}
    body = WebhookIssued.with_secret(row, issued.secret)
    return Response(body.model_dump_json(), status_code, headers, "application/json")
