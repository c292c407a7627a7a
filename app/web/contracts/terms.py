"""The terms of a contract in words: what a version changed, and what an amendment would change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from app.engagements.contracts.schemas import AmendmentRead, ContractRead, ContractVersionRead
from app.vocabularies import vocabulary
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.views.amounts import wan

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "title": _("合同名称"),
        "kind": _("合同类型"),
        "seller_org_id": _("卖方"),
        "buyer_org_id": _("买方"),
        "deal_amount_wan": _("成交额（万元）"),
        "technology_amount_wan": _("技术交易额（万元）"),
        "starts_on": _("开始日期"),
        "ends_on": _("结束日期"),
        "payments": _("付款"),
        "shares": _("经理人分成"),
        "conflict_disclosure": _("利益关系披露"),
        "fields": _("技术领域"),
        "technology_field": _("技术合同领域"),
        "ip_type": _("涉及的知识产权"),
        "plan_category": _("计划类别"),
        "seller_nature": _("卖方性质"),
        "seller_region": _("卖方地区"),
        "buyer_nature": _("买方性质"),
        "buyer_region": _("买方地区"),
        "signed_on": _("签订日期"),
        "registration_no": _("登记号"),
        "registered_on": _("登记日期"),
        "landed_on": _("落地日期"),
        "landed_in_jinan": _("在济南落地"),
        "cancelled_reason": _("撤销原因"),
        "state": _("状态"),
    }
)
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "create": _("起草"),
        "change": _("修改草稿"),
        "sign": _("签署"),
        "confirm": _("确认分成"),
        "withdraw": _("撤回分成确认"),
        "propose": _("提出变更"),
        "decline": _("拒绝变更"),
        "amend": _("变更生效"),
        "register": _("认定登记"),
        "correct": _("更正登记"),
        "land": _("确认落地"),
        "pay": _("登记付款"),
        "cancel": _("撤销"),
    }
)
AUTHORS: Mapping[str, str] = MappingProxyType(
    {
        "buyer": _("买方"),
        "seller": _("卖方"),
        "manager": _("技术经理人"),
        "participant": _("参与方"),
        "bureau": _("管理部门"),
        "service": _("系统"),
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "draft": _("草稿"),
        "signed": _("已签订"),
        "registered": _("已认定登记"),
        "cancelled": _("已撤销"),
    }
)
_VOCABULARIES = MappingProxyType(
    {
        "kind": "contract_types",
        "technology_field": "contract_fields",
        "ip_type": "contract_ip_types",
        "plan_category": "plan_categories",
        "seller_nature": "party_natures",
        "seller_region": "regions",
        "buyer_nature": "party_natures",
        "buyer_region": "regions",
    }
)
_UNKNOWN = _("其他")
_EMPTY = "–"


@dataclass(frozen=True, slots=True)
class TermChange:
    """One term, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version: who did what, why, and what it changed against the version before.

    Attributes:
        proposed: the terms that an amendment would change.
    """

    version: ContractVersionRead
    action: str
    author: str
    changes: tuple[TermChange, ...]
    proposed: tuple[str, ...]


def names_in(contract: ContractRead) -> dict[str, str]:
    """Id → name of the parties and managers of the contract and of its amendment."""
    names = {
        str(contract.buyer_org_id): contract.buyer_name or "",
        str(contract.seller_org_id): contract.seller_name or "",
    }
    names |= {str(share.manager_id): share.manager_name or "" for share in contract.shares}
    if contract.amendment is not None:
        names |= {str(share.manager_id): share.manager_name or "" for share in contract.amendment.shares}
    return names


def amendment_changes(contract: ContractRead, amendment: AmendmentRead) -> tuple[TermChange, ...]:
    """What the amendment would change; nothing but the end of the contract where it is one."""
    now = contract.model_dump(mode="json")
    names = names_in(contract)
    return tuple(
        TermChange(
            LABELS[name],
            text_of(name, now.get(name), names),
            text_of(name, amendment.patch.get(name), names),
        )
        for name in LABELS
        if name in amendment.changed and name in amendment.patch
    )


def version_lines(versions: Sequence[ContractVersionRead], contract: ContractRead) -> Iterator[VersionLine]:
    """The versions, newest first; the changes of one are known where the version before stands on the page too."""
    names = names_in(contract)
    older: list[ContractVersionRead | None] = [*versions[1:], None]
    for one, before in zip(versions, older, strict=True):
        changes: tuple[TermChange, ...] = ()
        if before is not None and one.action != "propose":
            changes = tuple(_changes(before.data, one.data, names))
        proposed = [LABELS[name] for name in LABELS if name in one.changed_fields]
        yield VersionLine(
            one,
            ACTIONS.get(one.action, one.action),
            AUTHORS.get(one.author_role, ""),
            changes,
            tuple(proposed) if one.action == "propose" else (),
        )


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[TermChange]:
    for name, label in LABELS.items():
        earlier, later = (text_of(name, data.get(name), names) for data in (before, after))
        if earlier != later:
            yield TermChange(label, earlier, later)


def text_of(name: str, value: Any, names: Mapping[str, str]) -> str:
    """A term as people read it; an absent one is a dash."""
    if value is None or value == "" or value == []:
        return _EMPTY
    if name in _VOCABULARIES:
        return _term(_VOCABULARIES[name], value)
    match name:
        case "fields":
            return _joined(_term("hightech_fields", code) for code in value)
        case "deal_amount_wan" | "technology_amount_wan":
            return wan(value)
        case "payments":
            return _joined(_payment(one) for one in value)
        case "shares":
            return _joined(
                f"{names.get(str(one['manager_id'])) or translate(_UNKNOWN)} {one['percent']}%"
                for one in value
            )
        case "buyer_org_id" | "seller_org_id":
            return names.get(str(value)) or translate(_UNKNOWN)
        case "landed_in_jinan":
            return translate(_("是")) if value else translate(_("否"))
        case "state":
            return translate(STATES.get(str(value), str(value)))
    return value.isoformat() if isinstance(value, date) else str(value)


def _payment(one: Mapping[str, Any]) -> str:
    parts = [f"{one['name']} {wan(one['amount_wan'])} {translate(_('万元'))}"]
    if one.get("due_on"):
        parts.append(translate(_("应付：%(day)s")) % {"day": one["due_on"]})
    if one.get("paid_on"):
        parts.append(translate(_("%(day)s 已付")) % {"day": one["paid_on"]})
    return " · ".join(parts)


def _term(name: str, code: str) -> str:
    terms = vocabulary(name)
    return terms.label(code, language_now()) if code in terms else code


def _joined(parts: Iterator[str]) -> str:
    return ("; " if language_now() == "en" else "；").join(parts)
