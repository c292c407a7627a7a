"""A computed assignment as it goes over the wire: who gets what, who falls short and why, what would help."""

from collections.abc import Sequence
from dataclasses import asdict

from app.matching.assignment.shortages import REASONS, Relief
from app.pushes.assignment.plan import AssignmentPlan, PlannedAssignment
from app.pushes.schemas import (
    AssignedPlace,
    AssignmentFigures,
    AssignmentRead,
    BottleneckRead,
    MoreCandidatesWanted,
    MorePlacesWanted,
    ReliefRead,
    ShortPair,
)


def read_plan(plan: AssignmentPlan) -> AssignmentRead:
    answer = plan.assignment
    return AssignmentRead(
        pairs=len(plan.keys),
        left_out=plan.left_out,
        added=_places(plan.added),
        kept=_places(plan.kept),
        ended=_places(plan.ended),
        short=_short(plan),
        reasons={str(reason): number for reason, number in answer.reasons.items()},
        relief=_relief(plan, answer.relief) if answer.relief else None,
        planned=AssignmentFigures.model_validate(plan.planned),
        present=AssignmentFigures.model_validate(plan.present),
    )


def _places(places: Sequence[PlannedAssignment]) -> list[AssignedPlace]:
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
