"""Page `/bureau/matches/…/…`: a pair's whole story, why others have no push, and planning its pushes again."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.matching.lists.bands import written_score
from app.pushes.inbox.end_reasons import end_words
from app.pushes.inbox.pair_story import PairCandidate, PairStory, StoryEvent, pair_candidates, pair_story
from app.pushes.inbox.planning_request import request_plan
from app.pushes.schemas import PlanRequest
from app.services import AllServices, Services
from app.web.bureau.pushes.pushes import STATES, answer_of
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, PageMatchingTurn, Pressed, WebPage
from app.web.renderer import moment, pick, term_label
from app.web.views.pair_reasons import sentences_of, terms_of
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SIDES = {"demand": _("需求方"), "achievement": _("成果方")}
_EVENTS: Mapping[str, str] = {
    "ranked": _("匹配分 %(detail)s"),
    "pushed": _("推送给%(who)s"),
    "pushed_again": _("再次推送给%(who)s"),
    "accepted": _("%(who)s接受"),
    "declined": _("%(who)s婉拒：%(detail)s"),
    "ended": _("对%(who)s的推送结束：%(detail)s"),
    "interested": _("%(who)s有意向"),
    "not_interested": _("%(who)s无意向：%(detail)s"),
    "engagement": _("%(who)s开始对接 %(detail)s"),
    "reported": _("收到差错报告：%(detail)s"),
    "report_closed": _("差错报告已答复"),
}
_DETAILS: Mapping[str, Callable[[str], str]] = {
    "declined": lambda code: term_label("decline_reasons", code),
    "not_interested": lambda code: term_label("decline_reasons", code),
    "ended": lambda code: pick(*end_words(code)),
    "reported": lambda code: term_label("match_report_categories", code),
}


@router.get("/bureau/matches/{number}/{other}", name="pair_story")
def story(
    page: CurrentPage, session: ReadSession, services: AllServices, number: str, other: str
) -> Response:
    """The story of the pair; whether others could have it is asked for by a second request."""
    return _show(page, session, services, number, other, None)


@router.get("/bureau/matches/{number}/{other}/others", name="pair_candidates")
def others(
    page: CurrentPage,
    session: ReadSession,
    services: AllServices,
    _turn: PageMatchingTurn,
    number: str,
    other: str,
) -> Response:
    """The story with the managers nearest to the pair and why each has no push of it; a fragment for htmx."""
    found = pair_candidates(session, services, number, other, principal=page.principal)
    return _show(page, session, services, number, other, found)


@router.post("/bureau/matches/{number}/{other}/plan", name="plan_pair")
def plan(
    page: CurrentPage, number: str, other: str, posted: Pressed, database: AppDatabase, services: AllServices
) -> Response:
    """Have the demand's pushes planned again, after slots became free; all rules apply."""
    page.take_display(posted)
    with database.unit_of_work() as session:
        found = pair_story(session, services, number, other, principal=page.principal)
        request_plan(session, PlanRequest(demand_id=found.demand.id), principal=page.principal)
    return page.redirect(f"/bureau/matches/{number}/{other}", notice="planned")


def _show(
    page: WebPage,
    session: ReadSession,
    services: Services,
    number: str,
    other: str,
    candidates: list[PairCandidate] | None,
) -> Response:
    found = pair_story(session, services, number, other, principal=page.principal)
    return page.show(
        "bureau/pair.html",
        block="others",
        story=found,
        terms=terms_of(found.reasons, page.language),
        sentences=sentences_of(found.reasons),
        pushes=_push_table(found),
        events=[(one.at, _words(one)) for one in found.events],
        answers=[
            (
                translate(_SIDES[one.side]),
                one,
                term_label("decline_reasons", one.reason) if one.reason else "",
            )
            for one in found.answers
        ],
        others=None if candidates is None else _candidates(candidates),
        here=f"/bureau/matches/{found.demand.number}/{found.achievement.number}",
    )


def _push_table(story: PairStory) -> TableView:
    labels = (_("技术经理人"), _("适配分"), _("状态"), _("推送时间"), _("答复或结束"))
    rows = [
        TableRow(
            (
                push.manager.name,
                written_score(push.manager_score),
                translate(STATES[push.state]),
                moment(push.pushed_at),
                answer_of(push),
            ),
            f"/managers/{push.manager.number}",
        )
        for push in story.pushes
    ]
    return TableView(
        translate(_("推送")), [TableColumn(translate(label)) for label in labels], rows, hides_caption=True
    )


def _words(event: StoryEvent) -> str:
    detail = _DETAILS[event.code](event.detail) if event.code in _DETAILS else event.detail
    who = translate(_SIDES[event.who]) if event.who in _SIDES else event.who
    return translate(_EVENTS[event.code]) % {"who": who, "detail": detail}


def _candidates(candidates: list[PairCandidate]) -> TableView:
    rows = [
        TableRow(
            (
                one.manager.name,
                written_score(one.score),
                translate(_("已推送"))
                if one.is_pushed
                else translate(_("；")).join(pick(zh, en) for zh, en in one.obstacles)
                or translate(_("可以推送，排在已推送者之后")),
            ),
            f"/managers/{one.manager.number}",
        )
        for one in candidates
    ]
    labels = (_("技术经理人"), _("适配分"), _("为什么没有推送"))
    return TableView(
        translate(_("为什么不是其他人")),
        [TableColumn(translate(label)) for label in labels],
        rows,
        hides_caption=True,
    )
