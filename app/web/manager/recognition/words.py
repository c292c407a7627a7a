"""What the pages of recognition have in common: the manager, and words for codes."""

from collections.abc import Mapping
from uuid import UUID

from fastapi.responses import Response

from app.web.i18n import mark as _
from app.web.page import WebPage

RECOGNITION = "/me/recognition"

MOVES: Mapping[str, str] = {
    "create": _("建立申请"),
    "submit": _("提交申请"),
    "withdraw": _("撤回申请"),
    "approve": _("批准备案"),
    "return": _("退回申请"),
    "renew": _("申请续期"),
    "approve_renewal": _("批准续期"),
    "return_renewal": _("退回续期"),
    "suspend": _("暂停备案"),
    "resume": _("恢复备案"),
    "cancel": _("注销备案"),
    "expire": _("到期"),
}
OBJECTION_STATES: Mapping[str, str] = {
    "open": _("待答复"),
    "upheld": _("成立，已更正"),
    "dismissed": _("不成立"),
}


def own_record(page: WebPage) -> UUID | None:
    """The id of the reader's own record in the talent library; None if they have none yet."""
    return page.principal.manager_id


def without_record(page: WebPage) -> Response:
    """The page of a manager who has no record yet: nothing can be recognised."""
    return page.show("manager/no_record.html", status=200, title=_("我的认定"))
