"""Demands (技术需求) of a file."""

from datetime import date

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
from app.exchange.values.dates import Span, read_day, read_span
from app.exchange.values.organisations import read_organisations
from app.exchange.values.readings import ValueNote, ValueReading
from app.exchange.values.wordings import read_modes, read_stage
from app.libraries.validation.indicators.parser import parse_indicators

MAX_INDICATORS = 20
REQUIRED = ("title", "owner_org", "main_problem", "fields", "region", "deadline", "cooperation_modes")


def demand_of(raw: RawRecord) -> Draft:
    """The demand that a raw record describes."""
    draft = begin(raw)
    read_common(draft)
    if draft.refusal is not None and draft.refusal.code == "secret":
        return draft
    read_field_codes(draft)
    _texts(draft)
    for source in filled(raw, "cooperation_modes"):
        draft.set("cooperation_modes", read_modes(source.text), source)
    _money(draft)
    _dates(draft)
    read_choice(draft, "activity_type", "activity_types", "科技活动类型", "type of activity")
    read_choice(draft, "need_kind", "need_kinds", "需求类型", "kind of need")
    _need_kind_of_modes(draft)
    partners = first_filled(raw, "preferred_partners")
    if partners is not None:
        draft.set("preferred_partners", read_organisations(partners.text), partners)
    stage = first_filled(raw, "min_trl")
    if stage is not None:
        draft.set("min_trl", read_stage(stage.text), stage)
    draft.require(*REQUIRED)
    return draft


def _texts(draft: Draft) -> None:
    for name in (
        "main_problem",
        "key_technology",
        "expected_goal",
        "existing_basis",
        "partner_requirement",
        "scenario",
    ):
        sources = list(filled(draft.raw, name))
        if sources:
            text = "\n".join(as_text(source, draft.raw.layout) for source in sources)
            draft.set(name, draft.cleaned(text), sources[0])
    draft.set_text("payment_plan")
    if "main_problem" not in draft.values and "expected_goal" in draft.values:
        draft.values["main_problem"] = draft.values.pop("expected_goal")
        draft.origins["main_problem"] = draft.origins.pop("expected_goal")
        draft.derived["main_problem"] = ValueNote(
            "only_description",
            "只有这一栏描述需求，作为主要问题；其中的数值列为指标",
            "the only descriptive column goes to main_problem, its figures to indicators",
        )
    text = str(draft.values.get("expected_goal") or draft.values.get("main_problem") or "")
    parsed = parse_indicators(text)
    draft.indicators = list(parsed.indicators)[:MAX_INDICATORS]


def _money(draft: Draft) -> None:
    set_bounds(draft, "budget")
    source = first_filled(draft.raw, "budget")
    if source is None:
        return
    reading = read_amount(source.text, source.unit or stated_unit(draft, "budget"))
    amount: Amount = reading.value
    for name, value in (("budget_min_wan", amount.low), ("budget_max_wan", amount.high)):
        if name not in draft.values:  # a bound that has a column of its own
            draft.set(name, ValueReading(value, reading.derived), source)
    draft.set("payment_plan", ValueReading(None, warnings=reading.warnings), source)
    if amount.remark and "payment_plan" not in draft.values:
        note = ValueNote("remark_of_amount", "金额后的说明", "the remark after the amount")
        draft.set("payment_plan", ValueReading(amount.remark, note), source)


def _dates(draft: Draft) -> None:
    source = first_filled(draft.raw, "deadline")
    if source is not None:
        reading = read_span(source.value, source.text, filled_on=_filled_on(draft))
        span: Span = reading.value
        draft.set("deadline", ValueReading(span.end, reading.derived, reading.warnings), source)
        draft.set("start_date", ValueReading(span.start, reading.derived), source)
    start = first_filled(draft.raw, "start_date")
    if start is not None and "start_date" not in draft.values:
        draft.set("start_date", read_day(start.value, start.text, end=False), start)


def _filled_on(draft: Draft) -> date | None:
    source = first_filled(draft.raw, "filled_on")
    if source is not None:
        day: date | None = read_day(source.value, source.text, end=True).value
        if day is not None:
            return day
    return draft.raw.context.filled_on


def _need_kind_of_modes(draft: Draft) -> None:
    """A demand that wants to buy something ready says so where it names the way of co-operation."""
    source = first_filled(draft.raw, "cooperation_modes")
    if source is None or "need_kind" in draft.values:
        return
    if any(word in source.text for word in ("购买成熟", "采购成熟", "引进成熟")):
        note = ValueNote(
            "ready_technology",
            f"由“{source.text[-20:]}”判断为采购成熟技术",
            "the buyer wants a mature technology",
        )
        draft.set("need_kind", ValueReading("mature_technology", note), source)
