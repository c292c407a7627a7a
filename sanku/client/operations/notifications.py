"""Operations on notifications: channels, webhooks, deliveries, notices."""

# Written by `make client` from the OpenAPI description; do not edit.

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, BinaryIO
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender, new_key


class Channels:
    """渠道 Channels."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def add(
        self, body: models.ChannelNew, *, idempotency_key: str | None = None
    ) -> Answer[models.ChannelRead]:
        """添加渠道 (`POST /v1/channels`)."""
        return self._client.send(
            Call[models.ChannelRead](
                "POST", "/v1/channels", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfChannelRead]:
        """本人的渠道 (`GET /v1/channels`)."""
        return self._client.send(
            Call[models.PageOfChannelRead]("GET", "/v1/channels", query={"limit": limit, "cursor": cursor})
        )

    def list_all(self, *, limit: int | None = None) -> Iterator[models.ChannelRead]:
        """本人的渠道 (`GET /v1/channels`), item by item."""
        return self._client.each(
            Call[models.PageOfChannelRead]("GET", "/v1/channels", query={"limit": limit})
        )

    def confirm_page(self, *, token: str, into: BinaryIO | None = None) -> File:
        """邮箱确认页面 (`GET /v1/channels/confirm`), as a file."""
        return self._client.fetch(Call[bytes]("GET", "/v1/channels/confirm", query={"token": token}), into)

    def confirm(self, *, token: str, into: BinaryIO | None = None) -> File:
        """确认邮箱 (`POST /v1/channels/confirm`), as a file."""
        return self._client.fetch(Call[bytes]("POST", "/v1/channels/confirm", query={"token": token}), into)

    def unsubscribe_page(self, *, token: str, into: BinaryIO | None = None) -> File:
        """退订页面 (`GET /v1/channels/unsubscribe`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/channels/unsubscribe", query={"token": token}), into
        )

    def unsubscribe(self, *, token: str, into: BinaryIO | None = None) -> File:
        """退订 (`POST /v1/channels/unsubscribe`), as a file."""
        return self._client.fetch(
            Call[bytes]("POST", "/v1/channels/unsubscribe", query={"token": token}), into
        )

    def get(self, channel_id: UUID | str) -> Answer[models.ChannelRead]:
        """渠道详情 (`GET /v1/channels/{channel_id}`)."""
        return self._client.send(
            Call[models.ChannelRead]("GET", "/v1/channels/{channel_id}", segments={"channel_id": channel_id})
        )

    def change(
        self, channel_id: UUID | str, body: models.ChannelChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.ChannelRead]:
        """改名、停用或启用 (`PATCH /v1/channels/{channel_id}`)."""
        return self._client.send(
            Call[models.ChannelRead](
                "PATCH",
                "/v1/channels/{channel_id}",
                segments={"channel_id": channel_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def remove(self, channel_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[None]:
        """删除渠道 (`DELETE /v1/channels/{channel_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/channels/{channel_id}",
                segments={"channel_id": channel_id},
                headers={"If-Match": if_match},
            )
        )

    def test(self, channel_id: UUID | str) -> Answer[models.Asked]:
        """发送测试消息 (`POST /v1/channels/{channel_id}/test`)."""
        return self._client.send(
            Call[models.Asked]("POST", "/v1/channels/{channel_id}/test", segments={"channel_id": channel_id})
        )


class AsyncChannels:
    """渠道 Channels."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def add(
        self, body: models.ChannelNew, *, idempotency_key: str | None = None
    ) -> Answer[models.ChannelRead]:
        """添加渠道 (`POST /v1/channels`)."""
        return await self._client.send(
            Call[models.ChannelRead](
                "POST", "/v1/channels", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfChannelRead]:
        """本人的渠道 (`GET /v1/channels`)."""
        return await self._client.send(
            Call[models.PageOfChannelRead]("GET", "/v1/channels", query={"limit": limit, "cursor": cursor})
        )

    def list_all(self, *, limit: int | None = None) -> AsyncIterator[models.ChannelRead]:
        """本人的渠道 (`GET /v1/channels`), item by item."""
        return self._client.each(
            Call[models.PageOfChannelRead]("GET", "/v1/channels", query={"limit": limit})
        )

    async def confirm_page(self, *, token: str, into: BinaryIO | None = None) -> File:
        """邮箱确认页面 (`GET /v1/channels/confirm`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/channels/confirm", query={"token": token}), into
        )

    async def confirm(self, *, token: str, into: BinaryIO | None = None) -> File:
        """确认邮箱 (`POST /v1/channels/confirm`), as a file."""
        return await self._client.fetch(
            Call[bytes]("POST", "/v1/channels/confirm", query={"token": token}), into
        )

    async def unsubscribe_page(self, *, token: str, into: BinaryIO | None = None) -> File:
        """退订页面 (`GET /v1/channels/unsubscribe`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/channels/unsubscribe", query={"token": token}), into
        )

    async def unsubscribe(self, *, token: str, into: BinaryIO | None = None) -> File:
        """退订 (`POST /v1/channels/unsubscribe`), as a file."""
        return await self._client.fetch(
            Call[bytes]("POST", "/v1/channels/unsubscribe", query={"token": token}), into
        )

    async def get(self, channel_id: UUID | str) -> Answer[models.ChannelRead]:
        """渠道详情 (`GET /v1/channels/{channel_id}`)."""
        return await self._client.send(
            Call[models.ChannelRead]("GET", "/v1/channels/{channel_id}", segments={"channel_id": channel_id})
        )

    async def change(
        self, channel_id: UUID | str, body: models.ChannelChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.ChannelRead]:
        """改名、停用或启用 (`PATCH /v1/channels/{channel_id}`)."""
        return await self._client.send(
            Call[models.ChannelRead](
                "PATCH",
                "/v1/channels/{channel_id}",
                segments={"channel_id": channel_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def remove(self, channel_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[None]:
        """删除渠道 (`DELETE /v1/channels/{channel_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/channels/{channel_id}",
                segments={"channel_id": channel_id},
                headers={"If-Match": if_match},
            )
        )

    async def test(self, channel_id: UUID | str) -> Answer[models.Asked]:
        """发送测试消息 (`POST /v1/channels/{channel_id}/test`)."""
        return await self._client.send(
            Call[models.Asked]("POST", "/v1/channels/{channel_id}/test", segments={"channel_id": channel_id})
        )


class Webhooks:
    """Webhook 端点 Webhooks."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(self, body: models.WebhookNew) -> Answer[models.WebhookIssued]:
        """新建 Webhook 端点 (`POST /v1/webhooks`)."""
        return self._client.send(Call[models.WebhookIssued]("POST", "/v1/webhooks", body=body))

    def list(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfWebhookRead]:
        """Webhook 端点列表 (`GET /v1/webhooks`)."""
        return self._client.send(
            Call[models.PageOfWebhookRead](
                "GET",
                "/v1/webhooks",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> Iterator[models.WebhookRead]:
        """Webhook 端点列表 (`GET /v1/webhooks`), item by item."""
        return self._client.each(
            Call[models.PageOfWebhookRead](
                "GET", "/v1/webhooks", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    def get(self, endpoint_id: UUID | str) -> Answer[models.WebhookRead]:
        """Webhook 端点详情 (`GET /v1/webhooks/{endpoint_id}`)."""
        return self._client.send(
            Call[models.WebhookRead](
                "GET", "/v1/webhooks/{endpoint_id}", segments={"endpoint_id": endpoint_id}
            )
        )

    def change(
        self, endpoint_id: UUID | str, body: models.WebhookChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.WebhookRead]:
        """修改、停用或重新启用 (`PATCH /v1/webhooks/{endpoint_id}`)."""
        return self._client.send(
            Call[models.WebhookRead](
                "PATCH",
                "/v1/webhooks/{endpoint_id}",
                segments={"endpoint_id": endpoint_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def remove(self, endpoint_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[None]:
        """删除端点 (`DELETE /v1/webhooks/{endpoint_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/webhooks/{endpoint_id}",
                segments={"endpoint_id": endpoint_id},
                headers={"If-Match": if_match},
            )
        )

    def rotate(self, endpoint_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[models.WebhookIssued]:
        """更换签名密钥 (`POST /v1/webhooks/{endpoint_id}/rotate`)."""
        return self._client.send(
            Call[models.WebhookIssued](
                "POST",
                "/v1/webhooks/{endpoint_id}/rotate",
                segments={"endpoint_id": endpoint_id},
                headers={"If-Match": if_match},
            )
        )

    def test(self, endpoint_id: UUID | str) -> Answer[models.Asked]:
        """发送测试消息 (`POST /v1/webhooks/{endpoint_id}/test`)."""
        return self._client.send(
            Call[models.Asked](
                "POST", "/v1/webhooks/{endpoint_id}/test", segments={"endpoint_id": endpoint_id}
            )
        )


class AsyncWebhooks:
    """Webhook 端点 Webhooks."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(self, body: models.WebhookNew) -> Answer[models.WebhookIssued]:
        """新建 Webhook 端点 (`POST /v1/webhooks`)."""
        return await self._client.send(Call[models.WebhookIssued]("POST", "/v1/webhooks", body=body))

    async def list(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfWebhookRead]:
        """Webhook 端点列表 (`GET /v1/webhooks`)."""
        return await self._client.send(
            Call[models.PageOfWebhookRead](
                "GET",
                "/v1/webhooks",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.WebhookRead]:
        """Webhook 端点列表 (`GET /v1/webhooks`), item by item."""
        return self._client.each(
            Call[models.PageOfWebhookRead](
                "GET", "/v1/webhooks", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    async def get(self, endpoint_id: UUID | str) -> Answer[models.WebhookRead]:
        """Webhook 端点详情 (`GET /v1/webhooks/{endpoint_id}`)."""
        return await self._client.send(
            Call[models.WebhookRead](
                "GET", "/v1/webhooks/{endpoint_id}", segments={"endpoint_id": endpoint_id}
            )
        )

    async def change(
        self, endpoint_id: UUID | str, body: models.WebhookChange, *, if_match: Answer[Any] | str
    ) -> Answer[models.WebhookRead]:
        """修改、停用或重新启用 (`PATCH /v1/webhooks/{endpoint_id}`)."""
        return await self._client.send(
            Call[models.WebhookRead](
                "PATCH",
                "/v1/webhooks/{endpoint_id}",
                segments={"endpoint_id": endpoint_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def remove(self, endpoint_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[None]:
        """删除端点 (`DELETE /v1/webhooks/{endpoint_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/webhooks/{endpoint_id}",
                segments={"endpoint_id": endpoint_id},
                headers={"If-Match": if_match},
            )
        )

    async def rotate(
        self, endpoint_id: UUID | str, *, if_match: Answer[Any] | str
    ) -> Answer[models.WebhookIssued]:
        """更换签名密钥 (`POST /v1/webhooks/{endpoint_id}/rotate`)."""
        return await self._client.send(
            Call[models.WebhookIssued](
                "POST",
                "/v1/webhooks/{endpoint_id}/rotate",
                segments={"endpoint_id": endpoint_id},
                headers={"If-Match": if_match},
            )
        )

    async def test(self, endpoint_id: UUID | str) -> Answer[models.Asked]:
        """发送测试消息 (`POST /v1/webhooks/{endpoint_id}/test`)."""
        return await self._client.send(
            Call[models.Asked](
                "POST", "/v1/webhooks/{endpoint_id}/test", segments={"endpoint_id": endpoint_id}
            )
        )


class Deliveries:
    """投递 Deliveries."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list(
        self,
        *,
        state: Sequence[models.DeliveryState] | None = None,
        channel: models.ChannelKind | None = None,
        address_id: UUID | str | None = None,
        recipient_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDeliveryRead]:
        """投递日志 (`GET /v1/deliveries`)."""
        return self._client.send(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/deliveries",
                query={
                    "state": state,
                    "channel": channel,
                    "address_id": address_id,
                    "recipient_id": recipient_id,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        state: Sequence[models.DeliveryState] | None = None,
        channel: models.ChannelKind | None = None,
        address_id: UUID | str | None = None,
        recipient_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.DeliveryRead]:
        """投递日志 (`GET /v1/deliveries`), item by item."""
        return self._client.each(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/deliveries",
                query={
                    "state": state,
                    "channel": channel,
                    "address_id": address_id,
                    "recipient_id": recipient_id,
                    "limit": limit,
                },
            )
        )

    def get(self, delivery_id: UUID | str) -> Answer[models.DeliveryDetails]:
        """投递详情及历次尝试 (`GET /v1/deliveries/{delivery_id}`)."""
        return self._client.send(
            Call[models.DeliveryDetails](
                "GET", "/v1/deliveries/{delivery_id}", segments={"delivery_id": delivery_id}
            )
        )

    def repeat(self, delivery_id: UUID | str) -> Answer[models.DeliveryRead]:
        """重新投递 (`POST /v1/deliveries/{delivery_id}/repeat`)."""
        return self._client.send(
            Call[models.DeliveryRead](
                "POST", "/v1/deliveries/{delivery_id}/repeat", segments={"delivery_id": delivery_id}
            )
        )


class AsyncDeliveries:
    """投递 Deliveries."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list(
        self,
        *,
        state: Sequence[models.DeliveryState] | None = None,
        channel: models.ChannelKind | None = None,
        address_id: UUID | str | None = None,
        recipient_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDeliveryRead]:
        """投递日志 (`GET /v1/deliveries`)."""
        return await self._client.send(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/deliveries",
                query={
                    "state": state,
                    "channel": channel,
                    "address_id": address_id,
                    "recipient_id": recipient_id,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        state: Sequence[models.DeliveryState] | None = None,
        channel: models.ChannelKind | None = None,
        address_id: UUID | str | None = None,
        recipient_id: UUID | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.DeliveryRead]:
        """投递日志 (`GET /v1/deliveries`), item by item."""
        return self._client.each(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/deliveries",
                query={
                    "state": state,
                    "channel": channel,
                    "address_id": address_id,
                    "recipient_id": recipient_id,
                    "limit": limit,
                },
            )
        )

    async def get(self, delivery_id: UUID | str) -> Answer[models.DeliveryDetails]:
        """投递详情及历次尝试 (`GET /v1/deliveries/{delivery_id}`)."""
        return await self._client.send(
            Call[models.DeliveryDetails](
                "GET", "/v1/deliveries/{delivery_id}", segments={"delivery_id": delivery_id}
            )
        )

    async def repeat(self, delivery_id: UUID | str) -> Answer[models.DeliveryRead]:
        """重新投递 (`POST /v1/deliveries/{delivery_id}/repeat`)."""
        return await self._client.send(
            Call[models.DeliveryRead](
                "POST", "/v1/deliveries/{delivery_id}/repeat", segments={"delivery_id": delivery_id}
            )
        )


class Notices:
    """通知 Notices."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list(
        self,
        *,
        unread: bool | None = None,
        group: Sequence[models.NoticeGroup] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfNoticeRead]:
        """通知列表 (`GET /v1/notices`)."""
        return self._client.send(
            Call[models.PageOfNoticeRead](
                "GET",
                "/v1/notices",
                query={"unread": unread, "group": group, "limit": limit, "cursor": cursor},
            )
        )

    def list_all(
        self,
        *,
        unread: bool | None = None,
        group: Sequence[models.NoticeGroup] | None = None,
        limit: int | None = None,
    ) -> Iterator[models.NoticeRead]:
        """通知列表 (`GET /v1/notices`), item by item."""
        return self._client.each(
            Call[models.PageOfNoticeRead](
                "GET", "/v1/notices", query={"unread": unread, "group": group, "limit": limit}
            )
        )

    def count(self) -> Answer[models.NoticeCount]:
        """未读通知数 (`GET /v1/notices/count`)."""
        return self._client.send(Call[models.NoticeCount]("GET", "/v1/notices/count"))

    def get_preferences(self) -> Answer[models.NoticePreferencesRead]:
        """通知渠道偏好 (`GET /v1/notices/preferences`)."""
        return self._client.send(Call[models.NoticePreferencesRead]("GET", "/v1/notices/preferences"))

    def put_preferences(
        self, body: models.NoticePreferencesIn, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.NoticePreferencesRead]:
        """设置通知渠道偏好 (`PUT /v1/notices/preferences`)."""
        return self._client.send(
            Call[models.NoticePreferencesRead](
                "PUT", "/v1/notices/preferences", headers={"If-Match": if_match}, body=body
            )
        )

    def mark_all_read(self) -> Answer[models.NoticesMarked]:
        """全部标记为已读 (`POST /v1/notices/read`)."""
        return self._client.send(Call[models.NoticesMarked]("POST", "/v1/notices/read"))

    def mark_read(self, notice_id: UUID | str) -> Answer[models.NoticeRead]:
        """标记为已读 (`POST /v1/notices/{notice_id}/read`)."""
        return self._client.send(
            Call[models.NoticeRead]("POST", "/v1/notices/{notice_id}/read", segments={"notice_id": notice_id})
        )


class AsyncNotices:
    """通知 Notices."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list(
        self,
        *,
        unread: bool | None = None,
        group: Sequence[models.NoticeGroup] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfNoticeRead]:
        """通知列表 (`GET /v1/notices`)."""
        return await self._client.send(
            Call[models.PageOfNoticeRead](
                "GET",
                "/v1/notices",
                query={"unread": unread, "group": group, "limit": limit, "cursor": cursor},
            )
        )

    def list_all(
        self,
        *,
        unread: bool | None = None,
        group: Sequence[models.NoticeGroup] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.NoticeRead]:
        """通知列表 (`GET /v1/notices`), item by item."""
        return self._client.each(
            Call[models.PageOfNoticeRead](
                "GET", "/v1/notices", query={"unread": unread, "group": group, "limit": limit}
            )
        )

    async def count(self) -> Answer[models.NoticeCount]:
        """未读通知数 (`GET /v1/notices/count`)."""
        return await self._client.send(Call[models.NoticeCount]("GET", "/v1/notices/count"))

    async def get_preferences(self) -> Answer[models.NoticePreferencesRead]:
        """通知渠道偏好 (`GET /v1/notices/preferences`)."""
        return await self._client.send(Call[models.NoticePreferencesRead]("GET", "/v1/notices/preferences"))

    async def put_preferences(
        self, body: models.NoticePreferencesIn, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.NoticePreferencesRead]:
        """设置通知渠道偏好 (`PUT /v1/notices/preferences`)."""
        return await self._client.send(
            Call[models.NoticePreferencesRead](
                "PUT", "/v1/notices/preferences", headers={"If-Match": if_match}, body=body
            )
        )

    async def mark_all_read(self) -> Answer[models.NoticesMarked]:
        """全部标记为已读 (`POST /v1/notices/read`)."""
        return await self._client.send(Call[models.NoticesMarked]("POST", "/v1/notices/read"))

    async def mark_read(self, notice_id: UUID | str) -> Answer[models.NoticeRead]:
        """标记为已读 (`POST /v1/notices/{notice_id}/read`)."""
        return await self._client.send(
            Call[models.NoticeRead]("POST", "/v1/notices/{notice_id}/read", segments={"notice_id": notice_id})
        )
