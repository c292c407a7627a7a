"""Operations on recognition: recognition, rankings, contests."""

# Written by `make client` from the OpenAPI description; do not edit.

import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, BinaryIO
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender, new_key


class Recognition:
    """年度认定 Recognition."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_recognitions(
        self,
        *,
        year: int | None = None,
        tier: Sequence[models.Tier] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRecognitionRead]:
        """已公布的人才认定 (`GET /v1/recognitions`)."""
        return self._client.send(
            Call[models.PageOfRecognitionRead](
                "GET",
                "/v1/recognitions",
                query={"year": year, "tier": tier, "limit": limit, "cursor": cursor},
            )
        )

    def list_recognitions_all(
        self, *, year: int | None = None, tier: Sequence[models.Tier] | None = None, limit: int | None = None
    ) -> Iterator[models.RecognitionRead]:
        """已公布的人才认定 (`GET /v1/recognitions`), item by item."""
        return self._client.each(
            Call[models.PageOfRecognitionRead](
                "GET", "/v1/recognitions", query={"year": year, "tier": tier, "limit": limit}
            )
        )

    def recognition_list(self, *, year: int, into: BinaryIO | None = None) -> File:
        """认定名单 PDF (`GET /v1/recognitions.pdf`), as a file."""
        return self._client.fetch(Call[bytes]("GET", "/v1/recognitions.pdf", query={"year": year}), into)

    def open_round(
        self, body: models.RoundCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.RoundRead]:
        """开始年度认定 (`POST /v1/recognition-rounds`)."""
        return self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_rounds(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRoundRead]:
        """年度认定列表 (`GET /v1/recognition-rounds`)."""
        return self._client.send(
            Call[models.PageOfRoundRead](
                "GET", "/v1/recognition-rounds", query={"limit": limit, "cursor": cursor}
            )
        )

    def list_rounds_all(self, *, limit: int | None = None) -> Iterator[models.RoundRead]:
        """年度认定列表 (`GET /v1/recognition-rounds`), item by item."""
        return self._client.each(
            Call[models.PageOfRoundRead]("GET", "/v1/recognition-rounds", query={"limit": limit})
        )

    def get_round(self, round_id: UUID | str) -> Answer[models.RoundRead]:
        """一次年度认定 (`GET /v1/recognition-rounds/{round_id}`)."""
        return self._client.send(
            Call[models.RoundRead](
                "GET", "/v1/recognition-rounds/{round_id}", segments={"round_id": round_id}
            )
        )

    def list_moves(self, round_id: UUID | str) -> Answer[builtins.list[models.FilingMoveRead]]:
        """年度认定办理记录 (`GET /v1/recognition-rounds/{round_id}/moves`)."""
        return self._client.send(
            Call[builtins.list[models.FilingMoveRead]](
                "GET", "/v1/recognition-rounds/{round_id}/moves", segments={"round_id": round_id}
            )
        )

    def list_entries(
        self,
        round_id: UUID | str,
        *,
        tier: Sequence[models.Tier] | None = None,
        decision: models.Decision | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRoundEntryRead]:
        """认定条目 (`GET /v1/recognition-rounds/{round_id}/entries`)."""
        return self._client.send(
            Call[models.PageOfRoundEntryRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/entries",
                segments={"round_id": round_id},
                query={"tier": tier, "decision": decision, "limit": limit, "cursor": cursor},
            )
        )

    def list_entries_all(
        self,
        round_id: UUID | str,
        *,
        tier: Sequence[models.Tier] | None = None,
        decision: models.Decision | None = None,
        limit: int | None = None,
    ) -> Iterator[models.RoundEntryRead]:
        """认定条目 (`GET /v1/recognition-rounds/{round_id}/entries`), item by item."""
        return self._client.each(
            Call[models.PageOfRoundEntryRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/entries",
                segments={"round_id": round_id},
                query={"tier": tier, "decision": decision, "limit": limit},
            )
        )

    def recompute_round(self, round_id: UUID | str) -> Answer[models.RecomputationRead]:
        """重算核对 (`POST /v1/recognition-rounds/{round_id}/recompute`)."""
        return self._client.send(
            Call[models.RecomputationRead](
                "POST", "/v1/recognition-rounds/{round_id}/recompute", segments={"round_id": round_id}
            )
        )

    def export_round(
        self,
        round_id: UUID | str,
        *,
        format: models.FileFormat | None = None,
        sheet: models.Sheet | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出认定结果 (`GET /v1/recognition-rounds/{round_id}/export`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/recognition-rounds/{round_id}/export",
                segments={"round_id": round_id},
                query={"format": format, "sheet": sheet},
            ),
            into,
        )

    def freeze_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """冻结数据 (`POST /v1/recognition-rounds/{round_id}/freeze`)."""
        return self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/freeze",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def reopen_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """重新开放 (`POST /v1/recognition-rounds/{round_id}/reopen`)."""
        return self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/reopen",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def review_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """审核完成 (`POST /v1/recognition-rounds/{round_id}/review`)."""
        return self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/review",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def publish_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """公布 (`POST /v1/recognition-rounds/{round_id}/publish`)."""
        return self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/publish",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def cancel_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """取消年度认定 (`POST /v1/recognition-rounds/{round_id}/cancel`)."""
        return self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/cancel",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def get_entry(self, entry_id: UUID | str) -> Answer[models.EntryDetail]:
        """认定条目的计算过程 (`GET /v1/recognition-entries/{entry_id}`)."""
        return self._client.send(
            Call[models.EntryDetail](
                "GET", "/v1/recognition-entries/{entry_id}", segments={"entry_id": entry_id}
            )
        )

    def get_certificate(self, entry_id: UUID | str, *, into: BinaryIO | None = None) -> File:
        """认定证书 PDF (`GET /v1/recognition-entries/{entry_id}/certificate.pdf`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET", "/v1/recognition-entries/{entry_id}/certificate.pdf", segments={"entry_id": entry_id}
            ),
            into,
        )

    def decide(
        self, entry_id: UUID | str, body: models.DecisionSent, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundEntryRead]:
        """审定或更正 (`POST /v1/recognition-entries/{entry_id}/decide`)."""
        return self._client.send(
            Call[models.RoundEntryRead](
                "POST",
                "/v1/recognition-entries/{entry_id}/decide",
                segments={"entry_id": entry_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def raise_objection(
        self, round_id: UUID | str, body: models.ObjectionCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ObjectionRead]:
        """提出异议 (`POST /v1/recognition-rounds/{round_id}/objections`)."""
        return self._client.send(
            Call[models.ObjectionRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/objections",
                segments={"round_id": round_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_objections(
        self,
        round_id: UUID | str,
        *,
        open_only: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfObjectionRead]:
        """异议列表 (`GET /v1/recognition-rounds/{round_id}/objections`)."""
        return self._client.send(
            Call[models.PageOfObjectionRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/objections",
                segments={"round_id": round_id},
                query={"open_only": open_only, "limit": limit, "cursor": cursor},
            )
        )

    def list_objections_all(
        self, round_id: UUID | str, *, open_only: bool | None = None, limit: int | None = None
    ) -> Iterator[models.ObjectionRead]:
        """异议列表 (`GET /v1/recognition-rounds/{round_id}/objections`), item by item."""
        return self._client.each(
            Call[models.PageOfObjectionRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/objections",
                segments={"round_id": round_id},
                query={"open_only": open_only, "limit": limit},
            )
        )

    def answer_objection(
        self, objection_id: UUID | str, body: models.ObjectionAnswer
    ) -> Answer[models.ObjectionRead]:
        """答复异议 (`POST /v1/recognition-objections/{objection_id}/answer`)."""
        return self._client.send(
            Call[models.ObjectionRead](
                "POST",
                "/v1/recognition-objections/{objection_id}/answer",
                segments={"objection_id": objection_id},
                body=body,
            )
        )

    def review_recognition(
        self, entry_id: UUID | str, body: models.ReviewSent, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundEntryRead]:
        """复核已公布的认定 (`POST /v1/recognition-entries/{entry_id}/review`)."""
        return self._client.send(
            Call[models.RoundEntryRead](
                "POST",
                "/v1/recognition-entries/{entry_id}/review",
                segments={"entry_id": entry_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class AsyncRecognition:
    """年度认定 Recognition."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_recognitions(
        self,
        *,
        year: int | None = None,
        tier: Sequence[models.Tier] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRecognitionRead]:
        """已公布的人才认定 (`GET /v1/recognitions`)."""
        return await self._client.send(
            Call[models.PageOfRecognitionRead](
                "GET",
                "/v1/recognitions",
                query={"year": year, "tier": tier, "limit": limit, "cursor": cursor},
            )
        )

    def list_recognitions_all(
        self, *, year: int | None = None, tier: Sequence[models.Tier] | None = None, limit: int | None = None
    ) -> AsyncIterator[models.RecognitionRead]:
        """已公布的人才认定 (`GET /v1/recognitions`), item by item."""
        return self._client.each(
            Call[models.PageOfRecognitionRead](
                "GET", "/v1/recognitions", query={"year": year, "tier": tier, "limit": limit}
            )
        )

    async def recognition_list(self, *, year: int, into: BinaryIO | None = None) -> File:
        """认定名单 PDF (`GET /v1/recognitions.pdf`), as a file."""
        return await self._client.fetch(
            Call[bytes]("GET", "/v1/recognitions.pdf", query={"year": year}), into
        )

    async def open_round(
        self, body: models.RoundCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.RoundRead]:
        """开始年度认定 (`POST /v1/recognition-rounds`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_rounds(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRoundRead]:
        """年度认定列表 (`GET /v1/recognition-rounds`)."""
        return await self._client.send(
            Call[models.PageOfRoundRead](
                "GET", "/v1/recognition-rounds", query={"limit": limit, "cursor": cursor}
            )
        )

    def list_rounds_all(self, *, limit: int | None = None) -> AsyncIterator[models.RoundRead]:
        """年度认定列表 (`GET /v1/recognition-rounds`), item by item."""
        return self._client.each(
            Call[models.PageOfRoundRead]("GET", "/v1/recognition-rounds", query={"limit": limit})
        )

    async def get_round(self, round_id: UUID | str) -> Answer[models.RoundRead]:
        """一次年度认定 (`GET /v1/recognition-rounds/{round_id}`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "GET", "/v1/recognition-rounds/{round_id}", segments={"round_id": round_id}
            )
        )

    async def list_moves(self, round_id: UUID | str) -> Answer[builtins.list[models.FilingMoveRead]]:
        """年度认定办理记录 (`GET /v1/recognition-rounds/{round_id}/moves`)."""
        return await self._client.send(
            Call[builtins.list[models.FilingMoveRead]](
                "GET", "/v1/recognition-rounds/{round_id}/moves", segments={"round_id": round_id}
            )
        )

    async def list_entries(
        self,
        round_id: UUID | str,
        *,
        tier: Sequence[models.Tier] | None = None,
        decision: models.Decision | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRoundEntryRead]:
        """认定条目 (`GET /v1/recognition-rounds/{round_id}/entries`)."""
        return await self._client.send(
            Call[models.PageOfRoundEntryRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/entries",
                segments={"round_id": round_id},
                query={"tier": tier, "decision": decision, "limit": limit, "cursor": cursor},
            )
        )

    def list_entries_all(
        self,
        round_id: UUID | str,
        *,
        tier: Sequence[models.Tier] | None = None,
        decision: models.Decision | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.RoundEntryRead]:
        """认定条目 (`GET /v1/recognition-rounds/{round_id}/entries`), item by item."""
        return self._client.each(
            Call[models.PageOfRoundEntryRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/entries",
                segments={"round_id": round_id},
                query={"tier": tier, "decision": decision, "limit": limit},
            )
        )

    async def recompute_round(self, round_id: UUID | str) -> Answer[models.RecomputationRead]:
        """重算核对 (`POST /v1/recognition-rounds/{round_id}/recompute`)."""
        return await self._client.send(
            Call[models.RecomputationRead](
                "POST", "/v1/recognition-rounds/{round_id}/recompute", segments={"round_id": round_id}
            )
        )

    async def export_round(
        self,
        round_id: UUID | str,
        *,
        format: models.FileFormat | None = None,
        sheet: models.Sheet | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """导出认定结果 (`GET /v1/recognition-rounds/{round_id}/export`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/recognition-rounds/{round_id}/export",
                segments={"round_id": round_id},
                query={"format": format, "sheet": sheet},
            ),
            into,
        )

    async def freeze_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """冻结数据 (`POST /v1/recognition-rounds/{round_id}/freeze`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/freeze",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def reopen_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """重新开放 (`POST /v1/recognition-rounds/{round_id}/reopen`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/reopen",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def review_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """审核完成 (`POST /v1/recognition-rounds/{round_id}/review`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/review",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def publish_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """公布 (`POST /v1/recognition-rounds/{round_id}/publish`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/publish",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def cancel_round(
        self, round_id: UUID | str, body: models.RoundNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundRead]:
        """取消年度认定 (`POST /v1/recognition-rounds/{round_id}/cancel`)."""
        return await self._client.send(
            Call[models.RoundRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/cancel",
                segments={"round_id": round_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def get_entry(self, entry_id: UUID | str) -> Answer[models.EntryDetail]:
        """认定条目的计算过程 (`GET /v1/recognition-entries/{entry_id}`)."""
        return await self._client.send(
            Call[models.EntryDetail](
                "GET", "/v1/recognition-entries/{entry_id}", segments={"entry_id": entry_id}
            )
        )

    async def get_certificate(self, entry_id: UUID | str, *, into: BinaryIO | None = None) -> File:
        """认定证书 PDF (`GET /v1/recognition-entries/{entry_id}/certificate.pdf`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET", "/v1/recognition-entries/{entry_id}/certificate.pdf", segments={"entry_id": entry_id}
            ),
            into,
        )

    async def decide(
        self, entry_id: UUID | str, body: models.DecisionSent, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundEntryRead]:
        """审定或更正 (`POST /v1/recognition-entries/{entry_id}/decide`)."""
        return await self._client.send(
            Call[models.RoundEntryRead](
                "POST",
                "/v1/recognition-entries/{entry_id}/decide",
                segments={"entry_id": entry_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def raise_objection(
        self, round_id: UUID | str, body: models.ObjectionCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ObjectionRead]:
        """提出异议 (`POST /v1/recognition-rounds/{round_id}/objections`)."""
        return await self._client.send(
            Call[models.ObjectionRead](
                "POST",
                "/v1/recognition-rounds/{round_id}/objections",
                segments={"round_id": round_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_objections(
        self,
        round_id: UUID | str,
        *,
        open_only: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfObjectionRead]:
        """异议列表 (`GET /v1/recognition-rounds/{round_id}/objections`)."""
        return await self._client.send(
            Call[models.PageOfObjectionRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/objections",
                segments={"round_id": round_id},
                query={"open_only": open_only, "limit": limit, "cursor": cursor},
            )
        )

    def list_objections_all(
        self, round_id: UUID | str, *, open_only: bool | None = None, limit: int | None = None
    ) -> AsyncIterator[models.ObjectionRead]:
        """异议列表 (`GET /v1/recognition-rounds/{round_id}/objections`), item by item."""
        return self._client.each(
            Call[models.PageOfObjectionRead](
                "GET",
                "/v1/recognition-rounds/{round_id}/objections",
                segments={"round_id": round_id},
                query={"open_only": open_only, "limit": limit},
            )
        )

    async def answer_objection(
        self, objection_id: UUID | str, body: models.ObjectionAnswer
    ) -> Answer[models.ObjectionRead]:
        """答复异议 (`POST /v1/recognition-objections/{objection_id}/answer`)."""
        return await self._client.send(
            Call[models.ObjectionRead](
                "POST",
                "/v1/recognition-objections/{objection_id}/answer",
                segments={"objection_id": objection_id},
                body=body,
            )
        )

    async def review_recognition(
        self, entry_id: UUID | str, body: models.ReviewSent, *, if_match: Answer[Any] | str
    ) -> Answer[models.RoundEntryRead]:
        """复核已公布的认定 (`POST /v1/recognition-entries/{entry_id}/review`)."""
        return await self._client.send(
            Call[models.RoundEntryRead](
                "POST",
                "/v1/recognition-entries/{entry_id}/review",
                segments={"entry_id": entry_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class Rankings:
    """评选 Rankings."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def read_formula(self) -> Answer[models.FormulaRead]:
        """默认评选公式 (`GET /v1/ranking-formula`)."""
        return self._client.send(Call[models.FormulaRead]("GET", "/v1/ranking-formula"))

    def make_ranking(
        self, body: models.RankingCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.RankingRead]:
        """新建评选 (`POST /v1/rankings`)."""
        return self._client.send(
            Call[models.RankingRead](
                "POST", "/v1/rankings", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list_rankings(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRankingRead]:
        """评选列表 (`GET /v1/rankings`)."""
        return self._client.send(
            Call[models.PageOfRankingRead]("GET", "/v1/rankings", query={"limit": limit, "cursor": cursor})
        )

    def list_rankings_all(self, *, limit: int | None = None) -> Iterator[models.RankingRead]:
        """评选列表 (`GET /v1/rankings`), item by item."""
        return self._client.each(
            Call[models.PageOfRankingRead]("GET", "/v1/rankings", query={"limit": limit})
        )

    def get_ranking(self, ranking_id: UUID | str) -> Answer[models.RankingRead]:
        """一次评选 (`GET /v1/rankings/{ranking_id}`)."""
        return self._client.send(
            Call[models.RankingRead]("GET", "/v1/rankings/{ranking_id}", segments={"ranking_id": ranking_id})
        )

    def change_ranking(
        self, ranking_id: UUID | str, body: models.RankingPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.RankingRead]:
        """修改评选 (`PATCH /v1/rankings/{ranking_id}`)."""
        return self._client.send(
            Call[models.RankingRead](
                "PATCH",
                "/v1/rankings/{ranking_id}",
                segments={"ranking_id": ranking_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def list_places(
        self, ranking_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPlaceRead]:
        """名次与各项得分 (`GET /v1/rankings/{ranking_id}/places`)."""
        return self._client.send(
            Call[models.PageOfPlaceRead](
                "GET",
                "/v1/rankings/{ranking_id}/places",
                segments={"ranking_id": ranking_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def list_places_all(
        self, ranking_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.PlaceRead]:
        """名次与各项得分 (`GET /v1/rankings/{ranking_id}/places`), item by item."""
        return self._client.each(
            Call[models.PageOfPlaceRead](
                "GET",
                "/v1/rankings/{ranking_id}/places",
                segments={"ranking_id": ranking_id},
                query={"limit": limit},
            )
        )

    def compute(self, ranking_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[models.RankingRead]:
        """计算名次 (`POST /v1/rankings/{ranking_id}/compute`)."""
        return self._client.send(
            Call[models.RankingRead](
                "POST",
                "/v1/rankings/{ranking_id}/compute",
                segments={"ranking_id": ranking_id},
                headers={"If-Match": if_match},
            )
        )

    def publish(self, ranking_id: UUID | str, *, if_match: Answer[Any] | str) -> Answer[models.RankingRead]:
        """公布评选 (`POST /v1/rankings/{ranking_id}/publish`)."""
        return self._client.send(
            Call[models.RankingRead](
                "POST",
                "/v1/rankings/{ranking_id}/publish",
                segments={"ranking_id": ranking_id},
                headers={"If-Match": if_match},
            )
        )


class AsyncRankings:
    """评选 Rankings."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def read_formula(self) -> Answer[models.FormulaRead]:
        """默认评选公式 (`GET /v1/ranking-formula`)."""
        return await self._client.send(Call[models.FormulaRead]("GET", "/v1/ranking-formula"))

    async def make_ranking(
        self, body: models.RankingCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.RankingRead]:
        """新建评选 (`POST /v1/rankings`)."""
        return await self._client.send(
            Call[models.RankingRead](
                "POST", "/v1/rankings", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list_rankings(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRankingRead]:
        """评选列表 (`GET /v1/rankings`)."""
        return await self._client.send(
            Call[models.PageOfRankingRead]("GET", "/v1/rankings", query={"limit": limit, "cursor": cursor})
        )

    def list_rankings_all(self, *, limit: int | None = None) -> AsyncIterator[models.RankingRead]:
        """评选列表 (`GET /v1/rankings`), item by item."""
        return self._client.each(
            Call[models.PageOfRankingRead]("GET", "/v1/rankings", query={"limit": limit})
        )

    async def get_ranking(self, ranking_id: UUID | str) -> Answer[models.RankingRead]:
        """一次评选 (`GET /v1/rankings/{ranking_id}`)."""
        return await self._client.send(
            Call[models.RankingRead]("GET", "/v1/rankings/{ranking_id}", segments={"ranking_id": ranking_id})
        )

    async def change_ranking(
        self, ranking_id: UUID | str, body: models.RankingPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.RankingRead]:
        """修改评选 (`PATCH /v1/rankings/{ranking_id}`)."""
        return await self._client.send(
            Call[models.RankingRead](
                "PATCH",
                "/v1/rankings/{ranking_id}",
                segments={"ranking_id": ranking_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def list_places(
        self, ranking_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPlaceRead]:
        """名次与各项得分 (`GET /v1/rankings/{ranking_id}/places`)."""
        return await self._client.send(
            Call[models.PageOfPlaceRead](
                "GET",
                "/v1/rankings/{ranking_id}/places",
                segments={"ranking_id": ranking_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def list_places_all(
        self, ranking_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.PlaceRead]:
        """名次与各项得分 (`GET /v1/rankings/{ranking_id}/places`), item by item."""
        return self._client.each(
            Call[models.PageOfPlaceRead](
                "GET",
                "/v1/rankings/{ranking_id}/places",
                segments={"ranking_id": ranking_id},
                query={"limit": limit},
            )
        )

    async def compute(
        self, ranking_id: UUID | str, *, if_match: Answer[Any] | str
    ) -> Answer[models.RankingRead]:
        """计算名次 (`POST /v1/rankings/{ranking_id}/compute`)."""
        return await self._client.send(
            Call[models.RankingRead](
                "POST",
                "/v1/rankings/{ranking_id}/compute",
                segments={"ranking_id": ranking_id},
                headers={"If-Match": if_match},
            )
        )

    async def publish(
        self, ranking_id: UUID | str, *, if_match: Answer[Any] | str
    ) -> Answer[models.RankingRead]:
        """公布评选 (`POST /v1/rankings/{ranking_id}/publish`)."""
        return await self._client.send(
            Call[models.RankingRead](
                "POST",
                "/v1/rankings/{ranking_id}/publish",
                segments={"ranking_id": ranking_id},
                headers={"If-Match": if_match},
            )
        )


class Contests:
    """大赛与活动 Contests."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def make_contest(
        self, body: models.ContestCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ContestRead]:
        """新建大赛或活动 (`POST /v1/contests`)."""
        return self._client.send(
            Call[models.ContestRead](
                "POST", "/v1/contests", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list_contests(
        self,
        *,
        kind: models.ContestKind | None = None,
        state: Sequence[models.ContestState] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfContestRead]:
        """大赛与活动列表 (`GET /v1/contests`)."""
        return self._client.send(
            Call[models.PageOfContestRead](
                "GET", "/v1/contests", query={"kind": kind, "state": state, "limit": limit, "cursor": cursor}
            )
        )

    def list_contests_all(
        self,
        *,
        kind: models.ContestKind | None = None,
        state: Sequence[models.ContestState] | None = None,
        limit: int | None = None,
    ) -> Iterator[models.ContestRead]:
        """大赛与活动列表 (`GET /v1/contests`), item by item."""
        return self._client.each(
            Call[models.PageOfContestRead](
                "GET", "/v1/contests", query={"kind": kind, "state": state, "limit": limit}
            )
        )

    def get_contest(self, contest_id: UUID | str) -> Answer[models.ContestRead]:
        """一项大赛或活动 (`GET /v1/contests/{contest_id}`)."""
        return self._client.send(
            Call[models.ContestRead]("GET", "/v1/contests/{contest_id}", segments={"contest_id": contest_id})
        )

    def change_contest(
        self, contest_id: UUID | str, body: models.ContestPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """修改大赛或活动 (`PATCH /v1/contests/{contest_id}`)."""
        return self._client.send(
            Call[models.ContestRead](
                "PATCH",
                "/v1/contests/{contest_id}",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def open_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """开放报名 (`POST /v1/contests/{contest_id}/open`)."""
        return self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/open",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def close_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """截止报名 (`POST /v1/contests/{contest_id}/close`)."""
        return self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/close",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def finish_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """公布结果 (`POST /v1/contests/{contest_id}/finish`)."""
        return self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/finish",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def cancel_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """取消 (`POST /v1/contests/{contest_id}/cancel`)."""
        return self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/cancel",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def register(
        self, contest_id: UUID | str, body: models.RegistrationCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.RegistrationRead]:
        """报名 (`POST /v1/contests/{contest_id}/registrations`)."""
        return self._client.send(
            Call[models.RegistrationRead](
                "POST",
                "/v1/contests/{contest_id}/registrations",
                segments={"contest_id": contest_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_registrations(
        self,
        contest_id: UUID | str,
        *,
        state: models.RegistrationState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRegistrationRead]:
        """报名列表 (`GET /v1/contests/{contest_id}/registrations`)."""
        return self._client.send(
            Call[models.PageOfRegistrationRead](
                "GET",
                "/v1/contests/{contest_id}/registrations",
                segments={"contest_id": contest_id},
                query={"state": state, "limit": limit, "cursor": cursor},
            )
        )

    def list_registrations_all(
        self,
        contest_id: UUID | str,
        *,
        state: models.RegistrationState | None = None,
        limit: int | None = None,
    ) -> Iterator[models.RegistrationRead]:
        """报名列表 (`GET /v1/contests/{contest_id}/registrations`), item by item."""
        return self._client.each(
            Call[models.PageOfRegistrationRead](
                "GET",
                "/v1/contests/{contest_id}/registrations",
                segments={"contest_id": contest_id},
                query={"state": state, "limit": limit},
            )
        )

    def withdraw(self, registration_id: UUID | str) -> Answer[models.RegistrationRead]:
        """退出报名 (`POST /v1/contest-registrations/{registration_id}/withdraw`)."""
        return self._client.send(
            Call[models.RegistrationRead](
                "POST",
                "/v1/contest-registrations/{registration_id}/withdraw",
                segments={"registration_id": registration_id},
            )
        )

    def place(
        self, contest_id: UUID | str, body: models.Placings
    ) -> Answer[builtins.list[models.RegistrationRead]]:
        """录入名次与奖项 (`PUT /v1/contests/{contest_id}/placings`)."""
        return self._client.send(
            Call[builtins.list[models.RegistrationRead]](
                "PUT", "/v1/contests/{contest_id}/placings", segments={"contest_id": contest_id}, body=body
            )
        )

    def list_placings(
        self, contest_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPlacingRead]:
        """比赛结果 (`GET /v1/contests/{contest_id}/placings`)."""
        return self._client.send(
            Call[models.PageOfPlacingRead](
                "GET",
                "/v1/contests/{contest_id}/placings",
                segments={"contest_id": contest_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def list_placings_all(
        self, contest_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.PlacingRead]:
        """比赛结果 (`GET /v1/contests/{contest_id}/placings`), item by item."""
        return self._client.each(
            Call[models.PageOfPlacingRead](
                "GET",
                "/v1/contests/{contest_id}/placings",
                segments={"contest_id": contest_id},
                query={"limit": limit},
            )
        )


class AsyncContests:
    """大赛与活动 Contests."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def make_contest(
        self, body: models.ContestCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ContestRead]:
        """新建大赛或活动 (`POST /v1/contests`)."""
        return await self._client.send(
            Call[models.ContestRead](
                "POST", "/v1/contests", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list_contests(
        self,
        *,
        kind: models.ContestKind | None = None,
        state: Sequence[models.ContestState] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfContestRead]:
        """大赛与活动列表 (`GET /v1/contests`)."""
        return await self._client.send(
            Call[models.PageOfContestRead](
                "GET", "/v1/contests", query={"kind": kind, "state": state, "limit": limit, "cursor": cursor}
            )
        )

    def list_contests_all(
        self,
        *,
        kind: models.ContestKind | None = None,
        state: Sequence[models.ContestState] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.ContestRead]:
        """大赛与活动列表 (`GET /v1/contests`), item by item."""
        return self._client.each(
            Call[models.PageOfContestRead](
                "GET", "/v1/contests", query={"kind": kind, "state": state, "limit": limit}
            )
        )

    async def get_contest(self, contest_id: UUID | str) -> Answer[models.ContestRead]:
        """一项大赛或活动 (`GET /v1/contests/{contest_id}`)."""
        return await self._client.send(
            Call[models.ContestRead]("GET", "/v1/contests/{contest_id}", segments={"contest_id": contest_id})
        )

    async def change_contest(
        self, contest_id: UUID | str, body: models.ContestPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """修改大赛或活动 (`PATCH /v1/contests/{contest_id}`)."""
        return await self._client.send(
            Call[models.ContestRead](
                "PATCH",
                "/v1/contests/{contest_id}",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def open_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """开放报名 (`POST /v1/contests/{contest_id}/open`)."""
        return await self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/open",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def close_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """截止报名 (`POST /v1/contests/{contest_id}/close`)."""
        return await self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/close",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def finish_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """公布结果 (`POST /v1/contests/{contest_id}/finish`)."""
        return await self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/finish",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def cancel_contest(
        self, contest_id: UUID | str, body: models.ContestNote, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContestRead]:
        """取消 (`POST /v1/contests/{contest_id}/cancel`)."""
        return await self._client.send(
            Call[models.ContestRead](
                "POST",
                "/v1/contests/{contest_id}/cancel",
                segments={"contest_id": contest_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def register(
        self, contest_id: UUID | str, body: models.RegistrationCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.RegistrationRead]:
        """报名 (`POST /v1/contests/{contest_id}/registrations`)."""
        return await self._client.send(
            Call[models.RegistrationRead](
                "POST",
                "/v1/contests/{contest_id}/registrations",
                segments={"contest_id": contest_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_registrations(
        self,
        contest_id: UUID | str,
        *,
        state: models.RegistrationState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRegistrationRead]:
        """报名列表 (`GET /v1/contests/{contest_id}/registrations`)."""
        return await self._client.send(
            Call[models.PageOfRegistrationRead](
                "GET",
                "/v1/contests/{contest_id}/registrations",
                segments={"contest_id": contest_id},
                query={"state": state, "limit": limit, "cursor": cursor},
            )
        )

    def list_registrations_all(
        self,
        contest_id: UUID | str,
        *,
        state: models.RegistrationState | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.RegistrationRead]:
        """报名列表 (`GET /v1/contests/{contest_id}/registrations`), item by item."""
        return self._client.each(
            Call[models.PageOfRegistrationRead](
                "GET",
                "/v1/contests/{contest_id}/registrations",
                segments={"contest_id": contest_id},
                query={"state": state, "limit": limit},
            )
        )

    async def withdraw(self, registration_id: UUID | str) -> Answer[models.RegistrationRead]:
        """退出报名 (`POST /v1/contest-registrations/{registration_id}/withdraw`)."""
        return await self._client.send(
            Call[models.RegistrationRead](
                "POST",
                "/v1/contest-registrations/{registration_id}/withdraw",
                segments={"registration_id": registration_id},
            )
        )

    async def place(
        self, contest_id: UUID | str, body: models.Placings
    ) -> Answer[builtins.list[models.RegistrationRead]]:
        """录入名次与奖项 (`PUT /v1/contests/{contest_id}/placings`)."""
        return await self._client.send(
            Call[builtins.list[models.RegistrationRead]](
                "PUT", "/v1/contests/{contest_id}/placings", segments={"contest_id": contest_id}, body=body
            )
        )

    async def list_placings(
        self, contest_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPlacingRead]:
        """比赛结果 (`GET /v1/contests/{contest_id}/placings`)."""
        return await self._client.send(
            Call[models.PageOfPlacingRead](
                "GET",
                "/v1/contests/{contest_id}/placings",
                segments={"contest_id": contest_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def list_placings_all(
        self, contest_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.PlacingRead]:
        """比赛结果 (`GET /v1/contests/{contest_id}/placings`), item by item."""
        return self._client.each(
            Call[models.PageOfPlacingRead](
                "GET",
                "/v1/contests/{contest_id}/placings",
                segments={"contest_id": contest_id},
                query={"limit": limit},
            )
        )
