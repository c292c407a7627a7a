"""What other concepts tell in their events → judgements, from which the ranker learns.

| event | signal | actor |
| --- | --- | --- |
| owner.answered | owner_interested, owner_declined | the organisation whose record the match is of |
| match.reported | reported | the report: its author is a user, and stays out of this |
| engagement.opened, engagement.ended | engagement_opened, engagement_ended | the manager |
| engagement.ended, its acceptance undone | engagement_opened never held | the manager |
| contract.signed, contract.landed | contract_signed, contract_landed | each manager of the contract |
| contract.cancelled | neither held | each manager of the contract |

Each handler may run twice. An event that failed is handled after later ones, so what came first is decided by when the
events were emitted.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.catalogue import (
    ContractCancelled,
    ContractLanded,
    ContractSigned,
    EngagementEnded,
    EngagementOpened,
    MatchReported,
    OwnerAnswered,
)
from app.events.catalogue.contracts import ContractEvent
from app.events.domain_event import ClaimedEvent
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.feedback.judgements import delete_judgement, judge
from app.services import Services

UNDONE = "undone"
"""The reason (engagement_end_reasons) with which an engagement ends when its acceptance is undone."""

_OWNER_SURFACES: Mapping[str, str] = {"demand": "demand_matches", "achievement": "achievement_matches"}

PairKey = tuple[UUID, UUID]


def judge_by_owner(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the owner's interest or refusal as a judgement."""
    answer = OwnerAnswered.of(event)
    owner = _owner(session, answer.subject_id)
    if owner is None:
        return
    pair = (answer.demand_id, answer.achievement_id)
    signal, other = "owner_interested", "owner_declined"
    if not answer.interested:
        signal, other = other, signal
    _withdraw(session, event, pair, [owner], other)
    judge(
        session,
        demand_id=answer.demand_id,
        achievement_id=answer.achievement_id,
        actor_id=owner,
        signal=signal,
        reason=answer.reason,
        surface=_OWNER_SURFACES.get(answer.side or ""),
        at=event.emitted_at,
    )


def judge_by_report(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the report as a judgement."""
    report = MatchReported.of(event)
    pair = (report.demand_id, report.achievement_id)
    _judge(session, event, pair, [report.subject_id], "reported", reason=report.category)


def judge_opened_engagement(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the engagement as a judgement."""
    opened = EngagementOpened.of(event)
    pair = (opened.demand_id, opened.achievement_id)
    _judge(session, event, pair, [opened.manager_id], "engagement_opened")


def judge_ended_engagement(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the end as a judgement; after an undone acceptance, retract that of the opening instead."""
    ended = EngagementEnded.of(event)
    pair = (ended.demand_id, ended.achievement_id)
    if ended.reason == UNDONE:
        _withdraw(session, event, pair, [ended.manager_id], "engagement_opened")
    else:
        _judge(session, event, pair, [ended.manager_id], "engagement_ended", reason=ended.reason)


def judge_signed_contract(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the signing as a judgement, if the contract is about a pair."""
    signed = ContractSigned.of(event)
    if (pair := _pair_of(signed)) is not None:
        _judge(session, event, pair, signed.manager_ids, "contract_signed")


def judge_landed_contract(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Add the landing as a judgement, if the contract is about a pair."""
    landed = ContractLanded.of(event)
    if (pair := _pair_of(landed)) is not None:
        _judge(session, event, pair, landed.manager_ids, "contract_landed")


def retract_cancelled_contract(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Retract the judgements of the signing and the landing."""
    cancelled = ContractCancelled.of(event)
    if (pair := _pair_of(cancelled)) is not None:
        for signal in ("contract_signed", "contract_landed"):
            _withdraw(session, event, pair, cancelled.manager_ids, signal)


def _judge(
    session: Session,
    event: ClaimedEvent,
    pair: PairKey,
    actors: Iterable[UUID],
    signal: str,
    *,
    reason: str | None = None,
) -> None:
    for actor in actors:
        judge(
            session,
            demand_id=pair[0],
            achievement_id=pair[1],
            actor_id=actor,
            signal=signal,
            reason=reason,
            at=event.emitted_at,
        )


def _withdraw(
    session: Session, event: ClaimedEvent, pair: PairKey, actors: Iterable[UUID], signal: str
) -> None:
    """The signal never held."""
    for actor in actors:
        delete_judgement(
            session,
            demand_id=pair[0],
            achievement_id=pair[1],
            actor_id=actor,
            signal=signal,
            at=event.emitted_at,
        )


def _owner(session: Session, record_id: UUID) -> UUID | None:
    for model in (Demand, Achievement):
        owner = session.scalar(select(model.owner_org_id).where(model.id == record_id))
        if owner is not None:
            return owner
    return None


def _pair_of(contract: ContractEvent) -> PairKey | None:
    """Demand and achievement of the contract; one without a pair says nothing about any."""
    if contract.demand_id is None or contract.achievement_id is None:
        return None
    return contract.demand_id, contract.achievement_id
