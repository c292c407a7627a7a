"""The explanation of a repush in both languages, limited to changes of fields that the reader may see."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.libraries.record.enums import PublishMode, RecordKind
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.libraries.visibility.fields import FIELD_LEVELS
from app.matching.lists.bands import written_score
from app.pushes.schemas import ChangedField, WhyAgain
from app.vocabularies import vocabulary

_RECORDS: Mapping[str, tuple[str, str]] = {
    "demand": ("需求", "the demand"),
    "achievement": ("成果", "the achievement"),
}
_ENDED: Mapping[str, tuple[str, str]] = {
    "declined": ("您曾以“{zh}”谢绝", "You declined it ({en})"),
    "expired": ("此前未答复", "You did not answer it before"),
    "cancelled": (
        "此前因不再符合推送条件而取消，现重新符合",
        "It was cancelled because it no longer met the conditions for a push, and now meets them again",
    ),
    "undone": (
        "此前因另一位经理人撤回答复而取消，现再次推送",
        "It was cancelled because another manager undid an answer, and is now pushed again",
    ),
}


_ENGLISH: Mapping[str, str] = {
    "price_min_wan": "lowest price",
    "price_max_wan": "highest price",
    "budget_min_wan": "lowest budget",
    "budget_max_wan": "highest budget",
    "trl": "technology readiness",
    "min_trl": "required technology readiness",
    "ip_list": "intellectual property rights",
    "ip_ownership": "ownership of intellectual property",
    "ip_clear": "whether the intellectual property is undisputed",
    "co_org_ids": "co-owners",
    "excluded_orgs": "excluded organisations",
    "job_invention": "whether it is a service invention",
    "publish_mode": "mode of publication",
    "jinan_industry": "industry of Jinan",
    "need_kind": "kind of need",
}
"""Names of fields whose identifiers say too little; the others are words already."""


def explain_repush(
    stored: Mapping[str, Any], demand: tuple[Record, int], achievement: tuple[Record, int]
) -> WhyAgain:
    """The explanation stored with a push, for a reader with these view levels."""
    sides = {record.kind.value: (record, level) for record, level in (demand, achievement)}
    changed = [
        _named(sides[kind][0].kind, field)
        for kind, field in stored["changed"]
        if _is_seen(*sides[kind], field)
    ]
    before, score = stored["score_before"], stored["score_now"]
    zh, en = _ended(stored)
    zh_changes, en_changes = _changes(changed)
    if score > before:
        zh_changes.append(f"匹配分由 {written_score(before)} 升至 {written_score(score)}")
        en_changes.append(f"the score rose from {written_score(before)} to {written_score(score)}")
    if zh_changes:
        zh += f"；此后{'，'.join(zh_changes)}"
        en += f"; since then {', and '.join(en_changes)}"
    return WhyAgain(
        code=stored["code"],
        reason=stored["reason"],
        changed=changed,
        score_before=before,
        score_now=score,
        zh=f"{zh}。",
        en=f"{en}.",
    )


def _ended(stored: Mapping[str, Any]) -> tuple[str, str]:
    zh, en = _ENDED[stored["code"]]
    if stored["reason"] is None:
        return zh, en
    label, reason = vocabulary("decline_reasons").label, stored["reason"]
    return zh.format(zh=label(reason)), en.format(en=label(reason, "en"))


def _changes(changed: Sequence[ChangedField]) -> tuple[list[str], list[str]]:
    zh, en = [], []
    for kind, (name_zh, name_en) in _RECORDS.items():
        fields = [field for field in changed if field.record == kind]
        if fields:
            zh.append(f"{name_zh}已更新：{'、'.join(field.zh for field in fields)}")
            en.append(f"{name_en} has changed: {', '.join(field.en for field in fields)}")
    return zh, en


def _is_seen(record: Record, level: int, field: str) -> bool:
    library = LIBRARIES[record.kind]
    levels = FIELD_LEVELS[record.kind].get(field)
    if levels is None or field not in library.create_schema.model_fields:
        return False  # a state or another column that nobody fills in
    if not library.affects_matching([field]):
        return False
    return level >= levels[record.publish_mode == PublishMode.CONFIDENTIAL]


def _named(kind: RecordKind, field: str) -> ChangedField:
    """The field with its title in the library's schema."""
    title = LIBRARIES[kind].create_schema.model_fields[field].title
    label = _ENGLISH.get(field) or field.replace("_", " ")
    return ChangedField(record=kind.value, field=field, zh=title or "其他内容", en=label)
