"""Words of notices that depend on the event: names of stages, reasons, states and days, in both languages."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from app.engagements.models import ParticipantRole, ParticipantSide, Stage
from app.events.domain_event import DomainEvent
from app.libraries.record.enums import CertificateLevel, LabelledEnum
from app.vocabularies import vocabulary

_LABELLED: Mapping[str, type[LabelledEnum]] = {
    "from_stage": Stage,
    "to_stage": Stage,
    "stage": Stage,
    "side": ParticipantSide,
    "role": ParticipantRole,
    "level": CertificateLevel,
}


def words_of(event: DomainEvent) -> dict[str, str]:
    """The payload as words: ``{name}`` for itself, ``{name_zh}`` and ``{name_en}`` where it is a code."""
    words: dict[str, str] = {}
    for each in fields(event):
        value = getattr(event, each.name)
        words[each.name] = f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
        if value is not None and each.name in _LABELLED:
            words[f"{each.name}_zh"], words[f"{each.name}_en"] = _labels(_LABELLED[each.name], value)
    reason = getattr(event, "reason", None)
    words["reason_zh"], words["reason_en"] = _reason(reason)
    words["side_zh"], words["side_en"] = _side(event, words)
    return words


def _labels(kind: type[LabelledEnum], value: Any) -> tuple[str, str]:
    try:
        member = kind.of(str(value))
    except ValueError:
        return str(value), str(value)
    return member.zh, member.en.lower()


def _reason(code: str | None) -> tuple[str, str]:
    """A reason of the vocabulary in its words, any other as it was written."""
    if code is None:
        return "未说明", "none was given"
    reasons = vocabulary("engagement_end_reasons")
    return (reasons.label(code), reasons.label(code, "en")) if code in reasons else (code, code)


def _side(event: DomainEvent, words: Mapping[str, str]) -> tuple[str, str]:
    """Which participant: the side, or the role of those who represent none."""
    if getattr(event, "side", None) is not None:
        return words["side_zh"], words["side_en"]
    return words.get("role_zh", ""), f"the {words['role_en']}" if "role_en" in words else ""
