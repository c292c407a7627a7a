"""Fits the recommendation of managers on a judged directory, writes its weights; prints held-out figures.

    python scripts/tune/managers.py MODEL_DIR OUT.json JUDGED_DIR [--vectors FILE]

Every folder of the directory has its own managers, all of them judged for its pairs; a manager of another folder was
never judged for them. So weights are learned within the folders, and nDCG@5 is shown three ways: with all managers in
one store (as in `sanku eval`: managers without a judgement count as 0), with the folder's managers, and with the
judged alone (the condensed list of Sakai, "Alternatives to Bpref", SIGIR 2007). Beside the first stands what the
grades' own definition would get there: judged work of grade 3 first, then field and region, then field, in any order.

Conflicted managers are left out throughout. `--vectors` keeps the embedded texts for the next run.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import expit

from app.clock import local_now
from app.libraries.datasets.dataset import Dataset, read_dataset
from app.libraries.managers.models import Manager
from app.matching.candidates.loader import stored_text_features
from app.matching.embedding.embedder import Embedder, OnProgress
from app.matching.embedding.remote.opening import open_embedder
from app.matching.evaluation import metrics
from app.matching.evaluation.ephemeral_store import JudgedStore, open_judged_store
from app.matching.facts.from_managers import manager_facts
from app.matching.facts.from_records import achievement_facts, demand_facts
from app.matching.managers.features import EncodedManager, PairTarget, manager_features
from app.matching.space import Side, VectorTraits
from app.matching.text.passages import content_hash
from app.matching.text.word_rarity import shipped_word_statistics
from app.settings import Settings

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

FITTED = ("text", "expertise", "track_record", "work_sentences", "work_words", "field", "region")
# Logits set by hand: the judges graded by fit alone, so nothing in the sets can teach these. A language that a pair
# across the border needs counts as much as the field; a rate of answers three tenths above the mean as half a region.
BY_HAND = {
    "certificate": 0.15,
    "tier": 0.2,
    "experience": 0.1,
    "recent_work": 0.1,
    "amount": 0.1,
    "language": 2.0,
    "cross_border": 0.5,
    "acceptance": 1.5,
    "success": 1.5,
    "load": 0.3,
}
PENALTY = 3.0
# Field and region part the grades without a remainder in sets made by rule, so a calibrated slope would have no end;
# life is not so clear. This is the ranking's own scale (shares of a list), made somewhat steeper.
SCALE = 1.5
FOLDS, REPEATS = 7, 5
CUT = 5

Pair = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """Features (pairs, managers, names) and grades (pairs, managers) of all pairs with all managers of the store.

    `own`: the manager is of the pair's folder; `free`: without a conflict of interest; `known`: was graded.
    """

    pairs: Sequence[Pair]
    features: Mapping[str, Array]
    grades: NDArray[np.int64]
    own: NDArray[np.bool_]
    free: NDArray[np.bool_]
    known: NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("judged", type=Path)
    parser.add_argument("--vectors", type=Path)
    options = parser.parse_args()
    settings = Settings(_env_file=None, demo=True, model=str(options.model), model_threads=1)
    embedder = Remembering(open_embedder(settings), options.vectors)
    judged = read_judged(embedder, options.judged)
    report(judged)
    weights, base = fit(judged, np.ones(len(judged.pairs), dtype=np.bool_))
    model = {
        "version": "managers-2026.3",
        "base": round(base, 4),
        "weights": {name: round(weight, 4) for name, weight in weights.items()},
    }
    options.out.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def fit(judged: Judged, train: NDArray[np.bool_]) -> tuple[dict[str, float], float]:
    """Weights on the scale of the ranking, and the intercept that makes the scores shares of grade ≥ 2."""
    rows = [row for row in np.flatnonzero(train).tolist() if judged.grades[row][usable(judged, row)].any()]
    spread = np.array([judged.features[name][judged.own].std() for name in FITTED])
    lists = [
        (
            np.stack([judged.features[name][row][usable(judged, row)] for name in FITTED], axis=-1) / spread,
            2.0 ** judged.grades[row][usable(judged, row)] - 1,
        )
        for row in rows
    ]
    ranking = fit_ranking(lists) * SCALE
    scores = np.concatenate([columns @ ranking for columns, _ in lists])
    relevant = np.concatenate([gains >= 2**metrics.RELEVANT - 1 for _, gains in lists])
    fitted = dict(zip(FITTED, (ranking / spread).tolist(), strict=True))
    by_hand = np.concatenate([sum_of(BY_HAND, judged, row)[usable(judged, row)] for row in rows])
    return fitted | BY_HAND, intercept(scores + by_hand, relevant)


def intercept(scores: Array, relevant: NDArray[np.bool_]) -> float:
    """The base at which the mean score is the share of relevant ones."""
    return float(brentq(lambda base: float((expit(scores + base) - relevant).mean()), -60.0, 60.0))


def sum_of(weights: Mapping[str, float], judged: Judged, row: int) -> Array:
    return np.asarray(
        np.sum([judged.features[name][row] * weight for name, weight in weights.items()], axis=0)
    )


def usable(judged: Judged, row: int) -> NDArray[np.bool_]:
    """The managers of the pair's own folder that may be recommended."""
    return np.asarray(judged.own[row] & judged.free[row])


