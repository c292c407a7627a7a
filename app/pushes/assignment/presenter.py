"""Presenter of an assignment plan: assigned managers, pairs that lack managers and why, and what would help."""

from collections.abc import Sequence
from dataclasses import asdict

from app.matching.assignment_solver.shortages import REASONS, Relief
from app.pushes.assignment.comparison import AssignmentPlan, PlannedAssignment
from app.pushes.schemas import (
    AssignedPlace,
    AssignmentFigures,
    AssignmentRead,
    BottleneckRead,
    LowLoadRead,
    MoreCandidatesWanted,
    MorePlacesWanted,
    ReliefRead,
    ShortPair,
)


def read_plan(plan: AssignmentPlan) -> AssignmentRead:
    """The response for a plan, without names: a stored answer holds ids alone (see ``names``)."""
    answer = plan.assignment
    return AssignmentRead(
        pairs=len(plan.keys),
        left_out=plan.left_out,
        added=_assignments(plan.added),
        kept=_assignments(plan.kept),
        ended=_assignments(plan.ended),
        short=_short(plan),
        reasons={str(reason): count for reason, count in answer.reasons.items()},
        relief=_relief(plan, answer.relief) if answer.relief else None,
        below_least=[LowLoadRead(**asdict(low)) for low in plan.below_least],
        planned=AssignmentFigures.model_validate(plan.planned),
        present=AssignmentFigures.model_validate(plan.present),
        singly=AssignmentFigures.model_validate(plan.singly),
    )


def _assignments(planned: Sequence[PlannedAssignment]) -> list[AssignedPlace]:
    return [
        AssignedPlace(
            demand_id=item.key[0],
            achievement_id=item.key[1],
            manager_id=item.manager_id,
            value=item.value,
            reason=item.reason,
        )
        for item in planned
    ]


def _short(plan: AssignmentPlan) -> list[ShortPair]:
    rows = []
    for pair in plan.assignment.short:
        demand_id, achievement_id = plan.keys[pair.pair_id]
        zh, en = REASONS[pair.reason]
        facts = {name: value for name, value in asdict(pair).items() if name != "pair_id"}
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
                pairs=len(bottleneck.pair_ids),
                manager_ids=list(bottleneck.manager_ids),
                places=bottleneck.places,
                missing=bottleneck.missing,
            )
            for bottleneck in relief.bottlenecks
        ],
    )
