"""News for enterprises and universities: which of their records have new matches. No news is told twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import now
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.digests.manager_digest import is_announced
from app.pushes.digests.models import NotifiedPair, OwnerDigest
from app.pushes.digests.schedule import DigestWindow, digest_window
from app.pushes.digests.schemas import OwnerDigestRead, OwnerNews
from app.pushes.policy import Policy
from app.pushes.preferences.service import OwnerPreferences, owners_preferences
from app.pushes.preferences.working_time import local, next_contact_time

NAMED = 20
"""Of one record's new matches, so many are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Side:
    kind: RecordKind
    record: type[Demand] | type[Achievement]
    record_id: Any
    other_id: Any


_SIDES = (
    _Side(RecordKind.DEMAND, Demand, Pair.demand_id, Pair.achievement_id),
    _Side(RecordKind.ACHIEVEMENT, Achievement, Pair.achievement_id, Pair.demand_id),
)


def headline(kind: str, count: int, title: str) -> tuple[str, str]:
    """The news of one record in Chinese and English."""
    if kind == RecordKind.DEMAND:
        fits = "achievement fits" if count == 1 else "achievements fit"
        return f"{count} 项技术成果符合您的需求《{title}》", f"{count} {fits} your demand “{title}”"
    demands = "demand" if count == 1 else "demands"
    return (
        f"您的技术成果《{title}》符合 {count} 项技术需求",
        f"your achievement “{title}” fits {count} {demands}",
    )


def announce_owner_digests(session: Session, *, policy: Policy) -> int:
    """``owner_digest.due`` for each organisation whose hour has come and that has news; how many."""
    moment = now()
    owners = {id_ for side in _SIDES for id_ in session.scalars(_owners_with_news(side, policy))}
    preferences = owners_preferences(session, owners)
    announced = 0
    for owner in sorted(owners):
        turn = digest_window(preferences[owner], moment)
        if (
            turn is not None
            and not _made(session, owner, turn)
            and next(_news(session, owner, preferences[owner], policy, turn.cutoff), None) is not None
            and not is_announced(session, "owner_digest.due", owner)
        ):
            emit(session, "owner_digest.due", subject_id=owner)
            announced += 1
    return announced


def make_owner_digest(session: Session, organisation_id: UUID, *, policy: Policy) -> OwnerDigest | None:
    """The organisation's news of today with its message; None when it has had it, or there is none.

    The organisation's row is locked, so that of two workers the second finds the first one's.
    """
    found = session.execute(
        select(Organisation.id)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True, of=Organisation)
    ).first()
    moment = now()
    preferences = owners_preferences(session, [organisation_id])[organisation_id]
    turn = digest_window(preferences, moment)
    if found is None or turn is None or _made(session, organisation_id, turn):
        return None
    news: dict[tuple[RecordKind, UUID], list[UUID]] = {}
    for kind, record_id, other_id in _news(session, organisation_id, preferences, policy, turn.cutoff):
        news.setdefault((kind, record_id), []).append(other_id)
    if not news:
        return None
    digest = OwnerDigest(
        organisation_id=organisation_id,
        day=local(moment).date(),
        items=[
            {
                "kind": kind.value,
                "record_id": str(record_id),
                "count": len(others),
                "others": [str(other) for other in others[:NAMED]],
            }
            for (kind, record_id), others in news.items()
        ],
    )
    session.add(digest)
    session.add_all(
        NotifiedPair(organisation_id=organisation_id, record_id=record_id, other_id=other, notified_at=moment)
        for (_, record_id), others in news.items()
        for other in others
    )
    session.flush()
    enqueue_message(
        session,
        kind=MessageKind.OWNER_DIGEST,
        ids={
            "owner_digest_id": digest.id,
            "demand_ids": [id_ for kind, id_ in news if kind is RecordKind.DEMAND],
            "achievement_ids": [id_ for kind, id_ in news if kind is RecordKind.ACHIEVEMENT],
        },
        organisation_id=organisation_id,
        available_at=next_contact_time(moment, preferences.calm),
    )
    return digest


def has_notified(session: Session, digests: Sequence[OwnerDigest]) -> list[OwnerDigestRead]:
    """Digests as answers, with the news in words; titles are the present ones."""
    wanted = {UUID(item["record_id"]) for digest in digests for item in digest.items}
    titles: dict[str, str] = {}
    for side in _SIDES:
        rows = session.execute(select(side.record.id, side.record.title).where(side.record.id.in_(wanted)))
        titles |= {str(row.id): row.title for row in rows}

    def news(item: Mapping[str, Any]) -> OwnerNews:
        zh, en = headline(item["kind"], item["count"], titles[item["record_id"]])
        return OwnerNews(**item, zh=zh, en=en)

    return [
        OwnerDigestRead(
            id=digest.id,
            day=digest.day,
            items=[news(item) for item in digest.items if item["record_id"] in titles],
            created_at=digest.created_at,
        )
        for digest in digests
    ]


def _untold(side: _Side, policy: Policy) -> Select[Pair]:
    """Good pairs of published records that this side's owner was not told of; not those that he owns on both sides."""
    notified = (
        exists()
        .where(
            NotifiedPair.organisation_id == side.record.owner_org_id,
            NotifiedPair.record_id == side.record_id,
            NotifiedPair.other_id == side.other_id,
        )
        .correlate(Pair, Demand, Achievement)
    )
    return queries.good_published_pairs(policy).where(
        ~notified, Demand.owner_org_id != Achievement.owner_org_id
    )


def _owners_with_news(side: _Side, policy: Policy) -> Select[Any]:
    return _untold(side, policy).with_only_columns(side.record.owner_org_id).order_by(None).distinct()


def _news(
    session: Session,
    organisation_id: UUID,
    preferences: OwnerPreferences,
    policy: Policy,
    cutoff: datetime,
) -> Iterator[tuple[RecordKind, UUID, UUID]]:
    """Kind and id of an own record, id of the other side; best first within each record's kind."""
    least = max(policy.threshold, preferences.minimum_score or 0.0)
    for side in _SIDES:
        query = (
            _untold(side, policy)
            .where(
                side.record.owner_org_id == organisation_id, Pair.score >= least, Pair.computed_at < cutoff
            )
            .with_only_columns(side.record_id, side.other_id)
        )
        for record_id, other_id in session.execute(query):
            yield side.kind, record_id, other_id


def _made(session: Session, organisation_id: UUID, turn: DigestWindow) -> bool:
    made = exists().where(
        OwnerDigest.organisation_id == organisation_id,
        OwnerDigest.day >= turn.since,
        OwnerDigest.day <= turn.until,
    )
    return bool(session.scalar(select(made)))
