"""Completeness of a record, 0–100, and the missing fields that would raise it most.

The fields required for publishing are worth 40 points together, the optional fields share the other 60. The weights
are this project's proposal, based on what matching and readers use.
"""

from collections.abc import Collection, Mapping, Sized
from dataclasses import dataclass
from decimal import Decimal

from app.libraries.record.enums import RecordKind
from app.libraries.validation.completeness_weights import RULES, FieldWeight
from app.libraries.validation.indicators.parser import parse_indicators


@dataclass(frozen=True, slots=True)
class MissingField:
    """A field that is empty or too short; `weight` is the number of points that filling it would add."""

    field: str
    weight: int
    zh: str
    en: str
    why: str
    why_en: str
    required: bool


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score, 0–100, and the missing fields: required fields first, then by falling weight."""

    score: int
    missing: tuple[MissingField, ...]


def completeness(kind: RecordKind, data: Mapping[str, object]) -> Completeness:
    """The score and the missing fields of a record. `data` maps the model's attribute names to values.

    None, "", white space and empty lists count as empty; False and 0 do not.
    """
    score = 0
    missing: list[MissingField] = []
    for rule in RULES[kind]:
        earned = _earned(rule, data)
        score += earned
        if earned < rule.weight:
            missing.append(_missing(rule, rule.weight - earned, empty=earned == 0))
    missing.sort(key=lambda item: (not item.required, -item.weight))
    return Completeness(score, tuple(missing))


def shown_completeness(kind: RecordKind, data: Mapping[str, object], shown: Collection[str]) -> int:
    """The score, 0–100, of the fields that a reader may see (`shown`): what is hidden from them does not count."""
    rules = [rule for rule in RULES[kind] if rule.field in shown]
    full = sum(rule.weight for rule in rules)
    visible = {name: data.get(name) for name in shown}
    earned = sum(_earned(rule, visible) for rule in rules)
    return round(100 * earned / full) if full else 0


def _earned(rule: FieldWeight, data: Mapping[str, object]) -> int:
    amount = max(_amount(rule.field, data.get(name)) for name in (rule.field, rule.instead) if name)
    if amount == 0:
        return 0
    return rule.weight if amount >= rule.enough else rule.weight // 2


def _amount(field: str, value: object) -> int:
    """Characters of a text, items of a list, 1 for any other value. Indicators given as text are parsed and counted."""
    if value is None:
        return 0
    if isinstance(value, str):
        text = value.strip()
        return (
            len(parse_indicators(text).indicators) or min(len(text), 1)
            if field == "indicators"
            else len(text)
        )
    if isinstance(value, (bool, int, float, Decimal)):
        return 1
    return len(value) if isinstance(value, Sized) else 1


def _missing(rule: FieldWeight, weight: int, *, empty: bool) -> MissingField:
    more_zh, more_en = (
        ("", "")
        if empty
        else (f"（内容偏少，建议至少 {rule.enough}）", f" (too short; give at least {rule.enough})")
    )
    # A required field that is short but not empty does not prevent publishing.
    return MissingField(
        rule.field,
        weight,
        rule.zh,
        rule.en,
        why=rule.why_zh + more_zh,
        why_en=rule.why_en + more_en,
        required=rule.required and empty,
    )
