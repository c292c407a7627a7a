"""Pages `/inbox/{id}`: one push with all its reasons, and the answers to it."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import today
from app.database import AppDatabase, ReadSession, WriteSession
from app.engagements.contact_visibility import opened_records
from app.errors import Conflict, Invalid
from app.libraries.http.responses import read_many
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.matching.feedback.impressions import ImpressionLog, Shown
from app.pushes.inbox import service as answers
from app.pushes.inbox.listing import other_pushes_of_demand
from app.pushes.inbox.presenter import read_one
from app.pushes.policy import current_policy
from app.pushes.schemas import PushRead
from app.services import AllServices, AppSettings
from app.web.manager.inbox import show_inbox, undone_by
from app.web.manager.pushes import postponed_until, push_view, push_views
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm
from app.web.views.record_sheet import amount_of

router = APIRouter()


@router.get("/inbox/{id}", name="push")
def push(page: CurrentPage, id: UUID, session: ReadSession) -> Response:
    """Both records, what corresponds, why this manager, and other open pushes of the same demand."""
    return _show(page, session, id)


@router.post("/inbox/{id}/read", name="read_push")
def read(page: CurrentPage, id: UUID, session: WriteSession) -> Response:
    """What the page does by itself once a push stands open."""
    answers.mark_read(session, id, principal=page.principal)
    return Response(status_code=204)


@router.post("/inbox/{id}/accept", name="accept_push")
def accept(
    page: CurrentPage,
    id: UUID,
    posted: Posted,
    database: AppDatabase,
    shown_lists: Shown,
    settings: AppSettings,
    services: AllServices,
) -> Response:
    """Starts the engagement; the next push is open afterwards."""

    def answer(session: ReadSession) -> None:
        repush = current_policy(session, services).repush
        answers.accept(session, id, principal=page.principal, undo=settings.push_undo, repush=repush)

    return _answered(page, id, posted, database, shown_lists, answer)


@router.post("/inbox/{id}/decline", name="decline_push")
def decline(
    page: CurrentPage,
    id: UUID,
    posted: Posted,
    database: AppDatabase,
    shown_lists: Shown,
    settings: AppSettings,
) -> Response:
    """The pair goes to the next manager."""

    def answer(session: ReadSession) -> None:
        answers.decline(
            session,
            id,
            principal=page.principal,
            reason=posted.get("reason"),
            note=posted.get("note").strip() or None,
            undo=settings.push_undo,
        )

    return _answered(page, id, posted, database, shown_lists, answer)


@router.post("/inbox/{id}/postpone", name="postpone_push")
def postpone(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, shown_lists: Shown
) -> Response:
    """Hides the push until a day."""

    def answer(session: ReadSession) -> None:
        answers.postpone(session, id, principal=page.principal, until=postponed_until(posted))

    return _answered(page, id, posted, database, shown_lists, answer)


def _answered(
    page: WebPage,
    push_id: UUID,
    posted: PostedForm,
    database: AppDatabase,
    shown_lists: ImpressionLog,
    answer: Callable[[Any], None],
) -> Response:
    """To the inbox, where the next push is open; with the reason if the answer is not possible."""
    page.take_display(posted)
    if posted.only_shows:
        with database.reading() as session:
            return show_inbox(page, session, shown_lists, at=str(push_id), posted=posted)
    try:
        # A unit of its own: an answer that is refused leaves nothing behind, and the page is read anew.
        with database.unit_of_work() as session:
            answer(session)
    except (Conflict, Invalid) as error:
        with database.reading() as session:
            return show_inbox(page, session, shown_lists, at=str(push_id), error=error, posted=posted)
    following = posted.get("following")
    return page.redirect(f"/inbox?{urlencode({'at': following})}" if following else "/inbox")


def _show(page: WebPage, session: ReadSession, push_id: UUID) -> Response:
    policy = current_policy(session, page.services)
    found = answers.get_push(session, push_id, principal=page.principal)
    read = read_one(session, found, principal=page.principal, policy=policy)
    others = other_pushes_of_demand(session, read, principal=page.principal, policy=policy)
    return page.show(
        "manager/push.html",
        one=push_view(read, page.language),
        today=today(),
        amounts=dict(_amounts(page, session, read)),
        can_undo=any(one.id == read.id for one in undone_by(page, session)),
        typed=lambda _: "",
        others=push_views(others, page.language),
    )


def _amounts(page: WebPage, session: ReadSession, push: PushRead) -> Iterator[tuple[str, str]]:
    """Number → budget or price, as the page of the record shows it to this reader."""
    opened = opened_records(session, page.principal)
    for side in (push.demand, push.achievement):
        if side.title is None:
            continue
        kind = RecordKind.of(side.kind)
        found = find_by_number(session, LIBRARIES[kind], side.number, page.principal, opened=opened)
        (record,) = read_many(session, LIBRARIES[kind], [found], principal=page.principal, opened=opened)
        text = amount_of(kind, record)
        if text:
            yield side.number, text
