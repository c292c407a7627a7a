"""An owner's digest: which of their records have new matches. No match is sent twice."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import now
from app.events.catalogue import OwnerDigestDue
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import emit
from app.libraries.record.enums import RecordKind
from app.pushes.digests.manager_digest import is_announced
from app.pushes.digests.models import NotifiedPair, OwnerDigest
from app.pushes.digests.new_matches import SIDES, Matches, new_matches, owners_to_notify, without_copies
from app.pushes.digests.schedule import DigestWindow, digest_window
from app.pushes.digests.schemas import OwnerDigestRead, OwnerNews
from app.pushes.policy import Policy
from app.pushes.preferences.service import owners_preferences
from app.pushes.preferences.working_time import contact_time, local

MAX_NAMED = 20
"""New matches of one record that are named; the others are counted."""


def headline(kind: str, count: int, title: str) -> tuple[str, str]:
    """One record's new matches in Chinese and English."""
    if kind == RecordKind.DEMAND:
        match = "achievement matches" if count == 1 else "achievements match"
        return f"{count} 项技术成果与您的需求《{title}》匹配", f"{count} {match} your demand “{title}”"
    demands = "demand" if count == 1 else "demands"
    return (
        f"您的技术成果《{title}》与 {count} 项技术需求匹配",
        f"your achievement “{title}” matches {count} {demands}",
    )


def announce_owner_digests(session: Session, *, policy: Policy) -> int:
    """Emit `OwnerDigestDue` for each organisation whose digest hour has come and that has new matches; returns the
    number."""
    moment = now()
    owners = {id_ for side in SIDES for id_ in session.scalars(owners_to_notify(side, policy))}
    preferences = owners_preferences(session, owners)
    announced = 0
    for owner in sorted(owners):
        window = digest_window(preferences[owner], moment)
        if (
            window is not None
            and not _exists(session, owner, window)
            and next(new_matches(session, owner, preferences[owner], policy, window.cutoff), None) is not None
            and not is_announced(session, OwnerDigestDue, owner)
        ):
            emit(session, OwnerDigestDue(subject_id=owner))
            announced += 1
    return announced


def make_owner_digest(session: Session, organisation_id: UUID, *, policy: Policy) -> OwnerDigest | None:
    """Create the organisation's digest of today with its message. None if it exists already, or nothing is new.

    The organisation's row is locked, so that the second of two workers finds the digest of the first.
    """
    organisation = session.execute(
        select(Organisation.id)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True, of=Organisation)
    ).first()
    moment = now()
    preferences = owners_preferences(session, [organisation_id])[organisation_id]
    window = digest_window(preferences, moment)
    if organisation is None or window is None or _exists(session, organisation_id, window):
        return None
    matches: Matches = {}
    for kind, record_id, other_id in new_matches(
        session, organisation_id, preferences, policy, window.cutoff
    ):
        matches.setdefault((kind, record_id), []).append(other_id)
    news = without_copies(session, organisation_id, matches, policy)
    _remember(session, organisation_id, matches, moment)
    if not news:
        return None
    digest = _store(session, organisation_id, news, local(moment).date())
    due = contact_time(moment, preferences.contact_window)
    enqueue_message(
        session,
        kind=MessageKind.OWNER_DIGEST,
        ids={
            "owner_digest_id": digest.id,
            "demand_ids": [id_ for kind, id_ in news if kind is RecordKind.DEMAND],
            "achievement_ids": [id_ for kind, id_ in news if kind is RecordKind.ACHIEVEMENT],
        },
        organisation_id=organisation_id,
        available_at=due.at,
        held_for=due.held_for,
    )
    return digest


def _remember(session: Session, organisation_id: UUID, matches: Matches, moment: datetime) -> None:
    """Store that the organisation knows these matches."""
    session.add_all(
        NotifiedPair(organisation_id=organisation_id, record_id=record_id, other_id=other, notified_at=moment)
        for (_, record_id), others in matches.items()
        for other in others
    )


def _store(session: Session, organisation_id: UUID, matches: Matches, day: date) -> OwnerDigest:
    digest = OwnerDigest(
        organisation_id=organisation_id,
        day=day,
        items=[
            {
                "kind": kind.value,
                "record_id": str(record_id),
                "count": len(others),
                "others": [str(other) for other in others[:MAX_NAMED]],
            }
            for (kind, record_id), others in matches.items()
        ],
    )
    session.add(digest)
    session.flush()
    return digest


def read_owner_digests(session: Session, digests: Sequence[OwnerDigest]) -> list[OwnerDigestRead]:
    """The responses for these digests, with the present titles of the records."""
    record_ids = {UUID(item["record_id"]) for digest in digests for item in digest.items}
    titles: dict[str, str] = {}
    for side in SIDES:
        rows = session.execute(
            select(side.record.id, side.record.title).where(side.record.id.in_(record_ids))
        )
        titles |= {str(row.id): row.title for row in rows}

    def read(item: Mapping[str, Any]) -> OwnerNews:
        zh, en = headline(item["kind"], item["count"], titles[item["record_id"]])
        return OwnerNews(**item, zh=zh, en=en)

    return [
        OwnerDigestRead(
            id=digest.id,
            day=digest.day,
            items=[read(item) for item in digest.items if item["record_id"] in titles],
            created_at=digest.created_at,
        )
        for digest in digests
    ]


def _exists(session: Session, organisation_id: UUID, window: DigestWindow) -> bool:
    query = exists().where(
        OwnerDigest.organisation_id == organisation_id,
        OwnerDigest.day >= window.since,
        OwnerDigest.day <= window.until,
    )
    return bool(session.scalar(select(query)))
