"""Operations on exchange: imports, duplicates, exports, partners, open-data."""

# Written by `make client` from the OpenAPI description; do not edit.

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Literal
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender, Upload, new_key


class Imports:
    """imports."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(self, file: Upload | Path, *, sender: str | None = None) -> Answer[models.BatchRead]:
        """上传并预览 (`POST /v1/imports`)."""
        return self._client.send(
            Call[models.BatchRead]("POST", "/v1/imports", query={"sender": sender}, files={"file": file})
        )

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[models.PageOfBatchRead]:
        """批次列表 (`GET /v1/imports`)."""
        return self._client.send(
            Call[models.PageOfBatchRead]("GET", "/v1/imports", query={"limit": limit, "cursor": cursor})
        )

    def list_all(self, *, limit: int | None = None) -> Iterator[models.BatchRead]:
        """批次列表 (`GET /v1/imports`), item by item."""
        return self._client.each(Call[models.PageOfBatchRead]("GET", "/v1/imports", query={"limit": limit}))

    def headers(self, *, sender: str | None = None) -> Answer[models.HeadersRead]:
        """已确认的列名含义 (`GET /v1/imports/headers`)."""
        return self._client.send(
            Call[models.HeadersRead]("GET", "/v1/imports/headers", query={"sender": sender})
        )

    def set_headers(self, body: models.HeadersPut) -> Answer[models.HeadersRead]:
        """确认列名含义 (`PUT /v1/imports/headers`)."""
        return self._client.send(Call[models.HeadersRead]("PUT", "/v1/imports/headers", body=body))

    def template(self, kind: models.Kind, *, into: BinaryIO | None = None) -> File:
        """下载模板 (`GET /v1/imports/templates/{kind}`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/imports/templates/{kind}", segments={"kind": kind}), into
        )

    def get(self, batch_id: UUID | str) -> Answer[models.BatchRead]:
        """查看批次 (`GET /v1/imports/{batch_id}`)."""
        return self._client.send(
            Call[models.BatchRead]("GET", "/v1/imports/{batch_id}", segments={"batch_id": batch_id})
        )

    def rows(
        self,
        batch_id: UUID | str,
        *,
        action: models.RowAction | None = None,
        state: models.RowState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRowRead]:
        """批次的行 (`GET /v1/imports/{batch_id}/rows`)."""
        return self._client.send(
            Call[models.PageOfRowRead](
                "GET",
                "/v1/imports/{batch_id}/rows",
                segments={"batch_id": batch_id},
                query={"action": action, "state": state, "limit": limit, "cursor": cursor},
            )
        )

    def rows_all(
        self,
        batch_id: UUID | str,
        *,
        action: models.RowAction | None = None,
        state: models.RowState | None = None,
        limit: int | None = None,
    ) -> Iterator[models.RowRead]:
        """批次的行 (`GET /v1/imports/{batch_id}/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfRowRead](
                "GET",
                "/v1/imports/{batch_id}/rows",
                segments={"batch_id": batch_id},
                query={"action": action, "state": state, "limit": limit},
            )
        )

    def change_row(
        self, batch_id: UUID | str, row_id: UUID | str, body: models.RowPatch
    ) -> Answer[models.RowRead]:
        """确认或更正一行 (`PATCH /v1/imports/{batch_id}/rows/{row_id}`)."""
        return self._client.send(
            Call[models.RowRead](
                "PATCH",
                "/v1/imports/{batch_id}/rows/{row_id}",
                segments={"batch_id": batch_id, "row_id": row_id},
                body=body,
            )
        )

    def commit(self, batch_id: UUID | str, body: models.CommitRequest) -> Answer[models.CommitRead]:
        """导入 (`POST /v1/imports/{batch_id}/commit`)."""
        return self._client.send(
            Call[models.CommitRead](
                "POST", "/v1/imports/{batch_id}/commit", segments={"batch_id": batch_id}, body=body
            )
        )

    def undo(self, batch_id: UUID | str) -> Answer[models.UndoRead]:
        """撤销 (`POST /v1/imports/{batch_id}/undo`)."""
        return self._client.send(
            Call[models.UndoRead]("POST", "/v1/imports/{batch_id}/undo", segments={"batch_id": batch_id})
        )

    def marked_file(self, batch_id: UUID | str, file: Upload | Path, *, into: BinaryIO | None = None) -> File:
        """带结果的原文件 (`POST /v1/imports/{batch_id}/marked-file`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/imports/{batch_id}/marked-file",
                segments={"batch_id": batch_id},
                files={"file": file},
            ),
            into,
        )

    def suggest_of_text(self, body: models.DraftText) -> Answer[models.DraftSuggestion]:
        """由文字起草 (`POST /v1/drafts/text`)."""
        return self._client.send(Call[models.DraftSuggestion]("POST", "/v1/drafts/text", body=body))

    def suggest_of_file(
        self, file: Upload | Path, *, kind: models.Kind | None = None
    ) -> Answer[models.DraftSuggestion]:
        """由文件起草 (`POST /v1/drafts/file`)."""
        return self._client.send(
            Call[models.DraftSuggestion](
                "POST", "/v1/drafts/file", query={"kind": kind}, files={"file": file}
            )
        )


