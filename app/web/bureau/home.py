"""Page `/bureau`: numbers to act on, and the week."""

import re
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession, now
from app.statistics.open_work import WaitingWork, waiting_work, week_figures
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage

router = APIRouter()

_LABELS = {
    "demands": (_("待审需求"), "/bureau/review", "?kind=demand", "lightbulb"),
    "achievements": (_("待审成果"), "/bureau/review", "?kind=achievement", "award"),
    "managers": (_("待审经理人名片"), "/bureau/review", "?kind=manager", "user"),
    "organisations": (_("待核验单位"), "/bureau/organisations", "", "building-2"),
    "duplicates": (_("名称相同的单位"), "/bureau/duplicates", "", "building-2"),
    "likely_records": (_("疑似重复的记录"), "/bureau/duplicates/records", "", "copy"),
    "filings": (_("待审备案"), "/bureau/filings", "", "shield"),
    "certificates": (_("待核验证书"), "/bureau/certificates", "", "file-text"),
    "engagement_reviews": (_("待核查对接"), "/bureau/engagement-reviews", "", "shield"),
    "objections": (_("待答复异议"), "/bureau/rounds", "", "message-square"),
    "recognitions": (_("待复核认定"), "/bureau/rounds", "", "award"),
    "contracts": (_("待登记合同"), "/bureau/contracts", "?state=signed", "file-text"),
    "dead_letters": (_("处理失败的事件"), "/bureau/system/{part}", "events", "triangle-alert"),
    "deliveries": (_("未送达的通知"), "/bureau/system/{part}", "deliveries", "send"),
}
_WEEK = {
    "demands": _("新发布需求"),
    "achievements": _("新发布成果"),
    "managers": _("新发布经理人"),
    "pushes": _("推送"),
    "engagements": _("开始对接"),
    "contracts": _("签订合同"),
}

_PARAMETER = re.compile(r"\{\w+\}")

_PLACES = (
    (_("推送"), "/bureau/pushes", ""),
    (_("统一派单"), "/bureau/assignments/new", ""),
    (_("差错报告"), "/bureau/reports", ""),
    (_("对接核查"), "/bureau/engagement-reviews", ""),
    (_("合同登记"), "/bureau/contracts", ""),
    (_("证书"), "/bureau/certificates", ""),
    (_("培训"), "/bureau/trainings", ""),
    (_("培养基地"), "/bureau/training-bases", ""),
    (_("重复的单位"), "/bureau/duplicates", ""),
    (_("重复的记录"), "/bureau/duplicates/records", ""),
    (_("认定规则"), "/bureau/tiers/config", ""),
    (_("排行榜"), "/bureau/rankings", ""),
    (_("赛事"), "/bureau/contests", ""),
    (_("合作平台"), "/bureau/partners", ""),
    (_("用户"), "/bureau/users", ""),
    (_("网络"), "/bureau/network", ""),
    (_("数据大屏"), "/bureau/wall", ""),
    (_("回避申报"), "/bureau/recusals", ""),
    (_("协议文本"), "/bureau/legal-texts/{purpose}", "undertaking"),
    (_("模型"), "/bureau/system/{part}", "models"),
)


@dataclass(frozen=True, slots=True)
class OpenNumber:
    """A number to act on.

    Attributes:
        address: where it is worked on; None if that page does not exist.
        days: how many days the oldest waits.
    """

    label: str
    number: int
    days: int
    address: str | None
    icon: str


@router.get("/bureau", name="bureau_home")
def home(page: CurrentPage, session: ReadSession) -> Response:
    """What waits, the longest queue first; what is done is not shown."""
    work = [_number(page, one) for one in waiting_work(session, principal=page.principal)]
    week = week_figures(session, principal=page.principal)
    return page.show(
        "bureau/home.html",
        places=[
            (label, _PARAMETER.sub(rest, address))
            for label, address, rest in _PLACES
            if page.leads_to(address)
        ],
        open=[one for one in work if one.number],
        done=[one for one in work if not one.number],
        week=[(label, week[code]) for code, label in _WEEK.items()],
    )


def _number(page: WebPage, one: WaitingWork) -> OpenNumber:
    label, path, rest, icon = _LABELS[one.code]
    address = path.replace("{part}", rest) if "{" in path else path + rest
    days = (now() - one.since).days if one.since else 0
    return OpenNumber(label, one.number, max(days, 0), address if page.leads_to(path) else None, icon)
