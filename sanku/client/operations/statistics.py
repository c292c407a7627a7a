"""Operations on statistics: statistics, statistics-rows."""

# Written by `make client` from the OpenAPI description; do not edit.

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import BinaryIO, Literal
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender


class Statistics:
    """统计 Statistics."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def funnel(
        self,
        *,
        group_by: Literal["field", "region"] | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.FunnelRead]:
        """从发布到落地的漏斗 (`GET /v1/statistics/funnel`)."""
        return self._client.send(
            Call[models.FunnelRead](
                "GET",
                "/v1/statistics/funnel",
                query={
                    "group_by": group_by,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            )
        )

    def funnel_file(
        self,
        *,
        group_by: Literal["field", "region"] | None = None,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """从发布到落地的漏斗 (`GET /v1/statistics/funnel`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/funnel",
                query={
                    "group_by": group_by,
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    def stage_times(
        self,
        *,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.StageTimesRead]:
        """各阶段用时 (`GET /v1/statistics/stage-times`)."""
        return self._client.send(
            Call[models.StageTimesRead](
                "GET",
                "/v1/statistics/stage-times",
                query={"scope": scope, "from": from_, "to": to, "field": field, "region": region},
            )
        )

    def stage_times_file(
        self,
        *,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """各阶段用时 (`GET /v1/statistics/stage-times`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/stage-times",
                query={
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    def contracts(
        self,
        *,
        group_by: models.ContractGroup | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.ContractsRead]:
        """技术合同 (`GET /v1/statistics/contracts`)."""
        return self._client.send(
            Call[models.ContractsRead](
                "GET",
                "/v1/statistics/contracts",
                query={
                    "group_by": group_by,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            )
        )

    def contracts_file(
        self,
        *,
        group_by: models.ContractGroup | None = None,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """技术合同 (`GET /v1/statistics/contracts`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/contracts",
                query={
                    "group_by": group_by,
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    def gaps(
        self,
        *,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.GapsRead]:
        """供需缺口 (`GET /v1/statistics/gaps`)."""
        return self._client.send(
            Call[models.GapsRead](
                "GET",
                "/v1/statistics/gaps",
                query={"scope": scope, "from": from_, "to": to, "field": field, "region": region},
            )
        )

    def gaps_file(
        self,
        *,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """供需缺口 (`GET /v1/statistics/gaps`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/gaps",
                query={
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    def pushes(
        self,
        *,
        group_by: models.PushGroup | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.PushesRead]:
        """推送反馈 (`GET /v1/statistics/pushes`)."""
        return self._client.send(
            Call[models.PushesRead](
                "GET",
                "/v1/statistics/pushes",
                query={
                    "group_by": group_by,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            )
        )

    def pushes_file(
        self,
        *,
        group_by: models.PushGroup | None = None,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """推送反馈 (`GET /v1/statistics/pushes`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/pushes",
                query={
                    "group_by": group_by,
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    def managers(
        self,
        *,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.ManagersRead]:
        """技术经理人活动 (`GET /v1/statistics/managers`)."""
        return self._client.send(
            Call[models.ManagersRead](
                "GET",
                "/v1/statistics/managers",
                query={
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def managers_file(
        self,
        *,
        format: models.Format | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """技术经理人活动 (`GET /v1/statistics/managers`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/managers",
                query={
                    "format": format,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            ),
            into,
        )


class AsyncStatistics:
    """统计 Statistics."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def funnel(
        self,
        *,
        group_by: Literal["field", "region"] | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.FunnelRead]:
        """从发布到落地的漏斗 (`GET /v1/statistics/funnel`)."""
        return await self._client.send(
            Call[models.FunnelRead](
                "GET",
                "/v1/statistics/funnel",
                query={
                    "group_by": group_by,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            )
        )

    async def funnel_file(
        self,
        *,
        group_by: Literal["field", "region"] | None = None,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """从发布到落地的漏斗 (`GET /v1/statistics/funnel`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/funnel",
                query={
                    "group_by": group_by,
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    async def stage_times(
        self,
        *,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.StageTimesRead]:
        """各阶段用时 (`GET /v1/statistics/stage-times`)."""
        return await self._client.send(
            Call[models.StageTimesRead](
                "GET",
                "/v1/statistics/stage-times",
                query={"scope": scope, "from": from_, "to": to, "field": field, "region": region},
            )
        )

    async def stage_times_file(
        self,
        *,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """各阶段用时 (`GET /v1/statistics/stage-times`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/stage-times",
                query={
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    async def contracts(
        self,
        *,
        group_by: models.ContractGroup | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.ContractsRead]:
        """技术合同 (`GET /v1/statistics/contracts`)."""
        return await self._client.send(
            Call[models.ContractsRead](
                "GET",
                "/v1/statistics/contracts",
                query={
                    "group_by": group_by,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            )
        )

    async def contracts_file(
        self,
        *,
        group_by: models.ContractGroup | None = None,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """技术合同 (`GET /v1/statistics/contracts`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/contracts",
                query={
                    "group_by": group_by,
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    async def gaps(
        self,
        *,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.GapsRead]:
        """供需缺口 (`GET /v1/statistics/gaps`)."""
        return await self._client.send(
            Call[models.GapsRead](
                "GET",
                "/v1/statistics/gaps",
                query={"scope": scope, "from": from_, "to": to, "field": field, "region": region},
            )
        )

    async def gaps_file(
        self,
        *,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """供需缺口 (`GET /v1/statistics/gaps`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/gaps",
                query={
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    async def pushes(
        self,
        *,
        group_by: models.PushGroup | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
    ) -> Answer[models.PushesRead]:
        """推送反馈 (`GET /v1/statistics/pushes`)."""
        return await self._client.send(
            Call[models.PushesRead](
                "GET",
                "/v1/statistics/pushes",
                query={
                    "group_by": group_by,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            )
        )

    async def pushes_file(
        self,
        *,
        group_by: models.PushGroup | None = None,
        format: models.Format | None = None,
        scope: models.Scope | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """推送反馈 (`GET /v1/statistics/pushes`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/pushes",
                query={
                    "group_by": group_by,
                    "format": format,
                    "scope": scope,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                },
            ),
            into,
        )

    async def managers(
        self,
        *,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.ManagersRead]:
        """技术经理人活动 (`GET /v1/statistics/managers`)."""
        return await self._client.send(
            Call[models.ManagersRead](
                "GET",
                "/v1/statistics/managers",
                query={
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    async def managers_file(
        self,
        *,
        format: models.Format | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        into: BinaryIO | None = None,
    ) -> File:
        """技术经理人活动 (`GET /v1/statistics/managers`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/statistics/managers",
                query={
                    "format": format,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            ),
            into,
        )


class StatisticsRows:
    """统计明细 Statistics rows."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def funnel(
        self,
        *,
        step: Literal[
            "published",
            "matched",
            "pushed",
            "accepted",
            "contacted",
            "meeting",
            "negotiating",
            "signed",
            "registered",
            "landed",
        ]
        | None = None,
        group_by: Literal["field", "region"] | None = None,
        key: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDemandReached]:
        """漏斗的明细 (`GET /v1/statistics/funnel/rows`)."""
        return self._client.send(
            Call[models.PageOfDemandReached](
                "GET",
                "/v1/statistics/funnel/rows",
                query={
                    "step": step,
                    "group_by": group_by,
                    "key": key,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def funnel_all(
        self,
        *,
        step: Literal[
            "published",
            "matched",
            "pushed",
            "accepted",
            "contacted",
            "meeting",
            "negotiating",
            "signed",
            "registered",
            "landed",
        ]
        | None = None,
        group_by: Literal["field", "region"] | None = None,
        key: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.DemandReached]:
        """漏斗的明细 (`GET /v1/statistics/funnel/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfDemandReached](
                "GET",
                "/v1/statistics/funnel/rows",
                query={
                    "step": step,
                    "group_by": group_by,
                    "key": key,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def ended(
        self,
        *,
        reason: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEngagementRow]:
        """已终止对接的明细 (`GET /v1/statistics/funnel/ended/rows`)."""
        return self._client.send(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/funnel/ended/rows",
                query={
                    "reason": reason,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def ended_all(
        self,
        *,
        reason: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.EngagementRow]:
        """已终止对接的明细 (`GET /v1/statistics/funnel/ended/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/funnel/ended/rows",
                query={
                    "reason": reason,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def stage_times(
        self,
        *,
        stage: models.Stage | None = None,
        left: bool | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfStageStay]:
        """阶段用时的明细 (`GET /v1/statistics/stage-times/rows`)."""
        return self._client.send(
            Call[models.PageOfStageStay](
                "GET",
                "/v1/statistics/stage-times/rows",
                query={
                    "stage": stage,
                    "left": left,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def stage_times_all(
        self,
        *,
        stage: models.Stage | None = None,
        left: bool | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.StageStay]:
        """阶段用时的明细 (`GET /v1/statistics/stage-times/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfStageStay](
                "GET",
                "/v1/statistics/stage-times/rows",
                query={
                    "stage": stage,
                    "left": left,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def contracts(
        self,
        *,
        part: models.ContractPart | None = None,
        group_by: models.ContractGroup | None = None,
        key: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfContractRead]:
        """技术合同的明细 (`GET /v1/statistics/contracts/rows`)."""
        return self._client.send(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/statistics/contracts/rows",
                query={
                    "part": part,
                    "group_by": group_by,
                    "key": key,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def contracts_all(
        self,
        *,
        part: models.ContractPart | None = None,
        group_by: models.ContractGroup | None = None,
        key: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.ContractRead]:
        """技术合同的明细 (`GET /v1/statistics/contracts/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/statistics/contracts/rows",
                query={
                    "part": part,
                    "group_by": group_by,
                    "key": key,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def gaps(
        self,
        *,
        key: str,
        part: Literal[
            "demands",
            "with_good",
            "without_good",
            "too_immature",
            "achievements",
            "unwanted",
            "good_achievements",
        ]
        | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRecordSummary]:
        """供需缺口的明细 (`GET /v1/statistics/gaps/rows`)."""
        return self._client.send(
            Call[models.PageOfRecordSummary](
                "GET",
                "/v1/statistics/gaps/rows",
                query={
                    "key": key,
                    "part": part,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def gaps_all(
        self,
        *,
        key: str,
        part: Literal[
            "demands",
            "with_good",
            "without_good",
            "too_immature",
            "achievements",
            "unwanted",
            "good_achievements",
        ]
        | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.RecordSummary]:
        """供需缺口的明细 (`GET /v1/statistics/gaps/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfRecordSummary](
                "GET",
                "/v1/statistics/gaps/rows",
                query={
                    "key": key,
                    "part": part,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def managers(
        self,
        *,
        manager_id: UUID | str,
        stage: Literal["open", "signed", "landed", "ended"] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEngagementRow]:
        """技术经理人的对接 (`GET /v1/statistics/managers/rows`)."""
        return self._client.send(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/managers/rows",
                query={
                    "manager_id": manager_id,
                    "stage": stage,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def managers_all(
        self,
        *,
        manager_id: UUID | str,
        stage: Literal["open", "signed", "landed", "ended"] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.EngagementRow]:
        """技术经理人的对接 (`GET /v1/statistics/managers/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/managers/rows",
                query={
                    "manager_id": manager_id,
                    "stage": stage,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def pushes(
        self,
        *,
        outcome: models.Outcome | None = None,
        read: bool | None = None,
        reason: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPushRoundRead]:
        """推送的明细 (`GET /v1/statistics/pushes/rows`)."""
        return self._client.send(
            Call[models.PageOfPushRoundRead](
                "GET",
                "/v1/statistics/pushes/rows",
                query={
                    "outcome": outcome,
                    "read": read,
                    "reason": reason,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def pushes_all(
        self,
        *,
        outcome: models.Outcome | None = None,
        read: bool | None = None,
        reason: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.PushRoundRead]:
        """推送的明细 (`GET /v1/statistics/pushes/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfPushRoundRead](
                "GET",
                "/v1/statistics/pushes/rows",
                query={
                    "outcome": outcome,
                    "read": read,
                    "reason": reason,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    def deliveries(
        self,
        *,
        channel: models.ChannelKind | None = None,
        state: Sequence[models.DeliveryState] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDeliveryRead]:
        """投递的明细 (`GET /v1/statistics/pushes/deliveries/rows`)."""
        return self._client.send(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/statistics/pushes/deliveries/rows",
                query={
                    "channel": channel,
                    "state": state,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def deliveries_all(
        self,
        *,
        channel: models.ChannelKind | None = None,
        state: Sequence[models.DeliveryState] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.DeliveryRead]:
        """投递的明细 (`GET /v1/statistics/pushes/deliveries/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/statistics/pushes/deliveries/rows",
                query={
                    "channel": channel,
                    "state": state,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )


class AsyncStatisticsRows:
    """统计明细 Statistics rows."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def funnel(
        self,
        *,
        step: Literal[
            "published",
            "matched",
            "pushed",
            "accepted",
            "contacted",
            "meeting",
            "negotiating",
            "signed",
            "registered",
            "landed",
        ]
        | None = None,
        group_by: Literal["field", "region"] | None = None,
        key: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDemandReached]:
        """漏斗的明细 (`GET /v1/statistics/funnel/rows`)."""
        return await self._client.send(
            Call[models.PageOfDemandReached](
                "GET",
                "/v1/statistics/funnel/rows",
                query={
                    "step": step,
                    "group_by": group_by,
                    "key": key,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def funnel_all(
        self,
        *,
        step: Literal[
            "published",
            "matched",
            "pushed",
            "accepted",
            "contacted",
            "meeting",
            "negotiating",
            "signed",
            "registered",
            "landed",
        ]
        | None = None,
        group_by: Literal["field", "region"] | None = None,
        key: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.DemandReached]:
        """漏斗的明细 (`GET /v1/statistics/funnel/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfDemandReached](
                "GET",
                "/v1/statistics/funnel/rows",
                query={
                    "step": step,
                    "group_by": group_by,
                    "key": key,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def ended(
        self,
        *,
        reason: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEngagementRow]:
        """已终止对接的明细 (`GET /v1/statistics/funnel/ended/rows`)."""
        return await self._client.send(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/funnel/ended/rows",
                query={
                    "reason": reason,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def ended_all(
        self,
        *,
        reason: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.EngagementRow]:
        """已终止对接的明细 (`GET /v1/statistics/funnel/ended/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/funnel/ended/rows",
                query={
                    "reason": reason,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def stage_times(
        self,
        *,
        stage: models.Stage | None = None,
        left: bool | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfStageStay]:
        """阶段用时的明细 (`GET /v1/statistics/stage-times/rows`)."""
        return await self._client.send(
            Call[models.PageOfStageStay](
                "GET",
                "/v1/statistics/stage-times/rows",
                query={
                    "stage": stage,
                    "left": left,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def stage_times_all(
        self,
        *,
        stage: models.Stage | None = None,
        left: bool | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.StageStay]:
        """阶段用时的明细 (`GET /v1/statistics/stage-times/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfStageStay](
                "GET",
                "/v1/statistics/stage-times/rows",
                query={
                    "stage": stage,
                    "left": left,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def contracts(
        self,
        *,
        part: models.ContractPart | None = None,
        group_by: models.ContractGroup | None = None,
        key: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfContractRead]:
        """技术合同的明细 (`GET /v1/statistics/contracts/rows`)."""
        return await self._client.send(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/statistics/contracts/rows",
                query={
                    "part": part,
                    "group_by": group_by,
                    "key": key,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def contracts_all(
        self,
        *,
        part: models.ContractPart | None = None,
        group_by: models.ContractGroup | None = None,
        key: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.ContractRead]:
        """技术合同的明细 (`GET /v1/statistics/contracts/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/statistics/contracts/rows",
                query={
                    "part": part,
                    "group_by": group_by,
                    "key": key,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def gaps(
        self,
        *,
        key: str,
        part: Literal[
            "demands",
            "with_good",
            "without_good",
            "too_immature",
            "achievements",
            "unwanted",
            "good_achievements",
        ]
        | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfRecordSummary]:
        """供需缺口的明细 (`GET /v1/statistics/gaps/rows`)."""
        return await self._client.send(
            Call[models.PageOfRecordSummary](
                "GET",
                "/v1/statistics/gaps/rows",
                query={
                    "key": key,
                    "part": part,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def gaps_all(
        self,
        *,
        key: str,
        part: Literal[
            "demands",
            "with_good",
            "without_good",
            "too_immature",
            "achievements",
            "unwanted",
            "good_achievements",
        ]
        | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.RecordSummary]:
        """供需缺口的明细 (`GET /v1/statistics/gaps/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfRecordSummary](
                "GET",
                "/v1/statistics/gaps/rows",
                query={
                    "key": key,
                    "part": part,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def managers(
        self,
        *,
        manager_id: UUID | str,
        stage: Literal["open", "signed", "landed", "ended"] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEngagementRow]:
        """技术经理人的对接 (`GET /v1/statistics/managers/rows`)."""
        return await self._client.send(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/managers/rows",
                query={
                    "manager_id": manager_id,
                    "stage": stage,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def managers_all(
        self,
        *,
        manager_id: UUID | str,
        stage: Literal["open", "signed", "landed", "ended"] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.EngagementRow]:
        """技术经理人的对接 (`GET /v1/statistics/managers/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/statistics/managers/rows",
                query={
                    "manager_id": manager_id,
                    "stage": stage,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def pushes(
        self,
        *,
        outcome: models.Outcome | None = None,
        read: bool | None = None,
        reason: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPushRoundRead]:
        """推送的明细 (`GET /v1/statistics/pushes/rows`)."""
        return await self._client.send(
            Call[models.PageOfPushRoundRead](
                "GET",
                "/v1/statistics/pushes/rows",
                query={
                    "outcome": outcome,
                    "read": read,
                    "reason": reason,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def pushes_all(
        self,
        *,
        outcome: models.Outcome | None = None,
        read: bool | None = None,
        reason: str | None = None,
        manager_id: UUID | str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.PushRoundRead]:
        """推送的明细 (`GET /v1/statistics/pushes/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfPushRoundRead](
                "GET",
                "/v1/statistics/pushes/rows",
                query={
                    "outcome": outcome,
                    "read": read,
                    "reason": reason,
                    "manager_id": manager_id,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )

    async def deliveries(
        self,
        *,
        channel: models.ChannelKind | None = None,
        state: Sequence[models.DeliveryState] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfDeliveryRead]:
        """投递的明细 (`GET /v1/statistics/pushes/deliveries/rows`)."""
        return await self._client.send(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/statistics/pushes/deliveries/rows",
                query={
                    "channel": channel,
                    "state": state,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def deliveries_all(
        self,
        *,
        channel: models.ChannelKind | None = None,
        state: Sequence[models.DeliveryState] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        field: str | None = None,
        region: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.DeliveryRead]:
        """投递的明细 (`GET /v1/statistics/pushes/deliveries/rows`), item by item."""
        return self._client.each(
            Call[models.PageOfDeliveryRead](
                "GET",
                "/v1/statistics/pushes/deliveries/rows",
                query={
                    "channel": channel,
                    "state": state,
                    "from": from_,
                    "to": to,
                    "field": field,
                    "region": region,
                    "limit": limit,
                },
            )
        )
