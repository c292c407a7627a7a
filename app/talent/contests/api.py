"""Routes of contests and events."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import CurrentPrincipal, LoggedIn
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.talent.contests import service
from app.talent.contests.lookup import find_contest
from app.talent.contests.models import (
    Contest,
    ContestKind,
    ContestState,
)
from app.talent.contests.presenter import list_contests as list_contests_for
from app.talent.contests.presenter import read_contests
from app.talent.contests.schemas import (
    ContestCreate,
    ContestNote,
    ContestPatch,
    ContestRead,
)
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create

router = APIRouter(prefix="/v1", tags=["大赛与活动 Contests"], responses=problems(Unauthenticated, Forbidden))


@router.post(
    "/contests", summary="新建大赛或活动", status_code=201, response_model=ContestRead, responses=CREATING
)
def make_contest(
    body: Sent[ContestCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    def make() -> tuple[ContestRead, Contest]:
        contest = service.create(session, body, principal=principal)
        return read_contests(session, [contest])[0], contest

    return create(request, body, make, location="/v1/contests")


@router.get("/contests", summary="大赛与活动列表", responses=LISTING)
def list_contests(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    kind: Annotated[ContestKind | None, Query(description="类型")] = None,
    states: Annotated[list[ContestState] | None, Query(alias="state", description="状态，可多选")] = None,
) -> Page[ContestRead]:
    """按开始时间由晚到早排列。草稿仅管理部门可查看。"""
    return list_contests_for(session, paging, principal=principal, kind=kind, states=states or ())


@router.get("/contests/{contest_id}", summary="一项大赛或活动", response_model=ContestRead, responses=READING)
def get_contest(contest_id: UUID, principal: CurrentPrincipal, session: ReadSession) -> Response:
    contest = find_contest(session, contest_id, principal=principal)
    return versioned(read_contests(session, [contest])[0], contest)


@router.patch(
    "/contests/{contest_id}", summary="修改大赛或活动", response_model=ContestRead, responses=CHANGING
)
def change_contest(
    contest_id: UUID,
    body: Sent[ContestPatch],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """增加名额后，候补人员依次递补。"""
    contest = service.change(session, contest_id, body, principal=principal, if_match=if_match)
    return versioned(read_contests(session, [contest])[0], contest)


def _add_move(name: str, summary: str, text: str) -> None:
    @router.post(
        f"/contests/{{contest_id}}/{name}",
        name=f"{name}_contest",
        summary=summary,
        description=text,
        response_model=ContestRead,
        responses=CHANGING,
    )
    def move(
        contest_id: UUID,
        body: Sent[ContestNote],
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        contest = service.change_state(
            session, contest_id, name, body.note, principal=principal, if_match=if_match
        )
        return versioned(read_contests(session, [contest])[0], contest)


_add_move("open", "开放报名", "报名截止时间须晚于当前时间。")
_add_move("close", "截止报名", "到达报名截止时间后自动截止。")
_add_move("finish", "公布结果", "名次和奖项向社会公开，奖项作为荣誉写入技术经理人记录。")
_add_move("cancel", "取消", "须说明理由。")
