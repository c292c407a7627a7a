"""Entries of a timeline in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from app.engagements.lists.engagements import ROLES, STAGES
from app.engagements.schemas import TimelineEntryRead
from app.web.i18n import Language
from app.web.i18n import mark as _

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "opened": _("开始对接"),
        "moved": _("变更阶段"),
        "note": _("记录"),
        "invited": _("邀请参与方"),
        "consented": _("同意参与"),
        "declined": _("谢绝参与"),
        "left": _("退出对接"),
        "shares_proposed": _("提出分成"),
        "share_confirmed": _("确认分成"),
        "task_added": _("新建任务"),
        "task_changed": _("修改任务"),
        "task_done": _("完成任务"),
        "task_dropped": _("取消任务"),
        "task_open": _("重新打开任务"),
        "file_added": _("上传文件"),
        "file_removed": _("删除文件"),
        "contacts_revealed": _("查看联系方式"),
        "undertaking_given": _("作出保密承诺"),
        "contract_create": _("起草合同"),
        "contract_change": _("修改合同草稿"),
        "contract_confirm": _("确认合同分成"),
        "contract_withdraw": _("撤回合同分成"),
        "contract_sign": _("签署合同"),
        "contract_propose": _("提出合同变更"),
        "contract_decline": _("拒绝合同变更"),
        "contract_amend": _("合同变更生效"),
        "contract_register": _("合同认定登记"),
        "contract_correct": _("更正合同登记"),
        "contract_land": _("确认合同落地"),
        "contract_pay": _("登记合同付款"),
        "contract_cancel": _("撤销合同"),
        "files_opened": _("向第三方开放文件"),
        "files_closed": _("停止向第三方开放文件"),
    }
)
_CONTRACT = _("合同变动")
_OTHER = _("其他变动")
_STAGES = {stage.value: stage for stage in STAGES}
_ROLES = {role.value: role for role in ROLES}
_ACTORS = MappingProxyType({"operator": _("管理部门"), "service": _("系统")})


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One entry.

    Attributes:
        what: what happened, Chinese, to be translated; `after` follows it, such as the stages of a change.
        actor: who did it; `needs_translation` if it is no role of the service.
    """

    at: datetime
    kind: str
    what: str
    after: str
    text: str
    actor: str
    needs_translation: bool


def lines_of(entries: Sequence[TimelineEntryRead], language: Language) -> list[TimelineLine]:
    """The entries in the language of the page."""
    return [_line(entry, language) for entry in entries]


def _line(entry: TimelineEntryRead, language: Language) -> TimelineLine:
    what = _KINDS.get(entry.kind, _CONTRACT if entry.kind.startswith("contract_") else _OTHER)
    names = [
        getattr(_STAGES[code], language)
        for key in ("from_stage", "to_stage")
        if (code := entry.data.get(key)) in _STAGES
    ]
    role = _ROLES.get(entry.actor_role)
    actor = getattr(role, language) if role else _ACTORS.get(entry.actor_role, "")
    after = " → ".join(names) or str(entry.data.get("number") or "")
    return TimelineLine(entry.at, entry.kind, what, after, entry.text, actor, role is None)
