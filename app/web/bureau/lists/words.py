"""Names of codes that the bureau's lists show, and those of the audit trail: what was done, in words."""

import re
from collections.abc import Mapping

from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.renderer import pick
from app.web.views.account_words import ORGANISATION_KINDS, ROLES

__all__ = ["CONCEPTS", "ORGANISATION_KINDS", "ROLES", "VERBS", "action_words", "detail_words"]

CONCEPTS: Mapping[str, tuple[str, str]] = {
    "account": ("账号", "Account"),
    "achievement": ("技术成果", "Achievement"),
    "affiliation": ("任职", "Post"),
    "api_key": ("接口密钥", "API key"),
    "assignment": ("统一派单", "Assignment"),
    "audit": ("审计日志", "Audit trail"),
    "calendar": ("任务日历", "Calendar of tasks"),
    "certificate": ("证书", "Certificate"),
    "channel": ("接收渠道", "Channel"),
    "contact": ("联系方式", "Contact"),
    "contest": ("赛事", "Contest"),
    "contract": ("合同", "Contract"),
    "delivery": ("通知投递", "Delivery"),
    "demand": ("技术需求", "Demand"),
    "embedding": ("向量模型", "Embedding model"),
    "engagement": ("对接", "Engagement"),
    "event": ("事件", "Event"),
    "export": ("数据导出", "Export"),
    "file": ("文件", "File"),
    "filing": ("备案", "Filing"),
    "index": ("索引", "Index"),
    "legal_text": ("协议文本", "Legal text"),
    "manager": ("技术经理人", "Technology manager"),
    "match_report": ("差错报告", "Reported error"),
    "model": ("排序模型", "Ranker"),
    "organisation": ("单位", "Organisation"),
    "partner_agreement": ("数据共享协议", "Data sharing agreement"),
    "ranking": ("排行榜", "Ranking"),
    "reading": ("数据读取", "Data"),
    "recusal": ("回避申报", "Recusal"),
    "record": ("记录", "Record"),
    "round": ("认定", "Recognition"),
    "second_factor": ("第二重验证", "Second factor"),
    "session": ("登录", "Session"),
    "ties": ("利害关系", "Ties"),
    "tier": ("认定规则", "Rules of recognition"),
    "training": ("培训", "Training"),
    "training_base": ("培养基地", "Training base"),
    "user": ("用户", "User"),
    "wall": ("数据大屏", "Wall screen"),
    "webhook": ("事件推送", "Webhook"),
}
"""First part of an action's code → what was acted upon, in Chinese and English: a noun in the singular."""

VERBS: Mapping[str, tuple[str, str]] = {
    "amend": ("补充", "amended"),
    "answer": ("答复", "answered"),
    "approve": ("通过", "approved"),
    "approve_renewal": ("同意续期", "renewal approved"),
    "ask": ("说明事由查看", "asked for with a reason"),
    "cancel": ("取消", "cancelled"),
    "change": ("修改", "changed"),
    "changed": ("变更", "changed"),
    "close": ("结束", "closed"),
    "compute": ("计算", "computed"),
    "confidential": ("查看保密内容", "confidential content read"),
    "configure": ("设定", "configured"),
    "confirm": ("确认", "confirmed"),
    "consent": ("同意", "consented to"),
    "consent_withdraw": ("撤回同意", "consent withdrawn"),
    "contacts": ("查看联系方式", "contacts read"),
    "correct": ("更正", "corrected"),
    "create": ("新建", "created"),
    "credentials": ("登录凭据变更", "credentials changed"),
    "data_export": ("导出个人数据", "personal data exported"),
    "decide": ("作出决定", "decided"),
    "declare": ("申报", "declared"),
    "decline": ("拒绝", "declined"),
    "delete": ("删除", "deleted"),
    "discard": ("撤销", "discarded"),
    "download": ("下载", "downloaded"),
    "erase": ("删除个人数据", "personal data erased"),
    "evidence": ("提交佐证材料", "evidence added"),
    "expire": ("到期", "expired"),
    "export": ("导出", "exported"),
    "file": ("附件", "attachment changed"),
    "file_added": ("添加附件", "file added"),
    "file_removed": ("删除附件", "file removed"),
    "finish": ("结束", "finished"),
    "freeze": ("冻结名单", "frozen"),
    "given": ("单位同意", "consented to by the organisation"),
    "grant": ("授予角色", "role granted"),
    "import": ("导入", "imported"),
    "invite": ("邀请", "invited"),
    "keep": ("核查后维持", "kept after review"),
    "land": ("确认落地", "landing confirmed"),
    "link": ("链接", "linked"),
    "locked": ("锁定", "locked"),
    "manage": ("管理", "managed"),
    "many": ("大量读取", "read in large numbers"),
    "many_changes": ("频繁变更", "changed many times"),
    "move": ("推进", "moved on"),
    "object": ("提出异议", "objected to"),
    "objection_dismissed": ("异议不成立", "objection dismissed"),
    "objection_upheld": ("异议成立", "objection upheld"),
    "open": ("登入", "opened"),
    "pay": ("登记到账", "payment entered"),
    "place": ("登记名次", "placings entered"),
    "propose": ("提出补充", "amendment proposed"),
    "publish": ("发布", "published"),
    "refused": ("被拒绝", "refused"),
    "register": ("登记", "registered"),
    "reject": ("不予通过", "rejected"),
    "remove": ("移除", "removed"),
    "renew": ("申请续期", "renewal asked for"),
    "reopen": ("重新打开", "reopened"),
    "repeat": ("重做", "repeated"),
    "replay": ("重放", "replayed"),
    "reset_factors": ("重设第二重验证", "second factor reset"),
    "reset_password": ("重设密码", "password reset"),
    "resolve": ("处理", "resolved"),
    "resume": ("恢复", "resumed"),
    "return": ("退回", "returned"),
    "return_renewal": ("退回续期申请", "renewal returned"),
    "reuse_detected": ("凭据被重复使用", "credential reused"),
    "review": ("审核", "reviewed"),
    "revoke": ("吊销", "revoked"),
    "rollback": ("恢复上一个", "rolled back"),
    "run": ("执行", "run"),
    "serve": ("启用", "put into service"),
    "sign": ("签署", "signed"),
    "submit": ("提交", "submitted"),
    "suspend": ("暂停", "suspended"),
    "switch": ("切换", "switched"),
    "under_review": ("待核查", "put under review"),
    "undertake": ("承诺保密", "confidentiality undertaken"),
    "use": ("启用", "put into use"),
    "verify": ("核验", "verified"),
    "withdraw": ("撤回", "withdrawn"),
}
"""Second part of an action's code → what was done to it, in Chinese and English: a past participle, since it is a
record of what has happened. Not of the catalogue of messages, where the same Chinese words stand on buttons."""

_ROLE = re.compile(r"\brole=([a-z_]+)")


def action_words(action: str) -> str:
    """What was done, in words; empty where the code has none."""
    concept, _dot, verb = action.partition(".")
    if concept not in CONCEPTS or verb not in VERBS:
        return ""
    return f"{pick(*CONCEPTS[concept])} · {pick(*VERBS[verb])}"


def detail_words(details: str, address: str | None) -> str:
    """The details without the address that the entry has of its own, and with the names of roles."""
    parts = [part for part in details.split("; ") if not address or part != f"address={address}"]
    return _ROLE.sub(_role, "; ".join(parts))


def _role(found: re.Match[str]) -> str:
    name = ROLES.get(found[1])
    return translate(_("角色：%(role)s")) % {"role": translate(name)} if name else found[0]
