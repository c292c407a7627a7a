"""The routes that move a record of a library from state to state: `/{record_id}/submit`, `/approve`, `/return` …"""

from uuid import UUID

from fastapi import APIRouter, Response

from app.accounts.access.permissions import LoggedIn
from app.conditional_requests import IfMatch
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.libraries.http.dependencies import Runner
from app.libraries.library import Library
from app.libraries.lifecycle.commands import MoveRecord
from app.libraries.lifecycle.transitions import TRANSITIONS, RecordTransition
from app.libraries.record.enums import RecordState
from app.libraries.schemas import Confirmation, Note
from app.load_limits.dependencies import REFUSALS, PublishingTurn
from app.services import AppSettings

CHANGING = problems(Unauthenticated, Forbidden, NotFound, Conflict, StaleVersion, Invalid)

_TRANSITION_ROUTES = {
    "submit": ("提交发布", "提交草稿；无需审核的立即发布，否则待管理部门审核。"),
    "approve": ("审核通过", "管理部门审核通过并发布记录。"),
    "withdraw": ("下架", "下架已发布或待审核的记录，不再公开和匹配。"),
    "close": ("标记成交", "将已发布的记录标记为成交，不再匹配。"),
    "restore": ("恢复为草稿", "将已下架或已成交的记录恢复为草稿，修改后可再次提交。"),
}


def add_transitions(router: APIRouter, library: Library) -> None:
    for name, (summary, description) in _TRANSITION_ROUTES.items():
        add = _add_publication if TRANSITIONS[name].target is RecordState.PUBLISHED else _add_transition
        add(router, library, TRANSITIONS[name], summary, description)
    _add_return(router, library)


def _add_transition(
    router: APIRouter, library: Library, transition: RecordTransition, summary: str, description: str
) -> None:
    @router.post(
        f"/{{record_id}}/{transition.name}",
        name=transition.name,
        summary=summary,
        description=description,
        response_model=library.read_schema,
        responses=CHANGING,
    )
    def move(
        record_id: UUID,
        principal: LoggedIn,
        settings: AppSettings,
        runner: Runner,
        if_match: IfMatch = None,
    ) -> Response:
        return runner.run(
            MoveRecord(
                library=library,
                record_id=record_id,
                transition=transition,
                principal=principal,
                settings=settings,
                if_match=if_match,
            )
        )


def _add_publication(
    router: APIRouter, library: Library, transition: RecordTransition, summary: str, description: str
) -> None:
    @router.post(
        f"/{{record_id}}/{transition.name}",
        name=transition.name,
        summary=summary,
        description=f"{description}有疑问的词（code 为 confirmation_needed）须在 confirmed 中确认。",
        response_model=library.read_schema,
        responses=CHANGING | REFUSALS,
    )
    def publish(
        record_id: UUID,
        principal: LoggedIn,
        _: PublishingTurn,
        settings: AppSettings,
        runner: Runner,
        body: Confirmation | None = None,
        if_match: IfMatch = None,
    ) -> Response:
        return runner.run(
            MoveRecord(
                library=library,
                record_id=record_id,
                transition=transition,
                principal=principal,
                settings=settings,
                if_match=if_match,
                confirmed=tuple(body.confirmed or ()) if body else (),
            )
        )


def _add_return(router: APIRouter, library: Library) -> None:
    @router.post(
        "/{record_id}/return",
        name="return",
        summary="退回修改",
        response_model=library.read_schema,
        responses=CHANGING,
    )
    def return_to_owner(
        record_id: UUID,
        body: Sent[Note],
        principal: LoggedIn,
        settings: AppSettings,
        runner: Runner,
        if_match: IfMatch = None,
    ) -> Response:
        """管理部门附意见退回，记录恢复为草稿。"""
        return runner.run(
            MoveRecord(
                library=library,
                record_id=record_id,
                transition=TRANSITIONS["return"],
                principal=principal,
                settings=settings,
                if_match=if_match,
                note=body.note,
            )
        )
