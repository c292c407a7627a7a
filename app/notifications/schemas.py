"""Request and response schemas of channels, endpoints and deliveries.

No response contains an address or a secret, except for the secret of an endpoint when it is issued.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    TypeAdapter,
)

from app.accounts.organisations.schemas import OrganisationRef
from app.libraries.schemas import ShortLine, Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule, is_hidden
from app.notifications.models import (
    AttemptResult,
    ChannelAddress,
    ChannelKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    WebhookEndpoint,
)
from app.notifications.notices.table import TYPES, type_names

_URL = TypeAdapter(AnyHttpUrl)


def _known_type(text: str) -> str:
    if text not in TYPES:
        raise field_error(
            "unknown_type",
            zh=f"应为以下之一：{'、'.join(TYPES)}",
            en=f"must be one of: {', '.join(TYPES)}",
        )
    return text


EndpointName = Annotated[ShortLine, NotSecret]
EndpointType = Annotated[
    str, Field(max_length=40, json_schema_extra={"enum": list(TYPES)}), AfterValidator(_known_type)
]

_TYPES = "；".join(f"{one} {type_names()[one][0]}" for one in TYPES)


_CODED_CONTROLS = re.compile(r"%(?:[01][0-9A-F]|7F)", re.IGNORECASE)


def _printable(text: Any) -> Any:
    """The URL as it was entered, before anything is trimmed: white space and control characters are refused, also in
    their coded form, since a receiver or a proxy may take what follows them for a header."""
    if isinstance(text, str):
        refused = next((char for char in text if char.isspace() or is_hidden(char)), None)
        coded = _CODED_CONTROLS.search(text)
        if refused is not None or coded is not None:
            found = f"U+{ord(refused):04X}" if refused is not None else str(coded and coded.group())
            raise field_error(
                "url_characters",
                zh=f"网址中不得有空格、换行或控制字符（{found}），请删除后重试。",
                en=f"The URL must not contain spaces, line breaks or control characters ({found}). Remove them.",
                character=found,
            )
    return text


def _plain_url(text: str) -> str:
    """The URL in normal form: the host in ASCII (punycode), always with a path. One that names a user is left as it
    is, so that it is refused for that (`webhooks.target_urls`)."""
    if "@" in text.partition("://")[2].partition("/")[0]:
        return text
    try:
        return str(_URL.validate_python(text))
    except ValueError as error:
        raise field_error(
            "url",
            zh="应为完整的网址，如 https://example.com/hook",
            en="must be a complete URL, such as https://example.com/hook",
        ) from error


Url = Annotated[
    str,
    TextRule(10, 500),
    AfterValidator(_plain_url),
    BeforeValidator(_printable),
    Field(examples=["https://example.com/sanku-hook"]),
]


def _robot_secret(text: str) -> str:
    if not re.fullmatch("[A-Za-z0-9_-]{8,100}", text):
        raise field_error(
            "robot_secret",
            zh="签名密钥应为 8–100 位字母、数字、下划线或连字符，请从群机器人的安全设置中完整复制。",
            en="A signing secret has 8–100 letters, digits, underscores or hyphens; copy it whole from the robot's "
            "security settings.",
        )
    return text


class ChannelNew(Wire):
    kind: Literal["mail", "wecom", "dingtalk", "feishu"] = Field(
        title="渠道", description="mail 登录邮箱 wecom 企业微信机器人 dingtalk 钉钉机器人 feishu 飞书机器人"
    )
    name: EndpointName | None = Field(None, title="名称", examples=["项目群机器人"])
    url: Annotated[str, TextRule(10, 500), BeforeValidator(_printable)] | None = Field(
        None, title="机器人地址", description="群机器人的 Webhook 地址；加密存储，提交后不再显示"
    )
    secret: Annotated[str, AfterValidator(_robot_secret)] | None = Field(
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


class Asked(BaseModel):
    message_id: UUID = Field(title="消息", description="投递情况见 /v1/deliveries")


class DeliveryRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    message_id: UUID = Field(title="消息", description="Webhook 的 webhook-id 为 msg_ 加此 id")
    kind: str = Field(title="消息类别", examples=["push"])
    channel: ChannelKind = Field(title="渠道")
    address_id: UUID = Field(title="渠道或端点")
    recipient_id: UUID = Field(title="接收人", description="技术经理人、用户或单位")
    state: DeliveryState = Field(
        title="状态",
        description="waiting 等待前一条 due 待投递 delivered 已送达 dead 已放弃 dropped 无需投递",
    )
    attempts: int = Field(title="本轮尝试次数")
    round: int = Field(title="轮次", description="每次手动重新投递加一")
    next_at: datetime | None = Field(title="下次尝试时间")
    settled_at: datetime | None = Field(title="结束时间")
    last_error: str | None = Field(title="最近一次错误")
    created_at: datetime

    @classmethod
    def of(cls, row: Delivery, kind: str) -> "DeliveryRead":
        values: dict[str, Any] = {
            name: getattr(row, name) for name in DeliveryRead.model_fields if name != "kind"
        }
        return cls(**values, kind=kind)


class AttemptRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    round: int
    number: int = Field(title="尝试序号")
    result: AttemptResult = Field(
        title="结果",
        description="delivered 已送达 failed 失败，可重试 refused 被拒绝 lost 进程中断，结果未知",
    )
    status: int | None = Field(title="对方状态码")
    duration_ms: int | None = Field(title="耗时（毫秒）")
    error: str | None
    excerpt: str | None = Field(title="对方答复摘录", description="至多 500 字符")
    created_at: datetime


class DeliveryDetails(DeliveryRead):
    log: list[AttemptRead] = Field(title="历次尝试")

    @classmethod
    def with_log(cls, row: Delivery, kind: str, log: Sequence[DeliveryAttempt]) -> "DeliveryDetails":
        attempts = [AttemptRead.model_validate(entry) for entry in log]
        return cls(**DeliveryRead.of(row, kind).model_dump(), log=attempts)
