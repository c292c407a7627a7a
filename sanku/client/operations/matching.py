"""Operations on matching: matching, models."""

# Written by `make client` from the OpenAPI description; do not edit.

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import BinaryIO, Literal
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender


class Matching:
    """匹配 Matching."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def demand_matches(
        self,
        demand_id: UUID | str,
        *,
        field: Sequence[str] | None = None,
        region: str | None = None,
        language: Sequence[str] | None = None,
        mode: Sequence[str] | None = None,
        owner_kind: Sequence[models.OrganisationKind] | None = None,
        min_trl: int | None = None,
        price_max: float | str | None = None,
        limit: int | None = None,
    ) -> Answer[models.MatchesOut]:
        """需求的匹配成果 (`GET /v1/demands/{demand_id}/matches`)."""
        return self._client.send(
            Call[models.MatchesOut](
                "GET",
                "/v1/demands/{demand_id}/matches",
                segments={"demand_id": demand_id},
                query={
                    "field": field,
                    "region": region,
                    "language": language,
                    "mode": mode,
                    "owner_kind": owner_kind,
                    "min_trl": min_trl,
                    "price_max": price_max,
                    "limit": limit,
                },
            )
        )

    def achievement_matches(
        self,
        achievement_id: UUID | str,
        *,
        field: Sequence[str] | None = None,
        region: str | None = None,
        language: Sequence[str] | None = None,
        mode: Sequence[str] | None = None,
        owner_kind: Sequence[models.OrganisationKind] | None = None,
        budget_min: float | str | None = None,
        limit: int | None = None,
    ) -> Answer[models.MatchesOut]:
        """成果的匹配需求 (`GET /v1/achievements/{achievement_id}/matches`)."""
        return self._client.send(
            Call[models.MatchesOut](
                "GET",
                "/v1/achievements/{achievement_id}/matches",
                segments={"achievement_id": achievement_id},
                query={
                    "field": field,
                    "region": region,
                    "language": language,
                    "mode": mode,
                    "owner_kind": owner_kind,
                    "budget_min": budget_min,
                    "limit": limit,
                },
            )
        )

    def text_matches(self, body: models.TextMatchIn) -> Answer[models.MatchesOut]:
        """按文字匹配 (`POST /v1/matches/text`)."""
        return self._client.send(Call[models.MatchesOut]("POST", "/v1/matches/text", body=body))

    def recommendations(
        self, *, demand_id: UUID | str, achievement_id: UUID | str, limit: int | None = None
    ) -> Answer[models.RecommendationsOut]:
        """为供需对推荐技术经理人 (`GET /v1/recommendations`)."""
        return self._client.send(
            Call[models.RecommendationsOut](
                "GET",
                "/v1/recommendations",
                query={"demand_id": demand_id, "achievement_id": achievement_id, "limit": limit},
            )
        )

    def best_pairs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPairOut]:
        """全库最好的供需对 (`GET /v1/pairs`)."""
        return self._client.send(
            Call[models.PageOfPairOut]("GET", "/v1/pairs", query={"limit": limit, "cursor": cursor})
        )

    def best_pairs_all(self, *, limit: int | None = None) -> Iterator[models.PairOut]:
        """全库最好的供需对 (`GET /v1/pairs`), item by item."""
        return self._client.each(Call[models.PageOfPairOut]("GET", "/v1/pairs", query={"limit": limit}))

    def demand_report(
        self,
        demand_id: UUID | str,
        *,
        language: Literal["zh", "en"] | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """需求的匹配报告 (`GET /v1/demands/{demand_id}/matches.pdf`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/demands/{demand_id}/matches.pdf",
                segments={"demand_id": demand_id},
                query={"language": language},
            ),
            into,
        )

    def achievement_report(
        self,
        achievement_id: UUID | str,
        *,
        language: Literal["zh", "en"] | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """成果的匹配报告 (`GET /v1/achievements/{achievement_id}/matches.pdf`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/achievements/{achievement_id}/matches.pdf",
                segments={"achievement_id": achievement_id},
                query={"language": language},
            ),
            into,
        )


class AsyncMatching:
    """匹配 Matching."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def demand_matches(
        self,
        demand_id: UUID | str,
        *,
        field: Sequence[str] | None = None,
        region: str | None = None,
        language: Sequence[str] | None = None,
        mode: Sequence[str] | None = None,
        owner_kind: Sequence[models.OrganisationKind] | None = None,
        min_trl: int | None = None,
        price_max: float | str | None = None,
        limit: int | None = None,
    ) -> Answer[models.MatchesOut]:
        """需求的匹配成果 (`GET /v1/demands/{demand_id}/matches`)."""
        return await self._client.send(
            Call[models.MatchesOut](
                "GET",
                "/v1/demands/{demand_id}/matches",
                segments={"demand_id": demand_id},
                query={
                    "field": field,
                    "region": region,
                    "language": language,
                    "mode": mode,
                    "owner_kind": owner_kind,
                    "min_trl": min_trl,
                    "price_max": price_max,
                    "limit": limit,
                },
            )
        )

    async def achievement_matches(
        self,
        achievement_id: UUID | str,
        *,
        field: Sequence[str] | None = None,
        region: str | None = None,
        language: Sequence[str] | None = None,
        mode: Sequence[str] | None = None,
        owner_kind: Sequence[models.OrganisationKind] | None = None,
        budget_min: float | str | None = None,
        limit: int | None = None,
    ) -> Answer[models.MatchesOut]:
        """成果的匹配需求 (`GET /v1/achievements/{achievement_id}/matches`)."""
        return await self._client.send(
            Call[models.MatchesOut](
                "GET",
                "/v1/achievements/{achievement_id}/matches",
                segments={"achievement_id": achievement_id},
                query={
                    "field": field,
                    "region": region,
                    "language": language,
                    "mode": mode,
                    "owner_kind": owner_kind,
                    "budget_min": budget_min,
                    "limit": limit,
                },
            )
        )

    async def text_matches(self, body: models.TextMatchIn) -> Answer[models.MatchesOut]:
        """按文字匹配 (`POST /v1/matches/text`)."""
        return await self._client.send(Call[models.MatchesOut]("POST", "/v1/matches/text", body=body))

    async def recommendations(
        self, *, demand_id: UUID | str, achievement_id: UUID | str, limit: int | None = None
    ) -> Answer[models.RecommendationsOut]:
        """为供需对推荐技术经理人 (`GET /v1/recommendations`)."""
        return await self._client.send(
            Call[models.RecommendationsOut](
                "GET",
                "/v1/recommendations",
                query={"demand_id": demand_id, "achievement_id": achievement_id, "limit": limit},
            )
        )

    async def best_pairs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfPairOut]:
        """全库最好的供需对 (`GET /v1/pairs`)."""
        return await self._client.send(
            Call[models.PageOfPairOut]("GET", "/v1/pairs", query={"limit": limit, "cursor": cursor})
        )

    def best_pairs_all(self, *, limit: int | None = None) -> AsyncIterator[models.PairOut]:
        """全库最好的供需对 (`GET /v1/pairs`), item by item."""
        return self._client.each(Call[models.PageOfPairOut]("GET", "/v1/pairs", query={"limit": limit}))

    async def demand_report(
        self,
        demand_id: UUID | str,
        *,
        language: Literal["zh", "en"] | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """需求的匹配报告 (`GET /v1/demands/{demand_id}/matches.pdf`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/demands/{demand_id}/matches.pdf",
                segments={"demand_id": demand_id},
                query={"language": language},
            ),
            into,
        )

    async def achievement_report(
        self,
        achievement_id: UUID | str,
        *,
        language: Literal["zh", "en"] | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """成果的匹配报告 (`GET /v1/achievements/{achievement_id}/matches.pdf`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/achievements/{achievement_id}/matches.pdf",
                segments={"achievement_id": achievement_id},
                query={"language": language},
            ),
            into,
        )


