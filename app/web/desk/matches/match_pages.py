"""Pages `…/matches`: the list, the chosen match with its evidence, answers and reports, and the same on paper."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession, WriteSession
from app.errors import Conflict, Invalid, NotFound, SankuError
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.matching.lists.report import PRINTED, match_report
from app.pdf.responses import Paper, as_pdf
from app.pushes.feedback import reports
from app.pushes.feedback.schemas import OwnerAnswerIn, ReportIn
from app.pushes.feedback.service import give_answer
from app.web.desk.matches.match_list import SIDES, Matches, MatchList
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.form_pages import own_record
from app.web.desk.records.listing import STATE_TAGS
from app.web.forms.choices import terms_of
from app.web.forms.parser import validated
from app.web.page import CurrentPage, PageMatchingTurn, WebPage
from app.web.posted import NOTHING, Posted, PostedForm

REASONS = terms_of("decline_reasons")
CATEGORIES = terms_of("match_report_categories")


def add_matches(router: APIRouter, kind: DeskKind) -> None:
    """The list of one library's records."""
    plural = kind.library.plural

    @router.get(f"{kind.base}/{{number}}/matches", name=f"matches_{plural}")
    def matches(page: CurrentPage, number: str, session: ReadSession, to: str = "") -> Response:
        """The page around the list, which it asks for at once."""
        return _show(page, kind, own_record(session, kind, number, page), None, to)

    @router.get(f"{kind.base}/{{number}}/matches/list", name=f"match_list_{plural}")
    def match_list(
        page: CurrentPage,
        number: str,
        session: ReadSession,
        _turn: PageMatchingTurn,
        found: Matches,
        to: str = "",
    ) -> Response:
        """The list itself; without scripts within its page."""
        record = own_record(session, kind, number, page)
        return _show(page, kind, record, found.read(kind, record, page), to)


def add_prints(router: APIRouter, kind: DeskKind) -> None:
    """The list of one library's records on paper."""
    plural = kind.library.plural

    @router.get(f"{kind.base}/{{number}}/matches/print", name=f"print_{plural}")
    def printed(
        page: CurrentPage, number: str, session: ReadSession, _turn: PageMatchingTurn, found: Matches
    ) -> Response:
        """The record and its best matches on paper."""
        record = own_record(session, kind, number, page)
        result = found.read(kind, record, page, limit=PRINTED)
        return page.show("desk/matches_print.html", kind=kind, record=record, result=result)

    @router.get(f"{kind.base}/{{number}}/matches/report.pdf", name=f"report_file_{plural}")
    def report_file(
        page: CurrentPage,
        number: str,
        session: ReadSession,
        _turn: PageMatchingTurn,
        found: Matches,
        paper: Paper,
    ) -> Response:
        """The same as a PDF file."""
        record = own_record(session, kind, number, page)
        content = match_report(
            paper,
            record,
            kind.kind,
            found.answer(kind, record, page, limit=PRINTED),
            with_scores=page.principal.reads_details,
            language=page.language,
        )
        return as_pdf(content, f"{record['number']}-matches")


def add_answers(router: APIRouter, kind: DeskKind) -> None:
    """What owners say to matches of one library's records."""
    plural = kind.library.plural

    @router.post(f"{kind.base}/{{number}}/matches/answer", name=f"answer_{plural}")
    def answer(
        page: CurrentPage,
        number: str,
        posted: Posted,
        _turn: PageMatchingTurn,
        reading: ReadSession,
        found: Matches,
        session: WriteSession,
    ) -> Response:
        """Whether the owner is interested; managers and the other side act on it."""
        page.take_display(posted)
        record = own_record(reading, kind, number, page)
        other = posted.get("other")
        if posted.only_shows:
            return _show(page, kind, record, found.read(kind, record, page), other, posted=posted)
        demand_id, achievement_id = _pair(page, kind, record, other, reading)
        try:
            given = _answer_in(posted)
            give_answer(
                session,
                demand_id,
                achievement_id,
                side=SIDES[kind.kind],
                principal=page.principal,
                interested=given.interested,
                reason=given.reason,
                note=given.note,
                if_match=posted.version,
            )
        except Invalid as error:
            result = found.read(kind, record, page)
            return _show(page, kind, record, result, other, posted=posted, error=error, status=422)
        except NotFound as error:
            if error.problem_code != "no_match":
                raise
            return page.redirect(_at(kind, number, other), notice="match_pending")
        return page.redirect(
            _at(kind, number, other), notice="interested" if given.interested else "declined"
        )


