"""Page `/bureau/pushes`: all pushes by their states, each leading to the story of its pair."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.matching.lists.bands import written_score
from app.pushes.inbox.listing import PUSH_SHELVES, PushFilter, push_page
from app.pushes.policy import current_policy
from app.pushes.schemas import PushRead
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage
from app.web.renderer import moment, pick, term_label
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

STATES: Mapping[str, str] = {
    "new": _("未读"),
    "read": _("已读"),
    "later": _("稍后再看"),
    "accepted": _("已接受"),
    "declined": _("已婉拒"),
    "expired": _("未答复失效"),
    "cancelled": _("已取消"),
}
_SHELVES: Mapping[str, str] = {
    "": _("待答复"),
    "accepted": _("已接受"),
    "declined": _("已婉拒"),
    "ended": _("失效或取消"),
    "all": _("全部"),
}
_LINKS = (
    (_("统一派单"), "/bureau/assignments/new", "/bureau/assignments/new"),
    (_("差错报告"), "/bureau/reports", "/bureau/reports"),
    (_("未送达的通知"), "/bureau/system/deliveries", "/bureau/system/{part}"),
    (_("处理失败的事件"), "/bureau/system/events", "/bureau/system/{part}"),
)
"""Label, address, and the page whose readers see the link."""


@router.get("/bureau/pushes", name="bureau_pushes")
def pushes(
    page: CurrentPage, session: ReadSession, state: Text = "", q: Text = "", cursor: Cursor = None
) -> Response:
    """The pushes of a shelf; `q` is the number of a demand, an achievement or a manager."""
    chosen = state if state in _SHELVES else ""
    wanted = PushFilter(states=PUSH_SHELVES[chosen], number=q)
    found = push_page(
        session,
        place(cursor),
        wanted,
        principal=page.principal,
        policy=current_policy(session, page.services),
    )
    labels = (_("需求"), _("成果"), _("技术经理人"), _("匹配分"), _("状态"), _("推送时间"), _("答复或结束"))
    columns = [
        TableColumn(translate(label), "number" if place_ == 3 else "text")
        for place_, label in enumerate(labels)
    ]
    return page.show(
        "bureau/list.html",
        title=_("推送"),
        subtitle=_("每一行可查看该供需对的全过程：为什么推送、推送给谁、为什么没有推送给其他人。"),
        tabs=tabs_of(page, "state", chosen, dict(_SHELVES)),
        kept={"state": chosen} if chosen else {},
        query=q,
        query_label=_("需求、成果或经理人编号"),
        table=TableView(
            translate(_("推送")), columns, [_row(push) for push in found.items], hides_caption=True
        ),
        empty=_("没有这样的推送"),
        next=next_address(page, found.next_cursor),
        links=[(label, address) for label, address, path in _LINKS if page.leads_to(path)],
    )


def _row(push: PushRead) -> TableRow:
    return TableRow(
        (
            push.demand.title or push.demand.number,
            push.achievement.title or push.achievement.number,
            push.manager.name,
            written_score(push.pair_score),
            translate(STATES[push.state]),
            moment(push.pushed_at),
            answer_of(push),
        ),
        f"/bureau/matches/{push.demand.number}/{push.achievement.number}",
        translate(_("第 %(round)s 轮")) % {"round": push.round} if push.round > 1 else "",
    )


def answer_of(push: PushRead) -> str:
    """The reason of the answer or of the end, else when it was answered."""
    if push.decline_reason:
        return term_label("decline_reasons", push.decline_reason)
    if push.ended:
        return pick(push.ended.zh, push.ended.en)
    return moment(push.answered_at or push.ended_at)
