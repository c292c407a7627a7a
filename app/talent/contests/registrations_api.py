"""Routes of registrations and results of contests."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import CurrentPrincipal, LoggedIn
from app.accounts.idempotency import Idempotent
from app.conditional_requests import versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.libraries.managers.models import Manager
from app.paging import Page, Paging, Sort, fetch_page
from app.talent.contests import registrations, service
from app.talent.contests.lookup import find_contest
from app.talent.contests.models import Contest, ContestRegistration, ContestState, RegistrationState
from app.talent.contests.registration_list import registration_page, registrations_read
from app.talent.contests.schemas import PlacingRead, Placings, RegistrationCreate, RegistrationRead
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create

router = APIRouter(prefix="/v1", tags=["大赛与活动 Contests"], responses=problems(Unauthenticated, Forbidden))

_BY_PLACE = Sort(func.coalesce(ContestRegistration.place, 10_000), int, name="placings")


@router.post(
    "/contests/{contest_id}/registrations",
    summary="报名",
    status_code=201,
    response_model=RegistrationRead,
    responses=CREATING,
)
def register(
    contest_id: UUID,
    body: Sent[RegistrationCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """名额已满时进入候补；有人退出时依次递补。"""

    def make() -> tuple[RegistrationRead, ContestRegistration]:
        row = registrations.register(session, contest_id, body, principal=principal)
        return registrations_read(session, [row], principal)[0], row

    return create(request, body, make)


@router.get("/contests/{contest_id}/registrations", summary="报名列表", responses=LISTING | READING)
def list_registrations(
    contest_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    state: Annotated[RegistrationState | None, Query(description="状态")] = None,
) -> Page[RegistrationRead]:
    """按报名时间排列。技术经理人可查看本人记录，机构可查看本单位人员记录，管理部门可查看全部。"""
    return registration_page(session, contest_id, paging, state, principal=principal)


@router.post(
    "/contest-registrations/{registration_id}/withdraw",
    summary="退出报名",
    response_model=RegistrationRead,
    responses=CHANGING,
)
def withdraw(registration_id: UUID, principal: LoggedIn, session: WriteSession) -> Response:
    row = registrations.withdraw(session, registration_id, principal=principal)
    return versioned(registrations_read(session, [row], principal)[0], row)


@router.put("/contests/{contest_id}/placings", summary="录入名次与奖项", responses=CHANGING)
def place(
    contest_id: UUID, body: Sent[Placings], principal: LoggedIn, session: WriteSession
) -> list[RegistrationRead]:
    """报名截止后录入，公布结果前可以修改；未列出的报名不设名次。"""
    rows = service.set_results(session, contest_id, body.placings, principal=principal)
    return registrations_read(session, rows, principal)


@router.get("/contests/{contest_id}/placings", summary="比赛结果", responses=LISTING | READING)
def list_placings(
    contest_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[PlacingRead]:
    """公布后向社会公开，列出有名次或奖项的人员。"""
    contest = find_contest(session, contest_id, principal=principal)
    query = (
        select(ContestRegistration)
        .join(Contest, Contest.id == ContestRegistration.contest_id)
        .where(
            ContestRegistration.contest_id == contest.id,
            Contest.state == ContestState.FINISHED,
            ContestRegistration.place.is_not(None) | ContestRegistration.award.is_not(None),
        )
    )
    rows, next_cursor = fetch_page(session, query, _BY_PLACE, paging)
    names = _names(session, rows)
    items = [
        PlacingRead(
            place=row.place,
            name=names[row.manager_id],
            project=row.project,
            points=row.points,
            award=row.award,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=next_cursor)


def _names(session: Session, rows: Sequence[ContestRegistration]) -> dict[UUID, str]:
    ids = {row.manager_id for row in rows}
    return dict(session.execute(select(Manager.id, Manager.title).where(Manager.id.in_(ids))).all())