class Models:
    """排序模型 Models."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list_models(self) -> Answer[models.ModelsOut]:
        """排序模型列表 (`GET /v1/models`)."""
        return self._client.send(Call[models.ModelsOut]("GET", "/v1/models"))

    def roll_back(self) -> Answer[models.ModelOut]:
        """恢复上一个模型 (`POST /v1/models/rollback`)."""
        return self._client.send(Call[models.ModelOut]("POST", "/v1/models/rollback"))

    def use_model(self, version: str) -> Answer[models.ModelOut]:
        """启用某个模型 (`POST /v1/models/{version}/use`)."""
        return self._client.send(
            Call[models.ModelOut]("POST", "/v1/models/{version}/use", segments={"version": version})
        )

    def list_runs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRunOut]:
        """训练记录 (`GET /v1/training-runs`)."""
        return self._client.send(
            Call[models.PageOfRunOut]("GET", "/v1/training-runs", query={"limit": limit, "cursor": cursor})
        )

    def list_runs_all(self, *, limit: int | None = None) -> Iterator[models.RunOut]:
        """训练记录 (`GET /v1/training-runs`), item by item."""
        return self._client.each(
            Call[models.PageOfRunOut]("GET", "/v1/training-runs", query={"limit": limit})
        )


class AsyncModels:
    """排序模型 Models."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list_models(self) -> Answer[models.ModelsOut]:
        """排序模型列表 (`GET /v1/models`)."""
        return await self._client.send(Call[models.ModelsOut]("GET", "/v1/models"))

    async def roll_back(self) -> Answer[models.ModelOut]:
        """恢复上一个模型 (`POST /v1/models/rollback`)."""
        return await self._client.send(Call[models.ModelOut]("POST", "/v1/models/rollback"))

    async def use_model(self, version: str) -> Answer[models.ModelOut]:
        """启用某个模型 (`POST /v1/models/{version}/use`)."""
        return await self._client.send(
            Call[models.ModelOut]("POST", "/v1/models/{version}/use", segments={"version": version})
        )

    async def list_runs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRunOut]:
        """训练记录 (`GET /v1/training-runs`)."""
        return await self._client.send(
            Call[models.PageOfRunOut]("GET", "/v1/training-runs", query={"limit": limit, "cursor": cursor})
        )

    def list_runs_all(self, *, limit: int | None = None) -> AsyncIterator[models.RunOut]:
        """训练记录 (`GET /v1/training-runs`), item by item."""
        return self._client.each(
            Call[models.PageOfRunOut]("GET", "/v1/training-runs", query={"limit": limit})
        )
