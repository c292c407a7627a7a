"""What the pages of recognition have in common: words for codes."""

from collections.abc import Mapping

from app.web.i18n import mark as _

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
