"""The corpus baseline: mean vectors by language, and a sample that crowding is measured against."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

SAMPLE = 1024
# A mean of few records is noisy, so the wider mean is mixed in with the weight of this many records.
SHRINK_STORE = 10
SHRINK_LANGUAGE = 8
_PRIORS: Mapping[str, str] = {"multilingual-e5-small": "baseline-multilingual-e5-small.json"}


@cache
def prior_mean(model_id: str, kind: Literal["demand", "achievement", "manager"]) -> Vectors | None:
    """The mean vector of a kind of record under a known embedding model; None for any other model.

    `model_id` may include a hub owner and a revision ("owner/name@revision"). The prior keeps the scores of a store
    with three records comparable to those of a store with three thousand.
    """
    known = _PRIORS.get(model_id.split("@")[0].rsplit("/", 1)[-1])
    if known is None:
        return None
    data = json.loads((resources.files(__package__) / "data" / known).read_text(encoding="utf-8"))
    return np.array(data[kind], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class CorpusBaseline:
    """Baseline of one library: mean vector by language ("" = all), and a sample of its centred vectors."""

    means: Mapping[str, Vectors]
    sample: Vectors

    @classmethod
    def of(cls, vectors: Vectors, languages: Sequence[str], prior: Vectors | None = None) -> "CorpusBaseline":
        """From the main vectors of the records, (n, d) in a stable order; n may be 0.

        `prior` is the model's mean for this kind of record, zero if unknown. The sample is evenly spaced and
        therefore deterministic.
        """
        rows = np.asarray(vectors, dtype=np.float32)
        tags = np.asarray(languages)
        sums = {language: rows[tags == language].sum(axis=0) for language in set(languages)}
        step = max(1, -(-len(rows) // SAMPLE))
        return cls.of_sums(Counter(languages), sums, languages[::step], rows[::step], prior)

    @classmethod
    def of_sums(
        cls,
        counts: Mapping[str, int],
        sums: Mapping[str, NDArray[np.floating[Any]]],
        languages: Sequence[str],
        sample: Vectors,
        prior: Vectors | None = None,
    ) -> "CorpusBaseline":
        """From counts and vector sums by language, and the languages and vectors (n, d) of a sample."""
        dimension = sample.shape[1]
        base = np.zeros(dimension, np.float32) if prior is None else np.asarray(prior, np.float32)
        everything = sum(sums.values(), np.zeros(dimension))
        overall = _shrunk(everything, sum(counts.values()), base, SHRINK_STORE)
        means = {
            language: _shrunk(sums[language], counts[language], overall, SHRINK_LANGUAGE)
            for language in sorted(counts)
        }
        means[""] = overall
        centred = [_unit(row - means[language]) for row, language in zip(sample, languages, strict=True)]
        return cls(means, np.array(centred, dtype=np.float32).reshape(-1, dimension))

    def mean(self, language: str) -> Vectors:
        known = self.means.get(language)
        return self.means[""] if known is None else known


def mean_centre(vectors: NDArray[np.floating[Any]], mean: Vectors | np.float32) -> Vectors:
    """Vectors (…, d) minus the mean, normalised to length 1; their dot product is a cosine."""
    return _unit(np.asarray(vectors - mean, dtype=np.float32))


def _shrunk(total: NDArray[np.floating[Any]], count: int, towards: Vectors, weight: int) -> Vectors:
    """The mean of `count` vectors with the sum `total`, shrunk towards a wider mean."""
    return np.asarray((total + weight * towards) / (count + weight), dtype=np.float32)


def _unit(rows: Vectors) -> Vectors:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-9), dtype=np.float32)
