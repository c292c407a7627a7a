"""Judgements: training signals from use, with the impressions that they refer to.

Pushes and engagements are above matching. Their events become judgements in ``pushes/feedback/training_signals.py``,
or, if the payload names the pair, in ``training/outcome_handlers.py``; both call `judge` and `retract`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.clock import JINAN_TIME
from app.database import insert_into, new_id, now
from app.matching.feedback.labels import UNANSWERED, signal_table
from app.matching.feedback.models import Impression, Judgement
from app.matching.models import Pair
from app.matching.ranking.features import FEATURES
from app.matching.results import MatchAnswer

MOST_ITEMS = 50
_LISTS_LOOKED_AT = 20
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ShownPair:
    """One pair of a list: its position from 1, its score (0–1) and the features that were scored, by name."""

    position: int
    demand_id: UUID
    achievement_id: UUID
    score: float
    features: Mapping[str, float]


def viewer_of(principal: Principal) -> UUID | None:
    """The id under which impressions and answers of a principal are stored: the manager's record or the organisation.

    None for operators, who view lists to supervise, and for anonymous readers. The user's own id is never stored.
    """
    if principal.sees_everything or principal.is_anonymous:
        return None
    return principal.manager_id or principal.organisation_id


def shown_pairs(answer: MatchAnswer) -> list[ShownPair]:
    """The shown list of a record's matches. Matches of a free text are left out: they belong to no stored pair."""
    return [
        ShownPair(position, item.demand_id, item.achievement_id, item.score, item.features)
        for position, item in enumerate(answer.items, 1)
        if item.demand_id is not None and item.achievement_id is not None
    ]


def record_impression(
    session: Session,
    *,
    surface: str,
    viewer_id: UUID,
    subject_id: UUID,
    pairs: Sequence[ShownPair],
    model_version: str,
    at: datetime | None = None,
) -> bool:
    """Record an impression; the same list, viewer and day are recorded once.

    Returns whether it was new.
    """
    if not pairs:
        return False
    moment = at or now()
    names = [feature.name for feature in FEATURES]
    values = {
        "id": new_id(),
        "surface": surface,
        "viewer_id": viewer_id,
        "subject_id": subject_id,
        "day": moment.astimezone(JINAN_TIME).date(),
        "list_hash": _list_hash(pairs),
        "shown_at": moment,
        "model_version": model_version,
        "features": names,
        "items": [_item(pair, names) for pair in pairs[:MOST_ITEMS]],
    }
    insert = insert_into(session, Impression).values(**values)
    written = session.scalar(insert.on_conflict_do_nothing().returning(Impression.id))
    return written is not None


def is_recorded(
    session: Session, *, viewer_id: UUID, subject_id: UUID, pairs: Sequence[ShownPair], at: datetime
) -> bool:
    """Whether this list is already recorded for this day, so that reloading a page needs no write."""
    query = select(Impression.id).where(
        Impression.viewer_id == viewer_id,
        Impression.subject_id == subject_id,
        Impression.day == at.astimezone(JINAN_TIME).date(),
        Impression.list_hash == _list_hash(pairs),
    )
    return session.scalar(query) is not None


def judge(
    session: Session,
    *,
    demand_id: UUID,
    achievement_id: UUID,
    actor_id: UUID,
    signal: str,
    reason: str | None = None,
    surface: str | None = None,
    position: int | None = None,
    at: datetime | None = None,
) -> Judgement:
    """Store what this actor's action says about the pair, with the features that they were shown.

    `surface` and `position` apply if no recorded impression shows the pair. Repeating a judgement changes nothing; a
    later one of the same signal (with another reason) replaces the earlier.

    Raises:
        ValueError: the signal is unknown.
    """
    if signal not in signal_table().signals or signal == UNANSWERED:
        raise ValueError(f"not a signal: {signal}")
    moment = at or now()
    key = {"demand_id": demand_id, "achievement_id": achievement_id, "actor_id": actor_id, "signal": signal}
    known = session.scalar(select(Judgement).filter_by(**key).with_for_update())
    if known is not None and (known.judged_at > moment or _is_kept(known, reason)):
        return known
    judgement = known or Judgement(**key)
    judgement.reason = reason
    judgement.judged_at = moment
    judgement.taken_back_at = None
    for name, value in _as_shown(session, demand_id, achievement_id, actor_id, moment).items():
        setattr(judgement, name, value)
    if judgement.position is None:
        judgement.surface, judgement.position = surface, position
    session.add(judgement)
    session.flush()
    return judgement


