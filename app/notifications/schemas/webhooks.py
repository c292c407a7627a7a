"""Schemas of webhook endpoints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictBool,
)

from app.accounts.organisations.schemas import OrganisationRef
from app.libraries.schemas import Wire
from app.libraries.validation.errors import field_error
from app.notifications.models import (
    WebhookEndpoint,
)
from app.notifications.notices.table import TYPES, type_names
from app.notifications.schemas.addresses import EndpointName, Url


def _known_type(text: str) -> str:
    if text not in TYPES:
        raise field_error(
            "unknown_type",
            zh=f"应为以下之一：{'、'.join(TYPES)}",
            en=f"must be one of: {', '.join(TYPES)}",
        )
    return text


EndpointType = Annotated[
    str, Field(max_length=40, json_schema_extra={"enum": list(TYPES)}), AfterValidator(_known_type)
]

_TYPES = "；".join(f"{one} {type_names()[one][0]}" for one in TYPES)


class WebhookNew(Wire):
    name: EndpointName = Field(title="名称", examples=["内部项目系统"])
    url: Url = Field(title="地址", description="https 公网地址；加密存储，仅显示主机名")
    types: list[EndpointType] = Field(
        min_length=1, max_length=100, title="消息类型", description=_TYPES, examples=[["push.new"]]
    )
    organisation_id: OrganisationRef | None = Field(
        None,
        title="所属单位",
        description="单位的 ID、统一社会信用代码或名称；默认为本单位，管理部门可代各单位设置",
    )


class WebhookChange(Wire):
    name: EndpointName | None = Field(None, title="名称", examples=["内部项目系统"])
    url: Url | None = Field(None, title="地址")
    types: list[EndpointType] | None = Field(
        None, min_length=1, max_length=100, title="消息类型", description=_TYPES, examples=[["push.new"]]
    )
    enabled: StrictBool | None = Field(
        None, title="启用", description="设为 true 时，同时解除因长期失败导致的停用", examples=[True]
    )


_WHY_DISABLED: Mapping[str, tuple[str, str]] = {
    "gone": ("接收方答复 410，表示不再接收", "the receiver answered 410: it wants no more messages"),
    "failing": ("长时间接收失败", "deliveries have failed for a long time"),
    "switched_off": ("已由本单位停用", "it was switched off"),
}


class WebhookDisabled(BaseModel):
    """Why an endpoint receives nothing, and what enables it again."""

    code: str = Field(title="原因代码", examples=["gone"])
    zh: str = Field(
        examples=[
            "接收方答复 410，表示不再接收。检查接收程序后，以 PATCH 将 enabled 设为 true 即可重新启用。"
        ]
    )
    en: str

    @classmethod
    def of(cls, row: WebhookEndpoint) -> "WebhookDisabled | None":
        if row.enabled and row.disabled_at is None:
            return None
        code = row.disabled_reason if row.disabled_at is not None else "switched_off"
        zh, en = _WHY_DISABLED[code or "failing"]
        return cls(
            code=code or "failing",
            zh=f"{zh}。检查接收程序后，以 PATCH /v1/webhooks/{row.id} 将 enabled 设为 true 即可重新启用。",
            en=f"{en[0].upper()}{en[1:]}. Check the receiver, then PATCH /v1/webhooks/{row.id} "
            "with enabled true to enable it again.",
        )


class WebhookRead(BaseModel):
    id: UUID
    organisation_id: UUID
    name: str
    host: str = Field(title="主机名")
    types: list[str] = Field(title="消息类型")
    enabled: bool = Field(title="启用", description="是否接收消息；因失败或 410 被停用的为 false")
    disabled: WebhookDisabled | None = Field(None, title="停用说明", description="原因及重新启用的方法")
    failing_since: datetime | None = Field(title="连续失败起始时间")
    disabled_at: datetime | None = Field(title="停用时间", description="因长期失败或接收方答复 410 而停用")
    disabled_reason: str | None = Field(title="停用原因", description="failing 长期失败 gone 接收方答复 410")
    previous_until: datetime | None = Field(
        title="旧密钥失效时间", description="在此时间之前，新旧密钥同时签名"
    )
    created_at: datetime
    version: int = Field(description="ETag 即此数")

    @classmethod
    def of(cls, row: WebhookEndpoint) -> "WebhookRead":
        stored: dict[str, Any] = {
            name: getattr(row, name) for name in WebhookRead.model_fields.keys() - {"enabled", "disabled"}
        }
        disabled = WebhookDisabled.of(row)
        return WebhookRead(**stored, enabled=disabled is None, disabled=disabled)


class WebhookIssued(WebhookRead):
    secret: str = Field(title="签名密钥", description="格式为 whsec_…，仅在本次响应中显示")

    @classmethod
    def with_secret(cls, row: WebhookEndpoint, secret: str) -> "WebhookIssued":
        return cls(**WebhookRead.of(row).model_dump(), secret=secret)
