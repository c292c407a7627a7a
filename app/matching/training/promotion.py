"""Promotion: compares a candidate with the present ranker, on later judgements from use and on a judged directory.

Both rankers order the same pairs of the same demands, so they are compared per demand, with a paired interval.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.matching.evaluation import metrics
from app.matching.evaluation.metrics import Interval
from app.matching.ranking.ranker import Ranker, logistic
from app.matching.training.examples import Example
from app.matching.training.judged_sets import JudgedPairs

CUT = 10


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """One metric of both rankers, and the paired 95% interval of candidate − present over `demands` demands."""

    present: float
    candidate: float
    difference: Interval
    demands: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "present": round(self.present, 4),
            "candidate": round(self.candidate, 4),
            "difference": round(self.difference.mean, 4),
            "interval": [round(self.difference.low, 4), round(self.difference.high, 4)],
            "demands": self.demands,
        }


@dataclass(frozen=True, slots=True)
class PairedTrial:
    """One metric of both rankers by demand."""

    present: dict[str, float]
    candidate: dict[str, float]

    def gap(self) -> PairedDifference:
        return PairedDifference(
            present=metrics.interval(list(self.present.values())).mean,
            candidate=metrics.interval(list(self.candidate.values())).mean,
            difference=metrics.paired_interval(self.candidate, self.present),
            demands=len(self.candidate),
        )


def later_demands(present: Ranker, candidate: Ranker, examples: Sequence[Example]) -> PairedTrial:
    """nDCG@10 over the answered pairs of each demand; the gain of a pair is the mean value of its answers.

    Both lists are condensed to these pairs (Sakai, "Alternatives to Bpref", SIGIR 2007): whether a pair was answered
    depends on the position that the present ranker gave it, but the answer does not. Over all shown pairs, weighted by
    position, the same comparison found a better ranker half as often in simulated use.

    Demands whose pairs all have the same value carry no information and are left out.
    """
    trial = PairedTrial({}, {})
    for demand, pairs in _relevance(examples).items():
        gains = {pair: value for pair, (value, _) in pairs.items()}
        if len(set(gains.values())) > 1:
            features = {pair: known for pair, (_, known) in pairs.items()}
            trial.candidate[str(demand)] = _ndcg(candidate, gains, features)
            trial.present[str(demand)] = _ndcg(present, gains, features)
    return trial


def judged_ranking(present: Ranker, candidate: Ranker, judged: JudgedPairs) -> PairedDifference:
    """nDCG@10 by the directory's grades, as computed by `sanku eval`."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for demand, achievement, grade in zip(judged.demands, judged.achievements, judged.grades, strict=True):
        if grade:
            grades[demand][achievement] = int(grade)
    ours, theirs = (metrics.ndcg(_rankings(ranker, judged), grades, CUT) for ranker in (candidate, present))
    return PairedTrial(theirs, ours).gap()


def judged_cost(present: Ranker, candidate: Ranker, judged: JudgedPairs) -> PairedDifference:
    """Cost of wrong decisions at the threshold, summed per demand.

    A threshold t on calibrated scores is optimal if an irrelevant pair shown costs t and a relevant pair withheld costs
    1 − t. So this detects a model that orders well but puts all scores too low or too high.
    """
    ours, theirs = (_costs(ranker, judged, present.threshold) for ranker in (candidate, present))
    return PairedTrial(theirs, ours).gap()


def _relevance(examples: Sequence[Example]) -> dict[UUID, dict[str, tuple[float, Mapping[str, float]]]]:
    """Demand → achievement → mean value (0–1) of its answers, and features; answers about terms only are left out."""
    values: dict[UUID, dict[UUID, list[float]]] = defaultdict(lambda: defaultdict(list))
    features: dict[tuple[UUID, UUID], Mapping[str, float]] = {}
    for example in examples:
        if example.answered and example.judged_features is None:
            values[example.demand_id][example.achievement_id].append(example.value)
            features[example.demand_id, example.achievement_id] = example.features
    return {
        demand: {
            str(achievement): (math.fsum(answers) / len(answers), features[demand, achievement])
            for achievement, answers in pairs.items()
        }
        for demand, pairs in values.items()
    }


def _ndcg(ranker: Ranker, gains: Mapping[str, float], features: Mapping[str, Mapping[str, float]]) -> float:
    order = sorted(gains, key=lambda pair: (-_logit(ranker, features[pair]), pair))
    best = sorted(gains.values(), reverse=True)
    return _discounted([gains[pair] for pair in order]) / _discounted(best)


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:CUT], 1))


def _logit(ranker: Ranker, features: Mapping[str, float]) -> float:
    return ranker.base + math.fsum(ranker.contributions(features).values())


def _rankings(ranker: Ranker, judged: JudgedPairs) -> dict[str, list[str]]:
    scored: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for demand, achievement, features in zip(
        judged.demands, judged.achievements, judged.features, strict=True
    ):
        scored[demand].append((-_logit(ranker, features), achievement))
    return {demand: [achievement for _, achievement in sorted(pairs)] for demand, pairs in scored.items()}


def _costs(ranker: Ranker, judged: JudgedPairs, usual: float) -> dict[str, float]:
    """Costs at the present threshold, whatever the ranker's own."""
    costs: dict[str, float] = defaultdict(float)
    for demand, features, grade in zip(judged.demands, judged.features, judged.grades, strict=True):
        good = logistic(_logit(ranker, features)) >= ranker.threshold
        relevant = grade >= metrics.RELEVANT
        costs[demand] += usual if good and not relevant else 1 - usual if relevant and not good else 0.0
    return costs
