"""The route of the bureau's dry run of an assignment."""

from collections.abc import Sequence
from dataclasses import asdict

from fastapi import APIRouter, Request

from app.accounts.permissions import Action, CurrentPrincipal, require
from app.db import ReadSession
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.matching.assignment import REASONS, Relief
from app.pushes.assigning import AssignmentPlan, Place, plan_assignment
from app.pushes.handlers import policy_of
from app.pushes.schemas import (
    AssignedPlace,
    AssignmentFigures,
    AssignmentRead,
    AssignmentRequest,
    BottleneckRead,
    MoreCandidatesWanted,
    MorePlacesWanted,
    ReliefRead,
    ShortPair,
)

router = APIRouter(prefix="/v1", tags=["推送 Pushes"], responses=problems(Unauthenticated, Forbidden))


@router.post("/assignments/plan", summary="统筹指派(试算)", responses=problems(Invalid))
def plan(
    wanted: AssignmentRequest, principal: CurrentPrincipal, session: ReadSession, request: Request
) -> AssignmentRead:
    """在经理人名额内为多个供需对统筹安排,并与现有推送比较。只试算,不写入任何数据;安排不了的逐条说明原因和放宽办法。"""
    require(principal, Action.ASSIGNMENT_PLAN)
    matcher = request.app.state.matcher
    matcher.ranker(session)  # whose threshold the policy holds: the one that is active now
    policy = policy_of(request.app.state.settings, matcher)
    found = plan_assignment(session, matcher, policy=policy, limit=wanted.limit, keep=wanted.keep)
    answer = found.assignment
    return AssignmentRead(
        pairs=len(found.keys),
        left_out=found.left_out,
        added=_places(found.added),
        kept=_places(found.kept),
        ended=_places(found.ended),
        short=_short(found),
        reasons={str(reason): number for reason, number in answer.reasons.items()},
        relief=_relief(found, answer.relief) if answer.relief else None,
        planned=AssignmentFigures.model_validate(answer.metrics),
        present=AssignmentFigures.model_validate(found.present),
    )


def _places(places: Sequence[Place]) -> list[AssignedPlace]:
    return [
        AssignedPlace(
            demand_id=place.key[0],
            achievement_id=place.key[1],
            manager_id=place.manager_id,
            value=place.value,
            reason=place.reason,
        )
        for place in places
    ]


def _short(plan: AssignmentPlan) -> list[ShortPair]:
    rows = []
    for one in plan.assignment.short:
        demand_id, achievement_id = plan.keys[one.pair_id]
        zh, en = REASONS[one.reason]
        facts = {name: value for name, value in asdict(one).items() if name != "pair_id"}
        rows.append(ShortPair(demand_id=demand_id, achievement_id=achievement_id, zh=zh, en=en, **facts))
    return rows


def _relief(plan: AssignmentPlan, relief: Relief) -> ReliefRead:
    return ReliefRead(
        places=[MorePlacesWanted(**asdict(place)) for place in relief.places],
        candidates=[
            MoreCandidatesWanted(
                demand_id=plan.keys[more.pair_id][0],
                achievement_id=plan.keys[more.pair_id][1],
                more=more.more,
                in_conflict=more.in_conflict,
            )
            for more in relief.candidates
        ],
        bottlenecks=[
            BottleneckRead(
                pairs=len(one.pair_ids),
                manager_ids=list(one.manager_ids),
                places=one.places,
                missing=one.missing,
            )
            for one in relief.bottlenecks
        ],
    )
