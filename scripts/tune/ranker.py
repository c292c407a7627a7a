"""Fits the pair ranker on judged directories and writes its parameters; prints cross-validated figures by kind.

    python scripts/tune/ranker.py MODEL_DIR OUT.json JUDGED_DIR... [--variants DIR] [--unseen DIR...]

The directories are read as one store. `--variants` adds demands that tell the same needs otherwise (`kind` and `of`),
and off-topic ones; a need and its variants are always in one fold. Weights of content are tied (SHARES): real texts cut
in two, which are no part of the fit, chose the ties, so that authored sets that turn word overlap against the engine
cannot undo them. `--unseen` directories are ranked and not fitted on.
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from app.matching.embedding.embedder import Embedder, SentenceTransformerEmbedder
from app.matching.embedding.joint_embedder import joint_with_background
from app.matching.evaluation import metrics
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.features.catalogue import FEATURE_BY_NAME
from app.matching.ranking.features.columns import pair_features
from app.matching.ranking.similarity import TextFeatures, pair_signals
from app.matching.space import Side
from app.matching.text.bm25 import count_words
from app.matching.text.passages import sentences, whole_text
from app.matching.text.traits import traits_of
from app.matching.text.word_rarity import shipped_word_statistics

Array = NDArray[np.float64]
Grades = NDArray[np.int64]

# Within "content". Real texts cut in two need words and the text model; the aligned encoder helps authored ones.
SHARES = {"whole": 1.2, "aligned": 0.4, "words": 0.5, "hubness": -1.0}
# What is fitted, with the typical spread of each, so that one penalty fits all.
FREE = {
    "content": 0.15,
    "translated": 0.15,
    "foreign": 0.5,
    "generality": 0.1,
    "solution": 1.0,
    "field": 0.4,
    "price": 0.3,
    "trl": 0.2,
    "indicators": 0.3,
}
# Logits set by hand: no judged set can test these.
BY_HAND = {
    "industry": 0.375,
    "keywords": 0.125,
    "mode": 0.5,
    "region": 0.0625,
    "freshness": 0.25,
    "owner_record": 0.375,
}
PENALTY = 5.0
FOLDS, REPEATS = 7, 3
THRESHOLD = 0.3
ORIGINAL, OFF_TOPIC = "original", "offtopic"


@dataclass(frozen=True, slots=True)
class Judged:
    """Features [demands, achievements] by name, grades, and for each demand its kind and the need it tells."""

    features: dict[str, Array]
    grades: Grades
    kinds: tuple[str, ...]
    needs: tuple[str, ...]

    def part(self, rows: NDArray[np.bool_]) -> "Judged":
        chosen = np.flatnonzero(rows).tolist()
        return Judged(
            {name: values[rows] for name, values in self.features.items()},
            self.grades[rows],
            tuple(self.kinds[row] for row in chosen),
            tuple(self.needs[row] for row in chosen),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("judged", type=Path, nargs="+")
    parser.add_argument("--variants", type=Path)
    parser.add_argument("--unseen", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    embedder = joint_embedder(options.model)
    judged = read_judged(embedder, options.judged, options.variants)
    for left_out in (None, *FREE, *BY_HAND):
        if left_out != "content":
            report(f"without {left_out}" if left_out else "all", cross_validated(judged, left_out), judged)
    curve(cross_validated(judged), judged)
    weights, base = fit(judged)
    for folder in options.unseen:
        unseen = read_judged(embedder, [folder])
        report(f"unseen {folder.name}", [base + sum_of(weights, unseen.features)], unseen)
    neutral = sum(weights[name] * FEATURE_BY_NAME[name].neutral for name in weights)
    model = {
        "version": "additive-2026.4",
        "embedding_model": "intfloat/multilingual-e5-small",
        "base": round(base + neutral, 4),
        "weights": {name: round(weight, 4) for name, weight in weights.items()},
        "threshold": THRESHOLD,
    }
    options.out.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def joint_embedder(model: Path) -> Embedder:
    return joint_with_background(SentenceTransformerEmbedder(model), model)


def fit(judged: Judged, left_out: str | None = None) -> tuple[dict[str, float], float]:
    """Weights and intercept on the logit scale: the order within each list, and the probability of grade ≥ 2."""
    names = [name for name in FREE if name != left_out]
    by_hand = {name: weight for name, weight in BY_HAND.items() if name != left_out}
    columns = {**judged.features, "content": sum_of(SHARES, judged.features)}
    rows = np.stack([columns[name] / FREE[name] for name in names], axis=-1)
    found, base = minimised(rows, sum_of(by_hand, judged.features), judged.grades, [_sign(n) for n in names])
    weights = {name: float(found[at] / FREE[name]) for at, name in enumerate(names)}
    content = weights.pop("content")
    return {name: content * share for name, share in SHARES.items()} | weights | by_hand, base


def _sign(name: str) -> int:
    return FEATURE_BY_NAME[name].sign if name in FEATURE_BY_NAME else 1


def minimised(rows: Array, fixed: Array, grades: Grades, signs: Sequence[int]) -> tuple[Array, float]:
    """Softmax cross-entropy over each demand's list (gain 2^grade − 1) plus logistic loss of each pair."""
    gains = 2.0**grades - 1
    kept = gains.sum(axis=1) > 0
    wanted = gains[kept] / gains[kept].sum(axis=1, keepdims=True)
    relevant = (grades >= metrics.RELEVANT).astype(float)
    size = rows.shape[-1]

    def loss(parameters: Array) -> tuple[float, Array]:
        weights, base = parameters[:size], parameters[size]
        logits = rows @ weights + fixed
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = shares[kept] / shares[kept].sum(axis=1, keepdims=True)
        errors = expit(logits + base) - relevant
        value = -(wanted * np.log(shares + 1e-30)).sum() + PENALTY / 2 * weights @ weights
        value += (np.logaddexp(0, logits + base) - relevant * (logits + base)).sum()
        slopes = errors.copy()
        slopes[kept] += shares - wanted
        slope = np.einsum("ij,ijp->p", slopes, rows) + PENALTY * weights
        return float(value), np.append(slope, errors.sum())

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs] + [(None, None)]
    start = np.append(np.zeros(size), -4.0)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 500}).x
    return found[:size], float(found[size])


