"""Names of codes that the bureau's lists show, and those of the audit trail: what was done, in words."""

import re
from collections.abc import Mapping

from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.views.account_words import ORGANISATION_KINDS, ROLES

__all__ = ["CONCEPTS", "ORGANISATION_KINDS", "ROLES", "VERBS", "action_words", "detail_words"]

CONCEPTS: Mapping[str, str] = {
    "account": _("账号"),
    "achievement": _("技术成果"),
    "affiliation": _("任职"),
    "api_key": _("接口密钥"),
    "assignment": _("统一派单"),
    "audit": _("审计日志"),
    "calendar": _("任务日历"),
    "certificate": _("证书"),
    "channel": _("接收渠道"),
    "contact": _("联系方式"),
    "contest": _("赛事"),
    "contract": _("合同"),
    "delivery": _("通知投递"),
    "demand": _("技术需求"),
    "embedding": _("向量模型"),
    "engagement": _("对接"),
    "event": _("事件"),
    "export": _("数据导出"),
    "file": _("文件"),
    "filing": _("备案"),
    "index": _("索引"),
    "legal_text": _("协议文本"),
    "manager": _("技术经理人"),
    "match_report": _("差错报告"),
    "model": _("排序模型"),
    "organisation": _("单位"),
    "partner_agreement": _("数据共享协议"),
    "ranking": _("排行榜"),
    "reading": _("数据读取"),
    "recusal": _("回避申报"),
    "record": _("记录"),
    "round": _("认定"),
    "second_factor": _("第二重验证"),
    "session": _("登录"),
    "tier": _("认定规则"),
    "training": _("培训"),
    "training_base": _("培养基地"),
    "user": _("用户"),
    "wall": _("数据大屏"),
    "webhook": _("事件推送"),
}
"""First part of an action's code → what was acted upon."""

VERBS: Mapping[str, str] = {
    "ask": _("说明事由查看"),
    "cancel": _("取消"),
    "change": _("修改"),
    "close": _("结束"),
    "confidential": _("查看保密内容"),
    "configure": _("设定"),
    "confirm": _("确认"),
    "consent_withdraw": _("撤回同意"),
    "contacts": _("查看联系方式"),
    "create": _("新建"),
    "credentials": _("登录凭据变更"),
    "decide": _("作出决定"),
    "declare": _("申报"),
    "delete": _("删除"),
    "erase": _("删除个人数据"),
    "export": _("导出"),
    "file": _("附件"),
    "grant": _("授予角色"),
    "import": _("导入"),
    "invite": _("邀请"),
    "land": _("确认落地"),
    "link": _("链接"),
    "locked": _("锁定"),
    "manage": _("管理"),
    "many": _("大量读取"),
    "move": _("推进"),
    "object": _("提出异议"),
    "open": _("登入"),
    "publish": _("发布"),
    "refused": _("被拒绝"),
    "register": _("登记"),
    "repeat": _("重做"),
    "replay": _("重放"),
    "reset_factors": _("重设第二重验证"),
    "reset_password": _("重设密码"),
    "resolve": _("处理"),
    "reuse_detected": _("凭据被重复使用"),
    "review": _("审核"),
    "revoke": _("吊销"),
    "rollback": _("恢复上一个"),
    "run": _("执行"),
    "sign": _("签署"),
    "submit": _("提交"),
    "switch": _("切换"),
    "verify": _("核验"),
    "withdraw": _("撤回"),
}
"""Second part of an action's code → what was done."""

_ROLE = re.compile(r"\brole=([a-z_]+)")


def action_words(action: str) -> str:
    """What was done, in words; empty where the code has none."""
    concept, _dot, verb = action.partition(".")
    if concept not in CONCEPTS or verb not in VERBS:
        return ""
    return f"{translate(CONCEPTS[concept])} · {translate(VERBS[verb])}"


def detail_words(details: str, address: str | None) -> str:
    """The details without the address that the entry has of its own, and with the names of roles."""
    parts = [part for part in details.split("; ") if not address or part != f"address={address}"]
    return _ROLE.sub(_role, "; ".join(parts))


def _role(found: re.Match[str]) -> str:
    name = ROLES.get(found[1])
    return translate(_("角色：%(role)s")) % {"role": translate(name)} if name else found[0]
