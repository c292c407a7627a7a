"""Pages `…/check`: every answer before publication, who will see it, and what stands against it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.errors import FieldError, Invalid, StaleVersion
from app.libraries.http.dependencies import Runner
from app.libraries.lifecycle.commands import MoveRecord
from app.libraries.lifecycle.dry_run import is_reviewed_first, problems_of
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordState
from app.services import AppSettings
from app.settings import Settings
from app.web.desk.records.answers import answer_groups, unplaced
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.form_pages import CONFIRMED, STEPS, own_record
from app.web.page import CurrentPage, PagePublishingTurn, WebPage
from app.web.posted import Posted

_PUBLIC = (RecordState.PUBLISHED, RecordState.SUBMITTED)


def add_check(router: APIRouter, kind: DeskKind) -> None:
    """The check page of one library."""
    plural = kind.library.plural

    @router.get(f"{kind.base}/{{number}}/check", name=f"check_{plural}")
    def check(page: CurrentPage, number: str, session: ReadSession, settings: AppSettings) -> Response:
        """The answers, with what has to be mended or confirmed first."""
        record = own_record(session, kind, number, page)
        if record["state"] != RecordState.DRAFT:
            return page.redirect(kind.address(record["number"]))
        command = _submission(kind, page, record, settings, None, ())
        problems = problems_of(session, command)
        return _show(page, kind, record, problems, waits=is_reviewed_first(session, command))

    @router.post(f"{kind.base}/{{number}}/check", name=f"publish_{plural}")
    def publish(
        page: CurrentPage,
        number: str,
        posted: Posted,
        _turn: PagePublishingTurn,
        session: ReadSession,
        runner: Runner,
        settings: AppSettings,
    ) -> Response:
        """Publishes, or submits for review, and leads on to the matches."""
        record = own_record(session, kind, number, page)
        page.take_display(posted)
        confirmed = tuple(posted.all(CONFIRMED))
        command = _submission(kind, page, record, settings, posted.version, confirmed)
        if posted.only_shows:
            problems = problems_of(session, command)
            waits = is_reviewed_first(session, command)
            return _show(page, kind, record, problems, confirmed, waits=waits)
        if record["state"] in _PUBLIC:
            return _lead_on(page, kind, record["number"], record["state"])
        try:
            prepared = runner.prepare(command)
        except Invalid as error:
            waits = is_reviewed_first(session, command)
            return _show(page, kind, record, error.fields, confirmed, status=422, waits=waits)
        except StaleVersion:
            problems = problems_of(session, _fresh(command))
            waits = is_reviewed_first(session, command)
            return _show(page, kind, record, problems, confirmed, status=412, waits=waits)
        stored = runner.store(command, prepared)
        return _lead_on(page, kind, stored.number, stored.state)


def _submission(
    kind: DeskKind,
    page: WebPage,
    record: dict[str, Any],
    settings: Settings,
    version: str | None,
    confirmed: tuple[str, ...],
) -> MoveRecord:
    return MoveRecord(
        library=kind.library,
        principal=page.principal,
        settings=settings,
        record_id=UUID(record["id"]),
        transition=TRANSITIONS["submit"],
        if_match=version,
        confirmed=confirmed,
    )


def _fresh(command: MoveRecord) -> MoveRecord:
    """The same command for the record as it is now."""
    return MoveRecord(
        library=command.library,
        principal=command.principal,
        settings=command.settings,
        record_id=command.record_id,
        transition=command.transition,
        confirmed=command.confirmed,
    )


def _lead_on(page: WebPage, kind: DeskKind, number: str, state: str) -> Response:
    if state == RecordState.PUBLISHED:
        return page.redirect(kind.address(number, "matches"), notice="published")
    return page.redirect(kind.address(number), notice="submitted")


def _show(
    page: WebPage,
    kind: DeskKind,
    record: dict[str, Any],
    problems: tuple[FieldError, ...],
    confirmed: tuple[str, ...] = (),
    *,
    status: int = 200,
    waits: bool,
) -> Response:
    problems = tuple(_beside_label(problem, record) for problem in problems)
    return page.show(
        "desk/record_check.html",
        status=status,
        form_id="publish",
        kind=kind,
        record=record,
        groups=answer_groups(kind, record, problems),
        to_mend=[problem for problem in problems if not problem.confirm],
        unplaced=unplaced(kind.form, problems),
        questions=[problem for problem in problems if problem.confirm],
        confirmed=confirmed,
        is_stale=status == 412,
        is_reviewed_first=waits,
        was_refused=status == 422,
        labels=kind.form.labels,
        steps=STEPS,
    )


def _beside_label(problem: FieldError, record: Mapping[str, Any]) -> FieldError:
    """The problem as it stands beside the label of its field: that something is missing names the field otherwise."""
    missing = {one["field"]: one for one in record["completeness"]["missing"]}
    if problem.code != "required" or problem.field not in missing:
        return problem
    one = missing[problem.field]
    return replace(problem, zh=f"发布前必填，{one['why']}。", en=f"required for publishing: {one['why_en']}")


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_check(router, _kind)
