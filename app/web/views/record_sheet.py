"""A record as a page shows it: facts in a row, texts under headings, and what opens at a higher view level."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.libraries.record.enums import CertificateLevel, RecordKind, ViewLevel
from app.libraries.visibility.fields import FIELD_LEVELS, SECRETS
from app.libraries.visibility.price_bands import MoneyBand
from app.vocabularies import vocabulary
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.views.amounts import wan

Words = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """What stands on the page of a record, in the language of the page.

    Attributes:
        facts: label and value.
        texts: heading and text.
        hidden: for each higher level that shows more, the labels of the fields that it opens.
    """

    facts: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    indicators: tuple[Mapping[str, Any], ...]
    hidden: Mapping[ViewLevel, tuple[str, ...]]


def record_sheet(kind: RecordKind, record: Mapping[str, Any]) -> RecordSheet:
    """The sheet of a record as `visibility.fields.present` gives it to the reader."""
    return RecordSheet(
        facts=tuple(_facts(kind, record)),
        texts=tuple((label, text) for _name, label, text in record_texts(kind, record)),
        keywords=tuple(record.get("keywords") or ()),
        indicators=tuple(record.get("indicators") or ()),
        hidden=_hidden(kind, record),
    )


def record_texts(kind: RecordKind, record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The texts that are filled in: name of the field, heading, and text."""
    for name, label in _TEXTS[kind].items():
        if record.get(name):
            yield name, translate(label), record[name]


