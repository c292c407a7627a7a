"""What the owner of an achievement learns from the answers to it: reasons, counted, with advice for a better text."""

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.errors import NotFound
from app.libraries.achievements.models import Achievement
from app.libraries.disclosure.visibility import owns, visible
from app.libraries.vocabularies import vocabulary
from app.pushes.feedback.models import OwnerAnswer, Side
from app.pushes.feedback.schemas import ReasonCounted, SupplierFeedback
from app.pushes.models import PENDING, Push, PushAttempt, PushState

LEAST_SHOWN = 2
"""Answers from which on a reason is named: a single one would tell what one manager or enterprise said."""


def feedback_for(session: Session, achievement_id: UUID, *, principal: Principal) -> SupplierFeedback:
    """Neither who answered nor to which demand is told, and no note: words tell who wrote them.

    Raises:
        NotFound, Forbidden: not an achievement that the principal may see, or not his own.
    """
    achievement = session.scalar(
        visible(select(Achievement).where(Achievement.id == achievement_id), Achievement, principal)
    )
    if achievement is None:
        raise NotFound()
    require(principal, Action.ACHIEVEMENT_FEEDBACK, own=owns(principal, achievement))
    outcomes = _outcomes(session, achievement_id)
    words = _owners_words(session, achievement_id)
    reasons = _reasons(session, achievement_id)
    named = {code: count for code, count in reasons.items() if count >= LEAST_SHOWN}
    return SupplierFeedback(
        achievement_id=achievement_id,
        pushed=sum(outcomes.values()),
        accepted=outcomes[PushState.ACCEPTED],
        declined=outcomes[PushState.DECLINED],
        waiting=_waiting(session, achievement_id),
        demand_owners_interested=words[True],
        demand_owners_not_interested=words[False],
        reasons=[
            _told(code, count) for code, count in sorted(named.items(), key=lambda one: (-one[1], one[0]))
        ],
        reasons_withheld=sum(reasons.values()) - sum(named.values()),
    )


def _outcomes(session: Session, achievement_id: UUID) -> Counter[str | None]:
    """How the rounds of its pushes ended; None is without an answer."""
    rows = session.execute(
        select(PushAttempt.outcome, func.count())
        .join(Push, Push.id == PushAttempt.push_id)
        .where(Push.achievement_id == achievement_id)
        .group_by(PushAttempt.outcome)
    )
    return Counter({row[0]: row[1] for row in rows})


def _waiting(session: Session, achievement_id: UUID) -> int:
    query = select(func.count()).where(Push.achievement_id == achievement_id, Push.state.in_(PENDING))
    return session.scalar(query) or 0


def _owners_words(session: Session, achievement_id: UUID) -> Counter[bool]:
    rows = session.execute(
        select(OwnerAnswer.interested, func.count())
        .where(OwnerAnswer.achievement_id == achievement_id, OwnerAnswer.side == Side.DEMAND)
        .group_by(OwnerAnswer.interested)
    )
    return Counter({row[0]: row[1] for row in rows})


def _reasons(session: Session, achievement_id: UUID) -> Counter[str]:
    """Reasons of managers and of demands' owners together."""
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


def _told(code: str, count: int) -> ReasonCounted:
    term = vocabulary("decline_reasons").term(code)
    return ReasonCounted(
        code=code,
        zh=term.zh,
        en=term.en,
        count=count,
        advice_zh=term.attributes["advice_zh"],
        advice_en=term.attributes["advice_en"],
    )
