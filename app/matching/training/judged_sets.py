"""Judged sets: a judged directory as features and grades, a regression check for new models.

The real pipeline computes the features in an ephemeral store. Embedding takes most of the time, so they are cached in a
file whose name is a digest of the records, the embedding model and the code that computes features.
"""

import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.libraries.datasets.dataset import Dataset, read_dataset
from app.matching.embedding.embedder import Embedder
from app.matching.evaluation.ephemeral_store import JudgedStore, open_judged_store
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.ranker import load_ranker, models_id
from app.matching.reranker.cross_encoder import Reranker, name_of
from app.settings import Settings

MOST_CANDIDATES = 1000
_MADE_BY = (
    "ranking/features/catalogue.py",
    "ranking/features/columns.py",
    "ranking/similarity.py",
    "candidates/cache.py",
    "text/passages.py",
    "text/bm25.py",
    "text/exclusions.py",
    "text/legible.py",
    "text/word_rarity.py",
    "reranker/cross_encoder.py",
    "reranker/pair_values.py",
    "space.py",
)


@dataclass(frozen=True, slots=True)
class JudgedPairs:
    """Every pair of a judged directory that is a candidate: its keys, its features by name, its grade (0–3)."""

    demands: tuple[str, ...]
    achievements: tuple[str, ...]
    features: tuple[Mapping[str, float], ...]
    grades: NDArray[np.int64]


Progress = Callable[[int, int], None]


def judged_pairs(
    settings: Settings,
    embedder: Embedder,
    directory: Path,
    *,
    on_progress: Progress,
    reranker: Reranker | None = None,
) -> JudgedPairs:
    """The judged pairs of a directory, from the cache file or computed now. The reranker reads the first of each list,
    whatever weight its values have.

    Raises:
        Invalid: the directory is not in the interchange format.
        OSError: the file cannot be written.
    """
    models = models_id(embedder.model_id, name_of(reranker))
    cache_file = settings.home_path / "training" / f"judged-{_digest(directory, models)}.json"
    if not cache_file.exists():
        made = _make(settings, embedder, directory, on_progress, reranker)
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        draft = cache_file.with_suffix(".tmp")
        draft.write_text(json.dumps(made), encoding="utf-8")
        draft.replace(cache_file)
    rows = json.loads(cache_file.read_text(encoding="utf-8"))
    names = rows["features"]
    return JudgedPairs(
        demands=tuple(row[0] for row in rows["pairs"]),
        achievements=tuple(row[1] for row in rows["pairs"]),
        features=tuple(dict(zip(names, row[3:], strict=True)) for row in rows["pairs"]),
        grades=np.array([row[2] for row in rows["pairs"]], dtype=np.int64),
    )


def shipped_directory() -> Path:
    """The judged records that come with the package."""
    return Path(str(resources.files("app.demo") / "data"))


def _make(
    settings: Settings,
    embedder: Embedder,
    directory: Path,
    on_progress: Progress,
    reranker: Reranker | None,
) -> dict[str, list[object]]:
    dataset = read_dataset(directory)
    names = [feature.name for feature in FEATURES]
    with tempfile.TemporaryDirectory(prefix="sanku-judged-") as folder:
        # Features do not depend on the ranker, but a reranker without a weight is not asked.
        ranker = load_ranker()
        if reranker is not None:
            ranker = replace(ranker, weights={**ranker.weights, "reranked": 1.0})
        store = open_judged_store(
            settings,
            embedder,
            dataset,
            Path(folder),
            on_progress=on_progress,
            reranker=reranker,
            ranker=ranker,
        )
        try:
            pairs = _rows(store, dataset, names)
        finally:
            store.close()
    return {"features": list(names), "pairs": pairs}


def _rows(store: JudgedStore, dataset: Dataset, names: list[str]) -> list[object]:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for (demand, achievement), grade in dataset.pair_grades.items():
        grades[demand][achievement] = grade
    rows: list[object] = []
    with store.reading() as session:
        for demand in store.demands:
            answer = store.matcher.for_demand(
                session, store.demand(session, demand), limit=MOST_CANDIDATES, grouped=False
            )
            for item in answer.items:
                if item.achievement_id is not None:
                    achievement = store.achievement_keys[item.achievement_id]
                    values = [round(item.features[name], 6) for name in names]
                    rows.append([demand, achievement, grades[demand].get(achievement, 0), *values])
    return rows


def _digest(directory: Path, model_id: str) -> str:
    """Digest of everything that the features depend on."""
    digest = hashlib.sha256(model_id.encode())
    for file in sorted(directory.rglob("*")):
        if file.suffix in (".jsonl", ".tsv"):
            digest.update(file.read_bytes())
    matching = resources.files("app.matching")
    for name in _MADE_BY:
        digest.update((matching / name).read_bytes())
    digest.update(" ".join(feature.name for feature in FEATURES).encode())
    return digest.hexdigest()[:16]
