"""Rows of a file in words: what becomes of each, what is wrong where, and what was deduced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.exchange.batches.schemas import RowRead
from app.exchange.headers.dictionary import Kind
from app.exchange.labels import label_of as field_label
from app.exchange.templates import FILLED_SHEET
from app.vocabularies import vocabulary
from app.web.desk.records.achievement_form import ACHIEVEMENT_FORM
from app.web.desk.records.demand_form import DEMAND_FORM
from app.web.forms.fields import Form, FormGroup
from app.web.forms.filled import FilledForm
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.posted import PostedForm

KINDS: Mapping[str, str] = MappingProxyType(
    {
        Kind.DEMAND.value: _("技术需求"),
        Kind.ACHIEVEMENT.value: _("技术成果"),
        Kind.MANAGER.value: _("技术经理人"),
        Kind.CONTRACT.value: _("技术合同"),
        Kind.ORGANISATION.value: _("单位"),
    }
)
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "new": _("新增"),
        "update": _("更新"),
        "draft": _("存为草稿"),
        "duplicate": _("重复"),
        "refused": _("不能导入"),
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "waiting": _("待导入"),
        "done": _("已导入"),
        "failed": _("未通过"),
        "undone": _("已撤销"),
    }
)
BATCH_STATES: Mapping[str, str] = MappingProxyType(
    {
        "reading": _("读取中"),
        "undecided": _("待说明清单类别"),
        "previewed": _("待确认"),
        "committing": _("导入中"),
        "committed": _("已导入"),
        "undone": _("已撤销"),
    }
)
IGNORED: Mapping[str, str] = MappingProxyType(
    {
        "unknown_table": _("看不出是哪一类记录"),
        "text": _("没有记录的文字"),
        "hidden": _("隐藏的工作表或行"),
        "instructions": _("填表说明"),
        "title": _("标题行"),
        "total": _("合计行"),
        "note": _("附注或签字"),
        "empty": _("只有序号"),
        "sample": _("示例行"),
        "heading": _("贯穿表格的文字"),
        "deleted": _("来源处已删除"),
        "no_header": _("没有表头的列，其中的值没有读取"),
    }
)
_VOCABULARIES: Mapping[str, str] = MappingProxyType(
    {
        "region": "regions",
        "regions": "regions",
        "fields": "hightech_fields",
        "industries": "industries",
        "cooperation_modes": "transfer_modes",
        "transfer_modes": "transfer_modes",
        "need_kind": "need_kinds",
        "level": "achievement_levels",
        "employer_type": "employer_types",
        "kind": "contract_types",
        "trl": "trl",
        "min_trl": "trl",
    }
)
_FORMS: Mapping[str, Form] = MappingProxyType(
    {Kind.DEMAND.value: DEMAND_FORM, Kind.ACHIEVEMENT.value: ACHIEVEMENT_FORM}
)
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "owner_org": _("单位名称"),
        "indicators": _("技术指标"),
        "seller": _("卖方"),
        "buyer": _("买方"),
        "ip_list": _("知识产权"),
        "completed_by": _("完成人"),
        "co_orgs": _("合作单位"),
        "affiliations": _("工作单位"),
        "budget": _("投资预算"),
        "price": _("意向价格"),
    }
)


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One thing to look at.

    Attributes:
        column: the header of the column, or the name of the field.
        cell: where it stands, such as `F7`.
        value: what stands there.
        message: Chinese and English.
        is_fault: the row was refused for it.
    """

    column: str
    cell: str
    value: str
    message: tuple[str, str]
    is_fault: bool


