"""Schemas of deliveries and their attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from app.notifications.models import (
    AttemptResult,
    ChannelKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
)


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
