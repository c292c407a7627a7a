"""Routes of /v1/api-keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts import api_keys as service
from app.accounts.access.permissions import LoggedIn
from app.accounts.api.responses import NO_STORE, Id
from app.accounts.lists.api_keys import api_key_page
from app.accounts.organisations.lookup import referred
from app.accounts.schemas import ApiKeyIssued, ApiKeyNew, ApiKeyOut
from app.conditional_requests import versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging

router = APIRouter(prefix="/v1/api-keys", tags=["api-keys"], responses=problems(Unauthenticated, Forbidden))


@router.post(
    "", summary="新建 API 密钥", status_code=201, response_model=ApiKeyIssued, responses=problems(Invalid)
)
def create(session: WriteSession, principal: LoggedIn, body: Sent[ApiKeyNew]) -> Response:
    """完整密钥仅在本次响应中返回。不支持 Idempotency-Key，因为系统不保存完整密钥，无法再次返回。"""
    issued = service.create_api_key(
        session,
        principal=principal,
        name=body.name,
        scopes=body.scopes,
        organisation_id=referred(session, body.organisation_id, principal=principal),
        expires_at=body.expiry(),
        allowed_networks=body.allowed_networks,
    )
    body_out = ApiKeyIssued(**ApiKeyOut.of(issued.record).model_dump(), key=issued.secret)
    response = versioned(body_out, None, status=201, location=f"/v1/api-keys/{issued.record.id}")
    response.headers.update(NO_STORE)
    return response


@router.get("", summary="API 密钥列表", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    organisation_id: Annotated[UUID | None, Query(description="所属单位")] = None,
) -> Page[ApiKeyOut]:
    """返回本单位的密钥，包括已吊销的；不含完整密钥。"""
    return api_key_page(session, paging, principal=principal, organisation_id=organisation_id)


@router.delete("/{key_id}", summary="吊销 API 密钥", status_code=204, responses=problems(NotFound))
def revoke(key_id: Id, session: WriteSession, principal: LoggedIn) -> None:
    """立即生效，不可恢复。"""
    service.revoke_api_key(session, key_id, principal=principal)