@dataclass(frozen=True, slots=True)
class Deduction:
    """A value that does not stand in the file as such, and waits for a yes."""

    field: str
    label: str
    raw: str
    value: str
    note: tuple[str, str]
    accepted: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the file."""

    row: RowRead
    title: str
    kind: str
    outcome: str
    issues: tuple[RowIssue, ...]
    deductions: tuple[Deduction, ...]
    missing: tuple[str, ...]
    similar: tuple[Mapping[str, Any], ...]
    correction: FilledForm | None

    @property
    def place(self) -> str:
        """Where the row stands; the sheet of the templates is not named."""
        sheet, _mark, number = self.row.ref.rpartition("!")
        # Rows of text files are called `line 2`.
        number = number.removeprefix("line ")
        if not number.isdecimal():
            return self.row.ref
        line = translate(_("第 %(row)s 行")) % {"row": number}
        return line if sheet in ("", FILLED_SHEET) else f"{sheet} · {line}"


def row_view(row: RowRead, typed: FilledForm | None = None) -> RowView:
    """A row as the page shows it, texts in Chinese, to be translated. `typed` is a correction that was refused."""
    entry = row.entry
    done = row.state.value
    outcome = STATES[done] if done in ("failed", "undone") else ACTIONS[row.action.value]
    return RowView(
        row,
        str(entry.get("fields", {}).get("title", "")),
        KINDS.get(row.kind, row.kind),
        outcome,
        tuple(_issues(row)),
        tuple(_deductions(row)),
        tuple(label_of(row.kind, name) for name in entry.get("missing") or ()),
        tuple(entry.get("similar") or ()) if row.state.value in ("waiting", "failed") else (),
        typed or correction_form(row),
    )


def label_of(kind: str, name: str) -> str:
    """The Chinese label of a field."""
    return _LABELS.get(name) or field_label(kind, name)


def _issues(row: RowRead) -> Iterator[RowIssue]:
    entry = row.entry
    if "reason_zh" in entry and not row.remarks:  # else each of them names its field
        yield RowIssue("", "", "", (str(entry["reason_zh"]), str(entry.get("reason_en", ""))), is_fault=True)
    origins: Mapping[str, Mapping[str, Any]] = entry.get("origins", {})
    for one in entry.get("warnings", ()):
        origin = origins.get(one["field"], {})
        yield RowIssue(
            str(origin.get("header") or translate(label_of(row.kind, one["field"]))),
            str(one.get("cell") or ""),
            str(origin.get("raw") or ""),
            (str(one["zh"]), str(one["en"])),
            is_fault=False,
        )
    for one in row.remarks:
        name = str(one.get("field") or "")
        message = (
            str(one.get("message_zh") or one.get("zh", "")),
            str(one.get("message_en") or one.get("en", "")),
        )
        origin = origins.get(name, {})
        header = str(origin.get("header") or (translate(label_of(row.kind, name)) if name else ""))
        yield RowIssue(
            header,
            str(origin.get("cell") or ""),
            str(origin.get("raw") or ""),
            message,
            is_fault=row.state.value == "failed",
        )


def _deductions(row: RowRead) -> Iterator[Deduction]:
    if row.state.value != "waiting":
        return
    derived: Mapping[str, str] = row.entry.get("derived", {})
    origins: Mapping[str, Mapping[str, Any]] = row.entry.get("origins", {})
    accepted, everything = row.accepted, "*" in row.accepted
    for name, note in derived.items():
        zh, _between, en = note.partition(" / ")
        raw = str(origins.get(name, {}).get("raw") or "")
        value = _text(row.entry["fields"].get(name), name)
        yield Deduction(
            name, label_of(row.kind, name), raw, value, (zh, en or zh), everything or name in accepted
        )
    indicators: Sequence[Sequence[Any]] = row.entry.get("indicators") or ()
    if indicators and "indicators" not in derived:
        text = "；".join(" ".join(str(part) for part in one if part) for one in indicators)
        origin = "从文字中读出", "read from the text"
        yield Deduction(
            "indicators", _LABELS["indicators"], "", text, origin, everything or "indicators" in accepted
        )


def _text(value: Any, name: str) -> str:
    if isinstance(value, list):
        return "、".join(_text(one, name) for one in value)
    if value is None:
        return ""
    if isinstance(value, dict):
        parts = (
            translate(_("%(amount)s 万元")) % {"amount": part} if key.endswith("_wan") else str(part)
            for key, part in value.items()
            if part
        )
        return "，".join(parts)
    vocabulary_name = _VOCABULARIES.get(name)
    if vocabulary_name is None:
        return str(value)
    terms = vocabulary(vocabulary_name)
    return terms.label(str(value), language_now()) if str(value) in terms else str(value)


def correction_form(row: RowRead, posted: PostedForm | None = None) -> FilledForm | None:
    """The fields that are missing, were not understood or were refused; None where nothing can be changed."""
    refused_for_good = row.action.value == "refused" and row.state.value != "failed"
    if row.state.value not in ("waiting", "failed") or refused_for_good:
        return None
    known = {field.name: field for field in _FORMS[row.kind].fields} if row.kind in _FORMS else {}
    asked = [
        *(row.entry.get("missing") or ()),
        *(one["field"] for one in row.entry.get("warnings", ())),
        *(str(one.get("field") or "") for one in row.remarks),
    ]
    fields = tuple(known[name] for name in dict.fromkeys(asked) if name in known)
    if not fields:
        return None
    id_ = f"correct-{row.position}"
    form = Form(id_, _FORMS[row.kind].model, (FormGroup(fields),))
    return FilledForm(form, row.entry.get("fields", {}), posted=posted, prefix=id_)
