"""A pair's whole story for the bureau: how it matches, to whom it was pushed, the answers, and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.engagements.models import Engagement, Stage
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.summaries import ManagerSummary, RecordSummary, manager_summaries, summariser
from app.matching.lists.bands import written_score
from app.matching.models import Pair
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.rules import violations
from app.pushes.feedback.models import OwnerAnswer
from app.pushes.feedback.report_list import reports_of_pair
from app.pushes.feedback.schemas import OwnerAnswerRead, ReportForBureau
from app.pushes.inbox.presenter import read_many
from app.pushes.models import Push, PushAttempt
from app.pushes.policy import current_policy
from app.pushes.recommender import Recommender
from app.pushes.schemas import PushRead
from app.services import Services

_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """Something that happened to the pair.

    Attributes:
        code: ranked, pushed, pushed_again, accepted, declined, ended, interested, not_interested, engagement, reported,
            or report_closed.
        who: name of the manager, or the side of an owner.
        detail: code of a reason, or a number.
    """

    at: datetime
    code: str
    who: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PairEngagement:
    """An engagement about the pair."""

    id: UUID
    number: str
    stage: Stage
    manager: str
    opened_at: datetime
    ended_reason: str | None


@dataclass(frozen=True, slots=True)
class PairStory:
    """The story of a pair.

    Attributes:
        score: 0–1; None if the two are no match at present.
    """

    demand: RecordSummary
    achievement: RecordSummary
    score: float | None
    threshold: float
    reasons: Mapping[str, Any]
    model_version: str
    pushes: Sequence[PushRead]
    answers: Sequence[OwnerAnswerRead]
    engagements: Sequence[PairEngagement]
    reports: Sequence[ReportForBureau]
    events: Sequence[StoryEvent] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class PairCandidate:
    """A manager who could have the pair, with the rules that forbid a push now, in Chinese and English."""

    manager: ManagerSummary
    score: float
    is_pushed: bool
    obstacles: Sequence[tuple[str, str]]


def pair_story(
    session: Session, services: Services, number: str, other: str, *, principal: Principal
) -> PairStory:
    """The story of the demand and the achievement with these numbers.

    Raises:
        NotFound: one of them does not exist.
    """
    require(principal, Action.PUSH_LIST)
    demand, achievement = _records(session, number, other, principal)
    here = {"demand_id": demand.id, "achievement_id": achievement.id}
    pair = session.scalar(select(Pair).filter_by(**here))
    rows = session.scalars(select(Push).filter_by(**here).order_by(Push.created_at, Push.id)).all()
    answers = session.scalars(select(OwnerAnswer).filter_by(**here).order_by(OwnerAnswer.answered_at)).all()
    opened = session.scalars(select(Engagement).filter_by(**here).order_by(Engagement.opened_at)).all()
    names = manager_summaries(session, {row.manager_id for row in rows} | {one.manager_id for one in opened})
    reports = reports_of_pair(session, demand.id, achievement.id, principal=principal)
    events = [
        *([StoryEvent(pair.computed_at, "ranked", "", written_score(pair.score))] if pair else []),
        *_push_events(rows, _attempts(session, rows), names),
        *_owner_events(answers),
        *(StoryEvent(one.opened_at, "engagement", names[one.manager_id].name, one.number) for one in opened),
        *_report_events(reports),
    ]
    summary = summariser(session, [demand, achievement], principal=principal)
    policy = current_policy(session, services)
    return PairStory(
        demand=summary(demand),
        achievement=summary(achievement),
        score=pair.score if pair else None,
        threshold=policy.threshold,
        reasons=pair.reasons if pair else {},
        model_version=pair.model_version if pair else "",
        pushes=read_many(session, rows, principal=principal, policy=policy),
        answers=[OwnerAnswerRead.model_validate(one) for one in answers],
        engagements=[_engagement(one, names) for one in opened],
        reports=reports,
        events=sorted(events, key=lambda event: event.at),
    )


def _engagement(row: Engagement, names: Mapping[UUID, ManagerSummary]) -> PairEngagement:
    manager = names[row.manager_id].name
    return PairEngagement(row.id, row.number, Stage.of(row.stage), manager, row.opened_at, row.ended_reason)


def pair_candidates(
    session: Session, services: Services, number: str, other: str, *, principal: Principal
) -> list[PairCandidate]:
    """The managers nearest to the pair, the best first, and why each has no push of it.

    Raises:
        NotFound: one of the records does not exist.
    """
    require(principal, Action.PUSH_LIST)
    demand, achievement = _records(session, number, other, principal)
    [found] = services[Recommender].managers_for_pairs(session, [(demand, achievement)], limit=_CANDIDATES)
    key, ids = (demand.id, achievement.id), [one.manager_id for one in found]
    names = manager_summaries(session, ids)
    snapshot = load_snapshot(session, policy=current_policy(session, services), pairs=[key], manager_ids=ids)
    pushed = snapshot.pushes.get(key, {})
    return [
        PairCandidate(
            names[one.manager_id],
            one.score,
            one.manager_id in pushed,
            [(rule.zh, rule.en) for rule in violations(snapshot.of(key, one.manager_id))],
        )
        for one in found
        if one.manager_id in names and one.manager_id in snapshot.managers
    ]


def _records(session: Session, number: str, other: str, principal: Principal) -> tuple[Demand, Achievement]:
    demand = find_by_number(session, LIBRARIES[RecordKind.DEMAND], number, principal)
    achievement = find_by_number(session, LIBRARIES[RecordKind.ACHIEVEMENT], other, principal)
    assert isinstance(demand, Demand)
    assert isinstance(achievement, Achievement)
    return demand, achievement


def _attempts(session: Session, pushes: Sequence[Push]) -> Sequence[PushAttempt]:
    query = select(PushAttempt).where(PushAttempt.push_id.in_([push.id for push in pushes]))
    return session.scalars(query).all()


def _push_events(
    rows: Sequence[Push], attempts: Sequence[PushAttempt], names: Mapping[UUID, ManagerSummary]
) -> Iterator[StoryEvent]:
    for attempt in attempts:
        who = names[attempt.manager_id].name
        yield StoryEvent(attempt.pushed_at, "pushed" if attempt.round == 1 else "pushed_again", who)
        if attempt.outcome and attempt.answered_at:
            yield StoryEvent(attempt.answered_at, attempt.outcome, who, attempt.reason or "")
    for row in rows:
        if row.ended_at and row.ended_reason:
            yield StoryEvent(row.ended_at, "ended", names[row.manager_id].name, row.ended_reason)


def _owner_events(answers: Sequence[OwnerAnswer]) -> Iterator[StoryEvent]:
    for one in answers:
        code = "interested" if one.interested else "not_interested"
        yield StoryEvent(one.answered_at, code, one.side, one.reason or "")


def _report_events(reports: Sequence[ReportForBureau]) -> Iterator[StoryEvent]:
    for one in reports:
        yield StoryEvent(one.created_at, "reported", "", one.category)
        if one.resolved_at:
            yield StoryEvent(one.resolved_at, "report_closed", "", one.state)
