"""What a file's lists ask: which kind of record they hold, and what their columns mean, with the likeliest answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.exchange.batches.schemas import AskedColumn, ImportQuestion
from app.exchange.headers.dictionary import Kind, wordings
from app.web.desk.imports.rows import KINDS, label_of
from app.web.forms.fields import Choice
from app.web.i18n import mark as _
from app.web.i18n import translate

_NOT_FIELDS = frozenset({"ignore", "never", "serial", "status", "authority", "price_unit", "number"})
_LEFT_OUT = frozenset({"ignore", "never"})
_PRESELECTED = 0.3
"""From this score the likeliest field of a column is chosen beforehand."""
LEAVE_OUT = "-"
"""The choice that leaves a column out."""


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column with the fields that it may mean: the likely ones first, then all others of the kind."""

    header: str
    samples: tuple[str, ...]
    chosen: str
    is_deduced: bool
    likely: tuple[Choice, ...]
    others: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A list that asks.

    Attributes:
        kind: the kind whose fields are offered.
        is_open: nothing of the list is stored without an answer.
    """

    name: str
    place: str
    kind: str
    is_open: bool
    is_read: bool
    kinds: tuple[str, ...]
    columns: tuple[ColumnView, ...]


def question_views(
    questions: Sequence[ImportQuestion], kinds: Mapping[str, str], shown_as: str = ""
) -> list[QuestionView]:
    """The questions as the page asks them.

    Args:
        kinds: those that the reader may import.
        shown_as: the kind whose fields are offered where the kind is open; the likeliest one by default.
    """
    return [view for one in questions if (view := _view(one, kinds, shown_as)).columns]


def _view(question: ImportQuestion, kinds: Mapping[str, str], shown_as: str) -> QuestionView:
    is_open = question.kind is None or question.guessed or not question.names
    likely = [one.kind.value for one in question.kinds if one.kind.value in kinds]
    decided = question.kind.value if question.kind is not None and not question.guessed else ""
    kind = decided or (shown_as if shown_as in kinds else "") or next(iter(likely), next(iter(kinds)))
    asked = [one for one in question.columns if is_open or one.how != "known"]
    taken: set[str] = set() if is_open else {one.field for one in question.columns if one.field}
    return QuestionView(
        question.name,
        question.place,
        kind,
        is_open,
        question.kind is not None and question.names,
        () if decided else tuple(dict.fromkeys((*likely, *kinds))),
        tuple(_column(one, question, kind, taken) for one in asked),
    )


def _column(column: AskedColumn, question: ImportQuestion, kind: str, taken: set[str]) -> ColumnView:
    proposals = column.proposals.get(kind, ())
    is_same = question.kind is not None and question.kind.value == kind
    field = column.field if is_same else None
    if field is None:
        field = next(
            (one.field for one in proposals if one.score >= _PRESELECTED and one.field not in taken), None
        )
    if field is not None:
        taken.add(field)
    names = list(dict.fromkeys([*([field] if field else []), *(one.field for one in proposals)]))
    likely = tuple(choice for name in names if (choice := _choice(kind, name)) is not None)
    known = {choice.code for choice in likely}
    others = tuple(
        choice
        for name in dict.fromkeys(wordings(Kind(kind)).values())
        if name not in known and name not in _NOT_FIELDS and (choice := _choice(kind, name)) is not None
    )
    chosen = LEAVE_OUT if field in _LEFT_OUT else field if field in known else ""
    return ColumnView(
        column.header, tuple(column.samples), chosen or "", column.how != "known", likely, others
    )


def _choice(kind: str, field: str) -> Choice | None:
    words = _SIDES if kind == Kind.CONTRACT.value else _WORDS
    label = (_NAMES_OF[kind] if field == "title" else words.get(field) or _WORDS.get(field)) or label_of(
        kind, field
    )
    return (
        None
        if label == field or field in _LEFT_OUT
        else Choice(field, translate(label), translate(KINDS[kind]))
    )


_NAMES_OF: Mapping[str, str] = MappingProxyType(
    {
        "demand": _("需求名称"),
        "achievement": _("成果名称"),
        "manager": _("姓名"),
        "contract": _("合同名称"),
        "organisation": _("单位名称"),
    }
)
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "serial": _("序号"),
        "source_ref": _("报送单位的编号"),
        "status": _("状态（已撤回的不导入）"),
        "note": _("备注"),
        "filled_on": _("填报日期"),
        "secrecy": _("密级（涉密的不导入）"),
        "owner_uscc": _("统一社会信用代码"),
        "region": _("所在地区"),
        "keywords": _("关键词"),
        "contact_name": _("联系人"),
        "contact_phone": _("联系电话"),
        "contact_email": _("邮箱"),
        "organisation_kind": _("单位类型"),
        "budget_low": _("投资预算下限"),
        "budget_high": _("投资预算上限"),
        "price_low": _("意向价格下限"),
        "price_high": _("意向价格上限"),
        "position": _("职务"),
        "professional_title": _("职称"),
        "certificate_level": _("证书等级"),
        "certificate_number": _("证书编号"),
        "certificate_issued_on": _("发证日期"),
        "aliases": _("简称或曾用名"),
        "parent": _("上级单位"),
        "kind": _("单位类型"),
    }
)
_SIDES: Mapping[str, str] = MappingProxyType(
    {
        "registration_no": _("合同登记编号"),
        "registered_on": _("登记日期"),
        "kind": _("合同类型"),
        "seller_nature": _("卖方性质"),
        "buyer_nature": _("买方性质"),
        "seller_region": _("卖方地区"),
        "buyer_region": _("买方地区"),
        "deal_amount": _("合同成交额"),
        "technology_amount": _("技术交易额"),
        "signed_on": _("签订日期"),
        "period": _("履行期限"),
        "starts_on": _("开始日期"),
        "ends_on": _("结束日期"),
        "fields": _("技术领域"),
        "technology_field": _("技术合同领域"),
        "ip_type": _("知识产权类型"),
        "plan_category": _("计划类别"),
        "amount_unit": _("金额单位"),
    }
)
"""Fields of an imported row that the body of no record has, as a person chooses them."""