def _facts(kind: RecordKind, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    owner = record.get("owner_name") or record.get("public_alias")
    if owner:
        yield translate(_("单位")), owner
    for name, (label, words) in _FACTS[kind].items():
        value = record.get(name)
        if value is not None and value != "" and value != []:
            yield translate(label), words(value) + mark_of(record, name)
    amount = amount_of(kind, record)
    if amount:
        yield translate(_MONEY[kind][0]), amount


def amount_of(kind: RecordKind, record: Mapping[str, Any]) -> str:
    """The price or budget: exact where the reader may see it, else its band; empty if there is none."""
    if kind not in _MONEY:
        return ""
    _label, lowest, highest, band = _MONEY[kind]
    text = amount_range(record.get(lowest), record.get(highest))
    if not text and record.get(band):
        text = MoneyBand.of(record[band]).label(language_now())
    return text


def mark_of(record: Mapping[str, Any], name: str) -> str:
    """Who says it, in brackets after a manager's certificate or years; empty for everything else."""
    item = _STATED.get(name)
    for stated in record.get("verification") or ():
        if stated["item"] == item:
            word = translate(_("已核验")) if stated["mark"] == "verified" else translate(_("自述"))
            return translate(_("（%(word)s）")) % {"word": word}
    return ""


def amount_range(lowest: Any, highest: Any) -> str:
    """A range in 万元 as people write it; empty if both ends are absent."""
    if lowest is None and highest is None:
        return ""
    if lowest is not None and highest is not None and lowest != highest:
        return translate(_("%(lowest)s–%(highest)s 万元")) % {"lowest": wan(lowest), "highest": wan(highest)}
    if highest is None:
        return translate(_("不低于 %(amount)s 万元")) % {"amount": wan(lowest)}
    if lowest is None:
        return translate(_("不超过 %(amount)s 万元")) % {"amount": wan(highest)}
    return translate(_("%(amount)s 万元")) % {"amount": wan(highest)}


def _hidden(kind: RecordKind, record: Mapping[str, Any]) -> Mapping[ViewLevel, tuple[str, ...]]:
    """By the table of levels alone: whether a field is filled in is hidden with it."""
    labels = field_labels(kind)
    confidential = record.get("publish_mode") == "confidential"
    asks_undertaking = record.get("undertaking", "none") != "none"
    opened: dict[ViewLevel, list[str]] = {}
    for name, levels in FIELD_LEVELS[kind].items():
        level = ViewLevel.APPROVED if name in SECRETS and asks_undertaking else levels[confidential]
        if name in labels and record["view_level"] < level < ViewLevel.OWNER:
            opened.setdefault(level, []).append(translate(labels[name]))
    return {level: tuple(names) for level, names in sorted(opened.items())}


def field_labels(kind: RecordKind) -> Mapping[str, str]:
    """The Chinese labels of the fields that a sheet shows, and of those that open at a higher level."""
    return _TEXTS[kind] | {name: label for name, (label, _words) in _FACTS[kind].items()} | _OTHERS


def term(name: str) -> Words:
    """Words for a code of a vocabulary."""
    return lambda code: vocabulary(name).label(str(code), language_now())


def terms(name: str) -> Words:
    """Words for several codes."""
    one = term(name)
    return lambda codes: translate(_("、")).join(map(one, codes))


def regions(value: str | Sequence[str]) -> str:
    """Regions with what they belong to: 济南市历下区."""
    codes = [value] if isinstance(value, str) else value
    return translate(_("、")).join(map(_region, codes))


def _region(code: str) -> str:
    known, language = vocabulary("regions"), language_now()
    path = (code, *known.parents(code)) if code in known else (code,)
    names = [known.label(part, language) for part in path if not part.endswith("0000") or len(path) == 1]
    return ", ".join(names) if language == "en" else "".join(reversed(names))


def _trl(level: int) -> str:
    return f"TRL {level} · {vocabulary('trl').label(str(level), language_now())}"


def _certificate(level: str) -> str:
    return CertificateLevel.of(level).label(language_now())


def _years(years: int) -> str:
    return translate(_("%(years)s 年")) % {"years": years}


_FACTS: Mapping[RecordKind, Mapping[str, tuple[str, Words]]] = {
    RecordKind.ACHIEVEMENT: {
        "fields": (_("技术领域"), terms("hightech_fields")),
        "region": (_("地区"), regions),
        "trl": (_("成熟度"), _trl),
        "transfer_modes": (_("转化方式"), terms("transfer_modes")),
        "industries": (_("应用行业"), terms("industries")),
        "category": (_("成果类别"), term("achievement_categories")),
        "attribute": (_("成果属性"), term("achievement_attributes")),
        "level": (_("成果水平"), term("achievement_levels")),
        "evaluation_type": (_("评价方式"), term("evaluation_types")),
        "application_status": (_("应用状态"), term("application_statuses")),
        "licence_kind": (_("许可方式"), term("licence_kinds")),
        "registration_number": (_("登记号"), str),
    },
    RecordKind.DEMAND: {
        "fields": (_("技术领域"), terms("hightech_fields")),
        "region": (_("地区"), regions),
        "deadline": (_("截止日期"), str),
        "cooperation_modes": (_("合作方式"), terms("transfer_modes")),
        "min_trl": (_("期望成熟度"), _trl),
        "industries": (_("所属行业"), terms("industries")),
        "need_kind": (_("需求类型"), term("need_kinds")),
        "activity_type": (_("科技活动类型"), term("activity_types")),
        "ip_ownership": (_("产权归属"), term("ip_ownerships")),
    },
    RecordKind.MANAGER: {
        "fields": (_("擅长领域"), terms("hightech_fields")),
        "regions": (_("服务区域"), regions),
        "certificate_level": (_("证书等级"), _certificate),
        "years": (_("从业年限"), _years),
        "recognised_tier": (_("人才类别"), str),
        "languages": (_("工作语言"), terms("languages")),
        "service_kinds": (_("服务类别"), terms("service_kinds")),
        "employer_type": (_("机构类型"), term("employer_types")),
        "filing_number": (_("备案编号"), str),
    },
}
_TEXTS: Mapping[RecordKind, dict[str, str]] = {
    RecordKind.ACHIEVEMENT: {
        "summary": _("成果简介"),
        "problem_solved": _("解决的问题"),
        "advantages": _("技术优势"),
        "scenarios": _("应用场景"),
        "landing_requirement": _("落地条件"),
        "confidential_note": _("保密内容"),
    },
    RecordKind.DEMAND: {
        "main_problem": _("主要问题"),
        "key_technology": _("技术关键"),
        "expected_goal": _("预期目标"),
        "scenario": _("应用场景与工况"),
        "benchmark": _("对标水平"),
        "partner_requirement": _("对合作方的要求"),
        "payment_plan": _("支付方式"),
        "existing_basis": _("现有基础条件"),
        "confidential_note": _("保密内容"),
    },
    RecordKind.MANAGER: {"expertise": _("专长与经历")},
}
_MONEY: Mapping[RecordKind, tuple[str, str, str, str]] = {
    RecordKind.ACHIEVEMENT: (_("意向价"), "price_min_wan", "price_max_wan", "price_band"),
    RecordKind.DEMAND: (_("拟投入资金"), "budget_min_wan", "budget_max_wan", "budget_band"),
}
_STATED = {"certificate_level": "certificate", "years": "years"}
_OTHERS: dict[str, str] = {
    "owner_name": _("单位名称"),
    "indicators": _("指标数值"),
    "price_min_wan": _("具体价格"),
    "budget_min_wan": _("具体预算"),
    "innovations": _("创新点"),
    "ip_list": _("知识产权"),
    "track_record": _("工作业绩"),
    "affiliations": _("任职单位"),
}
