"""Pushes as messages show them: both records as the audience may see them, the reason, and the day that binds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.clock import chinese_end, english_end
from app.database import now
from app.libraries.summaries import RecordSummary
from app.matching.lists.bands import written_score
from app.notifications.content import owner_matches
from app.pushes.models import PushState
from app.pushes.schemas import PushRead
from app.vocabularies import vocabulary


def describe(push: PushRead, *, url: str) -> dict[str, Any]:
    """The template variables of a push, without what the audience may not see."""
    deadline = _binding_deadline(push)
    sees_reasons = (push.demand.view_level or 0) > 0 and (push.achievement.view_level or 0) > 0
    return {
        "demand": _side(push.demand),
        "achievement": _side(push.achievement),
        "score": written_score(push.pair_score),
        "reason": (push.reasons.pair.get("one_line_zh") if sees_reasons else None) or _public_reason(push),
        "similar": owner_matches.and_similar(len(push.similar)),
        "again": push.why_again.zh if push.why_again is not None else None,
        "deadline": chinese_end(deadline),
        "deadline_en": english_end(deadline),
        "url": url,
    }


def _public_reason(push: PushRead) -> str:
    """The reason that any reader may see: what both records have in common in the fields that are public."""
    names = vocabulary("hightech_fields")
    demand, achievement = push.demand.fields or (), push.achievement.fields or ()
    shared = [code for code in demand if code in achievement]
    shared = shared or sorted({code[:2] for code in demand} & {code[:2] for code in achievement})
    labels = [names.label(code) for code in shared if code in names]
    if labels:
        return f"供需双方同属“{'”“'.join(labels)}”领域"
    return "需求与成果的内容相近"


def _binding_deadline(push: PushRead) -> datetime:
    """When the push is lost to its manager: it ends at `expires_at`, and is handed over at `answer_due_at`, unless it
    is postponed, or stayed with them then because nobody else could receive it."""
    due = push.answer_due_at
    if due is None or due <= now() or push.state == PushState.LATER:
        return push.expires_at
    return min(due, push.expires_at)


def _side(record: RecordSummary) -> dict[str, Any]:
    regions = vocabulary("regions")
    return {
        "title": record.title,
        "number": record.number,
        "owner": record.owner_name or record.public_alias,
        "region": regions.label(record.region) if record.region and record.region in regions else None,
        "text": record.text,
    }


def name_of(side: Mapping[str, Any]) -> str:
    return str(side["title"] or side["number"])


def as_json(push: PushRead) -> dict[str, Any]:
    return push.model_dump(mode="json", exclude_none=True)
