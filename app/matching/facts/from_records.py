"""Facts from stored records: the only place where ``matching`` reads the columns of a library."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast

from app.clock import add_months
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import DEFAULT_GRACE_MONTHS, Affiliation, Manager
from app.libraries.managers.verification import WORK, YEARS, is_verified
from app.libraries.record.enums import PublishMode, RecordState
from app.libraries.record.models import Record
from app.matching.facts.models import (
    AchievementFacts,
    DemandFacts,
    EndedTie,
    ManagerFacts,
    RecordFacts,
    TrackRecord,
)

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
    """`known_codes` maps codes and names of excluded organisations to registered ones; unknown ones are dropped.
    `entered` are those that the owner excludes from other demands, or did.

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
        excluded_orgs=_ids_of(record.excluded_orgs or (), codes),
        ever_excluded_orgs=_ids_of(sorted({*(record.excluded_orgs or ()), *entered}), codes),
        owner_hidden=record.publish_mode == PublishMode.CONFIDENTIAL,
        cross_border=record.region == OVERSEAS,
    )


def _ids_of(texts: Iterable[str], codes: Mapping[str, Sequence[UUID]]) -> tuple[str, ...]:
    return tuple(str(id_) for text in texts for id_ in codes.get(text, ()))


def terms_columns(model: type[Achievement] | type[Demand]) -> tuple[ColumnElement[Any], ...]:
    """The columns that filters and features need, without long texts; read by `terms_of_row`.

    Columns rather than the class: hundreds of rows are read without creating ORM objects. Lists and ids come as text,
    because parsing of repeated values is cached.
    """
    c = model.__table__.c
    names = _ACHIEVEMENT_TERMS if model is Achievement else _DEMAND_TERMS
    as_text = (*(c[name] for name in (*_COMMON_LISTS, *names.lists)), c.owner_org_id)
    plain = (c.state, c.publish_mode, c.region, c.language, *(c[name] for name in names.plain))
    return (*(cast(column, Text) for column in as_text), *plain)


def terms_of_row(
    model: type[Achievement] | type[Demand], record_id: UUID, row: Sequence[Any]
) -> tuple[AchievementFacts | DemandFacts, bool] | None:
    """Facts of a row of `terms_columns`, and whether the record is confidential; None if it is not published.

    The state is checked here rather than in SQL, where SQLite would use the state's index instead of the ids. A
    demand's `excluded_orgs` are credit codes here.
    """
    fields, industries, keywords, modes, others, owner, state, publish_mode, region, language, *plain = row
    if state != RecordState.PUBLISHED:
        return None
    owner = _id_of(owner)
    common: dict[str, Any] = {
        "id": str(record_id),
        "fields": _texts_of(fields),
        "industries": _texts_of(industries),
        "keywords": _texts_of(keywords),
        "region": region,
        "language": language,
        "owner_org": owner,
        "owner_hidden": publish_mode == PublishMode.CONFIDENTIAL,
    }
    facts: AchievementFacts | DemandFacts
    if model is Achievement:
        trl, low, high, published_at = plain
        facts = AchievementFacts(
            **common,
            trl=trl,
            transfer_modes=_texts_of(modes),
            price_min_wan=low,
            price_max_wan=high,
            party_orgs=(owner, *_texts_of(others)),
            published_at=published_at,
        )
    else:
        min_trl, low, high, deadline = plain
        facts = DemandFacts(
            **common,
            min_trl=min_trl,
            cooperation_modes=_texts_of(modes),
            budget_min_wan=low,
            budget_max_wan=high,
            deadline=deadline,
            party_orgs=(owner,),
            excluded_orgs=_texts_of(others),
        )
    return facts, publish_mode == PublishMode.CONFIDENTIAL


@dataclass(frozen=True, slots=True)
class _Terms:
    lists: tuple[str, ...]
    plain: tuple[str, ...]


_COMMON_LISTS = ("fields", "industries", "keywords")
_ACHIEVEMENT_TERMS = _Terms(
    ("transfer_modes", "co_org_ids"), ("trl", "price_min_wan", "price_max_wan", "published_at")
)
_DEMAND_TERMS = _Terms(
    ("cooperation_modes", "excluded_orgs"), ("min_trl", "budget_min_wan", "budget_max_wan", "deadline")
)


@lru_cache(maxsize=10_000)
def _texts_of(stored: str | None) -> tuple[str, ...]:
    """Parse a stored list of texts."""
    return tuple(json.loads(stored) or ()) if stored else ()


@lru_cache(maxsize=10_000)
def _id_of(stored: str) -> str:
    """The id in canonical form; SQLite stores it without hyphens."""
    return str(UUID(stored))


