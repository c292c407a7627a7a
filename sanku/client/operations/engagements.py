"""Operations on engagements: engagements, contracts."""

# Written by `make client` from the OpenAPI description; do not edit.

import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal
from uuid import UUID

from sanku.client import models
from sanku.client.answers import Answer, File
from sanku.client.calls import AsyncSender, Call, Sender, Upload, new_key


class Engagements:
    """对接 Engagements."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def list(
        self,
        *,
        stage: Sequence[models.Stage] | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        manager_id: UUID | str | None = None,
        opened_from: datetime | str | None = None,
        opened_before: datetime | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEngagementRow]:
        """对接列表 (`GET /v1/engagements`)."""
        return self._client.send(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/engagements",
                query={
                    "stage": stage,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "manager_id": manager_id,
                    "opened_from": opened_from,
                    "opened_before": opened_before,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        stage: Sequence[models.Stage] | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        manager_id: UUID | str | None = None,
        opened_from: datetime | str | None = None,
        opened_before: datetime | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.EngagementRow]:
        """对接列表 (`GET /v1/engagements`), item by item."""
        return self._client.each(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/engagements",
                query={
                    "stage": stage,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "manager_id": manager_id,
                    "opened_from": opened_from,
                    "opened_before": opened_before,
                    "limit": limit,
                },
            )
        )

    def get(self, engagement_id: UUID | str) -> Answer[models.EngagementRead]:
        """一个对接 (`GET /v1/engagements/{engagement_id}`)."""
        return self._client.send(
            Call[models.EngagementRead](
                "GET", "/v1/engagements/{engagement_id}", segments={"engagement_id": engagement_id}
            )
        )

    def move(
        self,
        engagement_id: UUID | str,
        body: models.MoveRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.EngagementRead]:
        """变更阶段 (`POST /v1/engagements/{engagement_id}/moves`)."""
        return self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/moves",
                segments={"engagement_id": engagement_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def invite(
        self, engagement_id: UUID | str, body: models.InvitationRequest
    ) -> Answer[models.EngagementRead]:
        """邀请参与方 (`POST /v1/engagements/{engagement_id}/participants`)."""
        return self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/participants",
                segments={"engagement_id": engagement_id},
                body=body,
            )
        )

    def consent(self, engagement_id: UUID | str, participant_id: UUID | str) -> Answer[models.EngagementRead]:
        """同意参与 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/consent`)."""
        return self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/consent",
                segments={"engagement_id": engagement_id, "participant_id": participant_id},
            )
        )

    def decline(self, engagement_id: UUID | str, participant_id: UUID | str) -> Answer[None]:
        """谢绝参与 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/decline`)."""
        return self._client.send(
            Call[None](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/decline",
                segments={"engagement_id": engagement_id, "participant_id": participant_id},
            )
        )

    def open_files(
        self, engagement_id: UUID | str, participant_id: UUID | str, step: Literal["open", "close"]
    ) -> Answer[models.EngagementRead]:
        """向第三方开放或停止 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/files/{step}`)."""
        return self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/files/{step}",
                segments={"engagement_id": engagement_id, "participant_id": participant_id, "step": step},
            )
        )

    def leave(self, engagement_id: UUID | str, participant_id: UUID | str) -> Answer[None]:
        """撤回同意 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/leave`)."""
        return self._client.send(
            Call[None](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/leave",
                segments={"engagement_id": engagement_id, "participant_id": participant_id},
            )
        )

    def give_undertaking(
        self, engagement_id: UUID | str, body: models.UndertakingRequest
    ) -> Answer[models.EngagementRead]:
        """作出保密承诺 (`POST /v1/engagements/{engagement_id}/undertakings`)."""
        return self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/undertakings",
                segments={"engagement_id": engagement_id},
                body=body,
            )
        )

    def contacts(self, engagement_id: UUID | str) -> Answer[builtins.list[models.ContactRead]]:
        """查看联系方式 (`POST /v1/engagements/{engagement_id}/contacts`)."""
        return self._client.send(
            Call[builtins.list[models.ContactRead]](
                "POST", "/v1/engagements/{engagement_id}/contacts", segments={"engagement_id": engagement_id}
            )
        )

    def reveals(
        self, engagement_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRevealRead]:
        """联系方式查看记录 (`GET /v1/engagements/{engagement_id}/reveals`)."""
        return self._client.send(
            Call[models.PageOfRevealRead](
                "GET",
                "/v1/engagements/{engagement_id}/reveals",
                segments={"engagement_id": engagement_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def reveals_all(
        self, engagement_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.RevealRead]:
        """联系方式查看记录 (`GET /v1/engagements/{engagement_id}/reveals`), item by item."""
        return self._client.each(
            Call[models.PageOfRevealRead](
                "GET",
                "/v1/engagements/{engagement_id}/reveals",
                segments={"engagement_id": engagement_id},
                query={"limit": limit},
            )
        )

    def propose_shares(
        self, engagement_id: UUID | str, body: models.SharesRequest
    ) -> Answer[builtins.list[models.ShareRead]]:
        """提出分成 (`PUT /v1/engagements/{engagement_id}/shares`)."""
        return self._client.send(
            Call[builtins.list[models.ShareRead]](
                "PUT",
                "/v1/engagements/{engagement_id}/shares",
                segments={"engagement_id": engagement_id},
                body=body,
            )
        )

    def confirm_share(self, engagement_id: UUID | str) -> Answer[builtins.list[models.ShareRead]]:
        """确认本人分成 (`POST /v1/engagements/{engagement_id}/shares/confirm`)."""
        return self._client.send(
            Call[builtins.list[models.ShareRead]](
                "POST",
                "/v1/engagements/{engagement_id}/shares/confirm",
                segments={"engagement_id": engagement_id},
            )
        )

    def add_note(
        self, engagement_id: UUID | str, body: models.NoteRequest, *, idempotency_key: str | None = None
    ) -> Answer[models.TimelineEntryRead]:
        """添加记录 (`POST /v1/engagements/{engagement_id}/notes`)."""
        return self._client.send(
            Call[models.TimelineEntryRead](
                "POST",
                "/v1/engagements/{engagement_id}/notes",
                segments={"engagement_id": engagement_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def timeline(
        self,
        engagement_id: UUID | str,
        *,
        newest_first: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfTimelineEntryRead]:
        """时间线 (`GET /v1/engagements/{engagement_id}/timeline`)."""
        return self._client.send(
            Call[models.PageOfTimelineEntryRead](
                "GET",
                "/v1/engagements/{engagement_id}/timeline",
                segments={"engagement_id": engagement_id},
                query={"newest_first": newest_first, "limit": limit, "cursor": cursor},
            )
        )

    def timeline_all(
        self, engagement_id: UUID | str, *, newest_first: bool | None = None, limit: int | None = None
    ) -> Iterator[models.TimelineEntryRead]:
        """时间线 (`GET /v1/engagements/{engagement_id}/timeline`), item by item."""
        return self._client.each(
            Call[models.PageOfTimelineEntryRead](
                "GET",
                "/v1/engagements/{engagement_id}/timeline",
                segments={"engagement_id": engagement_id},
                query={"newest_first": newest_first, "limit": limit},
            )
        )

    def list_reviews(
        self, *, state: models.ReviewState | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfReviewRead]:
        """对接核查列表 (`GET /v1/engagement-reviews`)."""
        return self._client.send(
            Call[models.PageOfReviewRead](
                "GET", "/v1/engagement-reviews", query={"state": state, "limit": limit, "cursor": cursor}
            )
        )

    def list_reviews_all(
        self, *, state: models.ReviewState | None = None, limit: int | None = None
    ) -> Iterator[models.ReviewRead]:
        """对接核查列表 (`GET /v1/engagement-reviews`), item by item."""
        return self._client.each(
            Call[models.PageOfReviewRead](
                "GET", "/v1/engagement-reviews", query={"state": state, "limit": limit}
            )
        )

    def get_review(self, review_id: UUID | str) -> Answer[models.ReviewRead]:
        """一项对接核查 (`GET /v1/engagement-reviews/{review_id}`)."""
        return self._client.send(
            Call[models.ReviewRead](
                "GET", "/v1/engagement-reviews/{review_id}", segments={"review_id": review_id}
            )
        )

    def decide_review(
        self, review_id: UUID | str, body: models.ReviewDecision, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ReviewRead]:
        """作出核查结论 (`POST /v1/engagement-reviews/{review_id}/decision`)."""
        return self._client.send(
            Call[models.ReviewRead](
                "POST",
                "/v1/engagement-reviews/{review_id}/decision",
                segments={"review_id": review_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def list_tasks(
        self,
        *,
        state: Sequence[Literal["open", "done", "dropped"]] | None = None,
        due_before: date | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfTaskRead]:
        """全部对接的任务 (`GET /v1/tasks`)."""
        return self._client.send(
            Call[models.PageOfTaskRead](
                "GET",
                "/v1/tasks",
                query={"state": state, "due_before": due_before, "limit": limit, "cursor": cursor},
            )
        )

    def list_tasks_all(
        self,
        *,
        state: Sequence[Literal["open", "done", "dropped"]] | None = None,
        due_before: date | str | None = None,
        limit: int | None = None,
    ) -> Iterator[models.TaskRead]:
        """全部对接的任务 (`GET /v1/tasks`), item by item."""
        return self._client.each(
            Call[models.PageOfTaskRead](
                "GET", "/v1/tasks", query={"state": state, "due_before": due_before, "limit": limit}
            )
        )

    def tasks(
        self, engagement_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfTaskRead]:
        """一个对接的任务 (`GET /v1/engagements/{engagement_id}/tasks`)."""
        return self._client.send(
            Call[models.PageOfTaskRead](
                "GET",
                "/v1/engagements/{engagement_id}/tasks",
                segments={"engagement_id": engagement_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def tasks_all(self, engagement_id: UUID | str, *, limit: int | None = None) -> Iterator[models.TaskRead]:
        """一个对接的任务 (`GET /v1/engagements/{engagement_id}/tasks`), item by item."""
        return self._client.each(
            Call[models.PageOfTaskRead](
                "GET",
                "/v1/engagements/{engagement_id}/tasks",
                segments={"engagement_id": engagement_id},
                query={"limit": limit},
            )
        )

    def add_task(
        self, engagement_id: UUID | str, body: models.TaskCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.TaskRead]:
        """新建任务 (`POST /v1/engagements/{engagement_id}/tasks`)."""
        return self._client.send(
            Call[models.TaskRead](
                "POST",
                "/v1/engagements/{engagement_id}/tasks",
                segments={"engagement_id": engagement_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    def change_task(
        self,
        engagement_id: UUID | str,
        task_id: UUID | str,
        body: models.TaskPatch,
        *,
        if_match: Answer[Any] | str,
    ) -> Answer[models.TaskRead]:
        """修改任务 (`PATCH /v1/engagements/{engagement_id}/tasks/{task_id}`)."""
        return self._client.send(
            Call[models.TaskRead](
                "PATCH",
                "/v1/engagements/{engagement_id}/tasks/{task_id}",
                segments={"engagement_id": engagement_id, "task_id": task_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def add_file(
        self, engagement_id: UUID | str, file: Upload | Path, *, idempotency_key: str | None = None
    ) -> Answer[models.FileRead]:
        """上传文件 (`POST /v1/engagements/{engagement_id}/files`)."""
        return self._client.send(
            Call[models.FileRead](
                "POST",
                "/v1/engagements/{engagement_id}/files",
                segments={"engagement_id": engagement_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                files={"file": file},
            )
        )

    def files(
        self, engagement_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfFileRead]:
        """文件列表 (`GET /v1/engagements/{engagement_id}/files`)."""
        return self._client.send(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/engagements/{engagement_id}/files",
                segments={"engagement_id": engagement_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def files_all(self, engagement_id: UUID | str, *, limit: int | None = None) -> Iterator[models.FileRead]:
        """文件列表 (`GET /v1/engagements/{engagement_id}/files`), item by item."""
        return self._client.each(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/engagements/{engagement_id}/files",
                segments={"engagement_id": engagement_id},
                query={"limit": limit},
            )
        )

    def download_file(
        self, engagement_id: UUID | str, file_id: UUID | str, *, into: BinaryIO | None = None
    ) -> File:
        """下载文件 (`GET /v1/engagements/{engagement_id}/files/{file_id}/content`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/engagements/{engagement_id}/files/{file_id}/content",
                segments={"engagement_id": engagement_id, "file_id": file_id},
            ),
            into,
        )

    def remove_file(self, engagement_id: UUID | str, file_id: UUID | str) -> Answer[None]:
        """删除文件 (`DELETE /v1/engagements/{engagement_id}/files/{file_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/engagements/{engagement_id}/files/{file_id}",
                segments={"engagement_id": engagement_id, "file_id": file_id},
            )
        )


class AsyncEngagements:
    """对接 Engagements."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def list(
        self,
        *,
        stage: Sequence[models.Stage] | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        manager_id: UUID | str | None = None,
        opened_from: datetime | str | None = None,
        opened_before: datetime | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfEngagementRow]:
        """对接列表 (`GET /v1/engagements`)."""
        return await self._client.send(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/engagements",
                query={
                    "stage": stage,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "manager_id": manager_id,
                    "opened_from": opened_from,
                    "opened_before": opened_before,
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
        *,
        stage: Sequence[models.Stage] | None = None,
        demand_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        manager_id: UUID | str | None = None,
        opened_from: datetime | str | None = None,
        opened_before: datetime | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.EngagementRow]:
        """对接列表 (`GET /v1/engagements`), item by item."""
        return self._client.each(
            Call[models.PageOfEngagementRow](
                "GET",
                "/v1/engagements",
                query={
                    "stage": stage,
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "manager_id": manager_id,
                    "opened_from": opened_from,
                    "opened_before": opened_before,
                    "limit": limit,
                },
            )
        )

    async def get(self, engagement_id: UUID | str) -> Answer[models.EngagementRead]:
        """一个对接 (`GET /v1/engagements/{engagement_id}`)."""
        return await self._client.send(
            Call[models.EngagementRead](
                "GET", "/v1/engagements/{engagement_id}", segments={"engagement_id": engagement_id}
            )
        )

    async def move(
        self,
        engagement_id: UUID | str,
        body: models.MoveRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.EngagementRead]:
        """变更阶段 (`POST /v1/engagements/{engagement_id}/moves`)."""
        return await self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/moves",
                segments={"engagement_id": engagement_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def invite(
        self, engagement_id: UUID | str, body: models.InvitationRequest
    ) -> Answer[models.EngagementRead]:
        """邀请参与方 (`POST /v1/engagements/{engagement_id}/participants`)."""
        return await self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/participants",
                segments={"engagement_id": engagement_id},
                body=body,
            )
        )

    async def consent(
        self, engagement_id: UUID | str, participant_id: UUID | str
    ) -> Answer[models.EngagementRead]:
        """同意参与 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/consent`)."""
        return await self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/consent",
                segments={"engagement_id": engagement_id, "participant_id": participant_id},
            )
        )

    async def decline(self, engagement_id: UUID | str, participant_id: UUID | str) -> Answer[None]:
        """谢绝参与 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/decline`)."""
        return await self._client.send(
            Call[None](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/decline",
                segments={"engagement_id": engagement_id, "participant_id": participant_id},
            )
        )

    async def open_files(
        self, engagement_id: UUID | str, participant_id: UUID | str, step: Literal["open", "close"]
    ) -> Answer[models.EngagementRead]:
        """向第三方开放或停止 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/files/{step}`)."""
        return await self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/files/{step}",
                segments={"engagement_id": engagement_id, "participant_id": participant_id, "step": step},
            )
        )

    async def leave(self, engagement_id: UUID | str, participant_id: UUID | str) -> Answer[None]:
        """撤回同意 (`POST /v1/engagements/{engagement_id}/participants/{participant_id}/leave`)."""
        return await self._client.send(
            Call[None](
                "POST",
                "/v1/engagements/{engagement_id}/participants/{participant_id}/leave",
                segments={"engagement_id": engagement_id, "participant_id": participant_id},
            )
        )

    async def give_undertaking(
        self, engagement_id: UUID | str, body: models.UndertakingRequest
    ) -> Answer[models.EngagementRead]:
        """作出保密承诺 (`POST /v1/engagements/{engagement_id}/undertakings`)."""
        return await self._client.send(
            Call[models.EngagementRead](
                "POST",
                "/v1/engagements/{engagement_id}/undertakings",
                segments={"engagement_id": engagement_id},
                body=body,
            )
        )

    async def contacts(self, engagement_id: UUID | str) -> Answer[builtins.list[models.ContactRead]]:
        """查看联系方式 (`POST /v1/engagements/{engagement_id}/contacts`)."""
        return await self._client.send(
            Call[builtins.list[models.ContactRead]](
                "POST", "/v1/engagements/{engagement_id}/contacts", segments={"engagement_id": engagement_id}
            )
        )

    async def reveals(
        self, engagement_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfRevealRead]:
        """联系方式查看记录 (`GET /v1/engagements/{engagement_id}/reveals`)."""
        return await self._client.send(
            Call[models.PageOfRevealRead](
                "GET",
                "/v1/engagements/{engagement_id}/reveals",
                segments={"engagement_id": engagement_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def reveals_all(
        self, engagement_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.RevealRead]:
        """联系方式查看记录 (`GET /v1/engagements/{engagement_id}/reveals`), item by item."""
        return self._client.each(
            Call[models.PageOfRevealRead](
                "GET",
                "/v1/engagements/{engagement_id}/reveals",
                segments={"engagement_id": engagement_id},
                query={"limit": limit},
            )
        )

    async def propose_shares(
        self, engagement_id: UUID | str, body: models.SharesRequest
    ) -> Answer[builtins.list[models.ShareRead]]:
        """提出分成 (`PUT /v1/engagements/{engagement_id}/shares`)."""
        return await self._client.send(
            Call[builtins.list[models.ShareRead]](
                "PUT",
                "/v1/engagements/{engagement_id}/shares",
                segments={"engagement_id": engagement_id},
                body=body,
            )
        )

    async def confirm_share(self, engagement_id: UUID | str) -> Answer[builtins.list[models.ShareRead]]:
        """确认本人分成 (`POST /v1/engagements/{engagement_id}/shares/confirm`)."""
        return await self._client.send(
            Call[builtins.list[models.ShareRead]](
                "POST",
                "/v1/engagements/{engagement_id}/shares/confirm",
                segments={"engagement_id": engagement_id},
            )
        )

    async def add_note(
        self, engagement_id: UUID | str, body: models.NoteRequest, *, idempotency_key: str | None = None
    ) -> Answer[models.TimelineEntryRead]:
        """添加记录 (`POST /v1/engagements/{engagement_id}/notes`)."""
        return await self._client.send(
            Call[models.TimelineEntryRead](
                "POST",
                "/v1/engagements/{engagement_id}/notes",
                segments={"engagement_id": engagement_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def timeline(
        self,
        engagement_id: UUID | str,
        *,
        newest_first: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfTimelineEntryRead]:
        """时间线 (`GET /v1/engagements/{engagement_id}/timeline`)."""
        return await self._client.send(
            Call[models.PageOfTimelineEntryRead](
                "GET",
                "/v1/engagements/{engagement_id}/timeline",
                segments={"engagement_id": engagement_id},
                query={"newest_first": newest_first, "limit": limit, "cursor": cursor},
            )
        )

    def timeline_all(
        self, engagement_id: UUID | str, *, newest_first: bool | None = None, limit: int | None = None
    ) -> AsyncIterator[models.TimelineEntryRead]:
        """时间线 (`GET /v1/engagements/{engagement_id}/timeline`), item by item."""
        return self._client.each(
            Call[models.PageOfTimelineEntryRead](
                "GET",
                "/v1/engagements/{engagement_id}/timeline",
                segments={"engagement_id": engagement_id},
                query={"newest_first": newest_first, "limit": limit},
            )
        )

    async def list_reviews(
        self, *, state: models.ReviewState | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfReviewRead]:
        """对接核查列表 (`GET /v1/engagement-reviews`)."""
        return await self._client.send(
            Call[models.PageOfReviewRead](
                "GET", "/v1/engagement-reviews", query={"state": state, "limit": limit, "cursor": cursor}
            )
        )

    def list_reviews_all(
        self, *, state: models.ReviewState | None = None, limit: int | None = None
    ) -> AsyncIterator[models.ReviewRead]:
        """对接核查列表 (`GET /v1/engagement-reviews`), item by item."""
        return self._client.each(
            Call[models.PageOfReviewRead](
                "GET", "/v1/engagement-reviews", query={"state": state, "limit": limit}
            )
        )

    async def get_review(self, review_id: UUID | str) -> Answer[models.ReviewRead]:
        """一项对接核查 (`GET /v1/engagement-reviews/{review_id}`)."""
        return await self._client.send(
            Call[models.ReviewRead](
                "GET", "/v1/engagement-reviews/{review_id}", segments={"review_id": review_id}
            )
        )

    async def decide_review(
        self, review_id: UUID | str, body: models.ReviewDecision, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ReviewRead]:
        """作出核查结论 (`POST /v1/engagement-reviews/{review_id}/decision`)."""
        return await self._client.send(
            Call[models.ReviewRead](
                "POST",
                "/v1/engagement-reviews/{review_id}/decision",
                segments={"review_id": review_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def list_tasks(
        self,
        *,
        state: Sequence[Literal["open", "done", "dropped"]] | None = None,
        due_before: date | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfTaskRead]:
        """全部对接的任务 (`GET /v1/tasks`)."""
        return await self._client.send(
            Call[models.PageOfTaskRead](
                "GET",
                "/v1/tasks",
                query={"state": state, "due_before": due_before, "limit": limit, "cursor": cursor},
            )
        )

    def list_tasks_all(
        self,
        *,
        state: Sequence[Literal["open", "done", "dropped"]] | None = None,
        due_before: date | str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.TaskRead]:
        """全部对接的任务 (`GET /v1/tasks`), item by item."""
        return self._client.each(
            Call[models.PageOfTaskRead](
                "GET", "/v1/tasks", query={"state": state, "due_before": due_before, "limit": limit}
            )
        )

    async def tasks(
        self, engagement_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfTaskRead]:
        """一个对接的任务 (`GET /v1/engagements/{engagement_id}/tasks`)."""
        return await self._client.send(
            Call[models.PageOfTaskRead](
                "GET",
                "/v1/engagements/{engagement_id}/tasks",
                segments={"engagement_id": engagement_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def tasks_all(
        self, engagement_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.TaskRead]:
        """一个对接的任务 (`GET /v1/engagements/{engagement_id}/tasks`), item by item."""
        return self._client.each(
            Call[models.PageOfTaskRead](
                "GET",
                "/v1/engagements/{engagement_id}/tasks",
                segments={"engagement_id": engagement_id},
                query={"limit": limit},
            )
        )

    async def add_task(
        self, engagement_id: UUID | str, body: models.TaskCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.TaskRead]:
        """新建任务 (`POST /v1/engagements/{engagement_id}/tasks`)."""
        return await self._client.send(
            Call[models.TaskRead](
                "POST",
                "/v1/engagements/{engagement_id}/tasks",
                segments={"engagement_id": engagement_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                body=body,
            )
        )

    async def change_task(
        self,
        engagement_id: UUID | str,
        task_id: UUID | str,
        body: models.TaskPatch,
        *,
        if_match: Answer[Any] | str,
    ) -> Answer[models.TaskRead]:
        """修改任务 (`PATCH /v1/engagements/{engagement_id}/tasks/{task_id}`)."""
        return await self._client.send(
            Call[models.TaskRead](
                "PATCH",
                "/v1/engagements/{engagement_id}/tasks/{task_id}",
                segments={"engagement_id": engagement_id, "task_id": task_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def add_file(
        self, engagement_id: UUID | str, file: Upload | Path, *, idempotency_key: str | None = None
    ) -> Answer[models.FileRead]:
        """上传文件 (`POST /v1/engagements/{engagement_id}/files`)."""
        return await self._client.send(
            Call[models.FileRead](
                "POST",
                "/v1/engagements/{engagement_id}/files",
                segments={"engagement_id": engagement_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                files={"file": file},
            )
        )

    async def files(
        self, engagement_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfFileRead]:
        """文件列表 (`GET /v1/engagements/{engagement_id}/files`)."""
        return await self._client.send(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/engagements/{engagement_id}/files",
                segments={"engagement_id": engagement_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def files_all(
        self, engagement_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.FileRead]:
        """文件列表 (`GET /v1/engagements/{engagement_id}/files`), item by item."""
        return self._client.each(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/engagements/{engagement_id}/files",
                segments={"engagement_id": engagement_id},
                query={"limit": limit},
            )
        )

    async def download_file(
        self, engagement_id: UUID | str, file_id: UUID | str, *, into: BinaryIO | None = None
    ) -> File:
        """下载文件 (`GET /v1/engagements/{engagement_id}/files/{file_id}/content`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/engagements/{engagement_id}/files/{file_id}/content",
                segments={"engagement_id": engagement_id, "file_id": file_id},
            ),
            into,
        )

    async def remove_file(self, engagement_id: UUID | str, file_id: UUID | str) -> Answer[None]:
        """删除文件 (`DELETE /v1/engagements/{engagement_id}/files/{file_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/engagements/{engagement_id}/files/{file_id}",
                segments={"engagement_id": engagement_id, "file_id": file_id},
            )
        )


class Contracts:
    """技术合同 Contracts."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def create(
        self, body: models.ContractCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ContractRead]:
        """起草技术合同 (`POST /v1/contracts`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST", "/v1/contracts", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    def list(
        self,
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
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfContractRead]:
        """技术合同列表 (`GET /v1/contracts`)."""
        return self._client.send(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/contracts",
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
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
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
        limit: int | None = None,
    ) -> Iterator[models.ContractRead]:
        """技术合同列表 (`GET /v1/contracts`), item by item."""
        return self._client.each(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/contracts",
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
                    "limit": limit,
                },
            )
        )

    def get(self, contract_id: UUID | str) -> Answer[models.ContractRead]:
        """一份技术合同 (`GET /v1/contracts/{contract_id}`)."""
        return self._client.send(
            Call[models.ContractRead](
                "GET", "/v1/contracts/{contract_id}", segments={"contract_id": contract_id}
            )
        )

    def amend(
        self, contract_id: UUID | str, body: models.ContractPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContractRead]:
        """修改或变更 (`PATCH /v1/contracts/{contract_id}`)."""
        return self._client.send(
            Call[models.ContractRead](
                "PATCH",
                "/v1/contracts/{contract_id}",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def sign(
        self, contract_id: UUID | str, body: models.SignRequest, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContractRead]:
        """签署 (`POST /v1/contracts/{contract_id}/sign`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/sign",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def confirm_share(self, contract_id: UUID | str) -> Answer[models.ContractRead]:
        """确认本人分成 (`POST /v1/contracts/{contract_id}/shares/confirm`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST", "/v1/contracts/{contract_id}/shares/confirm", segments={"contract_id": contract_id}
            )
        )

    def withdraw_share(self, contract_id: UUID | str) -> Answer[models.ContractRead]:
        """撤回本人分成确认 (`POST /v1/contracts/{contract_id}/shares/withdraw`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST", "/v1/contracts/{contract_id}/shares/withdraw", segments={"contract_id": contract_id}
            )
        )

    def decline_amendment(
        self,
        contract_id: UUID | str,
        body: models.DeclineRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.ContractRead]:
        """拒绝或撤回变更 (`POST /v1/contracts/{contract_id}/amendment/decline`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/amendment/decline",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def pay(
        self, contract_id: UUID | str, position: int, body: models.PaidRequest
    ) -> Answer[models.ContractRead]:
        """记录付款 (`POST /v1/contracts/{contract_id}/payments/{position}/paid`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/payments/{position}/paid",
                segments={"contract_id": contract_id, "position": position},
                body=body,
            )
        )

    def register(
        self,
        contract_id: UUID | str,
        body: models.RegisterRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.ContractRead]:
        """确认认定登记 (`POST /v1/contracts/{contract_id}/register`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/register",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def land(
        self, contract_id: UUID | str, body: models.LandRequest, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ContractRead]:
        """确认落地 (`POST /v1/contracts/{contract_id}/land`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/land",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def cancel(
        self,
        contract_id: UUID | str,
        body: models.CancelRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.ContractRead]:
        """撤销 (`POST /v1/contracts/{contract_id}/cancel`)."""
        return self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/cancel",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    def versions(
        self, contract_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfContractVersionRead]:
        """历史版本 (`GET /v1/contracts/{contract_id}/versions`)."""
        return self._client.send(
            Call[models.PageOfContractVersionRead](
                "GET",
                "/v1/contracts/{contract_id}/versions",
                segments={"contract_id": contract_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, contract_id: UUID | str, *, limit: int | None = None
    ) -> Iterator[models.ContractVersionRead]:
        """历史版本 (`GET /v1/contracts/{contract_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfContractVersionRead](
                "GET",
                "/v1/contracts/{contract_id}/versions",
                segments={"contract_id": contract_id},
                query={"limit": limit},
            )
        )

    def add_file(
        self, contract_id: UUID | str, file: Upload | Path, *, idempotency_key: str | None = None
    ) -> Answer[models.FileRead]:
        """上传合同文件 (`POST /v1/contracts/{contract_id}/files`)."""
        return self._client.send(
            Call[models.FileRead](
                "POST",
                "/v1/contracts/{contract_id}/files",
                segments={"contract_id": contract_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                files={"file": file},
            )
        )

    def files(
        self, contract_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfFileRead]:
        """合同文件列表 (`GET /v1/contracts/{contract_id}/files`)."""
        return self._client.send(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/contracts/{contract_id}/files",
                segments={"contract_id": contract_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def files_all(self, contract_id: UUID | str, *, limit: int | None = None) -> Iterator[models.FileRead]:
        """合同文件列表 (`GET /v1/contracts/{contract_id}/files`), item by item."""
        return self._client.each(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/contracts/{contract_id}/files",
                segments={"contract_id": contract_id},
                query={"limit": limit},
            )
        )

    def download_file(
        self, contract_id: UUID | str, file_id: UUID | str, *, into: BinaryIO | None = None
    ) -> File:
        """下载合同文件 (`GET /v1/contracts/{contract_id}/files/{file_id}/content`), as a file."""
        return self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/contracts/{contract_id}/files/{file_id}/content",
                segments={"contract_id": contract_id, "file_id": file_id},
            ),
            into,
        )

    def remove_file(self, contract_id: UUID | str, file_id: UUID | str) -> Answer[None]:
        """删除合同文件 (`DELETE /v1/contracts/{contract_id}/files/{file_id}`)."""
        return self._client.send(
            Call[None](
                "DELETE",
                "/v1/contracts/{contract_id}/files/{file_id}",
                segments={"contract_id": contract_id, "file_id": file_id},
            )
        )


class AsyncContracts:
    """技术合同 Contracts."""

    def __init__(self, client: AsyncSender) -> None:
        self._client = client

    async def create(
        self, body: models.ContractCreate, *, idempotency_key: str | None = None
    ) -> Answer[models.ContractRead]:
        """起草技术合同 (`POST /v1/contracts`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST", "/v1/contracts", headers={"Idempotency-Key": idempotency_key or new_key()}, body=body
            )
        )

    async def list(
        self,
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
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[models.PageOfContractRead]:
        """技术合同列表 (`GET /v1/contracts`)."""
        return await self._client.send(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/contracts",
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
                    "limit": limit,
                    "cursor": cursor,
                },
            )
        )

    def list_all(
        self,
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
        limit: int | None = None,
    ) -> AsyncIterator[models.ContractRead]:
        """技术合同列表 (`GET /v1/contracts`), item by item."""
        return self._client.each(
            Call[models.PageOfContractRead](
                "GET",
                "/v1/contracts",
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
                    "limit": limit,
                },
            )
        )

    async def get(self, contract_id: UUID | str) -> Answer[models.ContractRead]:
        """一份技术合同 (`GET /v1/contracts/{contract_id}`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "GET", "/v1/contracts/{contract_id}", segments={"contract_id": contract_id}
            )
        )

    async def amend(
        self, contract_id: UUID | str, body: models.ContractPatch, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContractRead]:
        """修改或变更 (`PATCH /v1/contracts/{contract_id}`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "PATCH",
                "/v1/contracts/{contract_id}",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def sign(
        self, contract_id: UUID | str, body: models.SignRequest, *, if_match: Answer[Any] | str
    ) -> Answer[models.ContractRead]:
        """签署 (`POST /v1/contracts/{contract_id}/sign`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/sign",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def confirm_share(self, contract_id: UUID | str) -> Answer[models.ContractRead]:
        """确认本人分成 (`POST /v1/contracts/{contract_id}/shares/confirm`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST", "/v1/contracts/{contract_id}/shares/confirm", segments={"contract_id": contract_id}
            )
        )

    async def withdraw_share(self, contract_id: UUID | str) -> Answer[models.ContractRead]:
        """撤回本人分成确认 (`POST /v1/contracts/{contract_id}/shares/withdraw`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST", "/v1/contracts/{contract_id}/shares/withdraw", segments={"contract_id": contract_id}
            )
        )

    async def decline_amendment(
        self,
        contract_id: UUID | str,
        body: models.DeclineRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.ContractRead]:
        """拒绝或撤回变更 (`POST /v1/contracts/{contract_id}/amendment/decline`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/amendment/decline",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def pay(
        self, contract_id: UUID | str, position: int, body: models.PaidRequest
    ) -> Answer[models.ContractRead]:
        """记录付款 (`POST /v1/contracts/{contract_id}/payments/{position}/paid`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/payments/{position}/paid",
                segments={"contract_id": contract_id, "position": position},
                body=body,
            )
        )

    async def register(
        self,
        contract_id: UUID | str,
        body: models.RegisterRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.ContractRead]:
        """确认认定登记 (`POST /v1/contracts/{contract_id}/register`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/register",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def land(
        self, contract_id: UUID | str, body: models.LandRequest, *, if_match: Answer[Any] | str | None = None
    ) -> Answer[models.ContractRead]:
        """确认落地 (`POST /v1/contracts/{contract_id}/land`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/land",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def cancel(
        self,
        contract_id: UUID | str,
        body: models.CancelRequest,
        *,
        if_match: Answer[Any] | str | None = None,
    ) -> Answer[models.ContractRead]:
        """撤销 (`POST /v1/contracts/{contract_id}/cancel`)."""
        return await self._client.send(
            Call[models.ContractRead](
                "POST",
                "/v1/contracts/{contract_id}/cancel",
                segments={"contract_id": contract_id},
                headers={"If-Match": if_match},
                body=body,
            )
        )

    async def versions(
        self, contract_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfContractVersionRead]:
        """历史版本 (`GET /v1/contracts/{contract_id}/versions`)."""
        return await self._client.send(
            Call[models.PageOfContractVersionRead](
                "GET",
                "/v1/contracts/{contract_id}/versions",
                segments={"contract_id": contract_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def versions_all(
        self, contract_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.ContractVersionRead]:
        """历史版本 (`GET /v1/contracts/{contract_id}/versions`), item by item."""
        return self._client.each(
            Call[models.PageOfContractVersionRead](
                "GET",
                "/v1/contracts/{contract_id}/versions",
                segments={"contract_id": contract_id},
                query={"limit": limit},
            )
        )

    async def add_file(
        self, contract_id: UUID | str, file: Upload | Path, *, idempotency_key: str | None = None
    ) -> Answer[models.FileRead]:
        """上传合同文件 (`POST /v1/contracts/{contract_id}/files`)."""
        return await self._client.send(
            Call[models.FileRead](
                "POST",
                "/v1/contracts/{contract_id}/files",
                segments={"contract_id": contract_id},
                headers={"Idempotency-Key": idempotency_key or new_key()},
                files={"file": file},
            )
        )

    async def files(
        self, contract_id: UUID | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Answer[models.PageOfFileRead]:
        """合同文件列表 (`GET /v1/contracts/{contract_id}/files`)."""
        return await self._client.send(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/contracts/{contract_id}/files",
                segments={"contract_id": contract_id},
                query={"limit": limit, "cursor": cursor},
            )
        )

    def files_all(
        self, contract_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[models.FileRead]:
        """合同文件列表 (`GET /v1/contracts/{contract_id}/files`), item by item."""
        return self._client.each(
            Call[models.PageOfFileRead](
                "GET",
                "/v1/contracts/{contract_id}/files",
                segments={"contract_id": contract_id},
                query={"limit": limit},
            )
        )

    async def download_file(
        self, contract_id: UUID | str, file_id: UUID | str, *, into: BinaryIO | None = None
    ) -> File:
        """下载合同文件 (`GET /v1/contracts/{contract_id}/files/{file_id}/content`), as a file."""
        return await self._client.fetch(
            Call[bytes](
                "GET",
                "/v1/contracts/{contract_id}/files/{file_id}/content",
                segments={"contract_id": contract_id, "file_id": file_id},
            ),
            into,
        )

    async def remove_file(self, contract_id: UUID | str, file_id: UUID | str) -> Answer[None]:
        """删除合同文件 (`DELETE /v1/contracts/{contract_id}/files/{file_id}`)."""
        return await self._client.send(
            Call[None](
                "DELETE",
                "/v1/contracts/{contract_id}/files/{file_id}",
                segments={"contract_id": contract_id, "file_id": file_id},
            )
        )
