"""Technology managers (技术经理人) of a file."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from app.clock import local_now
from app.exchange.layout.raw import RawRecord, RawValue
from app.exchange.records.common import begin, read_contacts, read_field_codes, sender_of
from app.exchange.records.draft import Draft, filled, first_filled
from app.exchange.records.exclusions import refuse_secret, refuse_withdrawn
from app.exchange.values.amounts import read_amount
from app.exchange.values.choices import chosen
from app.exchange.values.dates import read_day
from app.exchange.values.organisations import read_organisations
from app.exchange.values.people import read_person
from app.exchange.values.readings import ValueNote, ValueReading, compact, parts_of
from app.exchange.values.wordings import code_of, read_code, read_region, region_in

REQUIRED = ("title", "affiliations", "expertise", "fields", "regions")
_KINDS = "(?:大学|学院|研究院|研究所|公司|集团|中心|局|协会|学会|医院|促进会|平台|园|院|所|厂|事务所)(?!长)"
_ORGANISATION = re.compile(rf"^(.+?{_KINDS})(?:[\s,，、/]*)(.{{0,20}})$")
_EMPLOYER = re.compile(
    rf"^(.+{_KINDS})(?:[\s,，、/]*)(.{{0,12}}?(?:长|员|经理|主任|总监|顾问|教授|工程师|专员|主管|书记|总裁|负责人))$"
)
_COUNT = re.compile(r"(?<!\d)(\d[\d,]{0,20}+)\s*(?:项|个|件|份|次)")
_SUM = re.compile(r"(?<!\d)(\d[\d,]{0,20}+(?:\.\d{1,20}+)?)\s*(亿元|万元|元|亿|万|[wW](?![A-Za-z]))")


def manager_of(raw: RawRecord) -> Draft:
    """The manager that a raw record describes."""
    draft = begin(raw)
    refuse_secret(draft)
    _name(draft)
    _affiliations(draft)
    _certificate(draft)
    _experience(draft)
    read_field_codes(draft, maximum=5)
    _regions(draft)
    read_contacts(draft)
    draft.set_text("expertise")
    _track_record(draft)
    services = [
        code
        for source in filled(raw, "service_kinds")
        for part in parts_of(chosen(source.text))
        if (code := code_of("service_kinds", part)) is not None
    ]
    draft.set(
        "service_kinds", ValueReading(list(dict.fromkeys(services))), first_filled(raw, "service_kinds")
    )
    refuse_withdrawn(draft)
    name = str(draft.values.get("title", ""))
    if (
        len(name) < 2
        and first_filled(draft.raw, "affiliations") is None
        and not draft.values.get("contact_phone")
    ):
        draft.refuse(
            "incomplete_row",
            "姓名不完整，且没有单位和电话，请补充后再报送。",
            "The name is not complete, and there is neither an employer nor a telephone number.",
        )
    draft.require(*REQUIRED)
    return draft


def _name(draft: Draft) -> None:
    source = first_filled(draft.raw, "title")
    if source is None:
        draft.refuse(
            "title_missing", "姓名为空，退回填报单位补充。", "The name is empty; the sender must add it."
        )
        return
    draft.set("title", read_person(source.text), source)


def _affiliations(draft: Draft) -> None:
    source = first_filled(draft.raw, "affiliations")
    if source is not None:
        text = source.text.strip()
        # A column that asks for the position has one behind the organisation; elsewhere only what sounds like one.
        pattern = _ORGANISATION if re.search("职务|职位|岗位", source.header) else _EMPLOYER
        split = pattern.match(re.sub(r"\s*\n\s*", " ", text))
        several = len(re.split(r"[、；;\n]", text)) > 1
        if split and split[2] and not several:
            note = ValueNote(
                "position_split", "单位与职务在同一格，已拆开", "organisation and position were in one cell"
            )
            draft.set("affiliations", ValueReading([split[1].strip()], note), source)
            draft.set("position", ValueReading(split[2].strip(), note), source)
        else:
            draft.set("affiliations", read_organisations(text), source)
    else:
        sender = sender_of(draft)
        draft.set("affiliations", ValueReading([sender.value] if sender.value else [], sender.derived), None)
    position = first_filled(draft.raw, "position")
    if position is None and "position" not in draft.values:
        position = first_filled(draft.raw, "professional_title")
    if position is not None:
        draft.set("position", ValueReading(position.text[:60]), position)
    kind = first_filled(draft.raw, "employer_type") or first_filled(draft.raw, "organisation_kind")
    if kind is not None:
        draft.set(
            "employer_type", read_code("employer_types", kind.text, "机构类型", "type of employer"), kind
        )


def _certificate(draft: Draft) -> None:
    source = first_filled(draft.raw, "certificate_level")
    if source is None:
        return
    level = _level(source)
    entry: dict[str, Any] = {"level": level.value}
    number = first_filled(draft.raw, "certificate_number")
    if number is not None:
        entry["number"] = compact(number.text)[:60]
    issued = first_filled(draft.raw, "certificate_issued_on")
    if issued is not None:
        day = read_day(issued.value, issued.text, end=False)
        level.warnings += day.warnings
        level.derived = level.derived or day.derived
        if day.value is not None:
            entry["issued_on"] = day.value
    level.value = [entry] if level.value not in (None, "none") else None
    draft.set("certificates", level, source)


def _level(source: RawValue) -> ValueReading:
    text = chosen(source.text)
    for word, code in (("高级", "advanced"), ("中级", "intermediate"), ("初级", "primary")):
        if word in text:
            return ValueReading(code)
    return read_code("certificate_levels", text, "证书等级", "certificate level")


def _experience(draft: Draft) -> None:
    source = first_filled(draft.raw, "years")
    if source is not None:
        draft.set("years", _years(source.text), source)
    kind = first_filled(draft.raw, "full_time")
    if kind is not None:
        text = compact(chosen(kind.text))
        value = (
            True
            if text.startswith(("专职", "是", "全职"))
            else False
            if text.startswith(("兼", "否"))
            else None
        )
        draft.set("full_time", ValueReading(value), kind)
        if value is False:
            draft.values["full_time"] = False


def _years(text: str) -> ValueReading:
    folded = unicodedata.normalize("NFKC", text).strip()
    if re.search("不满|不足|未满", folded) and re.search("1|一", folded):
        return ValueReading(
            0, ValueNote("less_than_a_year", f"“{text[:20]}”按 0 年", "less than a year counts as 0")
        )
    since = re.match(r"((?:19|20)\d{2})\s*年?.*(?:至今|起|开始|以来|-$)|((?:19|20)\d{2})\s*年?$", folded)
    if since:
        years = local_now().year - int(since[1] or since[2])
        return ValueReading(years, ValueNote("since", f"由“{text[:20]}”推算", f"counted from '{text[:20]}'"))
    number = re.search(r"(\d{1,2})(?:\.\d+)?\s*(?:年|$)", folded)
    if number is None:
        return ValueReading().warn(
            "years_unreadable", f"从业年限“{text[:20]}”无法识别，请填整数年。", "The years cannot be read."
        )
    exact = re.fullmatch(r"\d{1,2}(?:\.0)?\s*年?", folded)
    return ValueReading(
        int(number[1]), None if exact else ValueNote("about", f"“{text[:20]}”取整", "rounded or approximate")
    )


def _regions(draft: Draft) -> None:
    source = first_filled(draft.raw, "regions")
    if source is not None:
        codes, derived = [], None
        for part in parts_of(chosen(source.text)):
            reading = read_region(part)
            derived = derived or reading.derived
            if reading.value:
                codes.append(reading.value)
            for note in reading.warnings:
                draft.warn("regions", note, source)
        draft.set("regions", ValueReading(list(dict.fromkeys(codes)), derived), source)
    if "regions" not in draft.values:
        context = draft.raw.context
        code = region_in(f"{context.filled_by} {context.title}")
        note = ValueNote(
            "region_of_list", "按填报单位或表题的地区", "from the office that filled the list, or its title"
        )
        draft.set("regions", ValueReading([code] if code else [], note), None)


def _track_record(draft: Draft) -> None:
    entries: list[dict[str, Any]] = []
    count, total = None, None
    sources = list(filled(draft.raw, "track_record"))
    for source in sources:
        folded = unicodedata.normalize("NFKC", source.text)
        if (found := _COUNT.search(folded)) or (
            (found := re.fullmatch(r"(\d{1,4})", folded.strip()))
            and "金额" not in source.header
            and "额" not in source.header
        ):
            count = int(found[1].replace(",", ""))
        money = _SUM.search(folded)
        if money is not None:
            total = read_amount(money[0], source.unit).value.low
        elif re.search("金额|额|万元", source.header) and "项" not in source.header:
            total = read_amount(source.text, source.unit).value.low or total
    if count is not None or total is not None:
        title = f"{sources[0].header.split('（')[0]}" + (f" {count} 项" if count is not None else "")
        entries.append({"title": title, "amount_wan": total})
    for one in draft.raw.values.get("entries", ()):
        if isinstance(one.value, dict):
            entries.append(_entry(one.value))
    note = ValueNote("track_record", "由业绩栏归纳，请核对", "summed up from the column of results")
    draft.set("track_record", ValueReading(entries, note), sources[0] if sources else None)


def _entry(cells: dict[str, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": "", "amount_wan": None}
    for header, text in cells.items():
        if re.search("项目|合同名称|名称", header) and not entry["title"]:
            entry["title"] = text
        elif re.search("金额|额", header):
            unit = "万元" if "万" in header or "元" not in header else "元"
            amount: Decimal | None = read_amount(text, unit).value.low
            entry["amount_wan"] = amount
        elif re.search("时间|日期|年", header) and (year := re.search(r"(?:19|20)\d{2}", text)):
            entry["year"] = int(year[0])
        elif re.search("类型|类别", header):
            entry["contract_type"] = text[:40]
    return entry
