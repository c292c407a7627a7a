"""Training signals: managers' answers to pushes become judgements, from which the ranker learns."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.catalogue import PushAccepted, PushDeclined
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.matching.feedback.impressions import ShownPair
from app.matching.feedback.judgements import judge, retract
from app.matching.models import Pair
from app.pushes.models import Push, PushState
from app.services import Services

SURFACE = "inbox"

_SIGNALS: Mapping[str, str] = {PushState.ACCEPTED: "accepted", PushState.DECLINED: "declined"}

_ANSWERS: Mapping[str, PushState] = {
    PushAccepted.name: PushState.ACCEPTED,
    PushDeclined.name: PushState.DECLINED,
}


def shown_in_inbox(session: Session, pushes: Sequence[Push]) -> list[ShownPair]:
    """The first page of an inbox as shown pairs, without pairs that are no longer ranked: these have no features."""
    pairs = {
        (pair.demand_id, pair.achievement_id): pair
        for pair in session.scalars(
            select(Pair).where(
                Pair.demand_id.in_({push.demand_id for push in pushes}),
                Pair.achievement_id.in_({push.achievement_id for push in pushes}),
            )
        )
    }
    return [
        ShownPair(position, push.demand_id, push.achievement_id, push.pair_score, pair.features)
        for position, push in enumerate(pushes, 1)
        if (pair := pairs.get((push.demand_id, push.achievement_id))) is not None
    ]


def judge_answer(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the answer as a judgement, unless it was undone before its event was handled."""
    push = session.get(Push, subject_id_of(event))
    if push is None or _ANSWERS[event.name] != push.state:
        return
    judge(
        session,
        demand_id=push.demand_id,
        achievement_id=push.achievement_id,
        actor_id=push.manager_id,
        signal=_SIGNALS[push.state],
        reason=push.decline_reason,
        surface=SURFACE,
        position=event.payload.get("position"),
        at=push.answered_at,
    )


def retract_answer(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Retract the judgements that contradict the present state: the manager may have answered again meanwhile."""
    push = session.get(Push, subject_id_of(event))
    if push is not None:
        retract(
            session,
            demand_id=push.demand_id,
            achievement_id=push.achievement_id,
            actor_id=push.manager_id,
            signals=[signal for state, signal in _SIGNALS.items() if state != push.state],
        )


def judge_ignored(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add a weak judgement if the push was read but not answered."""
    push = session.get(Push, subject_id_of(event))
    if push is not None and push.state == PushState.EXPIRED and push.read_at is not None:
        judge(
            session,
            demand_id=push.demand_id,
            achievement_id=push.achievement_id,
            actor_id=push.manager_id,
            signal="ignored",
            surface=SURFACE,
            at=push.ended_at,
        )