def _answer_in(posted: PostedForm) -> OwnerAnswerIn:
    """
    Raises:
        Invalid: a field is missing or too long.
    """
    wanted = {"interested": posted.get("interested") == "1"} | {
        name: posted.get(name).strip() for name in ("reason", "note") if posted.get(name).strip()
    }
    given = validated(OwnerAnswerIn, wanted)
    assert isinstance(given, OwnerAnswerIn)
    return given


def add_reports(router: APIRouter, kind: DeskKind) -> None:
    """Reports of wrong matches of one library's records."""

    @router.post(f"{kind.base}/{{number}}/matches/report", name=f"report_{kind.library.plural}")
    def report(
        page: CurrentPage,
        number: str,
        posted: Posted,
        _turn: PageMatchingTurn,
        reading: ReadSession,
        found: Matches,
        session: WriteSession,
    ) -> Response:
        """Tells the bureau that a match is wrong."""
        page.take_display(posted)
        record = own_record(reading, kind, number, page)
        other = posted.get("other")
        if posted.only_shows:
            return _show(page, kind, record, found.read(kind, record, page), other, posted=posted)
        demand_id, achievement_id = _pair(page, kind, record, other, reading)
        try:
            wanted = validated(
                ReportIn,
                {
                    "demand_id": demand_id,
                    "achievement_id": achievement_id,
                    "category": posted.get("category"),
                    "note": posted.get("note").strip() or None,
                },
            )
            assert isinstance(wanted, ReportIn)
            reports.report(
                session,
                demand_id,
                achievement_id,
                principal=page.principal,
                category=wanted.category,
                note=wanted.note,
            )
        except (Conflict, Invalid) as error:
            result = found.read(kind, record, page)
            return _show(page, kind, record, result, other, posted=posted, error=error, status=error.status)
        return page.redirect(_at(kind, number, other), notice="reported")


def _at(kind: DeskKind, number: str, other: str) -> str:
    return f"{kind.address(number, 'matches')}?to={other}"


def _pair(
    page: WebPage, kind: DeskKind, record: dict[str, Any], other: str, session: ReadSession
) -> tuple[UUID, UUID]:
    """Demand and achievement."""
    own_id = UUID(record["id"])
    other_id = find_by_number(session, LIBRARIES[kind.other], other, page.principal).id
    return (own_id, other_id) if kind.kind is RecordKind.DEMAND else (other_id, own_id)


def _show(
    page: WebPage,
    kind: DeskKind,
    record: dict[str, Any],
    result: MatchList | None,
    to: str,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
    status: int = 200,
) -> Response:
    here = kind.address(record["number"], "matches")
    state = RecordState.of(record["state"])
    return page.show(
        "desk/matches.html",
        status=status,
        block="list",
        keeps_notice=result is None,
        kind=kind,
        record=record,
        state=state,
        state_tag=STATE_TAGS[state],
        result=result,
        chosen=result.chosen(to) if result else None,
        is_picked=bool(to),
        here=here,
        list_address=f"{here}/list?to={to}" if to.replace("-", "").isalnum() else f"{here}/list",
        posted=posted,
        error=error,
        reasons=REASONS(page.language),
        categories=CATEGORIES(page.language),
    )


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_matches(router, _kind)
    add_prints(router, _kind)
    add_answers(router, _kind)
    add_reports(router, _kind)
