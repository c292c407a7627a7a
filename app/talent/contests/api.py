"""Routes of contests and events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, allowed, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.paging import Page, Paging, Sort, fetch_page
from app.talent.contests import service
from app.talent.contests.lookup import find_contest
from app.talent.contests.models import (
    Contest,
    ContestKind,
    ContestState,
    RegistrationState,
)
from app.talent.contests.registrations import counts
from app.talent.contests.schemas import (
    ContestCreate,
    ContestNote,
    ContestPatch,
    ContestRead,
)
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create

router = APIRouter(prefix="/v1", tags=["大赛与活动 Contests"], responses=problems(Unauthenticated, Forbidden))

_NEWEST = Sort(Contest.starts_at, datetime, descending=True, name="contests")
_STATES = {state.value: state for state in ContestState}
_KINDS = {kind.value: kind for kind in ContestKind}


@router.post(
    "/contests", summary="新建大赛或活动", status_code=201, response_model=ContestRead, responses=CREATING
)
def make_contest(
    body: ContestCreate,
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    def make() -> tuple[ContestRead, Contest]:
        contest = service.create(session, body, principal=principal)
        return _read(session, [contest])[0], contest

    return create(request, body, make, location="/v1/contests")


@router.get("/contests", summary="大赛与活动列表", responses=LISTING)
def list_contests(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    kind: Annotated[ContestKind | None, Query(description="类型")] = None,
    states: Annotated[list[ContestState] | None, Query(alias="state", description="状态,可多选")] = None,
) -> Page[ContestRead]:
    """按开始时间由晚到早排列。草稿仅管理部门可查看。"""
    require(principal, Action.CONTEST_READ)
    query = select(Contest)
    if not allowed(principal, Action.CONTEST_MANAGE, own=False):
        query = query.where(Contest.state != ContestState.DRAFT)
    if kind is not None:
        query = query.where(Contest.kind == kind)
    if states:
        query = query.where(Contest.state.in_(states))
    rows, next_cursor = fetch_page(session, query, _NEWEST, paging)
    return Page(items=_read(session, rows), next_cursor=next_cursor)


@router.get("/contests/{contest_id}", summary="一项大赛或活动", response_model=ContestRead, responses=READING)
def get_contest(contest_id: UUID, principal: CurrentPrincipal, session: ReadSession) -> Response:
    contest = find_contest(session, contest_id, principal=principal)
    return versioned(_read(session, [contest])[0], contest)


@router.patch(
    "/contests/{contest_id}", summary="修改大赛或活动", response_model=ContestRead, responses=CHANGING
)
def change_contest(
    contest_id: UUID,
    body: ContestPatch,
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """增加名额后,候补人员依次递补。"""
    contest = service.change(session, contest_id, body, principal=principal, if_match=if_match)
    return versioned(_read(session, [contest])[0], contest)


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
        body: ContestNote,
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        contest = service.change_state(
            session, contest_id, name, body.note, principal=principal, if_match=if_match
        )
        return versioned(_read(session, [contest])[0], contest)


_add_move("open", "开放报名", "报名截止时间须晚于当前时间。")
_add_move("close", "截止报名", "到达报名截止时间后自动截止。")
_add_move("finish", "公布结果", "名次和奖项向社会公开,奖项作为荣誉写入技术经理人记录。")
_add_move("cancel", "取消", "须说明理由。")


def _read(session: Session, rows: Sequence[Contest]) -> list[ContestRead]:
    numbers = counts(session, [row.id for row in rows])
    columns = ContestRead.model_fields.keys() - {
        "kind",
        "kind_zh",
        "state",
        "state_zh",
        "registered",
        "waiting",
    }
    return [
        ContestRead(
            **{name: getattr(row, name) for name in columns},
            kind=_KINDS[row.kind],
            kind_zh=_KINDS[row.kind].zh,
            state=_STATES[row.state],
            state_zh=_STATES[row.state].zh,
            registered=numbers.get((row.id, RegistrationState.REGISTERED.value), 0),
            waiting=numbers.get((row.id, RegistrationState.WAITING.value), 0),
        )
        for row in rows
    ]
