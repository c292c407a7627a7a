"""What assistants get of the API's answers: short lists, and records without the contacts of people."""

from collections.abc import Mapping, Sequence
from typing import Any

TEXT = 400
"""Characters of a record's text in a list; the record itself has all of it."""

_CONTACTS = ("contact_name", "contact_phone", "contact_email", "phone", "email")
_IN_LISTS = (
    "id",
    "number",
    "title",
    "state",
    "owner",
    "owner_name",
    "fields",
    "region",
    "trl",
    "min_trl",
    "deadline",
    "budget_band",
    "price_band",
    "transfer_modes",
    "cooperation_modes",
)
_TEXTS = ("summary", "main_problem", "expertise", "text")
_OF_PUSHES = (
    "id",
    "state",
    "allowed",
    "rank_score",
    "expires_at",
    "answer_due_at",
    "snoozed_until",
    "undo_until",
    "engagement_id",
    "decline_reason",
)

Record = Mapping[str, Any]


def listed(record: Record) -> dict[str, Any]:
    """A record as a list shows it."""
    shown = {name: record[name] for name in _IN_LISTS if record.get(name) not in (None, [], "")}
    text = next((str(record[name]) for name in _TEXTS if record.get(name)), "")
    return shown | ({"text": text[:TEXT]} if text else {})


def whole(record: Record) -> dict[str, Any]:
    """A record without contacts, which people read on its page, where that is recorded."""
    return {name: value for name, value in record.items() if name not in _CONTACTS and value is not None}


def page(body: Record) -> dict[str, Any]:
    """A page of a search."""
    shown: dict[str, Any] = {
        "items": [listed(item) for item in body["items"]],
        "next_cursor": body["next_cursor"],
    }
    if body.get("total") is not None:
        shown["total"] = body["total"]
    ignored = (body.get("search") or {}).get("ignored")
    return shown | ({"ignored": ignored} if ignored else {})


def matches(body: Record) -> dict[str, Any]:
    """Ranked matches with the reason of each, or why there is no good one."""
    return {
        "items": [
            {
                "rank": item["rank"],
                "score": item["score"],
                "good": item["good"],
                "record": listed(item["record"]),
                "why": _why(item["reasons"]),
                "terms": [_term(term) for term in item["reasons"].get("terms", ())],
            }
            for item in body["items"]
        ],
        "no_good_match": body.get("no_good_match"),
        "to_add": body.get("to_add", []),
    }


def push(body: Record) -> dict[str, Any]:
    """A push of the inbox: the pair, why it came, and what may be answered."""
    shown = {name: body[name] for name in _OF_PUSHES if body.get(name) is not None}
    return shown | {
        "demand": listed(body["demand"]),
        "achievement": listed(body["achievement"]),
        "why": _why(body["reasons"].get("pair") or {}),
    }


def inbox(body: Record) -> dict[str, Any]:
    """A page of the inbox."""
    return {"items": [push(item) for item in body["items"]], "next_cursor": body["next_cursor"]}


def choices(codes: Sequence[Record]) -> list[dict[str, Any]]:
    """The codes of a vocabulary with their names."""
    return [{name: one[name] for name in ("code", "zh", "en") if name in one} for one in codes]


def _why(reasons: Record) -> str:
    return str(reasons.get("one_line_zh") or reasons.get("one_line_en") or "")


def _term(term: Record) -> dict[str, Any]:
    return {name: term[name] for name in ("code", "state", "zh") if name in term}
