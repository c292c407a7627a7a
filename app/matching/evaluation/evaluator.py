"""Evaluation of matching on a judged directory: the real pipeline on an ephemeral store, and three baselines."""

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import Invalid
from app.libraries.exchange.dataset import Dataset, read_dataset
from app.libraries.record.enums import RecordKind
from app.matching.embedding.embedder import Embedder
from app.matching.evaluation import metrics
from app.matching.evaluation.ephemeral_store import JudgedStore, open_judged_store
from app.matching.evaluation.metrics import Interval
from app.matching.index.base import IndexFilter
from app.matching.matcher import Matcher
from app.matching.results import PairFilter
from app.settings import Settings

DEPTH = 100
# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet …" (SIGIR 2009).
RRF_K = 60
CUT_PAIRS, CUT_MANAGERS = 10, 5
BASELINES = ("bm25", "dense", "rrf")

Scored = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class _Answer:
    scored: Scored
    sure: float


@dataclass(slots=True)
class _Run:
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


def evaluate_directory(
    settings: Settings,
    embedder: Embedder,
    directory: Path,
    *,
    on_progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Metrics with 95% bootstrap intervals; see `sanku eval` for the keys.

    Records are used without validation; the user's own data is neither read nor written.

    Raises:
        Invalid: the directory is not in the interchange format.
    """
    started = time.perf_counter()
    dataset = read_dataset(directory)
    _require_judgements(dataset, directory)
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for (demand, achievement), grade in dataset.pair_grades.items():
        grades[demand][achievement] = grade
    with tempfile.TemporaryDirectory(prefix="sanku-eval-") as folder:
        store = open_judged_store(settings, embedder, dataset, Path(folder), on_progress=on_progress)
        with store.reading() as session:
            runs = _pair_runs(session, store, grades)
            managers = _manager_figures(session, store, dataset.manager_grades, dataset.conflicts)
        store.close()
    figures: dict[str, Any] = {
        "directory": str(directory),
        "records": {
            "achievements": len(dataset.achievements),
            "demands": len(dataset.demands),
            "managers": len(dataset.managers),
        },
        "ranker": store.matcher.shipped.version,
        "pairs": _pair_figures(runs["sanku"], grades),
        "managers": managers,
        "baselines": {name: _pair_figures(runs[name], grades) for name in BASELINES},
    }
    figures["pairs"] |= _calibration_figures(runs["sanku"], grades)
    figures["english_answers"] = _english_answers(runs, grades, dataset)
    figures["pairs"]["ndcg_at_10_over_baseline"] = {
        name: _difference(runs["sanku"], runs[name], grades) for name in BASELINES
    }
    figures["seconds"] = round(time.perf_counter() - started, 1)
    return figures


def _require_judgements(dataset: Dataset, directory: Path) -> None:
    demands = {str(row.data["id"]) for row in dataset.demands}
    if demands.isdisjoint(demand for demand, *_ in (*dataset.pair_grades, *dataset.manager_grades)):
        raise Invalid.field(
            str(directory),
            "no_judgements",
            "没有针对其中需求的评判 (qrels_pairs.tsv: 需求、成果、等级), 无从衡量",
            "holds no judgement of any of its demands (qrels_pairs.tsv: demand, achievement, grade): "
            "there is nothing to measure",
        )


def _pair_runs(
    session: Session, store: JudgedStore, grades: Mapping[str, Mapping[str, int]]
) -> dict[str, _Run]:
    runs = {name: _Run({}, {}, {}) for name in ("sanku", *BASELINES)}
    for demand_key in store.demands:
        answers = frozenset(
            store.achievements[key]
            for key, grade in grades.get(demand_key, {}).items()
            if grade >= metrics.RELEVANT and key in store.achievements
        )
        whole = _all_lists(session, store, demand_key, frozenset())
        without = _all_lists(session, store, demand_key, answers) if answers else whole
        for name, run in runs.items():
            run.lists[demand_key] = whole[name].scored
            run.sure[demand_key] = whole[name].sure
            run.sure_without[demand_key] = without[name].sure
    return runs


def _all_lists(
    session: Session, store: JudgedStore, demand_key: str, left_out: frozenset[UUID]
) -> dict[str, _Answer]:
    matcher: Matcher = store.matcher
    demand = store.demand(session, demand_key)
    answer = matcher.for_demand(
        session,
        demand,
        limit=DEPTH,
        filters=PairFilter(exclude=left_out),
        context=matcher.contexts.without(session, left_out) if left_out else None,
    )
    limits = IndexFilter(kind=RecordKind.ACHIEVEMENT, exclude_ids=left_out)
    query = matcher.side_of(session, demand)
    dense = matcher.index.search(session, query.vector, DEPTH, limits)
    words = matcher.lexical.search(
        session, [word for word, count in query.words.items() for _ in range(count)], DEPTH, limits
    )
    lists: dict[str, list[tuple[UUID | None, float]]] = {
        "sanku": [(item.achievement_id, item.score) for item in answer.items],
        "dense": [(hit.record_id, hit.score) for hit in dense],
        "bm25": [(hit.record_id, hit.score) for hit in words],
    }
    lists["rrf"] = _fused([[id_ for id_, _ in lists["dense"]], [id_ for id_, _ in lists["bm25"]]])
    sure = {name: ranked[0][1] if ranked else 0.0 for name, ranked in lists.items()}
    sure["sanku"] = answer.confidence or 0.0
    return {
        name: _Answer(
            [(store.achievement_keys[id_], score) for id_, score in ranked if id_ is not None], sure[name]
        )
        for name, ranked in lists.items()
    }


def _fused(rankings: Sequence[Sequence[UUID | None]]) -> list[tuple[UUID | None, float]]:
    scores: Counter[UUID | None] = Counter()
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, 1):
            scores[id_] += 1.0 / (RRF_K + rank)  # type: ignore[assignment]  # Counter's stubs allow int only
    return [(id_, float(score)) for id_, score in scores.most_common()]


def _pair_figures(run: _Run, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
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
        figures[f"{key}_interval"] = _bounds(value)
    return figures


def _calibration_figures(run: _Run, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
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


def _english_answers(
    runs: Mapping[str, _Run], grades: Mapping[str, Mapping[str, int]], dataset: Dataset
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


def _sureness(run: _Run, grades: Mapping[str, Mapping[str, int]], query: str) -> tuple[float | None, float]:
    """Certainty with the demand's answers in the store (None if it has none), and without them."""
    answered = any(grade >= metrics.RELEVANT for grade in grades.get(query, {}).values())
    return (run.sure[query] if answered else None, run.sure_without[query])


def _no_match_auroc(best: Sequence[tuple[float | None, float]]) -> float:
    return metrics.no_match_auroc({str(number): scores for number, scores in enumerate(best)})


def _difference(ours: _Run, theirs: _Run, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    gap = metrics.paired_interval(
        metrics.ndcg(ours.rankings, grades, CUT_PAIRS), metrics.ndcg(theirs.rankings, grades, CUT_PAIRS)
    )
    return {"mean": round(gap.mean, 4), "interval": _bounds(gap)}


def _manager_figures(
    session: Session,
    store: JudgedStore,
    judged: Mapping[tuple[str, str, str], int],
    conflicts: set[tuple[str, str, str]],
) -> dict[str, Any]:
    """nDCG@5 of recommended managers over the judged pairs.

    Fit was judged without regard to conflicts, but conflicted managers are never recommended. So they are removed from
    the ideal ranking as well, and counted separately if one is recommended nevertheless.

    Managers without a judgement for a pair count as 0 in `ndcg_at_5`, although they may fit; `ndcg_at_5_judged` ranks
    judged managers only (a condensed list: Sakai, "Alternatives to Bpref", SIGIR 2007); `unjudged_in_first_5` is the
    share of the others.
    """
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for (demand, achievement, manager), grade in judged.items():
        if (demand, achievement, manager) not in conflicts:
            grades[f"{demand}\t{achievement}"][manager] = grade
    pairs = {(demand, achievement) for demand, achievement, _ in (*judged, *conflicts)}
    rankings: dict[str, list[str]] = {}
    recommended_conflicts = 0
    for demand, achievement in sorted(pairs):
        if demand not in store.demands or achievement not in store.achievements:
            continue
        recommendations = store.matcher.managers_for(
            session,
            store.demand(session, demand),
            store.achievement(session, achievement),
            limit=len(store.managers),
        )
        ranked = [store.manager_keys[item.manager_id] for item in recommendations if item.recommended]
        rankings[f"{demand}\t{achievement}"] = ranked
        recommended_conflicts += sum((demand, achievement, manager) in conflicts for manager in ranked)
    judged_alone = {
        pair: [manager for manager in ranked if manager in grades[pair]]
        for pair, ranked in rankings.items()
        if pair in grades
    }
    ndcg = metrics.interval(list(metrics.ndcg(rankings, grades, CUT_MANAGERS).values()))
    condensed = metrics.interval(list(metrics.ndcg(judged_alone, grades, CUT_MANAGERS).values()))
    return {
        "pairs": len(grades),
        "ndcg_at_5": round(ndcg.mean, 4),
        "ndcg_at_5_interval": _bounds(ndcg),
        "ndcg_at_5_judged": round(condensed.mean, 4),
        "ndcg_at_5_judged_interval": _bounds(condensed),
        "unjudged_in_first_5": round(_unjudged_share(rankings, grades), 4),
        "conflicts_recommended": recommended_conflicts,
    }


def _unjudged_share(rankings: Mapping[str, Sequence[str]], grades: Mapping[str, Mapping[str, int]]) -> float:
    """Share of managers without a judgement among the first five of each judged pair."""
    first = [(pair, one) for pair in grades for one in rankings.get(pair, ())[:CUT_MANAGERS]]
    return sum(one not in grades[pair] for pair, one in first) / len(first) if first else 0.0


def _bounds(value: Interval) -> list[float]:
    return [round(value.low, 4), round(value.high, 4)]


def report_lines(figures: Mapping[str, Any]) -> list[str]:
    """The metrics as lines of a text table."""
    lines = [f"{'':8} {'nDCG@10':>22} {'recall@10':>10} {'MRR':>8} {'no-match AUROC':>15}"]
    for name, row in (("sanku", figures["pairs"]), *figures["baselines"].items()):
        low, high = row["ndcg_at_10_interval"]
        lines.append(
            f"{name:8} {row['ndcg_at_10']:8.4f} [{low:.3f}, {high:.3f}] {row['recall_at_10']:10.4f} "
            f"{row['mrr']:8.4f} {row['no_match_auroc']:15.4f}"
        )
    pairs, english, managers = figures["pairs"], figures["english_answers"], figures["managers"]
    lines.append(f"calibration error of the ten best {pairs['calibration_error']:.4f}")
    lines.extend(
        f"  scores {row['from']:.1f}–{row['to']:.1f}: {row['pairs']:5d} pairs, mean {row['score']:.3f}, "
        f"relevant {row['relevant']:.3f} {'█' * round(20 * row['relevant'])}"
        for row in pairs["reliability"]
    )
    if english["queries"]:
        values = ", ".join(f"{name} {english[name]:.4f}" for name in ("sanku", *BASELINES))
        lines.append(f"nDCG@10 of {english['queries']} Chinese demands with an English answer: {values}")
    lines.append(
        f"managers nDCG@5 {managers['ndcg_at_5']:.4f} over {managers['pairs']} pairs "
        f"({managers['ndcg_at_5_judged']:.4f} of the judged alone; not judged: "
        f"{managers['unjudged_in_first_5']:.0%} of the first five), "
        f"conflicts recommended: {managers['conflicts_recommended']}"
    )
    lines.append(f"{figures['seconds']} s, ranker {figures['ranker']}")
    return lines
