"""A manager's digest: the ranked list of a day, created and sent once."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from app.clock import ONE_DAY
from app.database import now
from app.events.catalogue import DigestDue
from app.events.domain_event import DomainEvent
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event, emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes import queries
from app.pushes.digests.composition import DigestCandidate, compose
from app.pushes.digests.models import Digest
from app.pushes.digests.schedule import DigestWindow, digest_window
from app.pushes.models import Push
from app.pushes.preferences.service import managers_preferences
from app.pushes.preferences.working_time import contact_time, local

MAX_CONSIDERED = 500
"""Pushes, best first, that a digest is chosen from; no manager has as many pending."""


def announce_digests(session: Session) -> int:
    """Emit `DigestDue` for each manager whose digest hour has come and who has a new push; returns the number.

    A digest is announced once: not again while an earlier event is unhandled or a dead letter.
    """
    moment = now()
    oldest = session.execute(
        select(Push.manager_id, func.min(Push.pushed_at))
        .where(Push.notified_at.is_(None), queries.is_actionable(moment))
        .group_by(Push.manager_id)
    ).all()
    preferences = managers_preferences(session, [row[0] for row in oldest])
    announced = 0
    for manager_id, pushed_at in oldest:
        window = digest_window(preferences[manager_id], moment)
        if (
            window is not None
            and pushed_at < window.cutoff
            and not _exists(session, manager_id, window)
            and not is_announced(session, DigestDue, manager_id)
        ):
            emit(session, DigestDue(subject_id=manager_id))
            announced += 1
    return announced


def is_announced(session: Session, kind: type[DomainEvent], subject_id: UUID) -> bool:
    """Whether such an event is unhandled or a dead letter."""
    unhandled = exists().where(
        Event.name == kind.name, Event.subject_id == subject_id, Event.done_at.is_(None)
    )
    return bool(session.scalar(select(unhandled)))


def make_digest(session: Session, manager_id: UUID) -> Digest | None:
    """Create the manager's digest of today with its message. None if it exists already, or nothing in it is new.

    The manager's row is locked, so that the second of two workers finds the digest of the first.
    """
    manager = session.execute(
        select(Manager.id).where(Manager.id == manager_id).with_for_update(key_share=True, of=Manager)
    ).first()
    moment = now()
    preferences = managers_preferences(session, [manager_id])[manager_id]
    window = digest_window(preferences, moment)
    if manager is None or window is None or _exists(session, manager_id, window):
        return None
    entries = compose(
        entries_of(session, manager_id, cutoff=window.cutoff, moment=moment), size=preferences.list_size
    ).in_order()
    if not any(entry.new for entry in entries):
        return None
    digest = Digest(
        manager_id=manager_id,
        day=local(moment).date(),
        frequency=preferences.frequency,
        items=[
            {"push_id": str(entry.id), "position": position, "new": entry.new}
            for position, entry in enumerate(entries, start=1)
        ],
    )
    session.add(digest)
    _mark_notified(session, [entry.id for entry in entries if entry.new], moment)
    session.flush()
    due = contact_time(moment, preferences.contact_window)
    enqueue_message(
        session,
        kind=MessageKind.DIGEST,
        ids={"digest_id": digest.id, "push_ids": [entry.id for entry in entries]},
        manager_id=manager_id,
        available_at=due.at,
        held_for=due.held_for,
    )
    return digest


def _mark_notified(session: Session, push_ids: Sequence[UUID], moment: datetime) -> None:
    # A plain UPDATE leaves the version as it is: a manager may still answer with the ETag that they read.
    session.execute(
        update(Push)
        .where(Push.id.in_(push_ids))
        .values(notified_at=moment)
        .execution_options(synchronize_session=False)
    )


def entries_of(
    session: Session, manager_id: UUID, *, cutoff: datetime, moment: datetime
) -> list[DigestCandidate]:
    """The manager's actionable pushes that arrived before `cutoff`, or of which they were notified before: in an
    earlier digest, or by a message of their own more than a day ago."""
    pushes = session.scalars(
        select(Push)
        .where(Push.manager_id == manager_id, queries.is_actionable(moment))
        .order_by(Push.notified_at.is_not(None), Push.rank_key.desc(), Push.id)
        .limit(MAX_CONSIDERED)
    ).all()
    owners = owners_of(session, pushes)
    listed = _listed_before(session, manager_id, local(moment).date())
    day_ago = max(moment, cutoff) - ONE_DAY
    return [
        DigestCandidate(
            push.id,
            push.demand_id,
            push.achievement_id,
            frozenset({owners[push.demand_id], owners[push.achievement_id]}),
            push.rank_key,
            new=push.notified_at is None,
            score=push.pair_score,
        )
        for push in pushes
        if (
            push.pushed_at < cutoff
            if push.notified_at is None
            else push.notified_at <= day_ago or push.notified_at <= listed.get(push.id, day_ago)
        )
    ]


def _listed_before(session: Session, manager_id: UUID, today: date) -> dict[UUID, datetime]:
    """The pushes of the manager's last digest of an earlier day, with its time: today's digest may name them again."""
    query = select(Digest).where(Digest.manager_id == manager_id, Digest.day < today)
    last = session.scalar(query.order_by(Digest.day.desc()).limit(1))
    return {} if last is None else {UUID(item["push_id"]): last.created_at for item in last.items}


def owners_of(session: Session, pushes: Sequence[Push]) -> dict[UUID, UUID]:
    """Record → the organisation that owns it, for both sides of these pushes."""
    owners: dict[UUID, UUID] = {}
    for model, ids in (
        (Demand, {push.demand_id for push in pushes}),
        (Achievement, {push.achievement_id for push in pushes}),
    ):
        rows = session.execute(select(model.id, model.owner_org_id).where(model.id.in_(ids)))
        owners |= {row.id: row.owner_org_id for row in rows}
    return owners


def _exists(session: Session, manager_id: UUID, window: DigestWindow) -> bool:
    query = exists().where(
        Digest.manager_id == manager_id, Digest.day >= window.since, Digest.day <= window.until
    )
    return bool(session.scalar(select(query)))
