"""Fields that the kinds of record share: title, owner, region, fields, contact, way of publication; and secrecy."""

import re

from lxml import html

from app.exchange.headers.dictionary import Kind
from app.exchange.layout.raw import EXPORTED, RawRecord, RawValue, text_of, without_escapes
from app.exchange.records.draft import Draft, filled, first_filled
from app.exchange.records.exclusions import refuse_secret, refuse_withdrawn
from app.exchange.values.amounts import Amount, read_amount
from app.exchange.values.choices import chosen, read_yes
from app.exchange.values.contacts import ContactParts, read_contact
from app.exchange.values.organisations import organisation_in_title, read_organisations, read_uscc
from app.exchange.values.readings import ValueNote, ValueReading, compact, is_empty_word, parts_of
from app.exchange.values.wordings import read_code, read_fields, read_region, region_in

_TITLE_OF = {
    Kind.DEMAND: ("需求名称", "title of the demand"),
    Kind.ACHIEVEMENT: ("成果名称", "title of the achievement"),
    Kind.MANAGER: ("姓名", "name"),
    Kind.CONTRACT: ("合同名称", "title of the contract"),
    Kind.ORGANISATION: ("单位名称", "name of the organisation"),
}
_STREET = re.compile("街道|镇|乡|村|路|号|园|大厦|社区")
_MARKUP = re.compile(r"<[a-zA-Z/][^>]*>|&[a-z]+;")


def read_common(draft: Draft) -> None:
    """Title, owner, region, contact, publication, keywords and reference; refuses secret and withdrawn rows."""
    refuse_secret(draft)
    _title(draft)
    _owner(draft)
    _region(draft)
    read_contacts(draft)
    _publication(draft)
    keywords = first_filled(draft.raw, "keywords")
    if keywords is not None:
        draft.set("keywords", ValueReading(parts_of(chosen(keywords.text), words=True)), keywords)
    draft.set_text("source_ref", joined=False)
    refuse_withdrawn(draft)


def as_text(source: RawValue, layout: str) -> str:
    """The text of a value; markup of an interface becomes text, markup in a document stays as it is."""
    if layout == "entry" and isinstance(source.value, str) and _MARKUP.search(source.value):
        fragment = html.fragment_fromstring(source.value, create_parent="div")
        for one in fragment.iter("p", "br", "li", "div"):
            one.tail = "\n" + (one.tail or "")
        return text_of(str(fragment.text_content()).replace("\xa0", " "))
    return source.text


def _title(draft: Draft) -> None:
    source = first_filled(draft.raw, "title")
    zh, en = _TITLE_OF[draft.kind]
    if source is None and "title" in draft.raw.formulas:
        draft.refuse(
            "formula_in_text",
            f"{zh}是公式，不取值、不执行；请填写文字。",
            f"The {en} is a formula, which is neither evaluated nor taken; enter text.",
        )
        return
    if source is None:
        draft.refuse(
            "title_missing",
            f"{zh}为空；不代拟名称，退回填报单位补充。",
            f"The {en} is empty. No title is invented; the sender must add it.",
        )
        return
    text = source.text
    if isinstance(source.value, list):
        texts = [text_of(one) for one in source.value]
        text = next((one for one in texts if re.search("[\u4e00-\u9fff]", one)), texts[0])
    reading = draft.cleaned(
        re.sub(r"\s*\n\s*", "", as_text(source, draft.raw.layout)) if text == source.text else text
    )
    if isinstance(source.value, str) and _length(without_escapes(source.value)) != _length(source.text):
        reading.derived = ValueNote(
            "hidden_characters", "已去掉不可见字符", "invisible characters were removed"
        )
    if len(str(reading.value)) > 200:
        reading.value = None
        reading.warn("text_too_long", f"{zh}超过 200 字。", f"The {en} has more than 200 characters.")
    if re.match(r"[=+@-]", str(reading.value or "")):
        reading.warn(
            "formula_like",
            "内容以公式符号开头，按文字保存，不执行。",
            "The text begins like a formula; it is stored as text and never evaluated.",
        )
    draft.set("title", reading, source)
    if "title" not in draft.values:
        draft.refuse("title_missing", f"{zh}不可用，退回填报单位更正。", f"The {en} cannot be used.")


