"""Rows that must not come in: state secrets, and what its source has taken off or its sender has withdrawn."""

import re

from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft, filled, first_filled
from app.exchange.values.choices import chosen, read_yes
from app.exchange.values.readings import ValueNote, compact
from app.exchange.values.secrecy import is_secret_mark, is_secret_name
from app.text.state_secrets import find_markings

_SECRET = re.compile("涉密(?:内容|成果|项目|技术|专利)(?!.*(?:不涉|非))|国防专利|属于?国家秘密")
_NAMES = frozenset({"title", "note", "secrecy", "source_ref", "owner_org"})
_NOT_SECRET = re.compile("^(?:否|无|公开|非密|不涉密|非涉密|内部|普通|一般|no|public)")
_OFFLINE = re.compile(
    r"^(?:off(?:[ _-]?(?:line|shelf|sale))?|(?:not|un|de)[ _-]?(?:published|listed|available|active)|inactive|withdrawn"
    r"|deleted|removed|revoked|cancel+ed|disabled|rejected|refused|draft|closed|expired|archived|suspended|down"
    r"|(?:状态)?(?:已|被|现已)?(?:自行|主动|强制|临时)?(?:下架|下线|撤回|撤销|撤消|撤下|撤稿|作废|废止|取消|注销|删除|停用|关闭"
    r"|失效|过期|终止|驳回|退回|归档|隐藏|屏蔽|停止(?:展示|发布|征集)?)(?:状态|了|处理)?"
    r"|草稿|(?:审核)?(?:未|不)(?:予)?(?:通过|发布|上架|公开|展示|上线|采纳)|待下架|无效|非公开)$",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    "(?:企业|单位|本人|申请)?(?:已|申请)?(?:撤回|撤销|撤消|作废|取消申报|不再申报|已放弃)"
)


def refuse_secret(draft: Draft) -> None:
    """Refuse what is or may be a state secret; its content goes nowhere. A mark in a column that nobody understands
    counts, and so does one above the list or on its sheet."""
    context = draft.raw.context
    around = (draft.raw.sheet, context.section, *context.title.splitlines())
    if draft.raw.is_secret or any(is_secret_mark(text) for text in around if text):
        _refuse(draft)
        return
    for one in draft.raw.all():
        marked = is_secret_mark(one.text) or (one.field in _NAMES and is_secret_name(one.text))
        if one.field == "secrecy":
            level = compact(chosen(one.text)).casefold()
            yes = read_yes(level) if "是否" in one.header else None
            marked = (
                marked
                or yes is True
                or (yes is None and not _NOT_SECRET.match(level) and bool(re.search("密", level)))
            )
        if marked or _SECRET.search(compact(one.text)):
            _refuse(draft)
            return
    for one in draft.raw.all():
        doubtful = next(find_markings(one.text), None)
        if doubtful is not None:
            note = ValueNote(
                "maybe_secret",
                f"“{doubtful.word}”像是密级或内部资料标志，请核对；涉密内容不得导入。",
                f"'{doubtful.word}' looks like the marking of a secret or internal paper; check it, and do not import "
                "what is secret.",
            )
            draft.warn(one.field, note, one)


def _refuse(draft: Draft) -> None:
    what = "成果" if draft.kind is Kind.ACHIEVEMENT else "内容"
    draft.refuse(
        "secret",
        f"涉密{what}不得在平台登记；请按保密规定管理，脱密后再报送。",
        "Secret content must not be registered here; send it after declassification.",
    )


def refuse_withdrawn(draft: Draft) -> None:
    """Refuse a row that its source has taken off or that its sender has withdrawn."""
    status = first_filled(draft.raw, "status")
    if status is not None and _OFFLINE.match(status.text.strip()):
        draft.refuse(
            "offline",
            f"源平台状态 {status.text.strip()}，不导入。",
            f"The status at the source is {status.text.strip()}.",
        )
    for note in filled(draft.raw, "note"):
        if _WITHDRAWN.search(note.text):
            draft.refuse(
                "withdrawn",
                f"备注“{note.text[:30]}”，不导入。",
                "The note says that the entry was withdrawn.",
            )
