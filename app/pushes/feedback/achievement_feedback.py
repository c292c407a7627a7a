"""Feedback for the owner of an achievement: counted answers and reasons, with advice for improving the record."""

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.errors import NotFound
from app.libraries.achievements.models import Achievement
from app.libraries.visibility.rows import owns, visible
from app.pushes.feedback.models import OwnerAnswer
from app.pushes.feedback.pair_side import Side
from app.pushes.feedback.schemas import ReasonCounted, SupplierFeedback
from app.pushes.models import PENDING, Push, PushAttempt, PushState
from app.vocabularies import vocabulary

LEAST_SHOWN = 2
"""Least number of answers for a reason to be named: a single one would reveal what one manager or enterprise said."""


def feedback_for(session: Session, achievement_id: UUID, *, principal: Principal) -> SupplierFeedback:
    """Counts over all answers. Neither persons nor demands are named, and no notes: their style may reveal the author.

    Raises:
        NotFound: no such achievement, or the principal may not see it.
        Forbidden: the achievement is not the principal's own.
    """
    achievement = session.scalar(
        visible(select(Achievement).where(Achievement.id == achievement_id), Achievement, principal)
    )
    if achievement is None:
        raise NotFound()
    require(principal, Action.ACHIEVEMENT_FEEDBACK, own=owns(principal, achievement))
    outcomes, waiting = _outcomes(session, achievement_id), _pending(session, achievement_id)
    answers = _owner_answers(session, achievement_id)
    reasons = _reasons(session, achievement_id)
    named = {code: count for code, count in reasons.items() if count >= LEAST_SHOWN}
    return SupplierFeedback(
        achievement_id=achievement_id,
        pushed=sum(outcomes.values()),
        accepted=outcomes[PushState.ACCEPTED],
        declined=outcomes[PushState.DECLINED],
        waiting=waiting,
        ended=outcomes[None] - waiting,
        demand_owners_interested=answers[True],
        demand_owners_not_interested=answers[False],
        reasons=[
            _describe(code, count)
            for code, count in sorted(named.items(), key=lambda item: (-item[1], item[0]))
        ],
        reasons_withheld=sum(reasons.values()) - sum(named.values()),
    )


def _outcomes(session: Session, achievement_id: UUID) -> Counter[str | None]:
    """The outcomes of the attempts of its pushes, counted; None means without an answer."""
    rows = session.execute(
        select(PushAttempt.outcome, func.count())
        .join(Push, Push.id == PushAttempt.push_id)
        .where(Push.achievement_id == achievement_id)
        .group_by(PushAttempt.outcome)
    )
    return Counter({row[0]: row[1] for row in rows})


def _pending(session: Session, achievement_id: UUID) -> int:
    query = select(func.count()).where(Push.achievement_id == achievement_id, Push.state.in_(PENDING))
    return session.scalar(query) or 0


def _owner_answers(session: Session, achievement_id: UUID) -> Counter[bool]:
    """The answers of demand owners, counted by whether they are interested."""
    rows = session.execute(
        select(OwnerAnswer.interested, func.count())
        .where(OwnerAnswer.achievement_id == achievement_id, OwnerAnswer.side == Side.DEMAND)
        .group_by(OwnerAnswer.interested)
    )
    return Counter({row[0]: row[1] for row in rows})


def _reasons(session: Session, achievement_id: UUID) -> Counter[str]:
    """Reasons of managers and of demand owners, counted together."""
    managers = session.execute(
        select(PushAttempt.reason, func.count())
        .join(Push, Push.id == PushAttempt.push_id)
        .where(Push.achievement_id == achievement_id, PushAttempt.reason.is_not(None))
        .group_by(PushAttempt.reason)
    )
    owners = session.execute(
        select(OwnerAnswer.reason, func.count())
        .where(
            OwnerAnswer.achievement_id == achievement_id,
            OwnerAnswer.side == Side.DEMAND,
            OwnerAnswer.reason.is_not(None),
        )
        .group_by(OwnerAnswer.reason)
    )
    counted = Counter[str]()
    for reason, count in (*managers, *owners):
        counted[reason] += count
    return counted


def _describe(code: str, count: int) -> ReasonCounted:
    term = vocabulary("decline_reasons").term(code)
    return ReasonCounted(
        code=code,
        zh=term.zh,
        en=term.en,
        count=count,
        advice_zh=term.attributes["advice_zh"],
        advice_en=term.attributes["advice_en"],
    )
