"""Judgements: training signals from use, with the features that were shown.

Pushes and engagements are above matching. Their events become judgements in ``pushes/feedback/training_signals.py``,
or, if the payload names the pair, in ``training/outcome_handlers.py``; both call `judge` and `retract`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import now
from app.matching.feedback.labels import UNANSWERED, signal_table
from app.matching.feedback.models import Impression, Judgement
from app.matching.models import Pair

_LISTS_LOOKED_AT = 20


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