def fit_ranking(lists: Sequence[tuple[Array, Array]]) -> Array:
    """Softmax cross-entropy over each pair's list, gain 2^grade − 1, weights not below 0."""

    def loss(weights: Array) -> tuple[float, Array]:
        value, slope = PENALTY / 2 * float(weights @ weights), PENALTY * weights
        for columns, gains in lists:
            wanted = gains / gains.sum()
            logits = columns @ weights
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
            value -= float((wanted * np.log(shares + 1e-30)).sum())
            slope = slope + columns.T @ (shares - wanted)
        return value, slope

    start = np.zeros(len(FITTED))
    bounds = [(0, None)] * len(FITTED)
    return np.asarray(minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


def report(judged: Judged) -> None:
    """Cross-validation by demand, repeated with other folds; intervals are over the pairs."""
    demands = sorted({demand for demand, _ in judged.pairs})
    figures: dict[str, list[Array]] = defaultdict(list)
    for seed in range(REPEATS):
        order = np.random.default_rng(seed).permutation(len(demands)) % FOLDS
        fold = np.array([order[demands.index(demand)] for demand, _ in judged.pairs])
        scores = np.zeros(judged.grades.shape)
        for held_out in range(FOLDS):
            weights, base = fit(judged, fold != held_out)
            for row in np.flatnonzero(fold == held_out).tolist():
                scores[row] = base + sum_of(weights, judged, row)
        for name, pool in pools(judged).items():
            figures[name].append(ndcg(judged, scores, pool))
        shuffled = np.random.default_rng(seed).random(judged.grades.shape)
        figures["one store, by definition"].append(
            ndcg(judged, by_definition(judged) + shuffled / 2, judged.free)
        )
    for name, runs in figures.items():
        spread = metrics.interval(np.mean(runs, axis=0).tolist())
        sys.stdout.write(
            f"{name:26} nDCG@5 {spread.mean:.4f} [{spread.low:.3f}, {spread.high:.3f}] over {len(runs[0])} pairs\n"
        )


def pools(judged: Judged) -> dict[str, NDArray[np.bool_]]:
    return {
        "one store": judged.free,
        "the folder's managers": judged.free & judged.own,
        "the judged alone": judged.free & judged.known,
    }


def by_definition(judged: Judged) -> Array:
    """What the judges' guide says, as far as facts can tell it: similar work is known from the grades alone."""
    in_field, served = judged.features["field"] >= 1.0, judged.features["region"] == 1.0
    return np.where(judged.grades == 3, 3.0, np.where(in_field & served, 2.0, np.where(in_field, 1.0, 0.0)))


def ndcg(judged: Judged, scores: Array, pool: NDArray[np.bool_]) -> Array:
    rankings, grades = {}, {}
    for row, pair in enumerate(judged.pairs):
        key = "\t".join(pair)
        grades[key] = {
            str(one): int(judged.grades[row, one])
            for one in np.flatnonzero(judged.free[row] & judged.known[row])
        }
        order = np.argsort(-scores[row], kind="stable")
        rankings[key] = [str(one) for one in order if pool[row, one]]
    found = metrics.ndcg(rankings, grades, CUT)
    return np.array([found[key] for key in sorted(found)])


def read_judged(embedder: "Remembering", directory: Path) -> Judged:
    dataset = read_dataset(directory)
    with tempfile.TemporaryDirectory(prefix="sanku-tune-") as folder:
        settings = Settings(_env_file=None, demo=True)
        store = open_judged_store(settings, embedder, dataset, Path(folder), on_progress=lambda *_: None)
        features, pairs, managers = read_features(store, dataset)
        store.close()
    folder_of = {str(row.data["id"]): Path(row.file).parent for row in (*dataset.demands, *dataset.managers)}
    known = np.array([[(*pair, one) in dataset.manager_grades for one in managers] for pair in pairs])
    return Judged(
        pairs=pairs,
        features=features,
        grades=np.array(
            [[dataset.manager_grades.get((*pair, one), 0) for one in managers] for pair in pairs]
        ),
        own=np.array([[folder_of[pair[0]] == folder_of[one] for one in managers] for pair in pairs]),
        free=np.array([[(*pair, one) not in dataset.conflicts for one in managers] for pair in pairs]),
        known=known,
    )


def read_features(store: JudgedStore, dataset: Dataset) -> tuple[dict[str, Array], list[Pair], list[str]]:
    today = local_now().date()
    pairs = sorted({(demand, achievement) for demand, achievement, _ in dataset.manager_grades})
    managers = sorted(store.managers)
    with store.reading() as session:
        stats = shipped_word_statistics()
        ids = [*store.demands.values(), *store.achievements.values(), *store.managers.values()]
        texts = stored_text_features(session, store.matcher.index.model_id, ids)
        sides = [
            EncodedManager(
                manager_facts(session.get_one(Manager, id_), today=today),
                texts[id_].vector,
                texts[id_].sentences,
            )
            for id_ in (store.managers[key] for key in managers)
        ]
        rows = []
        for demand, achievement in pairs:
            target = PairTarget.of(
                (demand_facts(store.demand(session, demand)), texts[store.demands[demand]]),
                (
                    achievement_facts(store.achievement(session, achievement)),
                    texts[store.achievements[achievement]],
                ),
                stats,
            )
            rows.append([manager_features(target, side, today=today)[0] for side in sides])
    names = rows[0][0].keys()
    return (
        {name: np.array([[cell[name] for cell in row] for row in rows]) for name in names},
        pairs,
        managers,
    )


class Remembering:
    """An embedder that keeps the vectors of whole texts in a file (.npz), by side and text; sentences are cheap."""

    def __init__(self, embedder: Embedder, file: Path | None) -> None:
        self._embedder = embedder
        self._file = file
        self._known: dict[str, Floats] = {}
        if file is not None and file.exists():
            with np.load(file) as stored:
                self._known.update(stored)
        self.model_id = embedder.model_id
        self.dimension = embedder.dimension

    @property
    def ready(self) -> bool:
        return self._embedder.ready

    def load(self) -> None:
        self._embedder.load()

    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed("query", texts, partial(self._embedder.embed_queries, on_progress=on_progress))

    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed("passage", texts, partial(self._embedder.embed_passages, on_progress=on_progress))

    def embed_profiles(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed("profile", texts, partial(self._embedder.embed_profiles, on_progress=on_progress))

    def embed_sentences(self, side: Side, texts: Sequence[str]) -> Floats:
        return self._embedder.embed_sentences(side, texts)

    def vector_traits(self, side: Side, vectors: Floats) -> list[VectorTraits]:
        return self._embedder.vector_traits(side, vectors)

    def _embed(self, side: Side, texts: Sequence[str], embed: Callable[[list[str]], Floats]) -> Floats:
        keys = {text: content_hash(self.model_id, side, text) for text in texts}
        new = [text for text, key in keys.items() if key not in self._known]
        if new:
            self._known.update(zip((keys[text] for text in new), embed(new), strict=True))
            if self._file is not None:
                np.savez(self._file, **self._known)  # type: ignore[arg-type]  # the stub takes keywords for options
        return np.stack([self._known[keys[text]] for text in texts])


if __name__ == "__main__":
    main()
