"""Names of roles, of kinds of organisations, and of the channels, kinds, fates and errors of messages."""

import re
from collections.abc import Mapping

from app.web.i18n import mark as _
from app.web.i18n import translate

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
DELIVERY_ERRORS: Mapping[str, str] = {
    "smtp_unreachable": _("连接不上邮件服务器"),
    "smtp_login_refused": _("邮件服务器拒绝登录，请核对其账号和密码"),
    "smtp_not_supported": _("邮件服务器不支持所需的功能"),
    "smtp_refused": _("邮件服务器拒收这封邮件"),
    "recipient_refused": _("邮件服务器拒收这个收件人"),
    "not_reached": _("连接不上接收方"),
    "timed_out": _("接收方没有及时答复"),
    "not_accepted": _("接收方没有收下"),
    "endpoint_gone": _("接收方答复此地址已不再使用"),
    "robot_address_unknown": _("不是群机器人的地址"),
    "robot_answered": _("群机器人答复了错误"),
    "channel_not_configured": _("服务没有配置这一渠道"),
    "nothing_left_to_tell": _("所说的事情已不需要通知"),
    "address_off": _("渠道或端点已停用"),
    "endpoint_disabled": _("端点因多次失败已停用"),
    "secret_unreadable": _("保存的地址或密钥无法读取，须重新填写"),
    "mailbox_not_confirmed": _("邮箱尚未确认"),
    "event_dead": _("多次处理失败，已放弃"),
    "worker_ended": _("投递时后台进程中断，结果未知"),
}
"""Code of why a message was not delivered, without what follows a colon and without a robot's number → its words."""


def delivery_error(error: str) -> str:
    """Why a message was not delivered, in words, with the kind of fault or the robot's number if there is one."""
    code, *more = _MORE.split(error, maxsplit=1)
    words = DELIVERY_ERRORS.get(code)
    if words is None:
        return error
    return " · ".join((translate(words), *more))


# `smtp_unreachable: TimeoutError`, `robot_answered_45009`
_MORE = re.compile(r": |_(?=-?\d)|_(?=None$)")
