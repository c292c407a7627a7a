"""Routes for the inbox and for pushes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from app.accounts.access.permissions import CurrentPrincipal
from app.conditional_requests import IfMatch, tagged
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.matching.feedback.impressions import Shown
from app.paging import Page, Paging
from app.pushes.inbox import service as inbox
from app.pushes.inbox import undo as undoing
from app.pushes.inbox.listing import PushFilter, inbox_page, push_page
from app.pushes.inbox.planning_request import request_plan
from app.pushes.inbox.presenter import read_one
from app.pushes.models import Push, PushState
from app.pushes.policy import Policy, current_policy
from app.pushes.schemas import Decline, Later, Planned, PlanRequest, PushRead
from app.services import AllServices, AppSettings

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))

_ANSWERS = problems(NotFound, Conflict, StaleVersion)


@dataclass(frozen=True)
class _PushChange:
    """A request to change one push: what all its routes take."""

    push_id: UUID
    principal: CurrentPrincipal
    session: WriteSession
    response: Response
    services: AllServices
    if_match: IfMatch = None

    @property
    def policy(self) -> Policy:
        return current_policy(self.session, self.services)

    def run(self, command: Callable[..., Push], **facts: Any) -> PushRead:
        """Run a command of the inbox; the changed push, with its ETag."""
        push = command(self.session, self.push_id, principal=self.principal, if_match=self.if_match, **facts)
        return tagged(
            self.response, push, read_one(self.session, push, principal=self.principal, policy=self.policy)
        )


PushChange = Annotated[_PushChange, Depends()]

States = Annotated[list[PushState] | None, Query(alias="state", description="状态，可多选")]


@router.get("/inbox", summary="收件箱", response_model_exclude_unset=True)
def list_inbox(
    principal: CurrentPrincipal,
    session: ReadSession,
    services: AllServices,
    shown_lists: Shown,
    paging: Paging,
    states: States = None,
) -> Page[PushRead]:
    """本人的推送，按排序分与时间综合排列，最佳的在前。未选状态时仅列出待处理的推送：未读、已读未答复、已到提醒时间的。"""
    policy = current_policy(session, services)
    return inbox_page(session, paging, states, principal=principal, policy=policy, shown_lists=shown_lists)


@router.get("/pushes", summary="推送列表", response_model_exclude_unset=True)
def list_pushes(
    principal: CurrentPrincipal,
    session: ReadSession,
    services: AllServices,
    paging: Paging,
    manager_id: Annotated[UUID | None, Query(description="技术经理人")] = None,
    demand_id: Annotated[UUID | None, Query(description="技术需求")] = None,
    achievement_id: Annotated[UUID | None, Query(description="技术成果")] = None,
    states: States = None,
) -> Page[PushRead]:
    """按时间倒序排列。管理部门可查看全部，技术经理人仅可查看本人的推送。"""
    wanted = PushFilter(manager_id, demand_id, achievement_id, tuple(states or ()))
    policy = current_policy(session, services)
    return push_page(session, paging, wanted, principal=principal, policy=policy)


@router.post(
    "/pushes/plan",
    summary="重新安排一条记录的推送",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound, Invalid),
)
def plan_pushes(wanted: PlanRequest, principal: CurrentPrincipal, session: WriteSession) -> Planned:
    """由管理部门在经理人名额空出后补充推送；推送规则照常适用，已推送的不会重复。"""
    event_id = request_plan(session, wanted, principal=principal)
    return Planned(event_id=event_id)


@router.get(
    "/pushes/{push_id}", summary="推送详情", response_model_exclude_unset=True, responses=problems(NotFound)
)
def get_push(
    push_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    services: AllServices,
    response: Response,
) -> PushRead:
    """查看不改变状态；如需标记为已读，请使用 POST …/read。"""
    push = inbox.get_push(session, push_id, principal=principal)
    policy = current_policy(session, services)
    return tagged(response, push, read_one(session, push, principal=principal, policy=policy))


@router.post(
    "/pushes/{push_id}/read", summary="标记为已读", response_model_exclude_unset=True, responses=_ANSWERS
)
def mark_read(change: PushChange) -> PushRead:
    return change.run(inbox.mark_read)


@router.post(
    "/pushes/{push_id}/accept", summary="接收", response_model_exclude_unset=True, responses=_ANSWERS
)
def accept(change: PushChange, settings: AppSettings) -> PushRead:
    """接收并开始对接。已达在办上限、存在利益冲突、记录已下架、已有他人对接或供需一方无意向时返回 409，并说明原因。"""
    return change.run(inbox.accept, undo=settings.push_undo, repush=change.policy.repush)


@router.post(
    "/pushes/{push_id}/decline", summary="谢绝", response_model_exclude_unset=True, responses=_ANSWERS
)
def decline(change: PushChange, answer: Sent[Decline], settings: AppSettings) -> PushRead:
    """谢绝后，该供需对转派给下一位技术经理人；仅当记录在谢绝原因所涉方面有变化时，才会再次推送给本人。"""
    return change.run(inbox.decline, reason=answer.reason, note=answer.note, undo=settings.push_undo)


@router.post(
    "/pushes/{push_id}/undo", summary="撤回答复", response_model_exclude_unset=True, responses=_ANSWERS
)
def undo(change: PushChange) -> PushRead:
    """在期限内撤回接收或谢绝，推送恢复为已读状态。因谢绝而转派给下一位经理人的推送，尚未阅读的随之取消。"""
    return change.run(undoing.undo, policy=change.policy)


@router.post(
    "/pushes/{push_id}/later", summary="稍后处理", response_model_exclude_unset=True, responses=_ANSWERS
)
def later(change: PushChange, answer: Sent[Later]) -> PushRead:
    """在提醒时间之前，该推送不在收件箱中显示。"""
    return change.run(inbox.postpone, until=answer.until)
