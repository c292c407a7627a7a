"""Achievements (技术成果) of a file."""

import re

from app.exchange.layout.raw import RawRecord
from app.exchange.records.common import (
    as_text,
    begin,
    read_choice,
    read_common,
    read_field_codes,
    set_bounds,
    stated_unit,
)
from app.exchange.records.draft import Draft, filled, first_filled
from app.exchange.values.amounts import Amount, read_amount
from app.exchange.values.dates import read_day
from app.exchange.values.organisations import read_organisations
from app.exchange.values.people import read_people
from app.exchange.values.readings import ValueNote, ValueReading, compact
from app.exchange.values.rights import LAPSED, PENDING, Right, read_rights
from app.exchange.values.wordings import code_of, licence_kind_of, read_modes, read_stage
from app.libraries.validation.indicators.parser import parse_indicators
from app.vocabularies import vocabulary

REQUIRED = ("title", "owner_org", "summary", "fields", "region", "trl", "transfer_modes")
_PAPER = re.compile(
    r"^(?:(?:journal|conference|working|research|doctoral|master'?s?|phd|bachelor'?s?|book|technical)\s*)?"
    r"(?:article|paper|thesis|theses|dissertation|book|chapter|conference\s*\w*|preprint|review|proceedings|report"
    r"|presentation|lecture|poster|data\s?set|image|video|periodical|newspaper)s?$"
    r"|(?:论文|专著|译著|著作|期刊|图书|报告|教材|课件|数据集|报纸|会议录)$|^(?:期刊|会议|学位|博士|硕士|学士).{0,4}(?:论文|文章)",
    re.IGNORECASE,
)
_EVALUATION = {
    "鉴定": "appraisal",
    "验收": "acceptance",
    "结题": "completion",
    "评审": "review",
    "评价": "assessment",
    "评估": "assessment",
    "检测": "authority_test",
}


def achievement_of(raw: RawRecord) -> Draft:
    """The achievement that a raw record describes."""
    draft = begin(raw)
    read_common(draft)
    if draft.refusal is not None and draft.refusal.code == "secret":
        return draft
    _type(draft)
    read_field_codes(draft)
    for name in ("summary", "advantages", "scenarios"):
        sources = list(filled(raw, name))
        if sources:
            text = "\n".join(as_text(source, raw.layout) for source in sources)
            draft.set(name, draft.cleaned(text), sources[0])
    draft.indicators = list(parse_indicators(str(draft.values.get("summary", ""))).indicators)[:20]
    _people(draft)
    stage = first_filled(raw, "trl")
    if stage is not None:
        draft.set("trl", read_stage(stage.text), stage)
    _modes(draft)
    _price(draft)
    _rights(draft)
    _evaluation(draft)
    for name, terms, zh, en in (
        ("category", "achievement_categories", "成果类别", "category"),
        ("attribute", "achievement_attributes", "成果属性", "attribute"),
        ("application_status", "application_statuses", "应用状态", "application status"),
        ("funding_source", "funding_sources", "成果来源", "source of funds"),
        ("level", "achievement_levels", "成果水平", "level"),
    ):
        if name not in draft.values:
            read_choice(draft, name, terms, zh, en)
    draft.set_text("registration_number", joined=False)
    _months(draft)
    draft.require(*REQUIRED)
    return draft


def _type(draft: Draft) -> None:
    source = first_filled(draft.raw, "ip_type")
    if source is not None and _PAPER.match(source.text.strip()):
        what = (
            "论文"
            if re.search("article|paper|thesis|dissertation|论文", source.text, re.IGNORECASE)
            else source.text.strip()
        )
        draft.refuse(
            "not_transferable_type",
            f"{what}不是可转化成果。",
            f"'{source.text.strip()}' cannot be transferred.",
        )


def _people(draft: Draft) -> None:
    sources = list(filled(draft.raw, "completed_by"))
    people = list(dict.fromkeys(name for source in sources for name in read_people(source.text)))
    draft.set("completed_by", ValueReading(people[:20]), sources[0] if sources else None)
    partners = first_filled(draft.raw, "co_orgs")
    if partners is not None:
        known = [*draft.values.get("co_orgs", ()), *read_organisations(partners.text).value]
        draft.set("co_orgs", ValueReading(list(dict.fromkeys(known))), partners)


def _modes(draft: Draft) -> None:
    for source in filled(draft.raw, "transfer_modes"):
        draft.set("transfer_modes", read_modes(source.text), source)
        kind = licence_kind_of(source.text)
        draft.set("licence_kind", ValueReading(kind), source)


def _price(draft: Draft) -> None:
    set_bounds(draft, "price")
    source = first_filled(draft.raw, "price")
    if source is None:
        return
    reading = read_amount(source.text, source.unit or stated_unit(draft, "price"))
    amount: Amount = reading.value
    converted = reading.derived
    if converted is None and amount.low and re.search(r"\d\s*元", source.text):
        converted = ValueNote(
            "converted", f"“{source.text[:20]}”换算为 {amount.low} 万元", f"converted to {amount.low} 万元"
        )
    for name, value in (("price_min_wan", amount.low), ("price_max_wan", amount.high)):
        if name not in draft.values:  # a bound that has a column of its own
            draft.set(name, ValueReading(value, converted), source)
    draft.set("price_max_wan", ValueReading(None, warnings=reading.warnings), source)


def _rights(draft: Draft) -> None:
    rights: list[Right] = []
    for source in filled(draft.raw, "ip_list"):
        reading = read_rights(source.text)
        rights.extend(one for one in reading.value if one not in rights)
        draft.set("ip_list", ValueReading(None, warnings=reading.warnings), source)
    status = first_filled(draft.raw, "ip_status")
    words = status.text if status is not None else ""
    rights = [Right(one.number, one.type, one.status or words[:60]) for one in rights]
    first = first_filled(draft.raw, "ip_list")
    if rights and all(LAPSED.search(one.status) for one in rights):
        fee = "（未缴年费）" if "年费" in words else ""
        draft.refuse(
            "right_lapsed",
            f"专利已失效{fee}，无可转化权利。",
            "The right has lapsed; there is nothing to transfer.",
        )
    draft.set("ip_list", ValueReading(rights), first)
    if any(PENDING.search(one.status) for one in rights):
        note = ValueNote("right_pending", "申请尚未授权，状态为审查中", "the application is not granted yet")
        draft.warn("ip_list", note, first)
        if first is not None and not re.search("ZL", first.text):
            draft.derived.setdefault("ip_list", note)


def _evaluation(draft: Draft) -> None:
    for source in filled(draft.raw, "evaluation"):
        text = compact(source.text)
        levels = [
            term.code for term in vocabulary("achievement_levels") if term.zh in text and len(term.zh) == 4
        ]
        if levels and "level" not in draft.values:
            draft.set("level", ValueReading(levels[0]), source)
        kind = code_of("evaluation_types", source.text) or next(
            (code for word, code in _EVALUATION.items() if word in text), None
        )
        if kind is not None:
            draft.set("evaluation_type", ValueReading(kind), source)


def _months(draft: Draft) -> None:
    for name, end in (("research_start", False), ("research_end", True)):
        source = first_filled(draft.raw, name)
        if source is not None:
            reading = read_day(source.value, source.text, end=end)
            if reading.value is not None:
                draft.set(name, ValueReading(reading.value.isoformat()[:7]), source)