def manager_facts(
    record: Manager,
    *,
    open_load: int = 0,
    today: date | None = None,
    registered_with: UUID | None = None,
    has_left: bool = False,
    grace_months: int = DEFAULT_GRACE_MONTHS,
    called: Mapping[str, Sequence[UUID]] | None = None,
) -> ManagerFacts:
    """`open_load` is the number of open engagements; `today` decides which posts and declarations are active (None:
    all of them). `registered_with` is the organisation of the manager's account; the bureau alone enters that, and the
    bureau or the employer who employs them. `has_left` is whether nobody uses that account any more. `grace_months` is
    for how long a tie remains a conflict after its end. `called` maps the credit codes and names in declarations to
    organisations."""
    registered = str(registered_with or record.owner_org_id)
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
        track_record=tuple(
            _track_record(entry, verified=is_verified(record, WORK, entry))
            for entry in record.track_record or ()
        ),
        # The owner of the record is the employer, listed as a post or not.
        affiliations=tuple(
            dict.fromkeys((str(record.owner_org_id), *_active(record.affiliations or (), today), registered))
        ),
        registered_affiliations=tuple(dict.fromkeys((registered, str(record.owner_org_id)))),
        suspended=record.is_suspended,
        has_left=has_left,
        years_verified=is_verified(record, YEARS, record.years),
        declared_conflicts=tuple(_declared(record.declared_conflicts or (), today, called or {})),
        on_leave_until=leave_until(record.leave or (), today) if today is not None else None,
        ended_ties=tuple(_ended(record, today, grace_months, called or {})) if today is not None else (),
    )


def indicator_text(entry: Mapping[str, Any]) -> str:
    """One indicator as a line: name, relation, value (or both ends of a range) and unit."""
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


def declared_texts(record: Manager) -> set[str]:
    """The credit codes and names of organisations in the manager's declarations."""
    return {entry[key] for entry in record.declared_conflicts or () for key in _CALLED if entry.get(key)}


_CALLED = ("organisation_code", "organisation_name")


def _declared(
    entries: Iterable[Mapping[str, Any]], today: date | None, called: Mapping[str, Sequence[UUID]]
) -> Iterable[str]:
    for entry in entries:
        if today is not None and not _covers(entry, today):
            continue
        yield from _subjects(entry, called)


def _ended(
    record: Manager, today: date, grace_months: int, called: Mapping[str, Sequence[UUID]]
) -> Iterable[EndedTie]:
    """Ties that ended before `today`, within the time of grace."""
    ends = [(str(post.organisation_id), post.end) for post in record.affiliations or ()]
    for entry in record.declared_conflicts or ():
        if entry.get("end"):
            ends += [(subject, date.fromisoformat(str(entry["end"]))) for subject in _subjects(entry, called)]
    for subject, end in ends:
        if end is not None and end < today <= (until := add_months(end, grace_months)):
            yield EndedTie(subject, end, until)


def leave_until(leave: Iterable[Mapping[str, Any]], today: date) -> date | None:
    """The last day of the leave that covers `today`, with those that follow without a gap; None at work."""
    periods = [(str(one["start"]), str(one["end"])) for one in leave]
    until, day = None, today
    while ends := [end for start, end in periods if start <= day.isoformat() <= end]:
        until = date.fromisoformat(max(ends))
        day = until + timedelta(days=1)
    return until


def _subjects(entry: Mapping[str, Any], called: Mapping[str, Sequence[UUID]]) -> Iterable[str]:
    """Whom a declaration concerns: organisations, a record, or both."""
    for key in ("organisation_id", "record_id"):
        if entry.get(key):
            yield str(entry[key])
    for key in _CALLED:
        yield from map(str, called.get(entry.get(key) or "", ()))
    if (name := entry.get("organisation_name")) and not called.get(name):
        yield str(name)  # nobody is registered so, but perhaps under a like name


def _covers(entry: Mapping[str, Any], today: date) -> bool:
    start, end = entry.get("start"), entry.get("end")
    iso = today.isoformat()
    return (not start or str(start) <= iso) and (not end or str(end) >= iso)


def _track_record(entry: Mapping[str, Any], *, verified: bool) -> TrackRecord:
    return TrackRecord(
        title=str(entry.get("title", "")),
        contract_type=str(entry.get("contract_type", "")),
        amount_wan=_decimal(entry.get("amount_wan")),
        year=entry.get("year"),
        landed_in_jinan=bool(entry.get("landed_in_jinan", False)),
        verified=verified,
    )


def _decimal(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
