"""From an entry of a report to the payload that creates or changes a record."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.exchange.values.organisations import kind_by_name
from app.libraries.validation.values.patents import read_ip_number

OrganisationOf = Callable[[str, str, str | None, str | None], UUID]
"""(name, kind, region, credit code) → id."""

_DEMAND = (
    *(
        "title",
        "main_problem",
        "key_technology",
        "expected_goal",
        "existing_basis",
        "partner_requirement",
        "scenario",
    ),
    *(
        "keywords",
        "fields",
        "industries",
        "region",
        "cooperation_modes",
        "need_kind",
        "activity_type",
        "min_trl",
    ),
    *("budget_min_wan", "budget_max_wan", "payment_plan", "deadline", "start_date", "preferred_partners"),
    *("publish_mode", "contact_name", "contact_phone", "contact_email"),
)
_ACHIEVEMENT = (
    *("title", "summary", "advantages", "scenarios", "keywords", "fields", "industries", "region", "trl"),
    *("transfer_modes", "licence_kind", "price_min_wan", "price_max_wan", "registration_number", "category"),
    *("attribute", "level", "evaluation_type", "application_status", "funding_source", "research_start"),
    *("research_end", "publish_mode", "contact_name", "contact_phone", "contact_email"),
)
_MANAGER = (
    *(
        "title",
        "expertise",
        "fields",
        "regions",
        "service_kinds",
        "employer_type",
        "full_time",
        "years",
        "certificates",
    ),
    *("contact_name", "contact_phone", "contact_email"),
)


def confirmed_values(entry: Mapping[str, Any], accepted: list[str]) -> dict[str, Any]:
    """The fields of an entry without deductions that nobody has confirmed. `*` confirms all."""
    derived = set() if "*" in accepted else set(entry.get("derived", {})) - set(accepted)
    return {name: value for name, value in entry["fields"].items() if name not in derived}


def demand_payload(
    values: Mapping[str, Any], entry: Mapping[str, Any], accepted: list[str], organisation: OrganisationOf
) -> dict[str, Any]:
    """The payload of a demand. Indicators are deductions and need a yes."""
    payload = _taken(values, _DEMAND)
    if entry.get("indicators") and ("*" in accepted or "indicators" in accepted):
        payload["indicators"] = [_indicator(one) for one in entry["indicators"]]
    _owner(payload, values, organisation)
    return payload


def achievement_payload(
    values: Mapping[str, Any], entry: Mapping[str, Any], accepted: list[str], organisation: OrganisationOf
) -> dict[str, Any]:
    """The payload of an achievement."""
    payload = _taken(values, _ACHIEVEMENT)
    if entry.get("indicators") and ("*" in accepted or "indicators" in accepted):
        payload["indicators"] = [_indicator(one) for one in entry["indicators"]]
    if values.get("ip_list"):
        payload["ip_list"] = [_right(number) for number in values["ip_list"]]
    if values.get("completed_by"):
        payload["completed_by"] = [{"name": name} for name in values["completed_by"] if len(name) > 1]
    if values.get("co_orgs"):
        payload["co_org_ids"] = [
            organisation(name, kind_by_name(name), values.get("region"), None) for name in values["co_orgs"]
        ]
    _owner(payload, values, organisation)
    return payload


def manager_payload(
    values: Mapping[str, Any], _: Mapping[str, Any], __: list[str], organisation: OrganisationOf
) -> dict[str, Any]:
    """The payload of a manager. The first organisation is the primary employer and the owner."""
    payload = _taken(values, _MANAGER)
    if values.get("track_record"):
        payload["track_record"] = [one for one in values["track_record"] if one.get("title")]
    region = next(iter(values.get("regions") or ()), None)
    affiliations = []
    for position, name in enumerate(values.get("affiliations") or ()):
        id_ = organisation(name, kind_by_name(name) if position else "agency", region, None)
        place = values.get("position", "") if position == 0 else ""
        affiliations.append({"organisation_id": id_, "is_primary": position == 0, "position": place})
    if affiliations:
        payload["affiliations"] = affiliations
        payload["owner_org_id"] = affiliations[0]["organisation_id"]
    return payload


def _taken(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) not in (None, "", [])}


def _owner(payload: dict[str, Any], values: Mapping[str, Any], organisation: OrganisationOf) -> None:
    name = values.get("owner_org")
    if name:
        payload["owner_org_id"] = organisation(
            name, kind_by_name(name), values.get("region"), values.get("owner_uscc")
        )


def _right(number: str) -> dict[str, Any]:
    read = read_ip_number(number)
    return {"type": read.ip_type or "other", "number": read.number}


def _indicator(one: list[Any]) -> dict[str, Any]:
    name, op, value, unit = one
    if "～" in value:
        low, _, high = value.partition("～")
        return {"name": name, "op": op, "low": low, "high": high, "unit": unit}
    return {"name": name, "op": op, "value": value, "unit": unit}
