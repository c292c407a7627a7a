"""Organisations of a roll (单位名录)."""

from app.exchange.layout.raw import RawRecord
from app.exchange.records.common import begin, read_contacts
from app.exchange.records.draft import Draft, filled, first_filled
from app.exchange.values.organisations import kind_by_name, read_organisations, read_uscc
from app.exchange.values.readings import ValueNote, ValueReading, parts_of
from app.exchange.values.wordings import code_of, read_region, region_in

REQUIRED = ("title", "kind", "region")


def organisation_of(raw: RawRecord) -> Draft:
    """The organisation that a raw record describes."""
    draft = begin(raw)
    source = first_filled(raw, "title")
    names = read_organisations(source.text) if source is not None else ValueReading([])
    if not names.value:
        draft.refuse(
            "title_missing", "单位名称为空，退回填报单位补充。", "The name is empty; the sender must add it."
        )
        return draft
    names.value = names.value[0]
    draft.set("title", names, source)
    for uscc in filled(raw, "owner_uscc"):
        draft.set("uscc", read_uscc(uscc.text), uscc)
    kind = first_filled(raw, "kind") or first_filled(raw, "organisation_kind")
    code = code_of("organisation_kinds", kind.text) if kind is not None else None
    if code is not None:
        draft.set("kind", ValueReading(code), kind)
    else:
        note = ValueNote("kind_by_name", "按名称判断单位类型", "the kind was deduced from the name")
        draft.set("kind", ValueReading(kind_by_name(str(draft.values["title"])), note), source)
    region = first_filled(raw, "region")
    if region is not None:
        draft.set("region", read_region(region.text), region)
    if "region" not in draft.values and (found := region_in(str(draft.values["title"]))):
        note = ValueNote("region_of_owner", "按单位名称的地区", "from the name of the organisation")
        draft.set("region", ValueReading(found, note), source)
    aliases = first_filled(raw, "aliases")
    if aliases is not None:
        draft.set("aliases", ValueReading(parts_of(aliases.text)), aliases)
    draft.set_text("parent", joined=False)
    read_contacts(draft)
    draft.require(*REQUIRED)
    return draft