class AsyncImports:
    """imports."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(self, file: Upload | Path, *, sender: str | None = None) -> Answer[models.BatchRead]:
        """上传并预览 (`POST /v1/imports`)."""
        return await self._client.send(
            Call[models.BatchRead]("POST", "/v1/imports", query={"sender": sender}, files={"file": file})
        )

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfBatchRead]:
        """批次列表 (`GET /v1/imports`)."""
        return await self._client.send(
            Call[models.PageOfBatchRead]("GET", "/v1/imports", query={"limit": limit, "cursor": cursor})
        )

    def list_all(self, *, limit: int | None = None) -> AsyncIterator[models.BatchRead]:
        """批次列表 (`GET /v1/imports`), item by item."""
        return self._client.each(Call[models.PageOfBatchRead]("GET", "/v1/imports", query={"limit": limit}))

    async def headers(self, *, sender: str | None = None) -> Answer[models.HeadersRead]:
        """已确认的列名含义 (`GET /v1/imports/headers`)."""
        return await self._client.send(
            Call[models.HeadersRead]("GET", "/v1/imports/headers", query={"sender": sender})
        )

    async def set_headers(self, body: models.HeadersPut) -> Answer[models.HeadersRead]:
        """确认列名含义 (`PUT /v1/imports/headers`)."""
        return await self._client.send(Call[models.HeadersRead]("PUT", "/v1/imports/headers", body=body))

    async def template(self, kind: models.Kind, *, into: BinaryIO | None = None) -> File:
        """下载模板 (`GET /v1/imports/templates/{kind}`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/imports/templates/{kind}", segments={"kind": kind}), into
        )

    async def get(self, batch_id: UUID | str) -> Answer[models.BatchRead]:
        """查看批次 (`GET /v1/imports/{batch_id}`)."""
        return await self._client.send(
            Call[models.BatchRead]("GET", "/v1/imports/{batch_id}", segments={"batch_id": batch_id})
        )

    async def rows(
        self,
        batch_id: UUID | str,
        *,
        action: models.RowAction | None = None,
        state: models.RowState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRowRead]:
        """批次的行 (`GET /v1/imports/{batch_id}/rows`)."""
        return await self._client.send(
            Call[models.PageOfRowRead](
                "GET",
                "/v1/imports/{batch_id}/rows",
                segments={"batch_id": batch_id},
                query={"action": action, "state": state, "limit": limit, "cursor": cursor},
            )
        )

    def rows_all(
        self,
        batch_id: UUID | str,
        *,
        action: models.RowAction | None = None,
        state: models.RowState | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.RowRead]:
        """批次的行 (`GET /v1/imports/{batch_id}/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfRowRead](
                "GET",
                "/v1/imports/{batch_id}/rows",
                segments={"batch_id": batch_id},
                query={"action": action, "state": state, "limit": limit},
            )
        )

    async def change_row(
        self, batch_id: UUID | str, row_id: UUID | str, body: models.RowPatch
    ) -> Answer[models.RowRead]:
        """确认或更正一行 (`PATCH /v1/imports/{batch_id}/rows/{row_id}`)."""
        return await self._client.send(
            Call[models.RowRead](
                "PATCH",
                "/v1/imports/{batch_id}/rows/{row_id}",
                segments={"batch_id": batch_id, "row_id": row_id},
                body=body,
            )
        )

    async def commit(self, batch_id: UUID | str, body: models.CommitRequest) -> Answer[models.CommitRead]:
        """导入 (`POST /v1/imports/{batch_id}/commit`)."""
        return await self._client.send(
            Call[models.CommitRead](
                "POST", "/v1/imports/{batch_id}/commit", segments={"batch_id": batch_id}, body=body
            )
        )

    async def undo(self, batch_id: UUID | str) -> Answer[models.UndoRead]:
        """撤销 (`POST /v1/imports/{batch_id}/undo`)."""
        return await self._client.send(
            Call[models.UndoRead]("POST", "/v1/imports/{batch_id}/undo", segments={"batch_id": batch_id})
        )

    async def marked_file(
        self, batch_id: UUID | str, file: Upload | Path, *, into: BinaryIO | None = None
    ) -> File:
        """带结果的原文件 (`POST /v1/imports/{batch_id}/marked-file`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/imports/{batch_id}/marked-file",
                segments={"batch_id": batch_id},
                files={"file": file},
            ),
            into,
        )

    async def suggest_of_text(self, body: models.DraftText) -> Answer[models.DraftSuggestion]:
        """由文字起草 (`POST /v1/drafts/text`)."""
        return await self._client.send(Call[models.DraftSuggestion]("POST", "/v1/drafts/text", body=body))

    async def suggest_of_file(
        self, file: Upload | Path, *, kind: models.Kind | None = None
    ) -> Answer[models.DraftSuggestion]:
        """由文件起草 (`POST /v1/drafts/file`)."""
        return await self._client.send(
            Call[models.DraftSuggestion](
                "POST", "/v1/drafts/file", query={"kind": kind}, files={"file": file}
            )
        )


