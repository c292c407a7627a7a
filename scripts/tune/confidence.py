"""Fits how sure a demand's list is to hold a good match, on lists with their answers and without them.

    python scripts/tune/confidence.py MODEL_DIR OUT.json JUDGED_DIR... [--variants DIR] [--also DIR] [--unseen DIR...]

JUDGED_DIRs are read as one store and cross-validated by need; `--variants` as in ranker.py. `--also` adds a directory
of another manner at a small weight, so that the model is not of one manner alone. `--unseen` directories are reported
and not fitted on.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from ranker import Array, Judged, joint_embedder, read_judged
from sklearn.linear_model import LogisticRegression

from app.matching.evaluation import metrics
from app.matching.ranking.confidence import list_figures
from app.matching.ranking.ranker import Ranker, ScoredPair, load_ranker, logistic

FOLDS, REPEATS = 7, 5
PENALTY = 0.3


class Lists:
    """Each demand's list with its answers (if it has any) and without them, as figures (n × k)."""

    def __init__(self, judged: Judged, ranker: Ranker) -> None:
        rows, self.holds, self.demand = [], [], []
        needs = sorted(set(judged.needs))
        for number, (need, grades) in enumerate(zip(judged.needs, judged.grades, strict=True)):
            pairs = [
                scored(
                    ranker, {name: float(rows_[number, column]) for name, rows_ in judged.features.items()}
                )
                for column in range(len(grades))
            ]
            relevant = grades >= metrics.RELEVANT
            for holds in (True, False) if relevant.any() else (False,):
                kept = [pair for pair, good in zip(pairs, relevant, strict=True) if holds or not good]
                self.names, values = zip(
                    *list_figures(sorted(kept, key=lambda pair: -pair.logit)).items(), strict=True
                )
                rows.append(values)
                self.holds.append(holds)
                self.demand.append(needs.index(need))
        self.figures = np.array(rows)


def scored(ranker: Ranker, features: dict[str, float]) -> ScoredPair:
    contributions = ranker.contributions(features)
    logit = ranker.base + sum(contributions.values())
    return ScoredPair("", "", logistic(logit), logit, ranker.base, contributions, features)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("judged", type=Path, nargs="+")
    parser.add_argument("--variants", type=Path)
    parser.add_argument("--also", type=Path)
    parser.add_argument("--also-weight", type=float, default=0.06)
    parser.add_argument("--unseen", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    embedder, ranker = joint_embedder(options.model), load_ranker()
    judged = Lists(read_judged(embedder, options.judged, options.variants), ranker)
    also = Lists(read_judged(embedder, [options.also]), ranker) if options.also else None
    everything = np.ones(len(judged.holds), bool)
    demands = np.array(judged.demand)
    found = []
    for seed in range(REPEATS):
        fold = (np.random.default_rng(seed).permutation(demands.max() + 1) % FOLDS)[demands]
        sure = np.zeros(len(demands))
        for held_out in range(FOLDS):
            base, weights = fit(judged, fold != held_out, also, options.also_weight)
            sure[fold == held_out] = base + judged.figures[fold == held_out] @ weights
        found.append(auroc(sure, judged))
    plain = auroc(judged.figures[:, 0], judged)
    sys.stdout.write(f"no-match AUROC, cross-validated {np.mean(found):.4f}; of the best score {plain:.4f}\n")
    base, weights = fit(judged, everything, also, options.also_weight)
    for folder in options.unseen:
        lists = Lists(read_judged(embedder, [folder]), ranker)
        summary = auroc(base + lists.figures @ weights, lists)
        sys.stdout.write(
            f"unseen {folder.name}: {summary:.4f}; of the best score {auroc(lists.figures[:, 0], lists):.4f}\n"
        )
    model = {
        "version": "list-2026.3",
        "base": round(base, 4),
        "weights": {
            name: round(float(weight), 4) for name, weight in zip(judged.names, weights, strict=True)
        },
    }
    options.out.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def fit(lists: Lists, kept: NDArray[np.bool_], also: Lists | None, weight: float) -> tuple[float, Array]:
    """Intercept and weights by figure; figures are put to one spread, so that one penalty fits all."""
    rows, holds, shares = lists.figures[kept], np.array(lists.holds)[kept], np.ones(int(kept.sum()))
    if also is not None:
        rows = np.vstack([rows, also.figures])
        holds = np.concatenate([holds, also.holds])
        shares = np.concatenate([shares, np.full(len(also.holds), weight)])
    mean = np.average(rows, axis=0, weights=shares)
    spread = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=shares))
    model = LogisticRegression(C=PENALTY).fit((rows - mean) / spread, holds, sample_weight=shares)
    weights = model.coef_[0] / spread
    return float(model.intercept_[0] - mean @ weights), weights


def auroc(sure: Array, lists: Lists) -> float:
    holds = np.array(lists.holds)
    return metrics.auroc(sure[holds].tolist(), sure[~holds].tolist())


if __name__ == "__main__":
    main()
