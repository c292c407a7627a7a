"""Names of the channels that messages go by."""

from collections.abc import Mapping

from app.web.i18n import mark as _

CHANNELS: Mapping[str, str] = {
    "mail": _("邮箱"),
    "wecom": _("企业微信机器人"),
    "dingtalk": _("钉钉机器人"),
    "feishu": _("飞书机器人"),
    "webhook": _("接收端点"),
}
