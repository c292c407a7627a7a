"""`sanku train`: learn from what was judged earlier, compare on demands that came later, promote only what is better.

`train` reads and computes, for as long as it takes; `settle` writes what came of it, in one short transaction.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.principal import Principal
from app.matching.ranker import Ranker
from app.matching.training import comparing, registry
from app.matching.training.comparing import Gap
from app.matching.training.examples import Example, Harvest, harvest
from app.matching.training.fit import calibrate, fit
from app.matching.training.judged import JudgedPairs
from app.matching.training.models import TrainingRun

# Of the demands by the time they were shown first: weights, then calibration, then the comparison.
FITTED, CALIBRATED = 0.55, 0.7
LEAST_JUDGEMENTS = 30
LEAST_DEMANDS = 8


class Decision(StrEnum):
    PROMOTED = "promoted"
    NOT_BETTER = "not_better"
    WORSE_ON_JUDGED = "worse_on_judged"
    TOO_FEW = "too_few"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Trained:
    """A training that is not settled yet. `candidate` is None where there was too little to learn from."""

    present: str
    candidate: Ranker | None
    decision: Decision
    trained_from: datetime | None
    trained_to: datetime
    judgements: int
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """Examples by the time at which their demand was first shown: nothing of a demand is in two parts."""

    fitted: tuple[Example, ...]
    calibrated: tuple[Example, ...]
    later: tuple[Example, ...]


def train(
    session: Session,
    *,
    present: Ranker,
    start: Ranker,
    judged: JudgedPairs | None,
    until: datetime,
    since: datetime | None = None,
    margin: float = 0.0,
    correct_bias: bool = True,
) -> Trained:
    """A candidate made of `start` by the judgements in the time, and whether it should replace `present`.

    It should where the paired interval of its gain on the later demands lies at or above `margin` and its mean above
    it, and where it is not beyond noise worse on the judged directory: neither in order, nor in cost at the threshold.
    """
    found = harvest(session, since=since, until=until, correct_bias=correct_bias)
    parts = by_time(found.examples)
    report = _seen(found, parts)
    if found.judgements < LEAST_JUDGEMENTS or len(_demands(parts.later)) < LEAST_DEMANDS:
        report["needed"] = {"judgements": LEAST_JUDGEMENTS, "later_demands": LEAST_DEMANDS}
        return _finished(present, None, Decision.TOO_FEW, found, until, report)
    candidate = calibrate(fit(start, parts.fitted, version="candidate"), parts.calibrated)
    candidate = replace(candidate, version=_version(candidate, until))
    later = comparing.later_demands(present, candidate, parts.later)
    report |= {"candidate": candidate.to_dict(), "margin": margin, "later_demands": later.to_dict()}
    worse = False
    if judged is not None:
        order = comparing.judged_ranking(present, candidate, judged)
        cost = comparing.judged_cost(present, candidate, judged)
        report["judged"] = {"ndcg_at_10": order.to_dict(), "cost_at_threshold": cost.to_dict()}
        worse = order.difference.high < 0 or cost.difference.low > 0
    decision = _decide(later, worse=worse, margin=margin)
    return _finished(present, candidate, decision, found, until, report)


def settle(session: Session, trained: Trained, *, shipped: Ranker, principal: Principal) -> TrainingRun:
    """Keep the run and its model, and let the model answer from now on if it is the better one.

    Where another ranker was made active since the training read the present one, nothing is replaced: the comparison
    was with a ranker that answers no more.
    """
    decision = trained.decision
    if decision is Decision.PROMOTED and registry.active_version(session, shipped) != trained.present:
        decision = Decision.OVERTAKEN
    if trained.candidate is not None:
        model = registry.register(
            session,
            trained.candidate,
            state=registry.TRAINED if decision is Decision.PROMOTED else registry.REFUSED,
            parent=trained.present,
            trained=(trained.trained_from, trained.trained_to),
            judgements=trained.judgements,
            metrics={
                name: trained.report[name] for name in ("later_demands", "judged") if name in trained.report
            },
        )
        if decision is Decision.PROMOTED:
            model.state = registry.TRAINED  # what was refused beside another ranker may be the better one now
    run = TrainingRun(
        parent=trained.present,
        candidate=trained.candidate.version if trained.candidate else None,
        decision=decision,
        report=dict(trained.report) | {"decision": decision},
    )
    session.add(run)
    session.flush()
    if trained.candidate is not None and decision is Decision.PROMOTED:
        registry.use(session, trained.candidate.version, shipped=shipped, principal=principal, why="promote")
    return run


def by_time(examples: Sequence[Example]) -> Parts:
    """Cut by demands, in the order in which they were first shown; pairs of an earlier demand that were shown only when
    the later ones had begun are in no part, so that what is learned from lies before what it is tried on."""
    demands = _demands(examples)
    first_calibrated, first_later = (int(len(demands) * share) for share in (FITTED, CALIBRATED))
    place = {demand: number for number, demand in enumerate(demands)}
    if first_later >= len(demands):
        return Parts(tuple(examples), (), ())
    begin = next(one.at for one in examples if place[one.demand_id] == first_later)
    fitted: list[Example] = []
    calibrated: list[Example] = []
    later: list[Example] = []
    for one in examples:
        number = place[one.demand_id]
        if number >= first_later:
            later.append(one)
        elif one.at < begin:
            (fitted if number < first_calibrated else calibrated).append(one)
    return Parts(tuple(fitted), tuple(calibrated), tuple(later))


def _demands(examples: Sequence[Example]) -> list[UUID]:
    """In the order in which they were first shown."""
    return list(dict.fromkeys(one.demand_id for one in examples))


def _decide(later: Gap, *, worse: bool, margin: float) -> Decision:
    gap = later.difference
    if gap.low < margin or gap.mean <= margin or later.demands < LEAST_DEMANDS:
        return Decision.NOT_BETTER
    return Decision.WORSE_ON_JUDGED if worse else Decision.PROMOTED


def _version(candidate: Ranker, until: datetime) -> str:
    """Told by its content: training again on the same judgements gives the same model under the same name."""
    content = {key: value for key, value in candidate.to_dict().items() if key != "version"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    return f"learned-{until:%Y.%m.%d}-{digest}"


def _seen(found: Harvest, parts: Parts) -> dict[str, Any]:
    return {
        "judgements": found.judgements,
        "examples": len(found.examples),
        "demands": {
            "fitted": len(_demands(parts.fitted)),
            "calibrated": len(_demands(parts.calibrated)),
            "later": len(_demands(parts.later)),
        },
        "position_bias": {
            surface: {"eta": one.eta, "answering": one.answering, "harvested": one.harvested}
            for surface, one in found.propensities.items()
        },
    }


def _finished(
    present: Ranker,
    candidate: Ranker | None,
    decision: Decision,
    found: Harvest,
    until: datetime,
    report: Mapping[str, Any],
) -> Trained:
    return Trained(
        present=present.version,
        candidate=candidate,
        decision=decision,
        trained_from=found.examples[0].at if found.examples else None,
        trained_to=until,
        judgements=found.judgements,
        report={"present": present.version, **report, "decision": decision},
    )
