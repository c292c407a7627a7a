"""The trainer: learns from earlier judgements, compares on later demands, and promotes only a better ranker.

`train` reads and computes without a lock; `settle` writes the result in one short transaction.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.matching.feedback.models import TrainingRun
from app.matching.ranking import registry
from app.matching.ranking.models import RankerModel
from app.matching.ranking.ranker import Ranker
from app.matching.training import promotion
from app.matching.training.examples import Example, TrainingExamples, collect_examples
from app.matching.training.fit import calibration, fit, stretched
from app.matching.training.folds import LEAST_DEMANDS, TimeFold, by_time, demands_of
from app.matching.training.judged_sets import JudgedPairs
from app.matching.training.promotion import PairedDifference, PairedTrial

# Share of a fold's training data, the latest, that is used for calibration.
CALIBRATED = 0.25
LEAST_JUDGEMENTS = 30


class PromotionDecision(StrEnum):
    PROMOTED = "promoted"
    NOT_BETTER = "not_better"
    WORSE_ON_JUDGED = "worse_on_judged"
    TOO_FEW = "too_few"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Trained:
    """The result of a training before it is stored. `candidate` is None if there was too little data."""

    present: str
    candidate: Ranker | None
    decision: PromotionDecision
    trained_from: datetime | None
    trained_to: datetime
    judgements: int
    report: Mapping[str, Any]


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
    """Train a candidate from `start` on the judgements of a period, and decide whether it should replace `present`.

    Each fold learns from earlier examples and compares on the demands that follow, which the present ranker has not
    learned from either. The candidate is the result of the last fold. It should replace the present ranker if the
    paired interval over the demands of all folds is at or above `margin` with its mean above, if it is not worse on the
    last fold's demands, and if it is not significantly worse on the judged directory, neither in order nor in cost at
    the threshold.
    """
    training_set = collect_examples(session, since=since, until=until, correct_bias=correct_bias)
    folds = by_time(training_set.examples, after=_learned_to(session, present))
    report = _seen(training_set, folds)
    if training_set.judgements < LEAST_JUDGEMENTS or not folds:
        report["needed"] = {"judgements": LEAST_JUDGEMENTS, "later_demands": LEAST_DEMANDS}
        return _finished(present, None, PromotionDecision.TOO_FEW, training_set, until, report)
    candidate, whole, newest = _validated(present, start, folds)
    candidate = replace(candidate, version=_version(candidate, until))
    later, last = whole.gap(), newest.gap()
    report |= {"candidate": candidate.to_dict(), "margin": margin}
    report |= {"later_demands": later.to_dict(), "newest_demands": last.to_dict()}
    worse = False
    if judged is not None:
        order = promotion.judged_ranking(present, candidate, judged)
        cost = promotion.judged_cost(present, candidate, judged)
        report["judged"] = {"ndcg_at_10": order.to_dict(), "cost_at_threshold": cost.to_dict()}
        worse = order.difference.high < 0 or cost.difference.low > 0
    decision = _decide(later, last, worse=worse, margin=margin)
    return _finished(present, candidate, decision, training_set, folds[-1].later[0].at, report)


def settle(session: Session, trained: Trained, *, shipped: Ranker, principal: Principal) -> TrainingRun:
    """Store the run and its model, and activate the model if it is better.

    If another ranker was activated since the training started, nothing is replaced: the comparison was with a ranker
    that is no longer active.
    """
    decision = trained.decision
    if (
        decision is PromotionDecision.PROMOTED
        and registry.active_version(session, shipped) != trained.present
    ):
        decision = PromotionDecision.OVERTAKEN
    if trained.candidate is not None:
        model = registry.register(
            session,
            trained.candidate,
            state=registry.TRAINED if decision is PromotionDecision.PROMOTED else registry.REFUSED,
            parent=trained.present,
            trained=(trained.trained_from, trained.trained_to),
            judgements=trained.judgements,
            metrics={
                name: trained.report[name]
                for name in ("later_demands", "newest_demands", "judged")
                if name in trained.report
            },
        )
        if decision is PromotionDecision.PROMOTED:
            model.state = registry.TRAINED  # a candidate refused against another ranker may be better now
    run = TrainingRun(
        parent=trained.present,
        candidate=trained.candidate.version if trained.candidate else None,
        decision=decision,
        report=dict(trained.report) | {"decision": decision},
    )
    session.add(run)
    session.flush()
    if trained.candidate is not None and decision is PromotionDecision.PROMOTED:
        registry.use(session, trained.candidate.version, shipped=shipped, principal=principal, why="promote")
    return run


def _validated(
    present: Ranker, start: Ranker, folds: Sequence[TimeFold]
) -> tuple[Ranker, PairedTrial, PairedTrial]:
    """The candidate of the last fold, with the trials of all folds together and of the last one."""
    whole, newest = PairedTrial({}, {}), PairedTrial({}, {})
    candidate = start
    for fold in folds:
        candidate = _learn(start, fold.learned)
        newest = promotion.later_demands(present, candidate, fold.later)
        whole.present.update(newest.present)
        whole.candidate.update(newest.candidate)
    return candidate, whole, newest


def _learn(start: Ranker, examples: Sequence[Example]) -> Ranker:
    """Weights from all examples; the scale from how a ranker of the earlier ones scores the later ones."""
    demands = demands_of(examples)
    earlier = set(demands[: int(len(demands) * (1 - CALIBRATED))])
    held = fit(start, [example for example in examples if example.demand_id in earlier], version="held")
    slope, shift = calibration(held, [example for example in examples if example.demand_id not in earlier])
    return stretched(fit(start, examples, version="candidate"), slope, shift)


def _learned_to(session: Session, present: Ranker) -> datetime | None:
    """The end of the present ranker's training period; None if it was not trained here."""
    return session.scalar(select(RankerModel.trained_to).where(RankerModel.version == present.version))


def _decide(
    later: PairedDifference, newest: PairedDifference, *, worse: bool, margin: float
) -> PromotionDecision:
    gap = later.difference
    if later.demands < LEAST_DEMANDS or gap.low < margin or gap.mean <= margin or newest.difference.mean < 0:
        return PromotionDecision.NOT_BETTER
    return PromotionDecision.WORSE_ON_JUDGED if worse else PromotionDecision.PROMOTED


def _version(candidate: Ranker, until: datetime) -> str:
    """A version derived from the content: training again on the same judgements gives the same version."""
    content = {key: value for key, value in candidate.to_dict().items() if key != "version"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    return f"learned-{until:%Y.%m.%d}-{digest}"


def _seen(training_set: TrainingExamples, folds: Sequence[TimeFold]) -> dict[str, Any]:
    return {
        "judgements": training_set.judgements,
        "examples": len(training_set.examples),
        "folds": [
            {"learned_demands": len(demands_of(fold.learned)), "later_demands": len(demands_of(fold.later))}
            for fold in folds
        ],
        "position_bias": {
            surface: {"eta": one.eta, "answering": one.answering, "harvested": one.harvested}
            for surface, one in training_set.propensities.items()
        },
    }


def _finished(
    present: Ranker,
    candidate: Ranker | None,
    decision: PromotionDecision,
    training_set: TrainingExamples,
    learned_to: datetime,
    report: Mapping[str, Any],
) -> Trained:
    return Trained(
        present=present.version,
        candidate=candidate,
        decision=decision,
        trained_from=training_set.examples[0].at if training_set.examples else None,
        trained_to=learned_to,
        judgements=training_set.judgements,
        report={"present": present.version, **report, "decision": decision},
    )
