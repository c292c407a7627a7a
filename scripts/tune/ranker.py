"""Fits the pair ranker on judged directories and writes its parameters; prints cross-validated figures.

    python scripts/tune/ranker.py MODEL_DIR OUT.json JUDGED_DIR...

The directories are read as one store. Weights of content are tied (SHARES): real texts cut in two, which are no
part of the fit, chose the ties, so that authored sets that turn word overlap against the engine cannot undo them.
"""

import argparse
import json
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from app.matching import metrics
from app.matching.embedder import SentenceTransformerEmbedder
from app.matching.facts import AchievementFacts, DemandFacts
from app.matching.features import FEATURE_BY_NAME, pair_features
from app.matching.signals import Context, TextSide, Usual, pair_signals, prior_mean
from app.matching.text import sentences, whole_text
from app.matching.words import CorpusStats, count_words

Array = NDArray[np.float64]

# Within "content": whole text 1, sentences 0.6 (together 1), crowding −0.75, words 0.25.
SHARES = {"whole": 1 / 1.6, "sentences": 0.6 / 1.6, "crowding": -0.75, "words": 0.25}
# Logits set by hand. The judged lists leave field and terms nearly free (any weight from half to twice these ranks
# alike), while more on the field punishes a record filed under a neighbouring one, and more on terms tells
# demands with an answer from those without.
BY_HAND = {"field": 1.2, "price": 1.4, "trl": 0.3, "mode": 0.4}
FREE = ("content", "field", "price", "trl", "mode")
# Typical spread of each free feature, so that one penalty fits all.
SPREAD = np.array([0.12, 0.4, 0.3, 0.1, 0.1])
PENALTY = 3.0
FOLDS, REPEATS = 7, 5
THRESHOLD = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("judged", type=Path, nargs="+")
    options = parser.parse_args()
    demands, achievements, grades = read(options.judged)
    features = feature_matrix(SentenceTransformerEmbedder(options.model), demands, achievements)
    gains = np.array([[grades[d.id].get(a.id, 0) for a in achievements] for d in demands])
    report(features, gains)
    weights, base = fit(features, gains)
    neutral = sum(weights[name] * FEATURE_BY_NAME[name].neutral for name in weights)
    model = {
        "version": "additive-2026.1",
        "embedding_model": "intfloat/multilingual-e5-small",
        "base": round(base + neutral, 4),
        "weights": {name: round(weight, 4) for name, weight in weights.items()},
        "threshold": THRESHOLD,
    }
    options.out.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def fit(features: dict[str, Array], grades: NDArray[np.int64]) -> tuple[dict[str, float], float]:
    """Weights and intercept on the logit scale: list-wise ranking first, then calibration of grade ≥ 2."""
    columns = free_columns(features)
    ranking = fit_ranking(columns, grades)
    slope, _ = calibrate(columns @ ranking, grades)
    content = float(ranking[0] * slope / SPREAD[0])
    weights = {name: content * share for name, share in SHARES.items()} | BY_HAND
    slope, intercept = calibrate(sum_of(weights, features), grades)
    return {name: weight * slope for name, weight in weights.items()}, intercept


def calibrate(scores: Array, grades: NDArray[np.int64]) -> tuple[float, float]:
    model = LogisticRegression(C=1000, max_iter=1000).fit(scores.reshape(-1, 1), (grades >= 2).ravel())
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def sum_of(weights: dict[str, float], features: dict[str, Array]) -> Array:
    return np.asarray(np.sum([features[name] * weight for name, weight in weights.items()], axis=0))


def free_columns(features: dict[str, Array]) -> Array:
    content = sum_of(SHARES, features)
    return np.asarray(np.stack([content, *(features[name] for name in FREE[1:])], axis=-1) / SPREAD)


def fit_ranking(columns: Array, grades: NDArray[np.int64]) -> Array:
    """Softmax cross-entropy over each demand's list, gain 2^grade − 1, weights not below 0."""
    gains = 2.0**grades - 1
    kept = gains.sum(axis=1) > 0
    rows, wanted = columns[kept], gains[kept] / gains[kept].sum(axis=1, keepdims=True)

    def loss(weights: Array) -> tuple[float, Array]:
        logits = rows @ weights
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        value = -(wanted * np.log(shares + 1e-30)).sum() + PENALTY / 2 * weights @ weights
        return value, np.einsum("ij,ijp->p", shares - wanted, rows) + PENALTY * weights

    bounds = [(0, None)] * len(FREE)
    return np.asarray(minimize(loss, np.zeros(len(FREE)), jac=True, bounds=bounds, method="L-BFGS-B").x)


