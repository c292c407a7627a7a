"""Routes of engagements: lists, stage changes, participants, contacts, shares and timeline."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts.access.permissions import Action, CurrentPrincipal
from app.accounts.access.principal import Principal
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, tagged, versioned
from app.database import ReadSession, WriteSession
from app.engagements import contact_visibility, presenter
from app.engagements.access import participation_of
from app.engagements.lifecycle import stage_changes
from app.engagements.lists.details import reveals_page, timeline_page
from app.engagements.lists.engagements import engagement_page
from app.engagements.models import Stage
from app.engagements.people import admissions, invitations, participants, undertakings
from app.engagements.schemas import (
    ContactRead,
    EngagementRead,
    EngagementRow,
    InvitationRequest,
    MoveRequest,
    NoteRequest,
    RevealRead,
    ShareRead,
    SharesRequest,
    TimelineEntryRead,
    UndertakingRequest,
)
from app.engagements.shares import service as manager_shares
from app.engagements.timeline import notes
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    Unauthenticated,
    problems,
)
from app.errors.handlers import problem_response
from app.errors.request_bodies import Sent
from app.paging import Page, Paging

TAG = "对接 Engagements"
router = APIRouter(
    prefix="/v1/engagements", tags=[TAG], responses=problems(Unauthenticated, Forbidden, Invalid)
)

CHANGING = problems(NotFound, Conflict, Invalid, StaleVersion)


def answer(
    session: WriteSession, engagement_id: UUID, principal: Principal, response: Response
) -> EngagementRead:
    """The engagement in its current state for the reader, with its ETag."""
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_READ, principal=principal, invited=True
    )
    return tagged(
        response, participation.engagement, presenter.read_one(session, participation, principal=principal)
    )


@router.get("", name="list", summary="对接列表", response_model_exclude_unset=True)
def list_(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    stages: Annotated[list[Stage] | None, Query(alias="stage", description="阶段，可多选")] = None,
    demand_id: UUID | None = None,
    achievement_id: UUID | None = None,
    manager_id: Annotated[UUID | None, Query(description="牵头技术经理人")] = None,
    opened_from: Annotated[datetime | None, Query(description="开始时间不早于")] = None,
    opened_before: Annotated[datetime | None, Query(description="开始时间早于")] = None,
) -> Page[EngagementRow]:
    """按开始时间由新到旧排列。管理部门可查看全部，其他用户仅可查看受邀或参与的对接。"""
    return engagement_page(
        session,
        paging,
        principal=principal,
        stages=stages or (),
        demand_id=demand_id,
        achievement_id=achievement_id,
        manager_id=manager_id,
        opened_from=opened_from,
        opened_before=opened_before,
    )


@router.get(
    "/{engagement_id}",
    name="get",
    summary="一个对接",
    response_model_exclude_unset=True,
    responses=problems(NotFound),
)
def get(
    engagement_id: UUID, principal: CurrentPrincipal, session: ReadSession, response: Response
) -> EngagementRead:
    """受邀但尚未同意的，仅可查看供需对和参与方。"""
    return answer(session, engagement_id, principal, response)


@router.post(
    "/{engagement_id}/moves",
    name="move",
    summary="变更阶段",
    response_model_exclude_unset=True,
    responses=CHANGING,
)
def move(
    engagement_id: UUID,
    body: Sent[MoveRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> EngagementRead:
    """proposed → contacted → meeting → negotiating → signed → landed，或终止（须填原因）。

    会面和洽谈须经双方同意；签约须有已签订的合同，落地须有已确认落地的合同。
    """
    stage_changes.change_stage(
        session,
        engagement_id,
        target=body.to,
        note=body.note,
        reason=body.reason,
        principal=principal,
        if_match=if_match,
    )
    return answer(session, engagement_id, principal, response)


@router.post(
    "/{engagement_id}/participants",
    name="invite",
    summary="邀请参与方",
    response_model_exclude_unset=True,
    responses=CHANGING,
)
def invite(
    engagement_id: UUID,
    body: Sent[InvitationRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
) -> EngagementRead:
    """重复邀请返回 409；已谢绝或已退出的，可再次邀请。"""
    invitations.invite(
        session,
        engagement_id,
        invitation=invitations.Invitation(**dict(body)),
        principal=principal,
    )
    return answer(session, engagement_id, principal, response)


@router.post(
    "/{engagement_id}/participants/{participant_id}/consent",
    name="consent",
    summary="同意参与",
    response_model=EngagementRead,
    response_model_exclude_unset=True,
    responses=CHANGING,
)
def consent(
    engagement_id: UUID,
    participant_id: UUID,
    principal: CurrentPrincipal,
    session: WriteSession,
    request: Request,
    response: Response,
) -> EngagementRead | Response:
    """供需双方均同意后，双方与技术经理人可查看对方联系方式；匿名发布的记录向技术经理人和对方开放。

    须先由主管部门核查的，返回 409（`under_review`）：同意已记下，核查通过后自动生效，结果另行通知。
    """
    held = participants.consent(session, engagement_id, participant_id, principal=principal)
    if held is not None:
        return problem_response(held, request)  # returned, not raised: what was noted is to be stored
    return answer(session, engagement_id, principal, response)


@router.post(
    "/{engagement_id}/participants/{participant_id}/decline",
    name="decline",
    summary="谢绝参与",
    status_code=204,
    responses=CHANGING,
)
def decline(
    engagement_id: UUID, participant_id: UUID, principal: CurrentPrincipal, session: WriteSession
) -> None:
    participants.decline(session, engagement_id, participant_id, principal=principal)


@router.post(
    "/{engagement_id}/participants/{participant_id}/files/{step}",
    name="open_files",
    summary="向第三方开放或停止开放文件",
    response_model_exclude_unset=True,
    responses=CHANGING,
)
def open_files(
    engagement_id: UUID,
    participant_id: UUID,
    step: Literal["open", "close"],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
) -> EngagementRead:
    """供需双方均开放后，投资人、协办技术经理人等第三方方可查看各方文件；任一方可随时停止。"""
    admissions.open_files(session, engagement_id, participant_id, opened=step == "open", principal=principal)
    return answer(session, engagement_id, principal, response)


@router.post(
    "/{engagement_id}/participants/{participant_id}/leave",
    name="leave",
    summary="撤回同意",
    status_code=204,
    responses=CHANGING,
)
def leave(
    engagement_id: UUID, participant_id: UUID, principal: CurrentPrincipal, session: WriteSession
) -> None:
    """立即生效，此后不能再查看联系方式和匿名记录。"""
    participants.leave(session, engagement_id, participant_id, principal=principal)


@router.post(
    "/{engagement_id}/undertakings",
    name="give_undertaking",
    summary="作出保密承诺",
    response_model_exclude_unset=True,
    responses=CHANGING,
)
def give_undertaking(
    engagement_id: UUID,
    body: Sent[UndertakingRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
) -> EngagementRead:
    """须由本人登录后作出；承诺书现行文本见 /v1/legal-texts/undertaking。已承诺的，重复提交无影响。"""
    undertakings.give_undertaking(
        session,
        engagement_id,
        body.side,
        text_version=body.text_version,
        language=body.language,
        principal=principal,
    )
    return answer(session, engagement_id, principal, response)


@router.post("/{engagement_id}/contacts", name="contacts", summary="查看联系方式", responses=CHANGING)
def contacts(engagement_id: UUID, principal: CurrentPrincipal, session: WriteSession) -> list[ContactRead]:
    """每次查看均记入日志，对方可查看查看人和时间。"""
    disclosed = contact_visibility.reveal_contacts(session, engagement_id, principal=principal)
    return [presenter.read_contact(contact) for contact in disclosed]


@router.get(
    "/{engagement_id}/reveals",
    name="reveals",
    summary="联系方式查看记录",
    responses=problems(NotFound, Conflict),
)
def reveals(
    engagement_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[RevealRead]:
    """供需双方仅可查看本方联系方式的查看记录。"""
    return reveals_page(session, engagement_id, paging, principal=principal)


@router.put("/{engagement_id}/shares", name="propose_shares", summary="提出分成", responses=CHANGING)
def propose_shares(
    engagement_id: UUID, body: Sent[SharesRequest], principal: CurrentPrincipal, session: WriteSession
) -> list[ShareRead]:
    """由牵头经理人提出，须包含全部技术经理人且合计 100%；其他经理人分别确认。"""
    given = [(share.manager_id, share.percent) for share in body.shares]
    shares = manager_shares.share_managers(session, given, principal=principal)
    rows = manager_shares.propose_shares(session, engagement_id, shares=shares, principal=principal)
    return [ShareRead.model_validate(row) for row in rows]


@router.post(
    "/{engagement_id}/shares/confirm", name="confirm_share", summary="确认本人分成", responses=CHANGING
)
def confirm_share(engagement_id: UUID, principal: CurrentPrincipal, session: WriteSession) -> list[ShareRead]:
    rows = manager_shares.confirm_shares(session, engagement_id, principal=principal)
    return [ShareRead.model_validate(row) for row in rows]


@router.post(
    "/{engagement_id}/notes",
    name="add_note",
    summary="添加记录",
    status_code=201,
    response_model=TimelineEntryRead,
    responses=CHANGING,
)
def add_note(
    engagement_id: UUID,
    body: Sent[NoteRequest],
    principal: CurrentPrincipal,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    def create() -> Response:
        entry = notes.add_note(session, engagement_id, text=body.text, principal=principal)
        return versioned(TimelineEntryRead.model_validate(entry), None, status=201)

    return request.once(body, create)


@router.get(
    "/{engagement_id}/timeline",
    name="timeline",
    summary="时间线",
    responses=problems(NotFound, Conflict),
)
def read_timeline(
    engagement_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    newest_first: bool = True,
) -> Page[TimelineEntryRead]:
    """阶段变更、记录、参与方、任务、文件和合同，按时间排列；投资人不能查看合同记录。"""
    return timeline_page(session, engagement_id, paging, principal=principal, newest_first=newest_first)