def retract(
    session: Session,
    *,
    demand_id: UUID,
    achievement_id: UUID,
    actor_id: UUID,
    signals: Iterable[str],
    at: datetime | None = None,
) -> int:
    """Withdraw these signals after the actor undid them. Returns the number that counted until now."""
    rows = session.scalars(
        select(Judgement)
        .where(
            Judgement.demand_id == demand_id,
            Judgement.achievement_id == achievement_id,
            Judgement.actor_id == actor_id,
            Judgement.signal.in_(list(signals)),
            Judgement.taken_back_at.is_(None),
        )
        .with_for_update()
    ).all()
    for row in rows:
        row.taken_back_at = at or now()
    session.flush()
    return len(rows)


def delete_judgement(
    session: Session, *, demand_id: UUID, achievement_id: UUID, actor_id: UUID, signal: str, at: datetime
) -> None:
    """Mark signals of the actor until `at` as void, even if none is stored yet.

    The event that carries them may be handled later, and `judge` then finds a newer entry.
    """
    key = {"demand_id": demand_id, "achievement_id": achievement_id, "actor_id": actor_id, "signal": signal}
    known = session.scalar(select(Judgement).filter_by(**key).with_for_update())
    if known is not None and known.judged_at > at:
        return
    judgement = known or Judgement(**key)
    judgement.judged_at = judgement.taken_back_at = at
    session.add(judgement)
    session.flush()


def delete_old_impressions(session: Session, *, older_than: timedelta, at: datetime | None = None) -> int:
    """Delete older impressions; judgements keep their features. Returns the number deleted."""
    result = session.execute(delete(Impression).where(Impression.shown_at < (at or now()) - older_than))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _is_kept(known: Judgement, reason: str | None) -> bool:
    return known.taken_back_at is None and known.reason == reason


def _as_shown(
    session: Session, demand_id: UUID, achievement_id: UUID, viewer_id: UUID, before: datetime
) -> dict[str, Any]:
    """The pair as the viewer last saw it in a list, else as stored in the table of pairs, else empty."""
    lists = session.scalars(
        select(Impression)
        .where(
            Impression.viewer_id == viewer_id,
            Impression.subject_id.in_((demand_id, achievement_id, viewer_id)),
            Impression.shown_at <= before,
        )
        .order_by(Impression.shown_at.desc())
        .limit(_LISTS_LOOKED_AT)
    )
    wanted = (str(demand_id), str(achievement_id))
    for exposure in lists:
        for position, demand, achievement, score, *values in exposure.items:
            if (demand, achievement) == wanted:
                return {
                    "surface": exposure.surface,
                    "position": position,
                    "score": score,
                    "features": dict(zip(exposure.features, values, strict=True)),
                    "model_version": exposure.model_version,
                    "shown_at": exposure.shown_at,
                }
    pair = session.scalar(
        select(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
    )
    nowhere = {"surface": None, "position": None, "shown_at": None}
    if pair is None:
        return nowhere | {"score": None, "features": {}, "model_version": None}
    return nowhere | {
        "score": pair.score,
        "features": dict(pair.features),
        "model_version": pair.model_version,
    }


def _item(shown: ShownPair, names: Sequence[str]) -> list[Any]:
    return [
        shown.position,
        str(shown.demand_id),
        str(shown.achievement_id),
        round(shown.score, _DIGITS),
        *(round(shown.features[name], _DIGITS) if name in shown.features else None for name in names),
    ]


def _list_hash(pairs: Sequence[ShownPair]) -> str:
    """Digest of the pairs and positions only: scores and features of the same list may vary slightly within a day."""
    text = " ".join(f"{pair.position}:{pair.demand_id}:{pair.achievement_id}" for pair in pairs)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
