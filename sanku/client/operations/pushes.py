"""Operations on pushes: pushes, feedback."""

# Written by `make client` from the OpenAPI description; do not edit.

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, Event
from sanku.client.calls import AsyncSender, Call, Sender, new_key


class Pushes:
    """推送 Pushes."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def stream(self, *, last_event_id: str | None = None) -> Iterator[Event]:
        """收件箱实时流 (`GET /v1/pushes/stream`)."""
        return self._client.listen(
            Call[str]("GET", "/v1/pushes/stream", headers={"Last-Event-ID": last_event_id})
        )

    def get_preferences(self) -> Answer[models.PreferencesRead]:
        """本人的推送偏好 (`GET /v1/managers/me/preferences`)."""
        return self._client.send(Call[models.PreferencesRead]("GET", "/v1/managers/me/preferences"))

    def put_preferences(
        self, body: models.PreferencesIn, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PreferencesRead]:
        """设置本人的推送偏好 (`PUT /v1/managers/me/preferences`)."""
        return self._client.send(
            Call[models.PreferencesRead](
                "PUT", "/v1/managers/me/preferences", headers={"If-Match": if_match}, body=body
            )
        )

    def get_owner_preferences(self) -> Answer[models.OwnerPreferencesRead]:
        """本单位的匹配通知偏好 (`GET /v1/organisations/me/preferences`)."""
        return self._client.send(Call[models.OwnerPreferencesRead]("GET", "/v1/organisations/me/preferences"))

    def put_owner_preferences(
        self, body: models.OwnerPreferencesIn, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.OwnerPreferencesRead]:
        """设置本单位的匹配通知偏好 (`PUT /v1/organisations/me/preferences`)."""
        return self._client.send(
            Call[models.OwnerPreferencesRead](
                "PUT", "/v1/organisations/me/preferences", headers={"If-Match": if_match}, body=body
            )
        )

    def list_digests(
        self, *, manager_id: UUID | str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfDigestRead]:
        """推送清单 (`GET /v1/digests`)."""
        return self._client.send(
            Call[models.PageOfDigestRead](
                "GET", "/v1/digests", query={"manager_id": manager_id, "limit": limit, "cursor": cursor}
            )
        )

    def list_digests_all(
        self, *, manager_id: UUID | str | None = None, limit: int | None = None
    ) -> Iterator[models.DigestRead]:
        """推送清单 (`GET /v1/digests`), item by item."""
        return self._client.each(
            Call[models.PageOfDigestRead](
                "GET", "/v1/digests", query={"manager_id": manager_id, "limit": limit}
            )
        )

    def get_digest(self, digest_id: UUID | str) -> Answer[models.DigestPushes]:
        """推送清单详情 (`GET /v1/digests/{digest_id}`)."""
        return self._client.send(
            Call[models.DigestPushes]("GET", "/v1/digests/{digest_id}", segments={"digest_id": digest_id})
        )

    def list_owner_digests(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfOwnerDigestRead]:
        """本单位的匹配通知 (`GET /v1/owner-digests`)."""
        return self._client.send(
            Call[models.PageOfOwnerDigestRead](
                "GET", "/v1/owner-digests", query={"limit": limit, "cursor": cursor}
            )
        )

    def list_owner_digests_all(self, *, limit: int | None = None) -> Iterator[models.OwnerDigestRead]:
        """本单位的匹配通知 (`GET /v1/owner-digests`), item by item."""
        return self._client.each(
            Call[models.PageOfOwnerDigestRead]("GET", "/v1/owner-digests", query={"limit": limit})
        )

    def preview(self, body: models.PreviewIn) -> Answer[models.PreviewRead]:
        """预览下一份清单 (`POST /v1/pushes/preview`)."""
        return self._client.send(Call[models.PreviewRead]("POST", "/v1/pushes/preview", body=body))

    def list_inbox(
        self,
        *,
        state: Sequence[models.PushState] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPushRead]:
        """收件箱 (`GET /v1/inbox`)."""
        return self._client.send(
            Call[models.PageOfPushRead](
                "GET", "/v1/inbox", query={"state": state, "limit": limit, "cursor": cursor}
            )
        )

    def list_inbox_all(
        self, *, state: Sequence[models.PushState] | None = None, limit: int | None = None
    ) -> Iterator[models.PushRead]:
        """收件箱 (`GET /v1/inbox`), item by item."""
        return self._client.each(
            Call[models.PageOfPushRead]("GET", "/v1/inbox", query={"state": state, "limit": limit})
        )

    def list_pushes(
        self,
        *,
        manager_id: UUID | str | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        state: Sequence[models.PushState] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPushRead]:
        """推送列表 (`GET /v1/pushes`)."""
        return self._client.send(
            Call[models.PageOfPushRead](
                "GET",
                "/v1/pushes",
                query={
                    "manager_id": manager_id,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "state": state,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_pushes_all(
        self,
        *,
        manager_id: UUID | str | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        state: Sequence[models.PushState] | None = None,
        limit: int | None = None,
    ) -> Iterator[models.PushRead]:
        """推送列表 (`GET /v1/pushes`), item by item."""
        return self._client.each(
            Call[models.PageOfPushRead](
                "GET",
                "/v1/pushes",
                query={
                    "manager_id": manager_id,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "state": state,
                    "limit": limit,
                },
            )
        )

    def plan_pushes(self, body: models.PlanRequest) -> Answer[models.Planned]:
        """重新安排一条记录的推送 (`POST /v1/pushes/plan`)."""
        return self._client.send(Call[models.Planned]("POST", "/v1/pushes/plan", body=body))

    def get_push(self, push_id: UUID | str) -> Answer[models.PushRead]:
        """推送详情 (`GET /v1/pushes/{push_id}`)."""
        return self._client.send(
            Call[models.PushRead]("GET", "/v1/pushes/{push_id}", segments={"push_id": push_id})
        )

    def mark_read(
        self, push_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """标记为已读 (`POST /v1/pushes/{push_id}/read`)."""
        return self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/read",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
            )
        )

    def accept(
        self, push_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """接收 (`POST /v1/pushes/{push_id}/accept`)."""
        return self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/accept",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
            )
        )

    def decline(
        self, push_id: UUID | str, body: models.Decline, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """谢绝 (`POST /v1/pushes/{push_id}/decline`)."""
        return self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/decline",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def undo(
        self, push_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """撤回答复 (`POST /v1/pushes/{push_id}/undo`)."""
        return self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/undo",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
            )
        )

    def later(
        self, push_id: UUID | str, body: models.Later, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """稍后处理 (`POST /v1/pushes/{push_id}/later`)."""
        return self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/later",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def plan(self, body: models.AssignmentRequest) -> Answer[models.AssignmentRead]:
        """统筹指派（试算） (`POST /v1/assignments/plan`)."""
        return self._client.send(Call[models.AssignmentRead]("POST", "/v1/assignments/plan", body=body))

    def run(
        self, body: models.RunRequest, *, idempotency_key: str | None = None
    ) -> Answer[models.RunSummary]:
        """统筹指派（执行） (`POST /v1/assignments/run`)."""
        return self._client.send(
            Call[models.RunSummary](
                "POST",
                "/v1/assignments/run",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_runs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRunSummary]:
        """已执行的统筹指派 (`GET /v1/assignments/runs`)."""
        return self._client.send(
            Call[models.PageOfRunSummary](
                "GET", "/v1/assignments/runs", query={"limit": limit, "cursor": cursor}
            )
        )

    def list_runs_all(self, *, limit: int | None = None) -> Iterator[models.RunSummary]:
        """已执行的统筹指派 (`GET /v1/assignments/runs`), item by item."""
        return self._client.each(
            Call[models.PageOfRunSummary]("GET", "/v1/assignments/runs", query={"limit": limit})
        )

    def get_run(self, run_id: UUID | str) -> Answer[models.RunRead]:
        """统筹指派的执行结果 (`GET /v1/assignments/runs/{run_id}`)."""
        return self._client.send(
            Call[models.RunRead]("GET", "/v1/assignments/runs/{run_id}", segments={"run_id": run_id})
        )


class AsyncPushes:
    """推送 Pushes."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    def stream(self, *, last_event_id: str | None = None) -> AsyncIterator[Event]:
        """收件箱实时流 (`GET /v1/pushes/stream`)."""
        return self._client.listen(
            Call[str]("GET", "/v1/pushes/stream", headers={"Last-Event-ID": last_event_id})
        )

    async def get_preferences(self) -> Answer[models.PreferencesRead]:
        """本人的推送偏好 (`GET /v1/managers/me/preferences`)."""
        return await self._client.send(Call[models.PreferencesRead]("GET", "/v1/managers/me/preferences"))

    async def put_preferences(
        self, body: models.PreferencesIn, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PreferencesRead]:
        """设置本人的推送偏好 (`PUT /v1/managers/me/preferences`)."""
        return await self._client.send(
            Call[models.PreferencesRead](
                "PUT", "/v1/managers/me/preferences", headers={"If-Match": if_match}, body=body
            )
        )

    async def get_owner_preferences(self) -> Answer[models.OwnerPreferencesRead]:
        """本单位的匹配通知偏好 (`GET /v1/organisations/me/preferences`)."""
        return await self._client.send(
            Call[models.OwnerPreferencesRead]("GET", "/v1/organisations/me/preferences")
        )

    async def put_owner_preferences(
        self, body: models.OwnerPreferencesIn, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.OwnerPreferencesRead]:
        """设置本单位的匹配通知偏好 (`PUT /v1/organisations/me/preferences`)."""
        return await self._client.send(
            Call[models.OwnerPreferencesRead](
                "PUT", "/v1/organisations/me/preferences", headers={"If-Match": if_match}, body=body
            )
        )

    async def list_digests(
        self, *, manager_id: UUID | str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfDigestRead]:
        """推送清单 (`GET /v1/digests`)."""
        return await self._client.send(
            Call[models.PageOfDigestRead](
                "GET", "/v1/digests", query={"manager_id": manager_id, "limit": limit, "cursor": cursor}
            )
        )

    def list_digests_all(
        self, *, manager_id: UUID | str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.DigestRead]:
        """推送清单 (`GET /v1/digests`), item by item."""
        return self._client.each(
            Call[models.PageOfDigestRead](
                "GET", "/v1/digests", query={"manager_id": manager_id, "limit": limit}
            )
        )

    async def get_digest(self, digest_id: UUID | str) -> Answer[models.DigestPushes]:
        """推送清单详情 (`GET /v1/digests/{digest_id}`)."""
        return await self._client.send(
            Call[models.DigestPushes]("GET", "/v1/digests/{digest_id}", segments={"digest_id": digest_id})
        )

    async def list_owner_digests(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfOwnerDigestRead]:
        """本单位的匹配通知 (`GET /v1/owner-digests`)."""
        return await self._client.send(
            Call[models.PageOfOwnerDigestRead](
                "GET", "/v1/owner-digests", query={"limit": limit, "cursor": cursor}
            )
        )

    def list_owner_digests_all(self, *, limit: int | None = None) -> AsyncIterator[models.OwnerDigestRead]:
        """本单位的匹配通知 (`GET /v1/owner-digests`), item by item."""
        return self._client.each(
            Call[models.PageOfOwnerDigestRead]("GET", "/v1/owner-digests", query={"limit": limit})
        )

    async def preview(self, body: models.PreviewIn) -> Answer[models.PreviewRead]:
        """预览下一份清单 (`POST /v1/pushes/preview`)."""
        return await self._client.send(Call[models.PreviewRead]("POST", "/v1/pushes/preview", body=body))

    async def list_inbox(
        self,
        *,
        state: Sequence[models.PushState] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPushRead]:
        """收件箱 (`GET /v1/inbox`)."""
        return await self._client.send(
            Call[models.PageOfPushRead](
                "GET", "/v1/inbox", query={"state": state, "limit": limit, "cursor": cursor}
            )
        )

    def list_inbox_all(
        self, *, state: Sequence[models.PushState] | None = None, limit: int | None = None
    ) -> AsyncIterator[models.PushRead]:
        """收件箱 (`GET /v1/inbox`), item by item."""
        return self._client.each(
            Call[models.PageOfPushRead]("GET", "/v1/inbox", query={"state": state, "limit": limit})
        )

    async def list_pushes(
        self,
        *,
        manager_id: UUID | str | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        state: Sequence[models.PushState] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfPushRead]:
        """推送列表 (`GET /v1/pushes`)."""
        return await self._client.send(
            Call[models.PageOfPushRead](
                "GET",
                "/v1/pushes",
                query={
                    "manager_id": manager_id,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "state": state,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_pushes_all(
        self,
        *,
        manager_id: UUID | str | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        state: Sequence[models.PushState] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.PushRead]:
        """推送列表 (`GET /v1/pushes`), item by item."""
        return self._client.each(
            Call[models.PageOfPushRead](
                "GET",
                "/v1/pushes",
                query={
                    "manager_id": manager_id,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "state": state,
                    "limit": limit,
                },
            )
        )

    async def plan_pushes(self, body: models.PlanRequest) -> Answer[models.Planned]:
        """重新安排一条记录的推送 (`POST /v1/pushes/plan`)."""
        return await self._client.send(Call[models.Planned]("POST", "/v1/pushes/plan", body=body))

    async def get_push(self, push_id: UUID | str) -> Answer[models.PushRead]:
        """推送详情 (`GET /v1/pushes/{push_id}`)."""
        return await self._client.send(
            Call[models.PushRead]("GET", "/v1/pushes/{push_id}", segments={"push_id": push_id})
        )

    async def mark_read(
        self, push_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """标记为已读 (`POST /v1/pushes/{push_id}/read`)."""
        return await self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/read",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
            )
        )

    async def accept(
        self, push_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """接收 (`POST /v1/pushes/{push_id}/accept`)."""
        return await self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/accept",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
            )
        )

    async def decline(
        self, push_id: UUID | str, body: models.Decline, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """谢绝 (`POST /v1/pushes/{push_id}/decline`)."""
        return await self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/decline",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def undo(
        self, push_id: UUID | str, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """撤回答复 (`POST /v1/pushes/{push_id}/undo`)."""
        return await self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/undo",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
            )
        )

    async def later(
        self, push_id: UUID | str, body: models.Later, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.PushRead]:
        """稍后处理 (`POST /v1/pushes/{push_id}/later`)."""
        return await self._client.send(
            Call[models.PushRead](
                "POST",
                "/v1/pushes/{push_id}/later",
                segments={"push_id": push_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def plan(self, body: models.AssignmentRequest) -> Answer[models.AssignmentRead]:
        """统筹指派（试算） (`POST /v1/assignments/plan`)."""
        return await self._client.send(Call[models.AssignmentRead]("POST", "/v1/assignments/plan", body=body))

    async def run(
        self, body: models.RunRequest, *, idempotency_key: str | None = None
    ) -> Answer[models.RunSummary]:
        """统筹指派（执行） (`POST /v1/assignments/run`)."""
        return await self._client.send(
            Call[models.RunSummary](
                "POST",
                "/v1/assignments/run",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_runs(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRunSummary]:
        """已执行的统筹指派 (`GET /v1/assignments/runs`)."""
        return await self._client.send(
            Call[models.PageOfRunSummary](
                "GET", "/v1/assignments/runs", query={"limit": limit, "cursor": cursor}
            )
        )

    def list_runs_all(self, *, limit: int | None = None) -> AsyncIterator[models.RunSummary]:
        """已执行的统筹指派 (`GET /v1/assignments/runs`), item by item."""
        return self._client.each(
            Call[models.PageOfRunSummary]("GET", "/v1/assignments/runs", query={"limit": limit})
        )

    async def get_run(self, run_id: UUID | str) -> Answer[models.RunRead]:
        """统筹指派的执行结果 (`GET /v1/assignments/runs/{run_id}`)."""
        return await self._client.send(
            Call[models.RunRead]("GET", "/v1/assignments/runs/{run_id}", segments={"run_id": run_id})
        )


class Feedback:
    """反馈 Feedback."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def demand_owners_answer(
        self, demand_id: UUID | str, achievement_id: UUID | str
    ) -> Answer[models.OwnerAnswerRead]:
        """需求方对一项匹配的答复 (`GET /v1/demands/{demand_id}/matches/{achievement_id}/answer`)."""
        return self._client.send(
            Call[models.OwnerAnswerRead](
                "GET",
                "/v1/demands/{demand_id}/matches/{achievement_id}/answer",
                segments={"demand_id": demand_id, "achievement_id": achievement_id},
            )
        )

    def answer_for_demand(
        self,
        demand_id: UUID | str,
        achievement_id: UUID | str,
        body: models.OwnerAnswerIn,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.OwnerAnswerRead]:
        """需求方答复一项匹配 (`PUT /v1/demands/{demand_id}/matches/{achievement_id}/answer`)."""
        return self._client.send(
            Call[models.OwnerAnswerRead](
                "PUT",
                "/v1/demands/{demand_id}/matches/{achievement_id}/answer",
                segments={"demand_id": demand_id, "achievement_id": achievement_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def achievement_owners_answer(
        self, achievement_id: UUID | str, demand_id: UUID | str
    ) -> Answer[models.OwnerAnswerRead]:
        """成果方对一项匹配的答复 (`GET /v1/achievements/{achievement_id}/matches/{demand_id}/answer`)."""
        return self._client.send(
            Call[models.OwnerAnswerRead](
                "GET",
                "/v1/achievements/{achievement_id}/matches/{demand_id}/answer",
                segments={"achievement_id": achievement_id, "demand_id": demand_id},
            )
        )

    def answer_for_achievement(
        self,
        achievement_id: UUID | str,
        demand_id: UUID | str,
        body: models.OwnerAnswerIn,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.OwnerAnswerRead]:
        """成果方答复一项匹配 (`PUT /v1/achievements/{achievement_id}/matches/{demand_id}/answer`)."""
        return self._client.send(
            Call[models.OwnerAnswerRead](
                "PUT",
                "/v1/achievements/{achievement_id}/matches/{demand_id}/answer",
                segments={"achievement_id": achievement_id, "demand_id": demand_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def achievement_feedback(self, achievement_id: UUID | str) -> Answer[models.SupplierFeedback]:
        """对成果的反馈汇总 (`GET /v1/achievements/{achievement_id}/feedback`)."""
        return self._client.send(
            Call[models.SupplierFeedback](
                "GET",
                "/v1/achievements/{achievement_id}/feedback",
                segments={"achievement_id": achievement_id},
            )
        )

    def report(
        self, body: models.ReportIn, *, idempotency_key: str | None = None
    ) -> Answer[models.ReportRead]:
        """报告匹配差错 (`POST /v1/match-reports`)."""
        return self._client.send(
            Call[models.ReportRead](
                "POST",
                "/v1/match-reports",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def list_reports(
        self,
        *,
        state: models.ReportState | None = None,
        category: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfReportForBureau]:
        """差错报告列表 (`GET /v1/match-reports`)."""
        return self._client.send(
            Call[models.PageOfReportForBureau](
                "GET",
                "/v1/match-reports",
                query={"state": state, "category": category, "limit": limit, "cursor": cursor},
            )
        )

    def list_reports_all(
        self,
        *,
        state: models.ReportState | None = None,
        category: str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.ReportForBureau]:
        """差错报告列表 (`GET /v1/match-reports`), item by item."""
        return self._client.each(
            Call[models.PageOfReportForBureau](
                "GET", "/v1/match-reports", query={"state": state, "category": category, "limit": limit}
            )
        )

    def resolve(
        self, report_id: UUID | str, body: models.Resolution, *, if_match: Answer[Any] | str
    ) -> Answer[models.ReportForBureau]:
        """处理差错报告 (`POST /v1/match-reports/{report_id}/resolve`)."""
        return self._client.send(
            Call[models.ReportForBureau](
                "POST",
                "/v1/match-reports/{report_id}/resolve",
                segments={"report_id": report_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )


class AsyncFeedback:
    """反馈 Feedback."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def demand_owners_answer(
        self, demand_id: UUID | str, achievement_id: UUID | str
    ) -> Answer[models.OwnerAnswerRead]:
        """需求方对一项匹配的答复 (`GET /v1/demands/{demand_id}/matches/{achievement_id}/answer`)."""
        return await self._client.send(
            Call[models.OwnerAnswerRead](
                "GET",
                "/v1/demands/{demand_id}/matches/{achievement_id}/answer",
                segments={"demand_id": demand_id, "achievement_id": achievement_id},
            )
        )

    async def answer_for_demand(
        self,
        demand_id: UUID | str,
        achievement_id: UUID | str,
        body: models.OwnerAnswerIn,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.OwnerAnswerRead]:
        """需求方答复一项匹配 (`PUT /v1/demands/{demand_id}/matches/{achievement_id}/answer`)."""
        return await self._client.send(
            Call[models.OwnerAnswerRead](
                "PUT",
                "/v1/demands/{demand_id}/matches/{achievement_id}/answer",
                segments={"demand_id": demand_id, "achievement_id": achievement_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def achievement_owners_answer(
        self, achievement_id: UUID | str, demand_id: UUID | str
    ) -> Answer[models.OwnerAnswerRead]:
        """成果方对一项匹配的答复 (`GET /v1/achievements/{achievement_id}/matches/{demand_id}/answer`)."""
        return await self._client.send(
            Call[models.OwnerAnswerRead](
                "GET",
                "/v1/achievements/{achievement_id}/matches/{demand_id}/answer",
                segments={"achievement_id": achievement_id, "demand_id": demand_id},
            )
        )

    async def answer_for_achievement(
        self,
        achievement_id: UUID | str,
        demand_id: UUID | str,
        body: models.OwnerAnswerIn,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.OwnerAnswerRead]:
        """成果方答复一项匹配 (`PUT /v1/achievements/{achievement_id}/matches/{demand_id}/answer`)."""
        return await self._client.send(
            Call[models.OwnerAnswerRead](
                "PUT",
                "/v1/achievements/{achievement_id}/matches/{demand_id}/answer",
                segments={"achievement_id": achievement_id, "demand_id": demand_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def achievement_feedback(self, achievement_id: UUID | str) -> Answer[models.SupplierFeedback]:
        """对成果的反馈汇总 (`GET /v1/achievements/{achievement_id}/feedback`)."""
        return await self._client.send(
            Call[models.SupplierFeedback](
                "GET",
                "/v1/achievements/{achievement_id}/feedback",
                segments={"achievement_id": achievement_id},
            )
        )

    async def report(
        self, body: models.ReportIn, *, idempotency_key: str | None = None
    ) -> Answer[models.ReportRead]:
        """报告匹配差错 (`POST /v1/match-reports`)."""
        return await self._client.send(
            Call[models.ReportRead](
                "POST",
                "/v1/match-reports",
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def list_reports(
        self,
        *,
        state: models.ReportState | None = None,
        category: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfReportForBureau]:
        """差错报告列表 (`GET /v1/match-reports`)."""
        return await self._client.send(
            Call[models.PageOfReportForBureau](
                "GET",
                "/v1/match-reports",
                query={"state": state, "category": category, "limit": limit, "cursor": cursor},
            )
        )

    def list_reports_all(
        self,
        *,
        state: models.ReportState | None = None,
        category: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.ReportForBureau]:
        """差错报告列表 (`GET /v1/match-reports`), item by item."""
        return self._client.each(
            Call[models.PageOfReportForBureau](
                "GET", "/v1/match-reports", query={"state": state, "category": category, "limit": limit}
            )
        )

    async def resolve(
        self, report_id: UUID | str, body: models.Resolution, *, if_match: Answer[Any] | str
    ) -> Answer[models.ReportForBureau]:
        """处理差错报告 (`POST /v1/match-reports/{report_id}/resolve`)."""
        return await self._client.send(
            Call[models.ReportForBureau](
                "POST",
                "/v1/match-reports/{report_id}/resolve",
                segments={"report_id": report_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )
