"""Routes of /v1/feed."""

import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field

from app.accounts.access.permissions import CurrentPrincipal
from app.database import AppDatabase
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.libraries.record.enums import RecordKind
from app.partners.feed.keys import SIGNATURE_HEADER, FeedKeys
from app.partners.feed.pages import MAX_ENTRIES, feed_page
from app.services import provided
from app.settings import Settings

router = APIRouter(prefix="/v1/feed", tags=["合作平台 Partners"])

AppSettings = Annotated[Settings, Depends(provided(Settings))]


class FeedEntry(BaseModel):
    """A record that is new or has changed, or one that the partner may keep no longer."""

    op: Literal["upsert", "delete"] = Field(title="操作", description="delete: 须删除或停止展示")
    kind: RecordKind = Field(title="库")
    id: UUID = Field(title="记录编号", description="在本平台的唯一标识，不变")
    record: dict[str, Any] | None = Field(None, title="内容", description="协议列出的字段；delete 时没有")


class FeedPage(BaseModel):
    """A page of the feed. The signature covers these bytes, which name the cursor that was asked for."""

    format: Literal["sanku-feed/1"]
    origin: str = Field(title="来源平台的地址")
    agreement: UUID = Field(title="所依据的协议")
    cursor: str | None = Field(title="本页请求的游标")
    entries: list[FeedEntry]
    next: str = Field(title="下一次请求的游标", description="由接收方保存；内容不透明")
    more: bool = Field(title="是否还有后续", description="false 时可稍后用 next 再来")


class FeedKey(BaseModel):
    """The public key of the signatures, as a JWK (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    alg: Literal["EdDSA"]
    use: Literal["sig"]


_PAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": FeedPage,
        "headers": {
            SIGNATURE_HEADER: {"schema": {"type": "string"}, "description": "响应体的分离式 JWS 签名 (EdDSA)"}
        },
    },
    304: {"description": "与 If-None-Match 的内容相同"},
}


@router.get(
    "",
    summary="变更流",
    response_class=Response,
    responses=_PAGE | problems(Unauthenticated, Forbidden, Invalid),
)
def feed(
    principal: CurrentPrincipal,
    database: AppDatabase,
    settings: AppSettings,
    cursor: Annotated[str | None, Query(max_length=200, description="上一页的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ENTRIES, description="每页条数")] = 100,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """合作平台凭 API 密钥（授权范围 feed:read）读取，内容以双方协议为限。

    每条记录只出现最后一次变更；不遗漏任何已提交的变更。记录下架、转为匿名或超出协议范围时给出 delete。
    不带游标即从头读取；协议范围变更后，旧游标也从头读取。
    """
    body = feed_page(
        database, FeedKeys(settings), principal, cursor=cursor, limit=limit, origin=settings.public_url
    )
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    headers[SIGNATURE_HEADER] = FeedKeys(settings).sign(body)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/key", summary="变更流签名公钥")
def key(settings: AppSettings) -> FeedKey:
    """JWK 格式 (RFC 8037)。请与平台管理部门核对后固定使用，更换签名密钥后会随之改变。"""
    return FeedKey.model_validate(FeedKeys(settings).public_key)