def cross_validated(judged: Judged, left_out: str | None = None) -> list[Array]:
    """Logits of every pair by a model that saw neither the demand nor its variants; one matrix a repetition."""
    needs = sorted(set(judged.needs))
    number = np.array([needs.index(need) for need in judged.needs])
    runs = []
    for seed in range(REPEATS):
        fold = (np.random.default_rng(seed).permutation(len(needs)) % FOLDS)[number]
        logits = np.zeros(judged.grades.shape)
        for held_out in range(FOLDS):
            weights, base = fit(judged.part(fold != held_out), left_out)
            test = fold == held_out
            logits[test] = base + sum_of(
                weights, {name: rows[test] for name, rows in judged.features.items()}
            )
        runs.append(logits)
    return runs


def sum_of(weights: dict[str, float], features: dict[str, Array]) -> Array:
    return np.asarray(np.sum([features[name] * weight for name, weight in weights.items()], axis=0))


def report(title: str, runs: Sequence[Array], judged: Judged) -> None:
    kinds = np.array(judged.kinds)
    for kind in dict.fromkeys(judged.kinds):
        rows = kinds == kind
        found = [figures(logits[rows], judged.grades[rows]) for logits in runs]
        means = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        line = "  ".join(f"{name} {value:.3f}" for name, value in means.items() if not math.isnan(value))
        sys.stdout.write(f"{title:20} {kind:9} {line}\n")


def curve(runs: Sequence[Array], judged: Judged) -> None:
    """What a threshold costs, over all kinds of demands but off-topic ones, and over those."""
    off_topic = np.array([kind == OFF_TOPIC for kind in judged.kinds])
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        found = [figures(logits[~off_topic], judged.grades[~off_topic], threshold) for logits in runs]
        right, wrong = (
            float(np.mean([one[name] for one in found])) for name in ("answers good", "good but wrong")
        )
        off = np.mean([(expit(logits[off_topic]).max(axis=1) >= threshold).mean() for logits in runs])
        sys.stdout.write(
            f"threshold {threshold:.2f}  answers good {right:.3f}  good but wrong {wrong:.3f}  "
            f"off-topic called good {off:.3f}\n"
        )


