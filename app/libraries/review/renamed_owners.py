"""Confidential records whose texts tell the owner by a name that became one only after they were published.

A record is checked when it is published or changed. When an organisation gets another name, alias, former name or
parent, or is merged, the published confidential texts of all whom its names tell are checked again. Nothing is taken
back by itself: the owner is notified what to change, and the bureau that it waits.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.accounts.organisations.merges.decisions import MERGED
from app.events.catalogue import OrganisationChanged, RecordTellsOwner
from app.events.domain_event import ClaimedEvent
from app.events.outbox import Event, emit
from app.libraries.lifecycle.publishing import leaks_of
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.services import Services

NAMES = frozenset({"name", "aliases", "former_names", "parent_id", MERGED})
"""Changes of an organisation after which other words say whose its records are."""

_KINDS = (RecordKind.DEMAND, RecordKind.ACHIEVEMENT)


def find_telling(_: Services, session: Session, event: ClaimedEvent) -> list[RecordTellsOwner]:
    """The records whose published texts tell their owner, or may do so, by what is known now."""
    changed = OrganisationChanged.of(event)
    if NAMES.isdisjoint(changed.changed):
        return []
    organisations = _with_those_below(session, changed.subject_id)
    return [
        announced
        for kind in _KINDS
        for record in _confidential(session, kind, organisations)
        if (announced := _announcement(session, kind, record)) is not None
    ]


def announce_telling(
    _: Services, session: Session, __: ClaimedEvent, found: Collection[RecordTellsOwner]
) -> None:
    """Announce each of the records that has not been changed meanwhile: a change checks it itself.

    Places that were announced of this version are not announced again: an alias that comes and goes notifies once. Of
    an owner's records the first speaks for all in messages.
    """
    first: dict[UUID, int] = {}
    waiting: list[RecordTellsOwner] = []
    for announced in found:
        model: Any = LIBRARIES[RecordKind.of(announced.kind)].model
        now_there = session.scalar(
            select(model.version).where(
                model.id == announced.subject_id, model.state == RecordState.PUBLISHED.value
            )
        )
        if now_there == announced.version and not _is_announced(session, announced):
            first.setdefault(announced.organisation_id, len(waiting))
            waiting.append(announced)
    counts = Counter(one.organisation_id for one in waiting)
    for place, one in enumerate(waiting):
        if place == first[one.organisation_id]:
            emit(session, replace(one, others=counts[one.organisation_id] - 1))
        else:
            emit(session, replace(one, follows=True))


def _is_announced(session: Session, found: RecordTellsOwner) -> bool:
    query = select(Event.payload).where(
        Event.subject_id == found.subject_id, Event.name == RecordTellsOwner.name
    )
    known = {
        place
        for payload in session.scalars(query)
        if payload["version"] == found.version
        for place in payload["places"]
    }
    return known.issuperset(found.places)


def _with_those_below(session: Session, organisation_id: UUID) -> list[UUID]:
    """The organisation and all that it controls: names of those above tell an owner, too."""
    found = [organisation_id]
    level = [organisation_id]
    while level:
        below = select(Organisation.id).where(
            Organisation.parent_id.in_(level), Organisation.id.not_in(found)
        )
        level = list(session.scalars(below))
        found += level
    return found


def _confidential(session: Session, kind: RecordKind, organisations: Collection[UUID]) -> Iterator[Record]:
    """The published confidential records that these organisations own, or co-own, one at a time."""
    model: Any = LIBRARIES[kind].model
    columns = (model.id, model.owner_org_id, *([model.co_org_ids] if hasattr(model, "co_org_ids") else []))
    rows = session.execute(
        select(*columns)
        .where(
            model.state == RecordState.PUBLISHED.value,
            model.publish_mode == PublishMode.CONFIDENTIAL.value,
        )
        .order_by(model.id)
    )
    names = {str(id_) for id_ in organisations}
    for id_, owner, *others in rows.all():
        if not names.isdisjoint((str(owner), *(map(str, others[0] or ()) if others else ()))):
            yield session.get_one(model, id_)


def _announcement(session: Session, kind: RecordKind, record: Record) -> RecordTellsOwner | None:
    leaks = leaks_of(session, record)
    if not leaks or record.owner_org_id is None:
        return None
    return RecordTellsOwner(
        subject_id=record.id,
        kind=kind.value,
        number=record.number,
        version=record.version,
        organisation_id=record.owner_org_id,
        fields=list(dict.fromkeys(leak.field.partition(".")[0] for leak in leaks)),
        places=[f"{leak.field}: {leak.excerpt}" for leak in leaks],
        certain=any(leak.certain for leak in leaks),
    )
