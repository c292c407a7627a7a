"""A stored record as ranking sees it: the only place where ``matching`` reads a library's columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.kinds import PublishMode, RecordState
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record import Record
from app.matching.facts import AchievementFacts, DemandFacts, ManagerFacts, RecordFacts, TrackRecord

OVERSEAS = "000000"


def facts_of(record: Record) -> RecordFacts:
    match record:
        case Demand():
            return demand_facts(record)
        case Achievement():
            return achievement_facts(record)
        case Manager():
            return manager_facts(record)
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
        patents=len(record.ip_list or ()),
        published_at=record.published_at,
    )


def demand_facts(record: Demand, *, known_codes: Mapping[str, UUID] | None = None) -> DemandFacts:
    """`known_codes` says which of the credit codes in `excluded_orgs` are organisations of ours, and which ones."""
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
        excluded_orgs=tuple(str(codes[code]) for code in record.excluded_orgs or () if code in codes),
        cross_border=record.region == OVERSEAS,
    )


def terms_of_achievements(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[AchievementFacts, bool]]:
    """What rules and features need of published achievements, without long texts, and whether each is confidential.

    The state is looked at here: SQLite would take its index, with all that are published, before the ids.
    """
    # Columns, not the class: hundreds of rows are read, and none becomes an object of the session.
    a = Achievement.__table__.c
    rows = session.execute(
        select(
            a.id,
            a.fields,
            a.industries,
            a.keywords,
            a.published_at,
            a.trl,
            a.transfer_modes,
            a.price_min_wan,
            a.price_max_wan,
            a.region,
            a.language,
            a.owner_org_id,
            a.co_org_ids,
            a.state,
            a.publish_mode,
        ).where(a.id.in_(ids))
    )
    return {
        row.id: (
            AchievementFacts(
                id=str(row.id),
                fields=tuple(row.fields),
                industries=tuple(row.industries or ()),
                keywords=tuple(row.keywords or ()),
                published_at=row.published_at,
                trl=row.trl,
                transfer_modes=tuple(row.transfer_modes),
                price_min_wan=row.price_min_wan,
                price_max_wan=row.price_max_wan,
                region=row.region,
                language=row.language,
                owner_org=str(row.owner_org_id),
                party_orgs=(str(row.owner_org_id), *row.co_org_ids),
            ),
            row.publish_mode == PublishMode.CONFIDENTIAL,
        )
        for row in rows
        if row.state == RecordState.PUBLISHED
    }


def terms_of_demands(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[DemandFacts, bool]]:
    """The same of published demands; `excluded_orgs` are credit codes here."""
    d = Demand.__table__.c
    rows = session.execute(
        select(
            d.id,
            d.fields,
            d.industries,
            d.keywords,
            d.min_trl,
            d.cooperation_modes,
            d.budget_min_wan,
            d.budget_max_wan,
            d.deadline,
            d.region,
            d.language,
            d.owner_org_id,
            d.excluded_orgs,
            d.state,
            d.publish_mode,
        ).where(d.id.in_(ids))
    )
    return {
        row.id: (
            DemandFacts(
                id=str(row.id),
                fields=tuple(row.fields),
                industries=tuple(row.industries or ()),
                keywords=tuple(row.keywords or ()),
                min_trl=row.min_trl,
                cooperation_modes=tuple(row.cooperation_modes),
                budget_min_wan=row.budget_min_wan,
                budget_max_wan=row.budget_max_wan,
                deadline=row.deadline,
                region=row.region,
                language=row.language,
                owner_org=str(row.owner_org_id),
                party_orgs=(str(row.owner_org_id),),
                excluded_orgs=tuple(row.excluded_orgs),
            ),
            row.publish_mode == PublishMode.CONFIDENTIAL,
        )
        for row in rows
        if row.state == RecordState.PUBLISHED
    }


def manager_facts(record: Manager, *, open_load: int = 0, today: date | None = None) -> ManagerFacts:
    """`open_load` is the number of engagements the manager has open; `today` decides which posts are active."""
    return ManagerFacts(
        id=str(record.id),
        name=record.title,
        expertise=record.expertise or "",
        fields=tuple(record.fields or ()),
        regions=tuple(record.regions or ()),
        certificate=record.certificate_level or "none",
        years=record.years,
        capacity=record.capacity if record.capacity is not None else 0,
        open_load=open_load,
        languages=tuple(record.languages or ()),
        track_record=tuple(_track_record(entry) for entry in record.track_record or ()),
        # Who keeps the record is the employer, whether or not it is listed as a post.
        affiliations=tuple(
            dict.fromkeys((str(record.owner_org_id), *_active(record.affiliations or (), today)))
        ),
        declared_conflicts=tuple(_declared(record.declared_conflicts or (), today)),
    )


def indicator_text(entry: Mapping[str, Any]) -> str:
    """One indicator as a line: name, relation, value (or the two ends of a range) and unit."""
    value = entry.get("value", entry.get("target", ""))
    parts: tuple[Any, ...]
    if value in (None, "") and entry.get("low") is not None:
        parts = (entry.get("name"), f"{entry['low']}～{entry.get('high')}", entry.get("unit"))
    else:
        parts = (entry.get("name"), entry.get("op"), value, entry.get("unit"))
    return " ".join(str(part) for part in parts if part not in (None, ""))


def _active(affiliations: Iterable[Affiliation], today: date | None) -> Iterable[str]:
    for post in affiliations:
        if today is not None and (
            (post.start is not None and post.start > today) or (post.end is not None and post.end < today)
        ):
            continue
        yield str(post.organisation_id)


def _declared(entries: Iterable[Mapping[str, Any]], today: date | None) -> Iterable[str]:
    for entry in entries:
        if today is not None and not _covers(entry, today):
            continue
        for key in ("organisation_id", "record_id"):
            if entry.get(key):
                yield str(entry[key])


def _covers(entry: Mapping[str, Any], today: date) -> bool:
    start, end = entry.get("start"), entry.get("end")
    iso = today.isoformat()
    return (not start or str(start) <= iso) and (not end or str(end) >= iso)


def _track_record(entry: Mapping[str, Any]) -> TrackRecord:
    return TrackRecord(
        title=str(entry.get("title", "")),
        contract_type=str(entry.get("contract_type", "")),
        amount_wan=_decimal(entry.get("amount_wan")),
        year=entry.get("year"),
        landed_in_jinan=bool(entry.get("landed_in_jinan", False)),
    )


def _decimal(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
