"""Training signals: managers' answers to pushes become judgements, from which the ranker learns."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.outbox import ClaimedEvent, Handler
from app.matching.feedback.judgements import ShownPair, judge, retract
from app.matching.models import Pair
from app.pushes.models import Push, PushState

SURFACE = "inbox"

_SIGNALS: Mapping[str, str] = {PushState.ACCEPTED: "accepted", PushState.DECLINED: "declined"}


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


def judging_handlers() -> Mapping[str, Sequence[Handler]]:
    """Event → the handler that adds or retracts a judgement. Each may run twice, and late: the push's state decides."""
    return {
        "push.accepted": (_handler(_answered),),
        "push.declined": (_handler(_answered),),
        "push.undone": (_handler(_undone),),
        "push.expired": (_handler(_expired),),
    }


def _handler(apply: Callable[[Session, ClaimedEvent, Push], None]) -> Handler:
    def run(session: Session, event: ClaimedEvent, _: None) -> None:
        push = session.get(Push, event.subject_id)
        if push is not None:
            apply(session, event, push)

    return Handler(lambda _session, _event: None, run)


def _answered(session: Session, event: ClaimedEvent, push: Push) -> None:
    """An answer that was undone before its event was handled does not count."""
    if event.name == f"push.{push.state}":
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


def _undone(session: Session, _: ClaimedEvent, push: Push) -> None:
    """Retract the judgements that contradict the present state: the manager may have answered again meanwhile."""
    retract(
        session,
        demand_id=push.demand_id,
        achievement_id=push.achievement_id,
        actor_id=push.manager_id,
        signals=[signal for state, signal in _SIGNALS.items() if state != push.state],
    )


def _expired(session: Session, _: ClaimedEvent, push: Push) -> None:
    """A push that was read but not answered is weak evidence; an unread one is none."""
    if push.state == PushState.EXPIRED and push.read_at is not None:
        judge(
            session,
            demand_id=push.demand_id,
            achievement_id=push.achievement_id,
            actor_id=push.manager_id,
            signal="ignored",
            surface=SURFACE,
            at=push.ended_at,
        )