class Duplicates:
    """duplicates."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list(
        self, *, kind: models.RecordKind, limit: int | None = None
    ) -> Answer[models.LikelyRecordListRead]:
        """疑似重复记录 (`GET /v1/duplicates`)."""
        return self._client.send(
            Call[models.LikelyRecordListRead]("GET", "/v1/duplicates", query={"kind": kind, "limit": limit})
        )

    def decide(self, body: models.RecordDecisionNew) -> Answer[models.RecordDecisionRead]:
        """认定疑似重复记录 (`POST /v1/duplicates`)."""
        return self._client.send(Call[models.RecordDecisionRead]("POST", "/v1/duplicates", body=body))

    def undo(self, decision_id: UUID | str) -> Answer[models.RecordDecisionRead]:
        """撤销对重复记录的认定 (`POST /v1/duplicates/{decision_id}/undo`)."""
        return self._client.send(
            Call[models.RecordDecisionRead](
                "POST", "/v1/duplicates/{decision_id}/undo", segments={"decision_id": decision_id}
            )
        )


class AsyncDuplicates:
    """duplicates."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list(
        self, *, kind: models.RecordKind, limit: int | None = None
    ) -> Answer[models.LikelyRecordListRead]:
        """疑似重复记录 (`GET /v1/duplicates`)."""
        return await self._client.send(
            Call[models.LikelyRecordListRead]("GET", "/v1/duplicates", query={"kind": kind, "limit": limit})
        )

    async def decide(self, body: models.RecordDecisionNew) -> Answer[models.RecordDecisionRead]:
        """认定疑似重复记录 (`POST /v1/duplicates`)."""
        return await self._client.send(Call[models.RecordDecisionRead]("POST", "/v1/duplicates", body=body))

    async def undo(self, decision_id: UUID | str) -> Answer[models.RecordDecisionRead]:
        """撤销对重复记录的认定 (`POST /v1/duplicates/{decision_id}/undo`)."""
        return await self._client.send(
            Call[models.RecordDecisionRead](
                "POST", "/v1/duplicates/{decision_id}/undo", segments={"decision_id": decision_id}
            )
        )


