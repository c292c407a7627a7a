"""Forms of webhook endpoints, and the words for what is sent to them."""

from collections.abc import Mapping, Sequence

from app.notifications.notices.groups import TYPE_OF_MESSAGE
from app.notifications.notices.table import ROW_OF_TYPE, TYPES, type_names
from app.notifications.schemas import WebhookChange, WebhookNew
from app.web.forms.fields import Choice, Form, FormField, FormGroup, Widget
from app.web.i18n import Language, speaking, translate
from app.web.i18n import mark as _

ATTEMPT_RESULTS: Mapping[str, str] = {
    "delivered": _("已送达"),
    "failed": _("失败，将重试"),
    "refused": _("被拒绝"),
    "lost": _("进程中断，结果未知"),
}
WHY_OFF: Mapping[str, str] = {
    "gone": _("接收方答复 410，表示不再接收。请检查接收程序后重新启用。"),
    "failing": _("长时间接收失败，已自动停用。请检查接收程序后重新启用。"),
    "switched_off": _("已由本单位停用。"),
}


def _types(language: Language) -> Sequence[Choice]:
    """What an endpoint may receive, by what it is about."""
    with speaking(language):
        messages = translate(_("推送与清单"))
    sent = set(TYPE_OF_MESSAGE.values())
    found = []
    for one in TYPES:
        group = messages if one in sent else ROW_OF_TYPE[one].group.label(language)
        zh, en = type_names()[one]
        label = f"{zh}（{one}）" if language == "zh" else f"{en} ({one})"
        found.append(Choice(one, label, group))
    return found


_NAME = FormField("name", label=_("名称"), example=_("内部项目系统"), required=True, max_length=60)
_TYPES = FormField(
    "types",
    Widget.CHOICES,
    label=_("接收哪些消息"),
    hint=_("只选程序用得到的；各类消息的内容见接口文档“通知”一章。"),
    required=True,
    choices=_types,
)
NEW_WEBHOOK = Form(
    "new-webhook",
    WebhookNew,
    (
        FormGroup(
            (
                _NAME,
                FormField(
                    "url",
                    label=_("接收地址"),
                    hint=_("https 公网地址；加密保存，此后只显示主机名。"),
                    example="https://example.com/sanku-hook",
                    required=True,
                ),
                _TYPES,
            )
        ),
    ),
    absent={"organisation_id": "administrators set up their own organisation's"},
)
CHANGED_WEBHOOK = Form(
    "webhook",
    WebhookChange,
    (
        FormGroup(
            (
                _NAME,
                FormField("url", label=_("新的接收地址"), hint=_("不填则不变；不显示原地址。")),
                _TYPES,
            )
        ),
    ),
    absent={"enabled": "a button of its own"},
)
