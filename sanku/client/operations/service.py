"""Operations on service: service, events."""

# Written by `make client` from the OpenAPI description; do not edit.

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer
from sanku.client.calls import AsyncSender, Call, Sender


class Service:
    """service."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def healthz(self) -> Answer[dict[str, str]]:
        """进程是否存活 (`GET /healthz`)."""
        return self._client.send(Call[dict[str, str]]("GET", "/healthz"))

    def readyz(self) -> Answer[dict[str, Any]]:
        """是否可以接收请求 (`GET /readyz`)."""
        return self._client.send(Call[dict[str, Any]]("GET", "/readyz"))


class AsyncService:
    """service."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def healthz(self) -> Answer[dict[str, str]]:
        """进程是否存活 (`GET /healthz`)."""
        return await self._client.send(Call[dict[str, str]]("GET", "/healthz"))

    async def readyz(self) -> Answer[dict[str, Any]]:
        """是否可以接收请求 (`GET /readyz`)."""
        return await self._client.send(Call[dict[str, Any]]("GET", "/readyz"))


class Events:
    """事件 Events."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_events(
        self,
        *,
        state: models.EventState | None = None,
        name: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEventOut]:
        """事件列表 (`GET /v1/events`)."""
        return self._client.send(
            Call[models.PageOfEventOut](
                "GET", "/v1/events", query={"state": state, "name": name, "limit": limit, "cursor": cursor}
            )
        )

    def list_events_all(
        self, *, state: models.EventState | None = None, name: str | None = None, limit: int | None = None
    ) -> Iterator[models.EventOut]:
        """事件列表 (`GET /v1/events`), item by item."""
        return self._client.each(
            Call[models.PageOfEventOut](
                "GET", "/v1/events", query={"state": state, "name": name, "limit": limit}
            )
        )

    def replay_event(self, event_id: UUID | str) -> Answer[models.EventOut]:
        """重放死信 (`POST /v1/events/{event_id}/replay`)."""
        return self._client.send(
            Call[models.EventOut]("POST", "/v1/events/{event_id}/replay", segments={"event_id": event_id})
        )


class AsyncEvents:
    """事件 Events."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_events(
        self,
        *,
        state: models.EventState | None = None,
        name: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEventOut]:
        """事件列表 (`GET /v1/events`)."""
        return await self._client.send(
            Call[models.PageOfEventOut](
                "GET", "/v1/events", query={"state": state, "name": name, "limit": limit, "cursor": cursor}
            )
        )

    def list_events_all(
        self, *, state: models.EventState | None = None, name: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.EventOut]:
        """事件列表 (`GET /v1/events`), item by item."""
        return self._client.each(
            Call[models.PageOfEventOut](
                "GET", "/v1/events", query={"state": state, "name": name, "limit": limit}
            )
        )

    async def replay_event(self, event_id: UUID | str) -> Answer[models.EventOut]:
        """重放死信 (`POST /v1/events/{event_id}/replay`)."""
        return await self._client.send(
            Call[models.EventOut]("POST", "/v1/events/{event_id}/replay", segments={"event_id": event_id})
        )