def _length(text: str) -> int:
    return len(re.sub(r"\s", "", text))


def _owner(draft: Draft) -> None:
    source = first_filled(draft.raw, "owner_org")
    if source is not None:
        reading = ValueReading([source.text]) if source.mark == EXPORTED else read_organisations(source.text)
        names = reading.value
        reading.value = names[0] if names else None
        draft.set("owner_org", reading, source)
        if len(names) > 1 and draft.kind is Kind.ACHIEVEMENT:
            draft.set("co_orgs", ValueReading(names[1:]), source)
    if "owner_org" not in draft.values:
        name = organisation_in_title(draft.raw.context.title)
        note = ValueNote(
            "owner_from_title", "单位取自表题", "the organisation comes from the title of the table"
        )
        draft.set("owner_org", ValueReading(name, note), None)
    if "owner_org" not in draft.values:
        draft.set("owner_org", sender_of(draft), None)
    for uscc in filled(draft.raw, "owner_uscc"):
        draft.set("owner_uscc", read_uscc(uscc.text), uscc)


def sender_of(draft: Draft) -> ValueReading:
    """The organisation that filled the list, unless it is an office that gathers what others have."""
    name = draft.raw.context.filled_by.strip("（）()")
    name = re.sub(r"[（(].*$", "", name)
    if not draft.raw.context.is_own or not re.search(
        "(?:大学|学院|研究院|研究所|公司|集团|医院|中心)$", name
    ):
        return ValueReading()
    return ValueReading(
        name,
        ValueNote("owner_from_sender", f"按填报单位“{name[:20]}”", "the organisation that filled the list"),
    )


def _region(draft: Draft) -> None:
    """By the cell, else the title and the office that filled the table, else the owner's name."""
    for source in filled(draft.raw, "region"):
        reading = read_region(source.text)
        if reading.value is None and _STREET.search(source.text):
            reading.warnings = []
        draft.set("region", reading, source)
        if reading.value is not None:
            return
    context = draft.raw.context
    for text, note in (
        (
            context.section,
            ValueNote("region_of_section", "按所在分组的地区", "from the heading above the row"),
        ),
        (
            f"{context.filled_by} {context.title}",
            ValueNote(
                "region_of_list",
                "按填报单位或表题的地区",
                "from the office that filled the list, or its title",
            ),
        ),
        (
            str(draft.values.get("owner_org", "")),
            ValueNote("region_of_owner", "按单位名称的地区", "from the name of the organisation"),
        ),
    ):
        code = region_in(text) if text.strip() else None
        if code is not None:
            draft.set("region", ValueReading(code, note), None)
            return


def read_contacts(draft: Draft) -> None:
    """Name, telephone and e-mail, whichever of their columns holds them."""
    area = "0531" if str(draft.values.get("region", "")).startswith("3701") else ""
    for source in filled(draft.raw, "contact_name", "contact_phone", "contact_email"):
        reading = read_contact(source.text, area_code=area)
        contact: ContactParts = reading.value
        warnings, reading.warnings = reading.warnings, []
        for part, value in (("name", contact.name), ("phone", contact.phone), ("email", contact.email)):
            name = f"contact_{part}"
            if value and name not in draft.values and (part != "name" or len(value) <= 20):
                padded = reading.derived is not None and (reading.derived.code == "padded_name") != (
                    part == "name"
                )
                draft.set(name, ValueReading(value, None if padded else reading.derived), source)
        for note in warnings:
            draft.warn(source.field, note, source)


