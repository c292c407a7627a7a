"""A manager's digest: the ranked list of a day, made once and told once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from app.database import now
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
from app.pushes.preferences.working_time import local, next_contact_time

LOOKED_AT = 500
"""Pushes, best first, of which a list is made; nobody has as many waiting."""


def announce_digests(session: Session) -> int:
    """``digest.due`` for each manager whose hour has come and who has something new; how many.

    Announced once: not while an earlier announcement still waits, or is dead and wants an operator.
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
        turn = digest_window(preferences[manager_id], moment)
        if (
            turn is not None
            and pushed_at < turn.cutoff
            and not _made(session, manager_id, turn)
            and not is_announced(session, "digest.due", manager_id)
        ):
            emit(session, "digest.due", subject_id=manager_id)
            announced += 1
    return announced


def is_announced(session: Session, name: str, subject_id: UUID) -> bool:
    """Whether such an event still waits to be worked off, or is dead."""
    waits = exists().where(Event.name == name, Event.subject_id == subject_id, Event.done_at.is_(None))
    return bool(session.scalar(select(waits)))


def make_digest(session: Session, manager_id: UUID) -> Digest | None:
    """The manager's list of today, with its message; None when he has had it, or nothing on it would be new.

    The manager's row is locked, so that of two workers the second finds the first one's list.
    """
    found = session.execute(
        select(Manager.id).where(Manager.id == manager_id).with_for_update(key_share=True, of=Manager)
    ).first()
    moment = now()
    preferences = managers_preferences(session, [manager_id])[manager_id]
    turn = digest_window(preferences, moment)
    if found is None or turn is None or _made(session, manager_id, turn):
        return None
    listed = compose(
        entries_of(session, manager_id, cutoff=turn.cutoff, moment=moment), size=preferences.list_size
    ).entries
    if not any(entry.new for entry in listed):
        return None
    digest = Digest(
        manager_id=manager_id,
        day=local(moment).date(),
        frequency=preferences.frequency,
        items=[
            {"push_id": str(entry.id), "position": place, "new": entry.new}
            for place, entry in enumerate(listed, start=1)
        ],
    )
    session.add(digest)
    # Telling is no change of the push: whoever has read it may still answer by the ETag that he read.
    session.execute(
        update(Push)
        .where(Push.id.in_([entry.id for entry in listed if entry.new]))
        .values(notified_at=moment)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    enqueue_message(
        session,
        kind=MessageKind.DIGEST,
        ids={"digest_id": digest.id, "push_ids": [entry.id for entry in listed]},
        manager_id=manager_id,
        available_at=next_contact_time(moment, preferences.calm),
    )
    return digest


def entries_of(
    session: Session, manager_id: UUID, *, cutoff: datetime, moment: datetime
) -> list[DigestCandidate]:
    """What waits in the manager's inbox and was told of before, or came before `cutoff`."""
    pushes = session.scalars(
        select(Push)
        .where(Push.manager_id == manager_id, queries.is_actionable(moment))
        .order_by(Push.notified_at.is_not(None), Push.rank_key.desc(), Push.id)
        .limit(LOOKED_AT)
    ).all()
    owners = owners_of(session, pushes)
    return [
        DigestCandidate(
            push.id,
            push.demand_id,
            push.achievement_id,
            frozenset({owners[push.demand_id], owners[push.achievement_id]}),
            push.rank_key,
            new=push.notified_at is None,
        )
        for push in pushes
        if push.notified_at is not None or push.pushed_at < cutoff
    ]


def owners_of(session: Session, pushes: Sequence[Push]) -> dict[UUID, UUID]:
    """Record → the organisation that owns it, for both sides of these pushes."""
    found: dict[UUID, UUID] = {}
    for model, ids in (
        (Demand, {push.demand_id for push in pushes}),
        (Achievement, {push.achievement_id for push in pushes}),
    ):
        rows = session.execute(select(model.id, model.owner_org_id).where(model.id.in_(ids)))
        found |= {row.id: row.owner_org_id for row in rows}
    return found


def _made(session: Session, manager_id: UUID, turn: DigestWindow) -> bool:
    made = exists().where(Digest.manager_id == manager_id, Digest.day >= turn.since, Digest.day <= turn.until)
    return bool(session.scalar(select(made)))
