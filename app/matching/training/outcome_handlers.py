"""What concepts above tell in their events → judgements. Only payloads are read: matching knows none of them.

| event | signal | actor |
| --- | --- | --- |
| owner.answered | owner_interested, owner_declined | the organisation whose record the match is of |
| match.reported | reported | the report: its author is a user, and stays out of this |
| engagement.opened, engagement.ended | engagement_opened, engagement_ended | the manager |
| engagement.ended, its acceptance undone | engagement_opened never held | the manager |
| contract.signed, contract.landed | contract_signed, contract_landed | each manager of the contract |
| contract.cancelled | neither held | each manager of the contract |

An event that failed is settled after later ones, so what was first is told by when they were emitted.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.outbox import ClaimedEvent, Handler
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.feedback.judgements import delete_judgement, judge

Apply = Callable[[Session, ClaimedEvent], None]

UNDONE = "undone"
"""The reason (engagement_end_reasons) with which an engagement ends when its acceptance is undone."""

_OWNER_SURFACES: Mapping[str, str] = {"demand": "demand_matches", "achievement": "achievement_matches"}


def listening_handlers() -> Mapping[str, Sequence[Handler]]:
    """Event → the judgement it makes; each may run twice."""
    return {
        "owner.answered": (_handler(_owner_answered),),
        "match.reported": (_handler(_match_reported),),
        "engagement.opened": (_handler(_by_manager("engagement_opened")),),
        "engagement.ended": (_handler(_engagement_ended),),
        "contract.signed": (_handler(_by_manager("contract_signed")),),
        "contract.landed": (_handler(_by_manager("contract_landed")),),
        "contract.cancelled": (_handler(_contract_cancelled),),
    }


def _handler(apply: Apply) -> Handler:
    def run(session: Session, event: ClaimedEvent, _: None) -> None:
        apply(session, event)

    return Handler(lambda _session, _event: None, run)


def _owner_answered(session: Session, event: ClaimedEvent) -> None:
    pair = _pair(event)
    owner = _owner(session, event.subject_id)
    if pair is None or owner is None:
        return
    signal, other = "owner_interested", "owner_declined"
    if not event.payload["interested"]:
        signal, other = other, signal
    demand_id, achievement_id = pair
    delete_judgement(
        session,
        demand_id=demand_id,
        achievement_id=achievement_id,
        actor_id=owner,
        signal=other,
        at=event.emitted_at,
    )
    surface = _OWNER_SURFACES.get(str(event.payload.get("side")))
    judge(
        session,
        demand_id=demand_id,
        achievement_id=achievement_id,
        actor_id=owner,
        signal=signal,
        reason=event.payload.get("reason"),
        surface=surface,
        at=event.emitted_at,
    )


def _owner(session: Session, record_id: UUID | None) -> UUID | None:
    for model in (Demand, Achievement):
        owner = session.scalar(select(model.owner_org_id).where(model.id == record_id))
        if owner is not None:
            return owner
    return None


def _match_reported(session: Session, event: ClaimedEvent) -> None:
    pair = _pair(event)
    if pair is None or event.subject_id is None:
        return
    judge(
        session,
        demand_id=pair[0],
        achievement_id=pair[1],
        actor_id=event.subject_id,
        signal="reported",
        reason=event.payload.get("category"),
        at=event.emitted_at,
    )


def _by_manager(signal: str) -> Apply:
    def apply(session: Session, event: ClaimedEvent) -> None:
        pair = _pair(event)
        if pair is not None:
            for manager in _managers(event):
                judge(
                    session,
                    demand_id=pair[0],
                    achievement_id=pair[1],
                    actor_id=manager,
                    signal=signal,
                    reason=event.payload.get("reason"),
                    at=event.emitted_at,
                )

    return apply


def _engagement_ended(session: Session, event: ClaimedEvent) -> None:
    """One whose acceptance was undone never was: what the manager says of the pair next is his word on it."""
    pair = _pair(event)
    if event.payload.get("reason") != UNDONE or pair is None:
        _by_manager("engagement_ended")(session, event)
        return
    _never_held(session, event, pair, ["engagement_opened"])


def _contract_cancelled(session: Session, event: ClaimedEvent) -> None:
    pair = _pair(event)
    if pair is not None:
        _never_held(session, event, pair, ["contract_signed", "contract_landed"])


def _never_held(
    session: Session, event: ClaimedEvent, pair: tuple[UUID, UUID], signals: Sequence[str]
) -> None:
    for manager in _managers(event):
        for signal in signals:
            delete_judgement(
                session,
                demand_id=pair[0],
                achievement_id=pair[1],
                actor_id=manager,
                signal=signal,
                at=event.emitted_at,
            )


def _pair(event: ClaimedEvent) -> tuple[UUID, UUID] | None:
    """Demand and achievement that the event is about; a project may have none, and then says nothing about any."""
    demand, achievement = event.payload.get("demand_id"), event.payload.get("achievement_id")
    return (UUID(demand), UUID(achievement)) if demand and achievement else None


def _managers(event: ClaimedEvent) -> list[UUID]:
    several = event.payload.get("manager_ids")
    ids = several if several is not None else [event.payload.get("manager_id")]
    return [UUID(id_) for id_ in ids if id_]
