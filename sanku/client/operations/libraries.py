"""Operations on libraries: achievements, demands, managers, vocabularies."""

# Written by `make client` from the OpenAPI description; do not edit.

import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer
from sanku.client.calls import AsyncSender, Call, Sender, new_key


class Achievements:
    """achievements."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(
        self, body: models.AchievementCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.AchievementRead]:
        """新建技术成果 (`POST /v1/achievements`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        trl_max: int | None = None,
        price_band: models.MoneyBand | None = None,
        price_max: float | str | None = None,
    ) -> Answer[models.RecordPageOfAchievementRead]:
        """技术成果列表 (`GET /v1/achievements`)."""
        return self._client.send(
            Call[models.RecordPageOfAchievementRead](
                "GET",
                "/v1/achievements",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "trl_max": trl_max,
                    "price_band": price_band,
                    "price_max": price_max,
                },
            )
        )

    def list_all(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        trl_max: int | None = None,
        price_band: models.MoneyBand | None = None,
        price_max: float | str | None = None,
    ) -> Iterator[models.AchievementRead]:
        """技术成果列表 (`GET /v1/achievements`), item by item."""
        return self._client.each(
            Call[models.RecordPageOfAchievementRead](
                "GET",
                "/v1/achievements",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "trl_max": trl_max,
                    "price_band": price_band,
                    "price_max": price_max,
                },
            )
        )

    def get(self, record_id: UUID | str) -> Answer[models.AchievementRead]:
        """查看 (`GET /v1/achievements/{record_id}`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "GET", "/v1/achievements/{record_id}", segments={"record_id": record_id}
            )
        )

    def change(
        self, record_id: UUID | str, body: models.AchievementPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.AchievementRead]:
        """修改技术成果 (`PATCH /v1/achievements/{record_id}`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "PATCH",
                "/v1/achievements/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def delete(self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None) -> Answer[None]:
        """删除草稿 (`DELETE /v1/achievements/{record_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/achievements/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def versions(
        self, record_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfVersionRead]:
        """历史版本 (`GET /v1/achievements/{record_id}/versions`)."""
        return self._client.send(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/achievements/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, record_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.VersionRead]:
        """历史版本 (`GET /v1/achievements/{record_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/achievements/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit},
            )
        )

    def contacts(self, record_id: UUID | str, body: models.ContactReason) -> Answer[models.RecordContacts]:
        """说明事由后查看联系方式 (`POST /v1/achievements/{record_id}/contacts`)."""
        return self._client.send(
            Call[models.RecordContacts](
                "POST", "/v1/achievements/{record_id}/contacts", segments={"record_id": record_id}, body=body
            )
        )

    def submit(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.AchievementRead]:
        """提交发布 (`POST /v1/achievements/{record_id}/submit`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/submit",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def approve(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.AchievementRead]:
        """审核通过 (`POST /v1/achievements/{record_id}/approve`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/approve",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def withdraw(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """下架 (`POST /v1/achievements/{record_id}/withdraw`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/withdraw",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def close(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """标记成交 (`POST /v1/achievements/{record_id}/close`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/close",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def restore(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """恢复为草稿 (`POST /v1/achievements/{record_id}/restore`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/restore",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def return_(
        self, record_id: UUID | str, body: models.Note, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """退回修改 (`POST /v1/achievements/{record_id}/return`)."""
        return self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/return",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class AsyncAchievements:
    """achievements."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(
        self, body: models.AchievementCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.AchievementRead]:
        """新建技术成果 (`POST /v1/achievements`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        trl_max: int | None = None,
        price_band: models.MoneyBand | None = None,
        price_max: float | str | None = None,
    ) -> Answer[models.RecordPageOfAchievementRead]:
        """技术成果列表 (`GET /v1/achievements`)."""
        return await self._client.send(
            Call[models.RecordPageOfAchievementRead](
                "GET",
                "/v1/achievements",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "trl_max": trl_max,
                    "price_band": price_band,
                    "price_max": price_max,
                },
            )
        )

    def list_all(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        trl_max: int | None = None,
        price_band: models.MoneyBand | None = None,
        price_max: float | str | None = None,
    ) -> AsyncIterator[models.AchievementRead]:
        """技术成果列表 (`GET /v1/achievements`), item by item."""
        return self._client.each(
            Call[models.RecordPageOfAchievementRead](
                "GET",
                "/v1/achievements",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "trl_max": trl_max,
                    "price_band": price_band,
                    "price_max": price_max,
                },
            )
        )

    async def get(self, record_id: UUID | str) -> Answer[models.AchievementRead]:
        """查看 (`GET /v1/achievements/{record_id}`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "GET", "/v1/achievements/{record_id}", segments={"record_id": record_id}
            )
        )

    async def change(
        self, record_id: UUID | str, body: models.AchievementPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.AchievementRead]:
        """修改技术成果 (`PATCH /v1/achievements/{record_id}`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "PATCH",
                "/v1/achievements/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def delete(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[None]:
        """删除草稿 (`DELETE /v1/achievements/{record_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/achievements/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def versions(
        self, record_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfVersionRead]:
        """历史版本 (`GET /v1/achievements/{record_id}/versions`)."""
        return await self._client.send(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/achievements/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, record_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.VersionRead]:
        """历史版本 (`GET /v1/achievements/{record_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/achievements/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit},
            )
        )

    async def contacts(
        self, record_id: UUID | str, body: models.ContactReason
    ) -> Answer[models.RecordContacts]:
        """说明事由后查看联系方式 (`POST /v1/achievements/{record_id}/contacts`)."""
        return await self._client.send(
            Call[models.RecordContacts](
                "POST", "/v1/achievements/{record_id}/contacts", segments={"record_id": record_id}, body=body
            )
        )

    async def submit(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.AchievementRead]:
        """提交发布 (`POST /v1/achievements/{record_id}/submit`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/submit",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def approve(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.AchievementRead]:
        """审核通过 (`POST /v1/achievements/{record_id}/approve`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/approve",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def withdraw(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """下架 (`POST /v1/achievements/{record_id}/withdraw`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/withdraw",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def close(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """标记成交 (`POST /v1/achievements/{record_id}/close`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/close",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def restore(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """恢复为草稿 (`POST /v1/achievements/{record_id}/restore`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/restore",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def return_(
        self, record_id: UUID | str, body: models.Note, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.AchievementRead]:
        """退回修改 (`POST /v1/achievements/{record_id}/return`)."""
        return await self._client.send(
            Call[models.AchievementRead](
                "POST",
                "/v1/achievements/{record_id}/return",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class Demands:
    """demands."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(
        self, body: models.DemandCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.DemandRead]:
        """新建技术需求 (`POST /v1/demands`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST", "/v1/demands", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        budget_band: models.MoneyBand | None = None,
        budget_min: float | str | None = None,
        budget_max: float | str | None = None,
        deadline_from: date | str | None = None,
        deadline_to: date | str | None = None,
    ) -> Answer[models.RecordPageOfDemandRead]:
        """技术需求列表 (`GET /v1/demands`)."""
        return self._client.send(
            Call[models.RecordPageOfDemandRead](
                "GET",
                "/v1/demands",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "budget_band": budget_band,
                    "budget_min": budget_min,
                    "budget_max": budget_max,
                    "deadline_from": deadline_from,
                    "deadline_to": deadline_to,
                },
            )
        )

    def list_all(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        budget_band: models.MoneyBand | None = None,
        budget_min: float | str | None = None,
        budget_max: float | str | None = None,
        deadline_from: date | str | None = None,
        deadline_to: date | str | None = None,
    ) -> Iterator[models.DemandRead]:
        """技术需求列表 (`GET /v1/demands`), item by item."""
        return self._client.each(
            Call[models.RecordPageOfDemandRead](
                "GET",
                "/v1/demands",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "budget_band": budget_band,
                    "budget_min": budget_min,
                    "budget_max": budget_max,
                    "deadline_from": deadline_from,
                    "deadline_to": deadline_to,
                },
            )
        )

    def get(self, record_id: UUID | str) -> Answer[models.DemandRead]:
        """查看 (`GET /v1/demands/{record_id}`)."""
        return self._client.send(
            Call[models.DemandRead]("GET", "/v1/demands/{record_id}", segments={"record_id": record_id})
        )

    def change(
        self, record_id: UUID | str, body: models.DemandPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.DemandRead]:
        """修改技术需求 (`PATCH /v1/demands/{record_id}`)."""
        return self._client.send(
            Call[models.DemandRead](
                "PATCH",
                "/v1/demands/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def delete(self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None) -> Answer[None]:
        """删除草稿 (`DELETE /v1/demands/{record_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/demands/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def versions(
        self, record_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfVersionRead]:
        """历史版本 (`GET /v1/demands/{record_id}/versions`)."""
        return self._client.send(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/demands/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, record_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.VersionRead]:
        """历史版本 (`GET /v1/demands/{record_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/demands/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit},
            )
        )

    def contacts(self, record_id: UUID | str, body: models.ContactReason) -> Answer[models.RecordContacts]:
        """说明事由后查看联系方式 (`POST /v1/demands/{record_id}/contacts`)."""
        return self._client.send(
            Call[models.RecordContacts](
                "POST", "/v1/demands/{record_id}/contacts", segments={"record_id": record_id}, body=body
            )
        )

    def submit(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.DemandRead]:
        """提交发布 (`POST /v1/demands/{record_id}/submit`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/submit",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def approve(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.DemandRead]:
        """审核通过 (`POST /v1/demands/{record_id}/approve`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/approve",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def withdraw(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """下架 (`POST /v1/demands/{record_id}/withdraw`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/withdraw",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def close(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """标记成交 (`POST /v1/demands/{record_id}/close`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/close",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def restore(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """恢复为草稿 (`POST /v1/demands/{record_id}/restore`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/restore",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def return_(
        self, record_id: UUID | str, body: models.Note, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """退回修改 (`POST /v1/demands/{record_id}/return`)."""
        return self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/return",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def check(self, body: models.DemandCheck) -> Answer[models.DemandCheckOut]:
        """发布前检查需求 (`POST /v1/demands/check`)."""
        return self._client.send(Call[models.DemandCheckOut]("POST", "/v1/demands/check", body=body))


class AsyncDemands:
    """demands."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(
        self, body: models.DemandCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.DemandRead]:
        """新建技术需求 (`POST /v1/demands`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST", "/v1/demands", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        budget_band: models.MoneyBand | None = None,
        budget_min: float | str | None = None,
        budget_max: float | str | None = None,
        deadline_from: date | str | None = None,
        deadline_to: date | str | None = None,
    ) -> Answer[models.RecordPageOfDemandRead]:
        """技术需求列表 (`GET /v1/demands`)."""
        return await self._client.send(
            Call[models.RecordPageOfDemandRead](
                "GET",
                "/v1/demands",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "budget_band": budget_band,
                    "budget_min": budget_min,
                    "budget_max": budget_max,
                    "deadline_from": deadline_from,
                    "deadline_to": deadline_to,
                },
            )
        )

    def list_all(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        mode: Sequence[str] | None = None,
        jinan_industry: str | None = None,
        trl_min: int | None = None,
        budget_band: models.MoneyBand | None = None,
        budget_min: float | str | None = None,
        budget_max: float | str | None = None,
        deadline_from: date | str | None = None,
        deadline_to: date | str | None = None,
    ) -> AsyncIterator[models.DemandRead]:
        """技术需求列表 (`GET /v1/demands`), item by item."""
        return self._client.each(
            Call[models.RecordPageOfDemandRead](
                "GET",
                "/v1/demands",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "mode": mode,
                    "jinan_industry": jinan_industry,
                    "trl_min": trl_min,
                    "budget_band": budget_band,
                    "budget_min": budget_min,
                    "budget_max": budget_max,
                    "deadline_from": deadline_from,
                    "deadline_to": deadline_to,
                },
            )
        )

    async def get(self, record_id: UUID | str) -> Answer[models.DemandRead]:
        """查看 (`GET /v1/demands/{record_id}`)."""
        return await self._client.send(
            Call[models.DemandRead]("GET", "/v1/demands/{record_id}", segments={"record_id": record_id})
        )

    async def change(
        self, record_id: UUID | str, body: models.DemandPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.DemandRead]:
        """修改技术需求 (`PATCH /v1/demands/{record_id}`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "PATCH",
                "/v1/demands/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def delete(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[None]:
        """删除草稿 (`DELETE /v1/demands/{record_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/demands/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def versions(
        self, record_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfVersionRead]:
        """历史版本 (`GET /v1/demands/{record_id}/versions`)."""
        return await self._client.send(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/demands/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, record_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.VersionRead]:
        """历史版本 (`GET /v1/demands/{record_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/demands/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit},
            )
        )

    async def contacts(
        self, record_id: UUID | str, body: models.ContactReason
    ) -> Answer[models.RecordContacts]:
        """说明事由后查看联系方式 (`POST /v1/demands/{record_id}/contacts`)."""
        return await self._client.send(
            Call[models.RecordContacts](
                "POST", "/v1/demands/{record_id}/contacts", segments={"record_id": record_id}, body=body
            )
        )

    async def submit(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.DemandRead]:
        """提交发布 (`POST /v1/demands/{record_id}/submit`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/submit",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def approve(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.DemandRead]:
        """审核通过 (`POST /v1/demands/{record_id}/approve`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/approve",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def withdraw(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """下架 (`POST /v1/demands/{record_id}/withdraw`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/withdraw",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def close(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """标记成交 (`POST /v1/demands/{record_id}/close`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/close",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def restore(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """恢复为草稿 (`POST /v1/demands/{record_id}/restore`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/restore",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def return_(
        self, record_id: UUID | str, body: models.Note, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.DemandRead]:
        """退回修改 (`POST /v1/demands/{record_id}/return`)."""
        return await self._client.send(
            Call[models.DemandRead](
                "POST",
                "/v1/demands/{record_id}/return",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def check(self, body: models.DemandCheck) -> Answer[models.DemandCheckOut]:
        """发布前检查需求 (`POST /v1/demands/check`)."""
        return await self._client.send(Call[models.DemandCheckOut]("POST", "/v1/demands/check", body=body))


class Managers:
    """managers."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(
        self, body: models.ManagerCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ManagerRead]:
        """新建技术经理人 (`POST /v1/managers`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST", "/v1/managers", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        certificate_min: models.CertificateLevel | None = None,
        speaks: Sequence[str] | None = None,
        tier: Sequence[Literal["C", "D", "E"]] | None = None,
        years_min: int | None = None,
    ) -> Answer[models.RecordPageOfManagerRead]:
        """技术经理人列表 (`GET /v1/managers`)."""
        return self._client.send(
            Call[models.RecordPageOfManagerRead](
                "GET",
                "/v1/managers",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                    "certificate_min": certificate_min,
                    "speaks": speaks,
                    "tier": tier,
                    "years_min": years_min,
                },
            )
        )

    def list_all(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        certificate_min: models.CertificateLevel | None = None,
        speaks: Sequence[str] | None = None,
        tier: Sequence[Literal["C", "D", "E"]] | None = None,
        years_min: int | None = None,
    ) -> Iterator[models.ManagerRead]:
        """技术经理人列表 (`GET /v1/managers`), item by item."""
        return self._client.each(
            Call[models.RecordPageOfManagerRead](
                "GET",
                "/v1/managers",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "certificate_min": certificate_min,
                    "speaks": speaks,
                    "tier": tier,
                    "years_min": years_min,
                },
            )
        )

    def get(self, record_id: UUID | str) -> Answer[models.ManagerRead]:
        """查看 (`GET /v1/managers/{record_id}`)."""
        return self._client.send(
            Call[models.ManagerRead]("GET", "/v1/managers/{record_id}", segments={"record_id": record_id})
        )

    def change(
        self, record_id: UUID | str, body: models.ManagerPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.ManagerRead]:
        """修改技术经理人 (`PATCH /v1/managers/{record_id}`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "PATCH",
                "/v1/managers/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def delete(self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None) -> Answer[None]:
        """删除草稿 (`DELETE /v1/managers/{record_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/managers/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def versions(
        self, record_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfVersionRead]:
        """历史版本 (`GET /v1/managers/{record_id}/versions`)."""
        return self._client.send(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/managers/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, record_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.VersionRead]:
        """历史版本 (`GET /v1/managers/{record_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/managers/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit},
            )
        )

    def contacts(self, record_id: UUID | str, body: models.ContactReason) -> Answer[models.RecordContacts]:
        """说明事由后查看联系方式 (`POST /v1/managers/{record_id}/contacts`)."""
        return self._client.send(
            Call[models.RecordContacts](
                "POST", "/v1/managers/{record_id}/contacts", segments={"record_id": record_id}, body=body
            )
        )

    def submit(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.ManagerRead]:
        """提交发布 (`POST /v1/managers/{record_id}/submit`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/submit",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def approve(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.ManagerRead]:
        """审核通过 (`POST /v1/managers/{record_id}/approve`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/approve",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def withdraw(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """下架 (`POST /v1/managers/{record_id}/withdraw`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/withdraw",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def close(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """标记成交 (`POST /v1/managers/{record_id}/close`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/close",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def restore(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """恢复为草稿 (`POST /v1/managers/{record_id}/restore`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/restore",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    def return_(
        self, record_id: UUID | str, body: models.Note, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """退回修改 (`POST /v1/managers/{record_id}/return`)."""
        return self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/return",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class AsyncManagers:
    """managers."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(
        self, body: models.ManagerCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ManagerRead]:
        """新建技术经理人 (`POST /v1/managers`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST", "/v1/managers", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        certificate_min: models.CertificateLevel | None = None,
        speaks: Sequence[str] | None = None,
        tier: Sequence[Literal["C", "D", "E"]] | None = None,
        years_min: int | None = None,
    ) -> Answer[models.RecordPageOfManagerRead]:
        """技术经理人列表 (`GET /v1/managers`)."""
        return await self._client.send(
            Call[models.RecordPageOfManagerRead](
                "GET",
                "/v1/managers",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "cursor": cursor,
                    "certificate_min": certificate_min,
                    "speaks": speaks,
                    "tier": tier,
                    "years_min": years_min,
                },
            )
        )

    def list_all(
        self,
        *,
        q: str | None = None,
        field: Sequence[str] | None = None,
        industry: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        language: str | None = None,
        state: Sequence[models.RecordState] | None = None,
        published_after: date | str | None = None,
        owner: UUID | str | None = None,
        mine: bool | None = None,
        facets: bool | None = None,
        sort: str | None = None,
        limit: int | None = None,
        certificate_min: models.CertificateLevel | None = None,
        speaks: Sequence[str] | None = None,
        tier: Sequence[Literal["C", "D", "E"]] | None = None,
        years_min: int | None = None,
    ) -> AsyncIterator[models.ManagerRead]:
        """技术经理人列表 (`GET /v1/managers`), item by item."""
        return self._client.each(
            Call[models.RecordPageOfManagerRead](
                "GET",
                "/v1/managers",
                query={
                    "q": q,
                    "field": field,
                    "industry": industry,
                    "region": region,
                    "language": language,
                    "state": state,
                    "published_after": published_after,
                    "owner": owner,
                    "mine": mine,
                    "facets": facets,
                    "sort": sort,
                    "limit": limit,
                    "certificate_min": certificate_min,
                    "speaks": speaks,
                    "tier": tier,
                    "years_min": years_min,
                },
            )
        )

    async def get(self, record_id: UUID | str) -> Answer[models.ManagerRead]:
        """查看 (`GET /v1/managers/{record_id}`)."""
        return await self._client.send(
            Call[models.ManagerRead]("GET", "/v1/managers/{record_id}", segments={"record_id": record_id})
        )

    async def change(
        self, record_id: UUID | str, body: models.ManagerPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.ManagerRead]:
        """修改技术经理人 (`PATCH /v1/managers/{record_id}`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "PATCH",
                "/v1/managers/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def delete(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[None]:
        """删除草稿 (`DELETE /v1/managers/{record_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/managers/{record_id}",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def versions(
        self, record_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfVersionRead]:
        """历史版本 (`GET /v1/managers/{record_id}/versions`)."""
        return await self._client.send(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/managers/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, record_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.VersionRead]:
        """历史版本 (`GET /v1/managers/{record_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfVersionRead](
                "GET",
                "/v1/managers/{record_id}/versions",
                segments={"record_id": record_id},
                query={"limit": limit},
            )
        )

    async def contacts(
        self, record_id: UUID | str, body: models.ContactReason
    ) -> Answer[models.RecordContacts]:
        """说明事由后查看联系方式 (`POST /v1/managers/{record_id}/contacts`)."""
        return await self._client.send(
            Call[models.RecordContacts](
                "POST", "/v1/managers/{record_id}/contacts", segments={"record_id": record_id}, body=body
            )
        )

    async def submit(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.ManagerRead]:
        """提交发布 (`POST /v1/managers/{record_id}/submit`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/submit",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def approve(
        self,
        record_id: UUID | str,
        *,
        if_match: Answer[Any] | str | None = None,
        body: models.Confirmation | None = None,
    ) -> Answer[models.ManagerRead]:
        """审核通过 (`POST /v1/managers/{record_id}/approve`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/approve",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def withdraw(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """下架 (`POST /v1/managers/{record_id}/withdraw`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/withdraw",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def close(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """标记成交 (`POST /v1/managers/{record_id}/close`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/close",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def restore(
        self, record_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """恢复为草稿 (`POST /v1/managers/{record_id}/restore`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/restore",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
            )
        )

    async def return_(
        self, record_id: UUID | str, body: models.Note, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ManagerRead]:
        """退回修改 (`POST /v1/managers/{record_id}/return`)."""
        return await self._client.send(
            Call[models.ManagerRead](
                "POST",
                "/v1/managers/{record_id}/return",
                segments={"record_id": record_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class Vocabularies:
    """vocabularies."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list(self) -> Answer[builtins.list[models.VocabularyEntry]]:
        """全部词表 (`GET /v1/vocabularies`)."""
        return self._client.send(Call[builtins.list[models.VocabularyEntry]]("GET", "/v1/vocabularies"))

    def get(self, name: str) -> Answer[models.VocabularyRead]:
        """一个词表 (`GET /v1/vocabularies/{name}`)."""
        return self._client.send(
            Call[models.VocabularyRead]("GET", "/v1/vocabularies/{name}", segments={"name": name})
        )


class AsyncVocabularies:
    """vocabularies."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list(self) -> Answer[builtins.list[models.VocabularyEntry]]:
        """全部词表 (`GET /v1/vocabularies`)."""
        return await self._client.send(Call[builtins.list[models.VocabularyEntry]]("GET", "/v1/vocabularies"))

    async def get(self, name: str) -> Answer[models.VocabularyRead]:
        """一个词表 (`GET /v1/vocabularies/{name}`)."""
        return await self._client.send(
            Call[models.VocabularyRead]("GET", "/v1/vocabularies/{name}", segments={"name": name})
        )
