"""Names of the roles of users, of the kinds of organisations, and of the channels that messages go by."""

from collections.abc import Mapping

from app.web.i18n import mark as _

ORGANISATION_KINDS: Mapping[str, str] = {
    "enterprise": _("企业"),
    "university": _("高校"),
    "institute": _("科研院所"),
    "agency": _("服务机构"),
    "investor": _("投资机构"),
    "bureau": _("主管部门"),
}
ROLES: Mapping[str, str] = {
    "enterprise": _("企业用户"),
    "institution": _("高校院所用户"),
    "manager": _("技术经理人"),
    "investor": _("投资人"),
    "operator": _("管理人员"),
    "system_admin": _("系统管理员"),
    "security_admin": _("安全管理员"),
    "auditor": _("审计管理员"),
}
CHANNELS: Mapping[str, str] = {
    "mail": _("邮箱"),
    "wecom": _("企业微信机器人"),
    "dingtalk": _("钉钉机器人"),
    "feishu": _("飞书机器人"),
    "webhook": _("接收端点"),
}