class Exports:
    """exports."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def official_contracts(
        self,
        *,
        from_: date | str | None = None,
        to: date | str | None = None,
        registered: bool | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """技术合同按领域和类型统计表 (`GET /v1/exports/official/contracts-by-field.xlsx`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/official/contracts-by-field.xlsx",
                query={"from": from_, "to": to, "registered": registered},
            ),
            into,
        )

    def official_districts(
        self,
        *,
        from_: date | str | None = None,
        to: date | str | None = None,
        registered: bool | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """区县技术合同排名表 (`GET /v1/exports/official/districts.xlsx`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/official/districts.xlsx",
                query={"from": from_, "to": to, "registered": registered},
            ),
            into,
        )

    def official_funnel(
        self, *, from_: date | str | None = None, to: date | str | None = None, into: BinaryIO | None = None
    ) -> File:
        """对接工作进展情况表 (`GET /v1/exports/official/funnel.xlsx`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/funnel.xlsx", query={"from": from_, "to": to}), into
        )

    def official_catalogue(
        self, *, audience: models.ListAudience | None = None, into: BinaryIO | None = None
    ) -> File:
        """可转化科技成果目录 (`GET /v1/exports/official/catalogue.xlsx`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/catalogue.xlsx", query={"audience": audience}), into
        )

    def official_demands(
        self, *, audience: models.ListAudience | None = None, into: BinaryIO | None = None
    ) -> File:
        """技术需求榜单 (`GET /v1/exports/official/demand-list.xlsx`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/demand-list.xlsx", query={"audience": audience}), into
        )

    def official_managers(
        self, *, audience: models.ListAudience | None = None, into: BinaryIO | None = None
    ) -> File:
        """技术经理人名册 (`GET /v1/exports/official/managers.xlsx`), as a file."""
        return self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/managers.xlsx", query={"audience": audience}), into
        )

    def achievements(
        self,
        format_: models.ListFormat,
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
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术成果列表 (`GET /v1/exports/achievements.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/achievements.{format_}",
                segments={"format_": format_},
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
            ),
            into,
        )

    def achievements_with_contacts(
        self,
        format_: models.ListFormat,
        body: models.ContactReason,
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
        into: BinaryIO | None = None,
    ) -> File:
        """说明事由后导出技术成果列表及联系方式 (`POST /v1/exports/achievements.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/exports/achievements.{format_}",
                segments={"format_": format_},
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
                body=body,
            ),
            into,
        )

    def demands(
        self,
        format_: models.ListFormat,
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
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术需求列表 (`GET /v1/exports/demands.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/demands.{format_}",
                segments={"format_": format_},
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
            ),
            into,
        )

    def demands_with_contacts(
        self,
        format_: models.ListFormat,
        body: models.ContactReason,
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
        into: BinaryIO | None = None,
    ) -> File:
        """说明事由后导出技术需求列表及联系方式 (`POST /v1/exports/demands.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/exports/demands.{format_}",
                segments={"format_": format_},
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
                body=body,
            ),
            into,
        )

    def managers(
        self,
        format_: models.ListFormat,
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
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术经理人列表 (`GET /v1/exports/managers.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/managers.{format_}",
                segments={"format_": format_},
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
            ),
            into,
        )

    def managers_with_contacts(
        self,
        format_: models.ListFormat,
        body: models.ContactReason,
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
        into: BinaryIO | None = None,
    ) -> File:
        """说明事由后导出技术经理人列表及联系方式 (`POST /v1/exports/managers.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/exports/managers.{format_}",
                segments={"format_": format_},
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
                body=body,
            ),
            into,
        )

    def contracts(
        self,
        format_: models.ListFormat,
        *,
        state: Sequence[models.ShownState] | None = None,
        kind: str | None = None,
        technology_field: str | None = None,
        seller_region: str | None = None,
        buyer_region: str | None = None,
        organisation_id: UUID | str | None = None,
        manager_id: UUID | str | None = None,
        engagement_id: UUID | str | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        landed: bool | None = None,
        landed_in_jinan: bool | None = None,
        outside_engagement: bool | None = None,
        signed_by_both: bool | None = None,
        signed_from: date | str | None = None,
        signed_to: date | str | None = None,
        registered_from: date | str | None = None,
        registered_to: date | str | None = None,
        registration_no: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术合同台账 (`GET /v1/exports/contracts.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/contracts.{format_}",
                segments={"format_": format_},
                query={
                    "state": state,
                    "kind": kind,
                    "technology_field": technology_field,
                    "seller_region": seller_region,
                    "buyer_region": buyer_region,
                    "organisation_id": organisation_id,
                    "manager_id": manager_id,
                    "engagement_id": engagement_id,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "landed": landed,
                    "landed_in_jinan": landed_in_jinan,
                    "outside_engagement": outside_engagement,
                    "signed_by_both": signed_by_both,
                    "signed_from": signed_from,
                    "signed_to": signed_to,
                    "registered_from": registered_from,
                    "registered_to": registered_to,
                    "registration_no": registration_no,
                },
            ),
            into,
        )

    def organisations(
        self,
        format_: models.ListFormat,
        *,
        name: str | None = None,
        kind: models.OrganisationKind | None = None,
        region: str | None = None,
        verified: bool | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出单位名录 (`GET /v1/exports/organisations.{format_}`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/organisations.{format_}",
                segments={"format_": format_},
                query={"name": name, "kind": kind, "region": region, "verified": verified},
            ),
            into,
        )


class AsyncExports:
    """exports."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def official_contracts(
        self,
        *,
        from_: date | str | None = None,
        to: date | str | None = None,
        registered: bool | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """技术合同按领域和类型统计表 (`GET /v1/exports/official/contracts-by-field.xlsx`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/official/contracts-by-field.xlsx",
                query={"from": from_, "to": to, "registered": registered},
            ),
            into,
        )

    async def official_districts(
        self,
        *,
        from_: date | str | None = None,
        to: date | str | None = None,
        registered: bool | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """区县技术合同排名表 (`GET /v1/exports/official/districts.xlsx`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/official/districts.xlsx",
                query={"from": from_, "to": to, "registered": registered},
            ),
            into,
        )

    async def official_funnel(
        self, *, from_: date | str | None = None, to: date | str | None = None, into: BinaryIO | None = None
    ) -> File:
        """对接工作进展情况表 (`GET /v1/exports/official/funnel.xlsx`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/funnel.xlsx", query={"from": from_, "to": to}), into
        )

    async def official_catalogue(
        self, *, audience: models.ListAudience | None = None, into: BinaryIO | None = None
    ) -> File:
        """可转化科技成果目录 (`GET /v1/exports/official/catalogue.xlsx`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/catalogue.xlsx", query={"audience": audience}), into
        )

    async def official_demands(
        self, *, audience: models.ListAudience | None = None, into: BinaryIO | None = None
    ) -> File:
        """技术需求榜单 (`GET /v1/exports/official/demand-list.xlsx`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/demand-list.xlsx", query={"audience": audience}), into
        )

    async def official_managers(
        self, *, audience: models.ListAudience | None = None, into: BinaryIO | None = None
    ) -> File:
        """技术经理人名册 (`GET /v1/exports/official/managers.xlsx`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/exports/official/managers.xlsx", query={"audience": audience}), into
        )

    async def achievements(
        self,
        format_: models.ListFormat,
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
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术成果列表 (`GET /v1/exports/achievements.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/achievements.{format_}",
                segments={"format_": format_},
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
            ),
            into,
        )

    async def achievements_with_contacts(
        self,
        format_: models.ListFormat,
        body: models.ContactReason,
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
        into: BinaryIO | None = None,
    ) -> File:
        """说明事由后导出技术成果列表及联系方式 (`POST /v1/exports/achievements.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/exports/achievements.{format_}",
                segments={"format_": format_},
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
                body=body,
            ),
            into,
        )

    async def demands(
        self,
        format_: models.ListFormat,
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
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术需求列表 (`GET /v1/exports/demands.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/demands.{format_}",
                segments={"format_": format_},
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
            ),
            into,
        )

    async def demands_with_contacts(
        self,
        format_: models.ListFormat,
        body: models.ContactReason,
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
        into: BinaryIO | None = None,
    ) -> File:
        """说明事由后导出技术需求列表及联系方式 (`POST /v1/exports/demands.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/exports/demands.{format_}",
                segments={"format_": format_},
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
                body=body,
            ),
            into,
        )

    async def managers(
        self,
        format_: models.ListFormat,
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
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术经理人列表 (`GET /v1/exports/managers.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/managers.{format_}",
                segments={"format_": format_},
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
            ),
            into,
        )

    async def managers_with_contacts(
        self,
        format_: models.ListFormat,
        body: models.ContactReason,
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
        into: BinaryIO | None = None,
    ) -> File:
        """说明事由后导出技术经理人列表及联系方式 (`POST /v1/exports/managers.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/exports/managers.{format_}",
                segments={"format_": format_},
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
                body=body,
            ),
            into,
        )

    async def contracts(
        self,
        format_: models.ListFormat,
        *,
        state: Sequence[models.ShownState] | None = None,
        kind: str | None = None,
        technology_field: str | None = None,
        seller_region: str | None = None,
        buyer_region: str | None = None,
        organisation_id: UUID | str | None = None,
        manager_id: UUID | str | None = None,
        engagement_id: UUID | str | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        landed: bool | None = None,
        landed_in_jinan: bool | None = None,
        outside_engagement: bool | None = None,
        signed_by_both: bool | None = None,
        signed_from: date | str | None = None,
        signed_to: date | str | None = None,
        registered_from: date | str | None = None,
        registered_to: date | str | None = None,
        registration_no: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出技术合同台账 (`GET /v1/exports/contracts.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/contracts.{format_}",
                segments={"format_": format_},
                query={
                    "state": state,
                    "kind": kind,
                    "technology_field": technology_field,
                    "seller_region": seller_region,
                    "buyer_region": buyer_region,
                    "organisation_id": organisation_id,
                    "manager_id": manager_id,
                    "engagement_id": engagement_id,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "landed": landed,
                    "landed_in_jinan": landed_in_jinan,
                    "outside_engagement": outside_engagement,
                    "signed_by_both": signed_by_both,
                    "signed_from": signed_from,
                    "signed_to": signed_to,
                    "registered_from": registered_from,
                    "registered_to": registered_to,
                    "registration_no": registration_no,
                },
            ),
            into,
        )

    async def organisations(
        self,
        format_: models.ListFormat,
        *,
        name: str | None = None,
        kind: models.OrganisationKind | None = None,
        region: str | None = None,
        verified: bool | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出单位名录 (`GET /v1/exports/organisations.{format_}`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/exports/organisations.{format_}",
                segments={"format_": format_},
                query={"name": name, "kind": kind, "region": region, "verified": verified},
            ),
            into,
        )


class Partners:
    """合作平台 Partners."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def make_agreement(
        self, body: models.PartnerAgreementCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.PartnerAgreementRead]:
        """新建数据共享协议 (`POST /v1/partner-agreements`)."""
        return self._client.send(
            Call[models.PartnerAgreementRead](
                "POST",
                "/v1/partner-agreements",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_agreements(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPartnerAgreementRead]:
        """数据共享协议列表 (`GET /v1/partner-agreements`)."""
        return self._client.send(
            Call[models.PageOfPartnerAgreementRead](
                "GET",
                "/v1/partner-agreements",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_agreements_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> Iterator[models.PartnerAgreementRead]:
        """数据共享协议列表 (`GET /v1/partner-agreements`), item by item."""
        return self._client.each(
            Call[models.PageOfPartnerAgreementRead](
                "GET", "/v1/partner-agreements", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    def get_agreement(self, agreement_id: UUID | str) -> Answer[models.PartnerAgreementRead]:
        """一份数据共享协议 (`GET /v1/partner-agreements/{agreement_id}`)."""
        return self._client.send(
            Call[models.PartnerAgreementRead](
                "GET", "/v1/partner-agreements/{agreement_id}", segments={"agreement_id": agreement_id}
            )
        )

    def change_agreement(
        self, agreement_id: UUID | str, body: models.PartnerAgreementPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.PartnerAgreementRead]:
        """修改数据共享协议 (`PATCH /v1/partner-agreements/{agreement_id}`)."""
        return self._client.send(
            Call[models.PartnerAgreementRead](
                "PATCH",
                "/v1/partner-agreements/{agreement_id}",
                segments={"agreement_id": agreement_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def end_agreement(self, agreement_id: UUID | str) -> Answer[None]:
        """终止数据共享协议 (`DELETE /v1/partner-agreements/{agreement_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE", "/v1/partner-agreements/{agreement_id}", segments={"agreement_id": agreement_id}
            )
        )

    def feed(
        self, *, cursor: str | None = None, limit: int | None = None, if_none_match: str | None = None
    ) -> Answer[models.FeedPage]:
        """变更流 (`GET /v1/feed`)."""
        return self._client.send(
            Call[models.FeedPage](
                "GET",
                "/v1/feed",
                query={"cursor": cursor, "limit": limit},
                headers={"if-none-match": if_none_match},
            )
        )

    def key(self) -> Answer[models.FeedKey]:
        """变更流签名公钥 (`GET /v1/feed/key`)."""
        return self._client.send(Call[models.FeedKey]("GET", "/v1/feed/key"))


class AsyncPartners:
    """合作平台 Partners."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def make_agreement(
        self, body: models.PartnerAgreementCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.PartnerAgreementRead]:
        """新建数据共享协议 (`POST /v1/partner-agreements`)."""
        return await self._client.send(
            Call[models.PartnerAgreementRead](
                "POST",
                "/v1/partner-agreements",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_agreements(
        self,
        *,
        organisation_id: UUID | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPartnerAgreementRead]:
        """数据共享协议列表 (`GET /v1/partner-agreements`)."""
        return await self._client.send(
            Call[models.PageOfPartnerAgreementRead](
                "GET",
                "/v1/partner-agreements",
                query={"organisation_id": organisation_id, "limit": limit, "cursor": cursor},
            )
        )

    def list_agreements_all(
        self, *, organisation_id: UUID | str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.PartnerAgreementRead]:
        """数据共享协议列表 (`GET /v1/partner-agreements`), item by item."""
        return self._client.each(
            Call[models.PageOfPartnerAgreementRead](
                "GET", "/v1/partner-agreements", query={"organisation_id": organisation_id, "limit": limit}
            )
        )

    async def get_agreement(self, agreement_id: UUID | str) -> Answer[models.PartnerAgreementRead]:
        """一份数据共享协议 (`GET /v1/partner-agreements/{agreement_id}`)."""
        return await self._client.send(
            Call[models.PartnerAgreementRead](
                "GET", "/v1/partner-agreements/{agreement_id}", segments={"agreement_id": agreement_id}
            )
        )

    async def change_agreement(
        self, agreement_id: UUID | str, body: models.PartnerAgreementPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.PartnerAgreementRead]:
        """修改数据共享协议 (`PATCH /v1/partner-agreements/{agreement_id}`)."""
        return await self._client.send(
            Call[models.PartnerAgreementRead](
                "PATCH",
                "/v1/partner-agreements/{agreement_id}",
                segments={"agreement_id": agreement_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def end_agreement(self, agreement_id: UUID | str) -> Answer[None]:
        """终止数据共享协议 (`DELETE /v1/partner-agreements/{agreement_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE", "/v1/partner-agreements/{agreement_id}", segments={"agreement_id": agreement_id}
            )
        )

    async def feed(
        self, *, cursor: str | None = None, limit: int | None = None, if_none_match: str | None = None
    ) -> Answer[models.FeedPage]:
        """变更流 (`GET /v1/feed`)."""
        return await self._client.send(
            Call[models.FeedPage](
                "GET",
                "/v1/feed",
                query={"cursor": cursor, "limit": limit},
                headers={"if-none-match": if_none_match},
            )
        )

    async def key(self) -> Answer[models.FeedKey]:
        """变更流签名公钥 (`GET /v1/feed/key`)."""
        return await self._client.send(Call[models.FeedKey]("GET", "/v1/feed/key"))


class OpenData:
    """开放数据 Open data."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def open_data(self, *, into: BinaryIO | None = None) -> File:
        """开放数据目录 (`GET /v1/open-data/catalogue`), as a file."""
        return self._client.fetch(Call[bytes]("GET", "/v1/open-data/catalogue"), into)

    def oai_pmh(
        self,
        *,
        verb: str | None = None,
        identifier: str | None = None,
        metadataPrefix: str | None = None,
        from_: str | None = None,
        until: str | None = None,
        set: str | None = None,
        resumptionToken: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """OAI-PMH 收割接口 (`GET /v1/oai-pmh`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/oai-pmh",
                query={
                    "verb": verb,
                    "identifier": identifier,
                    "metadataPrefix": metadataPrefix,
                    "from": from_,
                    "until": until,
                    "set": set,
                    "resumptionToken": resumptionToken,
                },
            ),
            into,
        )

    def oai_pmh_form(
        self,
        *,
        verb: str | None = None,
        identifier: str | None = None,
        metadataPrefix: str | None = None,
        from_: str | None = None,
        until: str | None = None,
        set: str | None = None,
        resumptionToken: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """OAI-PMH 收割接口（表单） (`POST /v1/oai-pmh`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/oai-pmh",
                form={
                    "verb": verb,
                    "identifier": identifier,
                    "metadataPrefix": metadataPrefix,
                    "from": from_,
                    "until": until,
                    "set": set,
                    "resumptionToken": resumptionToken,
                },
            ),
            into,
        )


class AsyncOpenData:
    """开放数据 Open data."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def open_data(self, *, into: BinaryIO | None = None) -> File:
        """开放数据目录 (`GET /v1/open-data/catalogue`), as a file."""
        return await self._client.fetch(Call[bytes]("GET", "/v1/open-data/catalogue"), into)

    async def oai_pmh(
        self,
        *,
        verb: str | None = None,
        identifier: str | None = None,
        metadataPrefix: str | None = None,
        from_: str | None = None,
        until: str | None = None,
        set: str | None = None,
        resumptionToken: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """OAI-PMH 收割接口 (`GET /v1/oai-pmh`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/oai-pmh",
                query={
                    "verb": verb,
                    "identifier": identifier,
                    "metadataPrefix": metadataPrefix,
                    "from": from_,
                    "until": until,
                    "set": set,
                    "resumptionToken": resumptionToken,
                },
            ),
            into,
        )

    async def oai_pmh_form(
        self,
        *,
        verb: str | None = None,
        identifier: str | None = None,
        metadataPrefix: str | None = None,
        from_: str | None = None,
        until: str | None = None,
        set: str | None = None,
        resumptionToken: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """OAI-PMH 收割接口（表单） (`POST /v1/oai-pmh`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "POST",
                "/v1/oai-pmh",
                form={
                    "verb": verb,
                    "identifier": identifier,
                    "metadataPrefix": metadataPrefix,
                    "from": from_,
                    "until": until,
                    "set": set,
                    "resumptionToken": resumptionToken,
                },
            ),
            into,
        )
