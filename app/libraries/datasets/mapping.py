"""Mapping of interchange rows to API payloads, e.g. `description` of a source to `main_problem`.

A mapped row is a payload for creating a record. Defaults fill missing values; values that are still missing are
reported by the normal validation. The format refers to organisations by name; the `organisation` callback returns
their ids.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.errors import Invalid
from app.libraries.validation.values.patents import read_ip_number
from app.vocabularies import resolve

Organisations = Callable[[str, str, str | None], UUID]
"""(name, kind, region) → id."""


def achievement_payload(
    data: Mapping[str, Any], organisation: Organisations, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """The API payload for an achievement row; amounts are in 万元."""
    row = _with_defaults(data, defaults)
    price = row.get("asking_price_wan")
    payload = _common(row) | {
        "summary": row.get("summary") or "",
        "advantages": row.get("advantages") or "",
        "scenarios": row.get("applications") or "",
        "trl": row.get("trl"),
        "transfer_modes": _listed(row.get("transfer_modes")),
        "price_min_wan": price,
        "price_max_wan": price,
        "ip_list": [_ip(str(number)) for number in _listed(row.get("ip"))],
    }
    if row.get("owner_org"):
        payload["owner_org_id"] = organisation(
            _name(row["owner_org"], "owner_org"), str(row.get("owner_type") or "institute"), _region(row)
        )
    return payload


def demand_payload(
    data: Mapping[str, Any], organisation: Organisations, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """The API payload for a demand row; amounts are in 万元."""
    row = _with_defaults(data, defaults)
    budget = row.get("budget_wan")
    payload = _common(row) | {
        "main_problem": row.get("description") or "",
        "expected_goal": row.get("targets") or "",
        "cooperation_modes": _listed(row.get("cooperation_modes")),
        "deadline": row.get("deadline"),
        "min_trl": row.get("min_trl"),
        "budget_min_wan": budget,
        "budget_max_wan": budget,
        "publish_mode": "confidential" if row.get("confidential") else "public",
    }
    if row.get("org"):
        payload["owner_org_id"] = organisation(_name(row["org"], "org"), "enterprise", _region(row))
    return payload


def manager_payload(
    data: Mapping[str, Any], organisation: Organisations, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """The API payload for a manager row. The first organisation becomes the primary affiliation and the owner."""
    row = _with_defaults(data, defaults)
    regions = _listed(row.get("regions"))
    payload: dict[str, Any] = {
        "title": row.get("name") or "",
        "expertise": row.get("expertise") or "",
        "fields": [str(field) for field in _listed(row.get("fields"))],
        "regions": regions,
        "region": row.get("region") or (regions[0] if regions else None),
        "languages": _listed(row.get("languages")),
        "years": row.get("years"),
        "capacity": row.get("capacity"),
        "certificates": _certificates(row.get("certificate_level")),
        "track_record": _listed(row.get("track_record")),
        "affiliations": [],
    }
    candidates = (row.get("org"), *_listed(row.get("affiliations")))
    names = [_name(name, "affiliations") for name in candidates if name]
    for position, name in enumerate(dict.fromkeys(names)):
        kind = "agency" if position == 0 else "enterprise"
        id_ = organisation(name, kind, _region(payload))
        payload["affiliations"].append({"organisation_id": id_, "is_primary": position == 0})
    if payload["affiliations"]:
        payload["owner_org_id"] = payload["affiliations"][0]["organisation_id"]
    return {key: value for key, value in payload.items() if value is not None}


def _with_defaults(data: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    present = {key: value for key, value in data.items() if value not in (None, "", [])}
    return {**defaults, **present}


def _name(value: Any, field: str) -> str:
    """
    Raises:
        Invalid: the name of an organisation is not a string.
    """
    if not isinstance(value, str):
        raise Invalid.field(field, "string_type", "应为单位名称", "must be the name of an organisation")
    return value


def _region(row: Mapping[str, Any]) -> str | None:
    """The record's region, used for an organisation without a region of its own. An invalid one is ignored here and
    reported for the record."""
    region = row.get("region")
    if not isinstance(region, str):
        return None
    codes = resolve("regions", region).codes
    return codes[0] if len(codes) == 1 else None


def _listed(value: Any) -> list[Any]:
    """The value as a list; a single value becomes a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _common(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": row.get("title") or "",
        # Published lists often end in an empty keyword, which is dropped.
        "keywords": [word for word in _listed(row.get("keywords")) if word != ""],
        "fields": [str(field) for field in _listed(row.get("field") or row.get("fields"))],
        "region": row.get("region"),
        "language": row.get("language") or "zh",
    }


def _ip(number: str) -> dict[str, Any]:
    """An intellectual property right with the type derived from its number. A patent with a wrong check digit gets the
    type `other`: the source confirms the right, only the number is doubtful."""
    parsed = read_ip_number(number)
    doubtful = parsed.family == "patent" and not parsed.verified
    return {
        "type": "other" if doubtful or parsed.ip_type is None else parsed.ip_type,
        "number": parsed.number,
    }


def _certificates(level: Any) -> list[dict[str, Any]]:
    return [{"level": level}] if level and level != "none" else []
