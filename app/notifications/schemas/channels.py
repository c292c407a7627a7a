"""Schemas of channels."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
)

from app.libraries.schemas import Wire
from app.libraries.validation.values.text import TextRule
from app.notifications.models import (
    ChannelAddress,
    ChannelKind,
)
from app.notifications.schemas.addresses import EndpointName, printable, robot_secret


class ChannelNew(Wire):
    kind: Literal["mail", "wecom", "dingtalk", "feishu"] = Field(
        title="渠道", description="mail 登录邮箱 wecom 企业微信机器人 dingtalk 钉钉机器人 feishu 飞书机器人"
    )
    name: EndpointName | None = Field(None, title="名称", examples=["项目群机器人"])
    url: Annotated[str, TextRule(10, 500), BeforeValidator(printable)] | None = Field(
        None, title="机器人地址", description="群机器人的 Webhook 地址；加密存储，提交后不再显示"
    )
    secret: Annotated[str, AfterValidator(robot_secret)] | None = Field(
        None,
        title="签名密钥",
        description="钉钉机器人的“加签”密钥或飞书机器人的“签名校验”密钥；加密存储，提交后不再显示",
    )

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "mail"}]})


class ChannelChange(Wire):
    name: EndpointName | None = Field(None, title="名称", examples=["项目群机器人"])
    enabled: StrictBool | None = Field(None, title="启用", examples=[False])


class ChannelRead(BaseModel):
    id: UUID
    kind: ChannelKind = Field(title="渠道")
    name: str = Field(title="名称")
    enabled: bool = Field(title="启用")
    confirmed: bool = Field(title="已确认", description="点击确认邮件中的链接后，邮箱方可接收推送")
    created_at: datetime
    version: int = Field(description="ETag 即此数")

    @classmethod
    def of(cls, row: ChannelAddress) -> "ChannelRead":
        return cls(
            id=row.id,
            kind=ChannelKind(row.kind),
            name=row.name,
            enabled=row.enabled,
            confirmed=row.kind != ChannelKind.MAIL or row.verified_at is not None,
            created_at=row.created_at,
            version=row.version,
        )
