"""Evaluation of matching on a judged directory: the real pipeline on an ephemeral store, and three baselines."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.errors import Invalid
from app.libraries.datasets.dataset import Dataset, read_datasets
from app.matching.embedding.embedder import Embedder
from app.matching.evaluation.ephemeral_store import open_judged_store
from app.matching.evaluation.figures import (
    EvaluationRun,
    calibration_figures,
    difference,
    english_answers,
    kind_figures,
    pair_figures,
)
from app.matching.evaluation.manager_figures import manager_figures
from app.matching.evaluation.pair_runs import BASELINES, pair_runs
from app.matching.ranking.ranker import Ranker
from app.matching.reranker.cross_encoder import Reranker
from app.settings import Settings


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
            runs = pair_runs(session, store, grades)
            managers = manager_figures(session, store, dataset.manager_grades, dataset.conflicts)
        store.close()
    return {
        "directory": where,
        **_figures(dataset, runs, grades, managers, store.matcher.shipped),
        "seconds": round(time.perf_counter() - started, 1),
    }


def _figures(
    dataset: Dataset,
    runs: Mapping[str, EvaluationRun],
    grades: Mapping[str, Mapping[str, int]],
    managers: Mapping[str, Any],
    ranker: Ranker,
) -> dict[str, Any]:
    ours = runs["sanku"]
    return {
        "records": {
            "achievements": len(dataset.achievements),
            "demands": len(dataset.demands),
            "managers": len(dataset.managers),
        },
        "ranker": ranker.version,
        "pairs": pair_figures(ours, grades)
        | calibration_figures(ours, grades)
        | {"ndcg_at_10_over_baseline": {name: difference(ours, runs[name], grades) for name in BASELINES}},
        "managers": managers,
        "baselines": {name: pair_figures(runs[name], grades) for name in BASELINES},
        "kinds": kind_figures(runs, grades, dataset, ranker.threshold),
        "english_answers": english_answers(runs, grades, dataset),
    }


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
