"""The figures of one way of ranking, from its lists and the judgements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.libraries.datasets.dataset import Dataset
from app.matching.evaluation import metrics
from app.matching.evaluation.metrics import Interval

CUT_PAIRS = 10
CUT_MANAGERS = 5
BEST = 3

Scored = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    scored: Scored
    sure: float


@dataclass(slots=True)
class EvaluationRun:
    """Results of one ranking method: lists over the whole store, and its certainty that an answer exists.

    The certainty (confidence, or the best score of a baseline) is measured with and without the demand's answers in the
    store.
    """

    lists: dict[str, Scored]
    sure: dict[str, float]
    sure_without: dict[str, float]

    @property
    def rankings(self) -> dict[str, list[str]]:
        return {query: [document for document, _ in scored] for query, scored in self.lists.items()}


def pair_figures(run: EvaluationRun, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    rankings = run.rankings
    ndcg = metrics.interval(list(metrics.ndcg(rankings, grades, CUT_PAIRS).values()))
    recall = metrics.interval(list(metrics.recall(rankings, grades, CUT_PAIRS).values()))
    mrr = metrics.interval(list(metrics.reciprocal_rank(rankings, grades).values()))
    auroc = metrics.statistic_interval(
        [_sureness(run, grades, query) for query in run.lists], _no_match_auroc, resamples=1000
    )
    figures: dict[str, Any] = {"queries": len(run.lists)}
    for key, value in (
        ("ndcg_at_10", ndcg),
        ("recall_at_10", recall),
        ("mrr", mrr),
        ("no_match_auroc", auroc),
    ):
        figures[key] = round(value.mean, 4)
        figures[f"{key}_interval"] = bounds(value)
    return figures


def calibration_figures(run: EvaluationRun, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Calibration error over the ten best pairs of each demand, and the relevant share by tenth of the score."""
    shown = [
        (score, grades.get(query, {}).get(document, 0) >= metrics.RELEVANT)
        for query, scored in run.lists.items()
        for document, score in scored[:CUT_PAIRS]
    ]
    return {
        "calibration_error": round(
            metrics.calibration_error([score for score, _ in shown], [good for _, good in shown]), 4
        ),
        "reliability": [
            {
                "from": bin_.low,
                "to": bin_.high,
                "pairs": bin_.count,
                "score": round(bin_.score, 4),
                "relevant": round(bin_.relevant, 4),
            }
            for bin_ in metrics.reliability(shown)
        ],
    }


def english_answers(
    runs: Mapping[str, EvaluationRun], grades: Mapping[str, Mapping[str, int]], dataset: Dataset
) -> dict[str, Any]:
    """nDCG@10 over the Chinese demands that an English achievement answers (grade 2 or 3)."""
    english = {str(row.data["id"]) for row in dataset.achievements if row.data.get("language") == "en"}
    chinese = {str(row.data["id"]) for row in dataset.demands if row.data.get("language", "zh") == "zh"}
    asked = {
        query: judged
        for query, judged in grades.items()
        if query in chinese
        and any(grade >= metrics.RELEVANT and document in english for document, grade in judged.items())
    }
    return {"queries": len(asked)} | {
        name: round(metrics.interval(list(metrics.ndcg(run.rankings, asked, CUT_PAIRS).values())).mean, 4)
        for name, run in runs.items()
    }


def kind_figures(
    runs: Mapping[str, EvaluationRun],
    grades: Mapping[str, Mapping[str, int]],
    dataset: Dataset,
    threshold: float,
) -> dict[str, Any]:
    """By `kind` of demand (`original` if a row names none): nDCG@10 of each method, and what is called good.

    `answers_called_good` is the share of demands with an answer of grade 3 that have one called good, `called_good` the
    share of demands whose first place is called good, `first_good_but_wrong` the share where that place is of grade 0
    or 1.
    """
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in dataset.demands:
        kinds[str(row.data.get("kind") or "original")].append(str(row.data["id"]))
    return {kind: _kind(runs, grades, queries, threshold) for kind, queries in kinds.items()}


def _kind(
    runs: Mapping[str, EvaluationRun],
    grades: Mapping[str, Mapping[str, int]],
    queries: Sequence[str],
    threshold: float,
) -> dict[str, Any]:
    asked = {query: grades[query] for query in queries if query in grades}
    lists = [(asked.get(query, {}), runs["sanku"].lists[query]) for query in queries]
    good = [(judged, [(key, score >= threshold) for key, score in scored]) for judged, scored in lists]
    answers = [
        any(is_good and judged.get(key) == BEST for key, is_good in scored)
        for judged, scored in good
        if BEST in judged.values()
    ]
    first = [(judged.get(scored[0][0], 0), scored[0][1]) for judged, scored in good if scored]
    return {
        "queries": len(queries),
        "ndcg_at_10": {
            name: _mean(list(metrics.ndcg(run.rankings, asked, CUT_PAIRS).values()))
            for name, run in runs.items()
        },
        "answers_called_good": _share(answers),
        "called_good": _share([is_good for _, is_good in first]),
        "first_good_but_wrong": _share([is_good and grade < metrics.RELEVANT for grade, is_good in first]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _sureness(
    run: EvaluationRun, grades: Mapping[str, Mapping[str, int]], query: str
) -> tuple[float | None, float]:
    """Certainty with the demand's answers in the store (None if it has none), and without them."""
    answered = any(grade >= metrics.RELEVANT for grade in grades.get(query, {}).values())
    return (run.sure[query] if answered else None, run.sure_without[query])


def _no_match_auroc(best: Sequence[tuple[float | None, float]]) -> float:
    return metrics.no_match_auroc({str(number): scores for number, scores in enumerate(best)})


def difference(
    ours: EvaluationRun, theirs: EvaluationRun, grades: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    gap = metrics.paired_interval(
        metrics.ndcg(ours.rankings, grades, CUT_PAIRS), metrics.ndcg(theirs.rankings, grades, CUT_PAIRS)
    )
    return {"mean": round(gap.mean, 4), "interval": bounds(gap)}


def unjudged_share(rankings: Mapping[str, Sequence[str]], grades: Mapping[str, Mapping[str, int]]) -> float:
    """Share of managers without a judgement among the first five of each judged pair."""
    first = [(pair, one) for pair in grades for one in rankings.get(pair, ())[:CUT_MANAGERS]]
    return sum(one not in grades[pair] for pair, one in first) / len(first) if first else 0.0


def bounds(value: Interval) -> list[float]:
    return [round(value.low, 4), round(value.high, 4)]
