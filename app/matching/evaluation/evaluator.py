"""Evaluation of matching on a judged directory: the real pipeline on an ephemeral store, and three baselines."""

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import Invalid
from app.libraries.datasets.dataset import Dataset, read_datasets
from app.libraries.record.enums import RecordKind
from app.matching.embedding.embedder import Embedder
from app.matching.evaluation import metrics
from app.matching.evaluation.ephemeral_store import JudgedStore, open_judged_store
from app.matching.evaluation.figures import (
    CUT_MANAGERS,
    EvaluationRun,
    QueryAnswer,
    _calibration_figures,
    _english_answers,
    bounds,
    difference,
    kind_figures,
    pair_figures,
    unjudged_share,
)
from app.matching.index.base import IndexFilter
from app.matching.matcher import Matcher
from app.matching.reranker.cross_encoder import Reranker
from app.matching.results import PairFilter, RecommendationReader
from app.settings import Settings

DEPTH = 100
# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet …" (SIGIR 2009).
RRF_K = 60
BASELINES = ("bm25", "dense", "rrf")


def evaluate_directories(
    settings: Settings,
    embedder: Embedder,
    directories: Sequence[Path],
    *,
    on_progress: Callable[[int, int], None],
    reranker: Reranker | None = None,
) -> dict[str, Any]:
    """Metrics over all directories as one store, with 95% bootstrap intervals; see `sanku eval` for the keys.

    Records are used without validation; the user's own data is neither read nor written.

    Raises:
        Invalid: a directory is not in the interchange format.
        RerankerNotFitted: the ranker is not fitted to the reranker.
    """
    started = time.perf_counter()
    dataset = read_datasets(directories)
    where = ", ".join(map(str, directories))
    _require_judgements(dataset, where)
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for (demand, achievement), grade in dataset.pair_grades.items():
        grades[demand][achievement] = grade
    with tempfile.TemporaryDirectory(prefix="sanku-eval-") as folder:
        store = open_judged_store(
            settings, embedder, dataset, Path(folder), on_progress=on_progress, reranker=reranker
        )
        with store.reading() as session:
            runs = _pair_runs(session, store, grades)
            managers = _manager_figures(session, store, dataset.manager_grades, dataset.conflicts)
        store.close()
    figures: dict[str, Any] = {
        "directory": where,
        "records": {
            "achievements": len(dataset.achievements),
            "demands": len(dataset.demands),
            "managers": len(dataset.managers),
        },
        "ranker": store.matcher.shipped.version,
        "pairs": pair_figures(runs["sanku"], grades),
        "managers": managers,
        "baselines": {name: pair_figures(runs[name], grades) for name in BASELINES},
    }
    figures["pairs"] |= _calibration_figures(runs["sanku"], grades)
    figures["kinds"] = kind_figures(runs, grades, dataset, store.matcher.shipped.threshold)
    figures["english_answers"] = _english_answers(runs, grades, dataset)
    figures["pairs"]["ndcg_at_10_over_baseline"] = {
        name: difference(runs["sanku"], runs[name], grades) for name in BASELINES
    }
    figures["seconds"] = round(time.perf_counter() - started, 1)
    return figures


def _require_judgements(dataset: Dataset, where: str) -> None:
    demands = {str(row.data["id"]) for row in dataset.demands}
    if demands.isdisjoint(demand for demand, *_ in (*dataset.pair_grades, *dataset.manager_grades)):
        raise Invalid.field(
            where,
            "no_judgements",
            "没有针对其中需求的评判 (qrels_pairs.tsv: 需求、成果、等级)，无从衡量",
            "holds no judgement of any of its demands (qrels_pairs.tsv: demand, achievement, grade): "
            "there is nothing to measure",
        )


def _pair_runs(
    session: Session, store: JudgedStore, grades: Mapping[str, Mapping[str, int]]
) -> dict[str, EvaluationRun]:
    runs = {name: EvaluationRun({}, {}, {}) for name in ("sanku", *BASELINES)}
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
) -> dict[str, QueryAnswer]:
    matcher: Matcher = store.matcher
    demand = store.demand(session, demand_key)
    answer = matcher.for_demand(
        session,
        demand,
        limit=DEPTH,
        filters=PairFilter(exclude=left_out),
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
        name: QueryAnswer(
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


def _manager_figures(
    session: Session,
    store: JudgedStore,
    judged: Mapping[tuple[str, str, str], int],
    conflicts: set[tuple[str, str, str]],
) -> dict[str, Any]:
    """nDCG@5 of recommended managers over the judged pairs.

    Fit was judged without regard to conflicts, but conflicted managers are never recommended. So they are removed from
    the ideal ranking as well, and counted separately if one is recommended nevertheless. Conflicts are those that a
    reader sees who knows both owners: against a hidden owner, others notice fewer.

    Judged is the order of all who may be recommended by conflict and load: where the list ends (`LEAST_FIT`) is a rule
    of the product, and a graded manager below it would be missing rather than last.

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
            reader=RecommendationReader(),
        )
        ranked = [
            store.manager_keys[item.manager_id]
            for item in recommendations
            if item.conflict is None and not item.full
        ]
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
        "ndcg_at_5_interval": bounds(ndcg),
        "ndcg_at_5_judged": round(condensed.mean, 4),
        "ndcg_at_5_judged_interval": bounds(condensed),
        "unjudged_in_first_5": round(unjudged_share(rankings, grades), 4),
        "conflicts_recommended": recommended_conflicts,
    }