def report(features: dict[str, Array], grades: NDArray[np.int64]) -> None:
    """Cross-validation by demand, repeated with other folds."""
    ndcg, auroc = [], []
    for seed in range(REPEATS):
        fold = np.random.default_rng(seed).permutation(len(grades)) % FOLDS
        scores = np.zeros(grades.shape)
        for held_out in range(FOLDS):
            train, test = fold != held_out, fold == held_out
            weights, base = fit({name: rows[train] for name, rows in features.items()}, grades[train])
            scores[test] = base + sum_of(weights, {name: features[name][test] for name in weights})
        scored = {
            str(row): sorted(((str(column), float(v)) for column, v in enumerate(line)), key=lambda p: -p[1])
            for row, line in enumerate(scores)
        }
        judged = {
            str(row): {str(c): int(g) for c, g in enumerate(line) if g} for row, line in enumerate(grades)
        }
        values = metrics.ndcg({q: [doc for doc, _ in found] for q, found in scored.items()}, judged)
        ndcg.append(float(np.mean(list(values.values()))))
        auroc.append(metrics.no_match_auroc(metrics.no_match_scores(scored, judged)))
    sys.stdout.write(f"nDCG@10 {np.mean(ndcg):.4f}  no-match AUROC {np.mean(auroc):.4f}  (cross-validated)\n")


def feature_matrix(
    embedder: SentenceTransformerEmbedder, demands: list[DemandFacts], achievements: list[AchievementFacts]
) -> dict[str, Array]:
    asked = sides(embedder.embed_queries, demands)
    offered = sides(embedder.embed_passages, achievements)
    context = Context(
        demands=usual(asked, prior_mean(embedder.model_id, "demand")),
        achievements=usual(offered, prior_mean(embedder.model_id, "achievement")),
        achievement_words=CorpusStats.of(side.words for side in offered),
    )
    rows = [
        [
            pair_features(demand, achievement, signal)
            for achievement, signal in zip(achievements, pair_signals(side, offered, context), strict=True)
        ]
        for demand, side in zip(demands, asked, strict=True)
    ]
    return {name: np.array([[cell[name] for cell in row] for row in rows]) for name in FEATURE_BY_NAME}


def sides(embed: Any, records: list[Any]) -> list[TextSide]:
    split = [sentences(record) for record in records]
    flat = embed([sentence for found in split for sentence in found])
    whole = embed([whole_text(record) for record in records])
    ends = np.cumsum([len(found) for found in split])
    return [
        TextSide(vector, flat[end - len(found) : end], count_words(whole_text(record)), record.language)
        for vector, found, end, record in zip(whole, split, ends, records, strict=True)
    ]


def usual(known: list[TextSide], prior: Any) -> Usual:
    return Usual.of(np.array([side.vector for side in known]), [side.language for side in known], prior)


def read(
    folders: list[Path],
) -> tuple[list[DemandFacts], list[AchievementFacts], dict[str, dict[str, int]]]:
    demands: list[DemandFacts] = []
    achievements: list[AchievementFacts] = []
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for folder in folders:
        demands += [demand_of(row) for row in json_lines(folder / "demands.jsonl")]
        achievements += [achievement_of(row) for row in json_lines(folder / "achievements.jsonl")]
        for line in (folder / "qrels_pairs.tsv").read_text(encoding="utf-8").splitlines():
            demand, achievement, grade = line.split("\t")
            grades[demand][achievement] = int(grade)
    return demands, achievements, grades


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def demand_of(row: dict[str, Any]) -> DemandFacts:
    return DemandFacts(
        id=row["id"],
        title=row.get("title", ""),
        problem=row.get("description", ""),
        goal=row.get("targets") or "",
        keywords=tuple(row.get("keywords", ())),
        fields=(row["field"],) if row.get("field") else (),
        min_trl=row.get("min_trl"),
        cooperation_modes=tuple(row.get("cooperation_modes", ())),
        budget_max_wan=money(row.get("budget_wan")),
        language=row.get("language", "zh"),
    )


def achievement_of(row: dict[str, Any]) -> AchievementFacts:
    return AchievementFacts(
        id=row["id"],
        title=row.get("title", ""),
        summary=row.get("summary", ""),
        advantages=row.get("advantages", ""),
        applications=row.get("applications", ""),
        keywords=tuple(row.get("keywords", ())),
        fields=(row["field"],) if row.get("field") else (),
        trl=row.get("trl"),
        transfer_modes=tuple(row.get("transfer_modes", ())),
        price_min_wan=money(row.get("asking_price_wan")),
        language=row.get("language", "zh"),
    )


def money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


if __name__ == "__main__":
    main()