def figures(logits: Array, grades: Grades, threshold: float = THRESHOLD) -> dict[str, float]:
    """nDCG@10; share of demands with an answer of grade 3 that have one called good; share whose first is good but
    wrong; no-match AUROC; calibration error of the ten best."""
    scored = {
        str(row): sorted(((str(column), float(v)) for column, v in enumerate(line)), key=lambda p: -p[1])
        for row, line in enumerate(logits)
    }
    judged = {str(row): {str(c): int(g) for c, g in enumerate(line) if g} for row, line in enumerate(grades)}
    ndcg = metrics.ndcg({q: [doc for doc, _ in found] for q, found in scored.items()}, judged)
    good = expit(logits) >= threshold
    answered = (grades == 3).any(axis=1)
    first = logits.argmax(axis=1)
    each = np.arange(len(logits))
    shown = [
        (float(expit(score)), judged[query].get(doc, 0) >= metrics.RELEVANT)
        for query, found in scored.items()
        for doc, score in found[:10]
    ]
    return {
        "nDCG@10": float(np.mean(list(ndcg.values()))) if ndcg else math.nan,
        "answers good": float((good & (grades == 3)).any(axis=1)[answered].mean())
        if answered.any()
        else math.nan,
        "good but wrong": float((good[each, first] & (grades[each, first] <= 1)).mean()),
        "no-match AUROC": metrics.no_match_auroc(metrics.no_match_scores(scored, judged))
        if ndcg
        else math.nan,
        "calibration error": metrics.calibration_error([p for p, _ in shown], [good for _, good in shown]),
    }


def read_judged(embedder: Embedder, folders: Sequence[Path], variants: Path | None = None) -> Judged:
    rows = [row for folder in folders for row in json_lines(folder / "demands.jsonl")]
    rows += [] if variants is None else json_lines(variants / "demands.jsonl")
    rows += [] if variants is None else json_lines(variants / "offtopic.jsonl")
    achievements = [
        achievement_of(row) for folder in folders for row in json_lines(folder / "achievements.jsonl")
    ]
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for folder in (*folders, *([] if variants is None else [variants])):
        for line in (folder / "qrels_pairs.tsv").read_text(encoding="utf-8").splitlines():
            demand, achievement, grade = line.split("\t")
            grades[demand][achievement] = int(grade)
    return Judged(
        features=feature_matrix(embedder, [demand_of(row) for row in rows], achievements),
        grades=np.array([[grades[row["id"]].get(a.id, 0) for a in achievements] for row in rows]),
        kinds=tuple(row.get("kind", ORIGINAL) for row in rows),
        needs=tuple(row.get("of", row["id"]) for row in rows),
    )


def feature_matrix(
    embedder: Embedder, demands: list[DemandFacts], achievements: list[AchievementFacts]
) -> dict[str, Array]:
    asked = sides(embedder, "query", demands)
    offered = sides(embedder, "passage", achievements)
    stats = shipped_word_statistics()
    rows = [
        [
            pair_features(demand, achievement, signal)
            for achievement, signal in zip(achievements, pair_signals(side, offered, stats), strict=True)
        ]
        for demand, side in zip(demands, asked, strict=True)
    ]
    return {name: np.array([[cell[name] for cell in row] for row in rows]) for name in FEATURE_BY_NAME}


def sides(
    embedder: Embedder, side: Side, records: Sequence[DemandFacts | AchievementFacts]
) -> list[TextFeatures]:
    embed = embedder.embed_queries if side == "query" else embedder.embed_passages
    vectors = embed([whole_text(record) for record in records])
    return [
        TextFeatures(
            vector,
            embedder.embed_sentences(side, sentences(record)[:1] or [whole_text(record)]),
            count_words(whole_text(record)),
            record.language,
            traits_of(record, of_vector),
        )
        for vector, record, of_vector in zip(
            vectors, records, embedder.vector_traits(side, vectors), strict=True
        )
    ]


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
        region=row.get("region"),
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
        region=row.get("region"),
        language=row.get("language", "zh"),
    )


def money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


if __name__ == "__main__":
    main()
