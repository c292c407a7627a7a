"""Facts from stored records: the only place where ``matching`` reads the columns of a library."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.accounts.organisations.lookup import is_code
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import PublishMode
from app.libraries.record.models import Record
from app.matching.facts.from_managers import manager_facts
from app.matching.facts.models import AchievementFacts, DemandFacts, RecordFacts

OVERSEAS = "000000"


def facts_of(record: Record) -> RecordFacts:
    """The facts of a record for its texts: without excluded organisations, day and load. Rules use ``facts.loader``."""
    match record:
        case Demand():
            return demand_facts(record, known_codes={})
        case Achievement():
            return achievement_facts(record)
        case Manager():
            return manager_facts(record, open_load=0, today=None)
    raise TypeError(f"no facts for a {type(record).__name__}")


def achievement_facts(record: Achievement) -> AchievementFacts:
    owner = str(record.owner_org_id)
    return AchievementFacts(
        id=str(record.id),
        title=record.title,
        summary=record.summary or "",
        advantages="\n".join(part for part in (record.advantages, *(record.innovations or ())) if part),
        applications="\n".join(part for part in (record.problem_solved, record.scenarios) if part),
        indicators=tuple(indicator_text(entry) for entry in record.indicators or ()),
        keywords=tuple(record.keywords or ()),
        fields=tuple(record.fields or ()),
        industries=tuple(record.industries or ()),
        trl=record.trl,
        transfer_modes=tuple(record.transfer_modes or ()),
        price_min_wan=record.price_min_wan,
        price_max_wan=record.price_max_wan,
        region=record.region,
        language=record.language or "zh",
        owner_org=owner,
        party_orgs=(owner, *(record.co_org_ids or ())),
        owner_hidden=record.publish_mode == PublishMode.CONFIDENTIAL,
        patents=len(record.ip_list or ()),
        published_at=record.published_at,
    )


def demand_facts(
    record: Demand,
    *,
    known_codes: Mapping[str, Sequence[UUID]] | None = None,
    entered: Collection[str] = (),
) -> DemandFacts:
    """`known_codes` maps codes and names of excluded organisations to registered ones; see `excluded_parties` for
    others. `entered` are those that the owner excludes from other demands, or did.

    Rules load facts through ``facts.loader``, which resolves the codes.
    """
    owner = str(record.owner_org_id)
    codes = known_codes or {}
    return DemandFacts(
        id=str(record.id),
        title=record.title,
        problem="\n".join(part for part in (record.main_problem, record.scenario) if part),
        key_technology=record.key_technology or "",
        goal=record.expected_goal or "",
        indicators=tuple(indicator_text(entry) for entry in record.indicators or ()),
        keywords=tuple(record.keywords or ()),
        fields=tuple(record.fields or ()),
        industries=tuple(record.industries or ()),
        min_trl=record.min_trl,
        cooperation_modes=tuple(record.cooperation_modes or ()),
        budget_min_wan=record.budget_min_wan,
        budget_max_wan=record.budget_max_wan,
        deadline=record.deadline,
        region=record.region,
        language=record.language or "zh",
        owner_org=owner,
        party_orgs=(owner,),
        excluded_orgs=excluded_parties(record.excluded_orgs or (), codes),
        ever_excluded_orgs=excluded_parties(sorted({*(record.excluded_orgs or ()), *entered}), codes),
        owner_hidden=record.publish_mode == PublishMode.CONFIDENTIAL,
        cross_border=record.region == OVERSEAS,
    )


def excluded_parties(texts: Iterable[str], codes: Mapping[str, Sequence[UUID]]) -> tuple[str, ...]:
    """The organisations that codes and names tell, by their ids; a name of which nobody is registered stays as it is,
    as somebody may be under a like one. A code tells one organisation or none."""
    found: list[str] = []
    for text in texts:
        ids = codes.get(text, ())
        found += map(str, ids) if ids or is_code(text) else (text,)
    return tuple(found)


def indicator_text(entry: Mapping[str, Any]) -> str:
    """One indicator as a line: name, relation, value (or both ends of a range) and unit."""
    value = entry.get("value", entry.get("target", ""))
    parts: tuple[Any, ...]
    if value in (None, "") and entry.get("low") is not None:
        parts = (entry.get("name"), f"{entry['low']}～{entry.get('high')}", entry.get("unit"))
    else:
        parts = (entry.get("name"), entry.get("op"), value, entry.get("unit"))
    return " ".join(str(part) for part in parts if part not in (None, ""))
