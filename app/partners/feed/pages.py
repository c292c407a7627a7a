"""Pages of the feed: upserts of what the partner may see, and removals of what was given to them and no longer is."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import Database, insert_into
from app.libraries.record.enums import RecordKind
from app.partners.agreements.models import FeedDelivery, PartnerAgreement
from app.partners.agreements.service import agreement_in_force
from app.partners.feed.changes import SeenChange, changes_after, last_number, number_changes
from app.partners.feed.keys import Cursor, FeedKeys
from app.partners.feed.view import PartnerView

FORMAT = "sanku-feed/1"
MAX_ENTRIES = 500
SCANNED = 1000
"""Changes a page looks at. With fewer entries it may end early, so that a partner who sees little of much waits no
longer than others."""


@dataclass(slots=True)
class _Scan:
    """What a page holds, where the next one begins, and what the partner is given for the first time."""

    seq: int
    entries: list[dict[str, Any]] = field(default_factory=list)
    new: list[UUID] = field(default_factory=list)
    at_end: bool = False


def feed_page(
    database: Database, keys: FeedKeys, principal: Principal, *, cursor: str | None, limit: int, origin: str
) -> bytes:
    """The page after a cursor as JSON, from the beginning without one.

    Raises:
        Unauthenticated, Forbidden: see `agreement_in_force`.
        Invalid: the cursor is none of this service.
    """
    with database.reading() as session:
        agreement_in_force(session, principal)  # strangers cause no work
    asked = None if cursor is None else keys.open(cursor)
    number_changes(database)
    with database.reading() as session:
        agreement = agreement_in_force(session, principal)
        start = _start(session, agreement, asked)
        scan = _scan(session, PartnerView(agreement), start, limit)
        place = Cursor(agreement.id, agreement.scope_version, scan.seq)
    if scan.new:
        _remember(database, place.agreement_id, scan.new)
    page = {
        "format": FORMAT,
        "origin": origin,
        "agreement": str(place.agreement_id),
        "cursor": cursor,
        "entries": scan.entries,
        "next": keys.seal(place),
        "more": not scan.at_end,
    }
    return json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()


def _start(session: Session, agreement: PartnerAgreement, asked: Cursor | None) -> int:
    """Where the page begins: at 0 if the partner has read nothing, or under other terms, or before the database was
    replaced by an older one."""
    if asked is None or (asked.agreement_id, asked.scope_version) != (agreement.id, agreement.scope_version):
        return 0
    return asked.seq if asked.seq <= last_number(session) else 0


def _scan(session: Session, view: PartnerView, start: int, limit: int) -> _Scan:
    """Look at changes until the page is full, the feed ends, or `SCANNED` of them were looked at.

    At the end of the feed the next page begins after the last entry, not after the last change: otherwise a cursor that
    moves without entries would tell that something hidden has changed.
    """
    scan = _Scan(start)
    seen, looked_at = start, 0
    while looked_at < SCANNED:
        size = min(limit, SCANNED - looked_at)
        changes = changes_after(session, seen, size)
        for change, entry in _entries(session, view, changes, scan.new):
            seen = change.seq
            if entry is not None:
                scan.entries.append(entry)
                scan.seq = seen
            if len(scan.entries) == limit:
                return scan
        looked_at += len(changes)
        if len(changes) < size:
            scan.at_end = True
            return scan
    scan.seq = seen
    return scan


def _entries(
    session: Session, view: PartnerView, changes: Sequence[SeenChange], new: list[UUID]
) -> Iterator[tuple[SeenChange, dict[str, Any] | None]]:
    """Each change with its entry, None if the partner learns nothing of it.

    `new` takes the records that the partner is given for the first time.
    """
    shown: dict[UUID, dict[str, Any]] = {}
    for kind in RecordKind:
        shown.update(view.read(session, kind, [one.record_id for one in changes if one.kind is kind]))
    given = _given(session, view.agreement, [one.record_id for one in changes])
    for change in changes:
        name = {"kind": change.kind.value, "id": str(change.record_id)}
        if change.record_id in shown:
            if change.record_id not in given:
                new.append(change.record_id)
            yield change, {"op": "upsert"} | name | {"record": shown[change.record_id]}
        elif change.record_id in given:
            yield change, {"op": "delete"} | name
        else:
            yield change, None


def _remember(database: Database, agreement_id: UUID, record_ids: Iterable[UUID]) -> None:
    """Before the page is sent: a partner who may have received a record learns when it goes."""
    with database.unit_of_work() as session:
        session.execute(
            insert_into(session, FeedDelivery).on_conflict_do_nothing(),
            [{"agreement_id": agreement_id, "record_id": id_} for id_ in record_ids],
        )


def _given(session: Session, agreement: PartnerAgreement, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the records that the partner was given before, under any agreement."""
    of_partner = select(PartnerAgreement.id).where(
        PartnerAgreement.organisation_id == agreement.organisation_id
    )
    return frozenset(
        session.scalars(
            select(FeedDelivery.record_id).where(
                FeedDelivery.agreement_id.in_(of_partner), FeedDelivery.record_id.in_(list(ids))
            )
        )
    )