def _publication(draft: Draft) -> None:
    source = first_filled(draft.raw, "publish_mode")
    if source is not None:
        answer = compact(chosen(source.text)).casefold()
        yes = read_yes(answer)
        if answer in ("public", "confidential"):
            draft.set("publish_mode", ValueReading(answer), source)
        elif answer in ("匿名", "匿名发布"):
            draft.set("publish_mode", ValueReading("confidential"), source)
        elif "部分" in answer or "匿名" in answer or "脱敏" in answer:
            note = ValueNote("partly_public", f"“{source.text[:20]}”按匿名发布", "published anonymously")
            draft.set("publish_mode", ValueReading("confidential", note), source)
        elif yes is not None:
            public = yes != ("保密" in source.header)
            draft.set("publish_mode", ValueReading("public" if public else "confidential"), source)
        else:
            draft.warn(
                "publish_mode",
                ValueNote(
                    "unknown_wording",
                    f"“{source.text[:20]}”不能判断是否公开。",
                    "It is unclear whether to publish.",
                ),
                source,
            )
    for remark in filled(draft.raw, "note"):
        if re.search("(?:名称|单位|企业)不(?:公开|对外)|匿名|不公开(?:企业|单位)", remark.text):
            draft.set("publish_mode", ValueReading("confidential"), remark)


def read_field_codes(draft: Draft, *, maximum: int = 3) -> None:
    """Hightech fields and industries."""
    for source in filled(draft.raw, "fields"):
        draft.set("fields", read_fields(source.text, maximum=maximum), source)
    for source in filled(draft.raw, "industries"):
        codes: list[str] = []
        unknown: list[ValueNote] = []
        for part in parts_of(chosen(source.text)):
            match = re.match(r"([A-T](?:\d{2})?)(?![\dA-Z])", compact(part).upper())
            reading = read_code("industries", match[1] if match else part, "行业", "industry")
            unknown += reading.warnings
            if reading.value:
                codes.append(reading.value)
        draft.set("industries", ValueReading(list(dict.fromkeys(codes))[:3]), source)
        is_unused = not codes
        if not codes and "fields" not in draft.values:
            reading = read_fields(source.text, maximum=maximum)
            note = ValueNote(
                "field_of_industry", "按行业栏归入技术领域", "read from the column of the industry"
            )
            draft.set("fields", ValueReading(reading.value, note), source)
            is_unused = not reading.value
        if is_unused:
            draft.set("industries", ValueReading(warnings=unknown), source)
    if "fields" not in draft.values and draft.kind in (Kind.DEMAND, Kind.ACHIEVEMENT):
        _field_of_table(draft)


def _field_of_table(draft: Draft) -> None:
    """The field that the heading above the row, the sheet or the title of the table names, e.g. 新材料领域需求清单."""
    context = draft.raw.context
    for text in (context.section, draft.raw.sheet, *context.title.splitlines()):
        name = re.sub(r"^[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*", "", compact(text))
        match = re.match(
            r"(.{2,16}?)(?:领域|产业|行业|类|方向|专场|技术需求|技术成果|需求|成果|[（(]|$)", name
        )
        reading = read_fields(match[1]) if match is not None else ValueReading([])
        if reading.value:
            note = ValueNote(
                "field_of_table",
                f"技术领域取自“{text.strip()[:20]}”",
                f"the field comes from '{text.strip()[:20]}' above the table",
            )
            draft.set("fields", ValueReading(reading.value, note), None)
            return


def stated_unit(draft: Draft, name: str) -> str | None:
    """The unit of an amount that a column of its own states."""
    stated = first_filled(draft.raw, f"{name}_unit")
    return compact(stated.text) if stated is not None else None


def set_bounds(draft: Draft, name: str) -> None:
    """The bounds of an amount that stand in two columns."""
    for bound, column in (("min", f"{name}_low"), ("max", f"{name}_high")):
        source = first_filled(draft.raw, column)
        if source is not None:
            reading = read_amount(source.text, source.unit or stated_unit(draft, name))
            amount: Amount = reading.value
            value = amount.low if amount.low is not None else amount.high
            draft.set(f"{name}_{bound}_wan", ValueReading(value, reading.derived, reading.warnings), source)


def read_choice(draft: Draft, name: str, vocabulary: str, zh: str, en: str) -> None:
    """A field with one code of a vocabulary."""
    source = first_filled(draft.raw, name)
    if source is not None and not is_empty_word(source.text):
        draft.set(name, read_code(vocabulary, source.text, zh, en), source)


def begin(raw: RawRecord) -> Draft:
    """A draft for a raw record, with no more than the number that this service has given it."""
    draft = Draft(raw.ref, raw.kind, raw)
    draft.set_text("number", joined=False)
    return draft
