"""Technology contracts (技术合同) of a ledger."""

import re
import unicodedata
from decimal import Decimal

from app.exchange.layout.raw import RawRecord, RawValue
from app.exchange.records.common import begin, read_field_codes
from app.exchange.records.draft import Draft, filled, first_filled
from app.exchange.records.exclusions import refuse_secret, refuse_withdrawn
from app.exchange.values.amounts import read_amount
from app.exchange.values.dates import Span, read_day, read_span
from app.exchange.values.organisations import read_organisations
from app.exchange.values.readings import ValueNote, ValueReading, compact, is_empty_word
from app.exchange.values.wordings import code_of, read_code, read_region

REQUIRED = ("title", "kind", "seller", "buyer", "deal_amount_wan", "technology_amount_wan", "signed_on")
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{5,38}[0-9A-Z]")
_OFFICIAL = re.compile(r"\d{14}|\d{16}")
_EXACT_DIGITS = 15
_CUT_SHORT = re.compile(r"\d[Ee]\+?\d")
"""How a spreadsheet writes a number that it no longer holds in full."""
_NOT_TECHNOLOGY = re.compile("非技术合同|不予登记|不予认定|不是技术合同|不符合认定")


def contract_of(raw: RawRecord) -> Draft:
    """The contract that a raw record describes."""
    draft = begin(raw)
    refuse_secret(draft)
    title = first_filled(raw, "title")
    if title is None:
        draft.refuse(
            "title_missing", "合同名称为空，退回填报单位补充。", "The title is empty; the sender must add it."
        )
        return draft
    draft.set("title", draft.cleaned(title.text.replace("\n", "")), title)
    _number(draft)
    kind = first_filled(raw, "kind")
    if kind is not None:
        draft.set("kind", _kind(kind.text), kind)
    for side in ("seller", "buyer"):
        _party(draft, side)
    _amounts(draft)
    _dates(draft)
    read_field_codes(draft)
    _technology_field(draft)
    plan = first_filled(raw, "plan_category")
    if plan is not None:
        draft.set("plan_category", read_code("plan_categories", plan.text, "计划类别", "plan category"), plan)
    right = first_filled(raw, "ip_type")
    if right is not None:
        draft.set(
            "ip_type", read_code("contract_ip_types", right.text, "知识产权类型", "type of right"), right
        )
    refuse_withdrawn(draft)
    draft.require(*REQUIRED)
    return draft


def _kind(text: str) -> ValueReading:
    """The type of contract; the words in brackets narrow it: 技术开发（委托）."""
    folded = compact(unicodedata.normalize("NFKC", text))
    reading = read_code("contract_kinds", folded, "合同类型", "type of contract")
    if reading.value is None:
        reading = read_code("contract_types", folded.removesuffix("合同"), "合同类型", "type of contract")
    if reading.value is None:
        # 技术转让合同-专利权转让: the last part is the narrower one.
        for part in reversed(re.split(r"[-—/:>(]+", folded.rstrip(")"))):
            code = code_of("contract_kinds", part) or code_of("contract_types", part.removesuffix("合同"))
            if code is not None:
                return ValueReading(code)
    return reading


def _technology_field(draft: Draft) -> None:
    """Ledgers name one of the eleven fields of the statistics; it is also read as a hightech field."""
    for source in filled(draft.raw, "technology_field", "fields"):
        code = code_of("contract_fields", source.text)
        if code is not None:
            draft.set("technology_field", ValueReading(code), source)
            return


def _number(draft: Draft) -> None:
    source = first_filled(draft.raw, "registration_no")
    named = source is not None and re.search("登记|认定|registration", source.header)
    is_own = source is not None and not _OFFICIAL.fullmatch(compact(source.text))
    if source is not None and is_own and not named and not _CUT_SHORT.search(source.text):
        # A number that a party gives its contracts says nothing of registration.
        draft.set("source_ref", ValueReading(source.text[:60]), source)
        source = None
    if source is None or is_empty_word(source.text):
        draft.warn(
            "registration_no",
            ValueNote("not_registered", "没有登记编号：已签订，未登记。", "Signed, not registered."),
        )
        return
    number = unicodedata.normalize("NFKC", source.text).strip().upper()
    if _CUT_SHORT.search(number) or not _NUMBER.fullmatch(number):
        draft.refuse(
            "registration_no",
            f"登记编号“{number[:30]}”不完整（长数字须存为文本），请按证书填写。",
            f"The number '{number[:30]}' is not complete: long numbers must be stored as text.",
        )
        return
    reading = ValueReading(number)
    if not isinstance(source.value, str) and len(number) > _EXACT_DIGITS:
        reading.derived = ValueNote(
            "number_as_number",
            f"登记编号存成了数字，{len(number)} 位超过表格可精确保存的 15 位，请与证书核对",
            f"the number is stored as a number: {len(number)} digits exceed the 15 that a spreadsheet keeps exactly",
        )
    draft.set("registration_no", reading, source)


def _party(draft: Draft, side: str) -> None:
    source = first_filled(draft.raw, side)
    if source is not None:
        reading = read_organisations(source.text)
        reading.value = reading.value[0] if reading.value else None
        draft.set(side, reading, source)
    region = first_filled(draft.raw, f"{side}_region")
    if region is not None:
        draft.set(f"{side}_region", read_region(region.text), region)
    nature = first_filled(draft.raw, f"{side}_nature")
    if nature is not None:
        draft.set(
            f"{side}_nature",
            read_code("party_natures", nature.text, "合同方性质", "nature of the party"),
            nature,
        )


def _amounts(draft: Draft) -> None:
    deal = _amount(draft, "deal_amount")
    technology = _amount(draft, "technology_amount")
    notes = " ".join(one.text for one in filled(draft.raw, "note", "status"))
    if _NOT_TECHNOLOGY.search(notes):
        zero = "，技术交易额0" if technology == 0 else ""
        draft.refuse(
            "not_a_technology_contract",
            f"备注“{notes[:30]}”{zero}。",
            "The note says that it is no technology contract.",
        )
    if deal is not None and technology is not None and technology > deal:
        draft.refuse(
            "technology_amount_above_deal",
            f"技术交易额{_shown(technology)}万元高于成交额{_shown(deal)}万元。",
            f"The technology amount {_shown(technology)} 万元 exceeds the deal amount {_shown(deal)} 万元.",
        )


def _amount(draft: Draft, name: str) -> Decimal | None:
    source: RawValue | None = first_filled(draft.raw, name)
    if source is None:
        return None
    stated = first_filled(draft.raw, "amount_unit")
    reading = read_amount(source.text, source.unit or (compact(stated.text) if stated is not None else None))
    value: Decimal | None = reading.value.low
    if value is None and re.fullmatch(r"[¥￥\s]*0+(?:\.0+)?\s*(?:万?元)?", source.text):
        value = Decimal(0)
    draft.set(f"{name}_wan", ValueReading(value, reading.derived, reading.warnings), source)
    return value


def _dates(draft: Draft) -> None:
    period = first_filled(draft.raw, "period")
    if period is not None:
        reading = read_span(period.value, period.text)
        span: Span = reading.value
        draft.set("starts_on", ValueReading(span.start, reading.derived), period)
        draft.set("ends_on", ValueReading(span.end, reading.derived, reading.warnings), period)
    for name, end in (
        ("signed_on", False),
        ("starts_on", False),
        ("ends_on", True),
        ("registered_on", False),
    ):
        source = first_filled(draft.raw, name)
        if source is not None:
            draft.set(name, read_day(source.value, source.text, end=end), source)


def _shown(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")
