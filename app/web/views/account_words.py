"""Names of the roles of users, of the kinds of organisations, and of the channels, kinds and fates of messages."""

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
MESSAGE_KINDS: Mapping[str, str] = {
    "push": _("新推送"),
    "digest": _("推送清单"),
    "owner_digest": _("匹配通知"),
    "notice": _("通知"),
    "task_reminder": _("任务提醒"),
    "closing_request": _("请确认是否关闭记录"),
    "verify": _("确认邮箱"),
    "account_link": _("账号邮件"),
    "test": _("测试消息"),
    "endpoint_disabled": _("端点停用通知"),
}
DELIVERY_STATES: Mapping[str, str] = {
    "dead": _("未送达"),
    "due": _("待投递"),
    "waiting": _("排队"),
    "delivered": _("已送达"),
    "dropped": _("无需投递"),
}
