"""Facts of managers from their records: posts, declarations, leave and brokered work."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from app.clock import add_months
from app.libraries.managers.models import DEFAULT_GRACE_MONTHS, Affiliation, Manager
from app.libraries.managers.verification import WORK, YEARS, is_verified
from app.matching.facts.models import EndedTie, ManagerFacts, TrackRecord


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
