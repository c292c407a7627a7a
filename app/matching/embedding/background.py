"""The background of a pair of encoders: shipped for the default model, estimated once for any other."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.embedding.aligned_encoder import AlignedEncoder
from app.matching.embedding.background_texts import BackgroundText, background_texts
from app.matching.embedding.embedder import Embedder
from app.matching.space import SIDES, Background, Floats, solution_rows

_SHIPPED: Mapping[str, str] = {"multilingual-e5-small": "space-multilingual-e5-small.npz"}
LANGUAGES = ("zh", "en")
# Strength of the penalty on the weights of `solution`, which keeps them small.
SOLUTION_PENALTY = 1.0
# The same for `entry`, whose texts are easier to tell apart.
ENTRY_PENALTY = 3.0
# One text in so many is enough for a model that nobody has fitted: a large one reads a text a second on a CPU.
_STRIDE = 3


@cache
def shipped_background(model_id: str) -> Background | None:
    """The background of a known embedding model; None for any other.

    `model_id` may include a hub owner and a revision ("owner/name@revision").
    """
    known = _SHIPPED.get(model_id.split("@")[0].rsplit("/", 1)[-1])
    if known is None:
        return None
    with (resources.files(__package__) / "data" / known).open("rb") as file:
        return background_of(dict(np.load(file, allow_pickle=False)))


def estimated_background(text: Embedder, aligned: AlignedEncoder, file: Path) -> Background:
    """The background of any other model: read from `file`, or estimated now and kept there.

    Embeds about 1,200 texts: a minute for a small model on a CPU, longer for a large one.
    """
    if not file.is_file():
        texts = background_texts()[::_STRIDE]
        arrays = estimated(texts, embedded(text, texts), aligned.encode([one.text for one in texts]))
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".tmp.npz")
        np.savez(draft, **arrays)  # type: ignore[arg-type]  # the stub takes keywords for options
        draft.replace(file)
    with file.open("rb") as stored:
        return background_of(dict(np.load(stored, allow_pickle=False)))


def embedded(embedder: Embedder, texts: Sequence[BackgroundText]) -> Floats:
    """Vectors of the text model [n, d], each by its side."""
    vectors = np.zeros((len(texts), embedder.dimension), np.float32)
    queries = np.array([one.side == "query" for one in texts])
    vectors[queries] = embedder.embed_queries([one.text for one in texts if one.side == "query"])
    vectors[~queries] = embedder.embed_passages([one.text for one in texts if one.side != "query"])
    return vectors


def estimated(texts: Sequence[BackgroundText], text: Floats, aligned: Floats) -> dict[str, NDArray[Any]]:
    """The arrays of a background from texts and their vectors by both encoders, in half precision.

    Without profiles among the texts, theirs are taken from passages.
    """
    sides = np.array([one.side for one in texts])
    languages = np.array([one.language for one in texts])
    arrays: dict[str, NDArray[Any]] = {}
    for side in ("passage", "query", "profile"):
        mine = sides == side
        for language in LANGUAGES:
            spoken = mine & (languages == language)
            if spoken.any():
                arrays[f"text/{side}/{language}"] = text[spoken].mean(axis=0)
            elif side == "profile" and language != "zh" and mine.any():
                shift = arrays["text/passage/en"] - arrays["text/passage/zh"]
                arrays[f"text/{side}/{language}"] = arrays[f"text/{side}/zh"] + shift
            else:
                arrays[f"text/{side}/{language}"] = arrays[f"text/passage/{language}"]
        # Any other language lies somewhere between.
        arrays[f"text/{side}/"] = np.mean([arrays[f"text/{side}/{one}"] for one in LANGUAGES], axis=0)
        arrays[f"aligned/{side}"] = aligned[mine].mean(axis=0) if mine.any() else arrays["aligned/passage"]
    joint = _joint(arrays, sides, languages, text, aligned)
    remedies = np.array([one.remedy is True for one in texts])
    judged = np.array([one.remedy is not None for one in texts])
    rows = solution_rows(joint, aligned.shape[1])
    arrays["solution"] = _logistic_model(rows[judged], remedies[judged], SOLUTION_PENALTY)
    passages = sides == "passage"
    entries = np.array([one.entry for one in texts])
    # Without texts of another manner, every text counts as an entry.
    arrays["entry"] = (
        np.append(np.zeros(rows.shape[1]), 10.0)
        if entries[passages].all()
        else _logistic_model(rows[passages], entries[passages], ENTRY_PENALTY)
    )
    arrays["demands"] = joint[sides == "query"]
    arrays["achievements"] = joint[remedies]
    return {name: np.asarray(array, np.float16) for name, array in arrays.items()}


def background_of(arrays: Mapping[str, NDArray[Any]]) -> Background:
    """The background from its stored arrays."""
    full = {name: array.astype(np.float32) for name, array in arrays.items()}
    return Background(
        text_means={
            (side, name.rsplit("/", 1)[1]): array
            for name, array in full.items()
            for side in SIDES
            if name.startswith(f"text/{side}/")
        },
        aligned_means={side: full[f"aligned/{side}"] for side in SIDES},
        demands=full["demands"],
        achievements=full["achievements"],
        solution=full["solution"],
        entry=full["entry"],
    )


def arrays_of(background: Background) -> dict[str, NDArray[Any]]:
    """The arrays from which `background_of` makes the same background again."""
    return {
        **{f"text/{side}/{language}": mean for (side, language), mean in background.text_means.items()},
        **{f"aligned/{side}": mean for side, mean in background.aligned_means.items()},
        "demands": background.demands,
        "achievements": background.achievements,
        "solution": background.solution,
        "entry": background.entry,
    }


def _joint(
    arrays: Mapping[str, NDArray[Any]],
    sides: NDArray[Any],
    languages: NDArray[Any],
    text: Floats,
    aligned: Floats,
) -> Floats:
    nothing = np.zeros((1, text.shape[1] + aligned.shape[1]), np.float32)
    empty = {"demands": nothing, "achievements": nothing, "solution": nothing[0], "entry": nothing[0]}
    means = background_of({**arrays, **empty})
    joint = np.zeros((len(text), nothing.shape[1]), np.float32)
    for side in SIDES:
        mine = sides == side
        if mine.any():
            joint[mine] = means.joint(side, text[mine], languages[mine].tolist(), aligned[mine])
    return joint


def _logistic_model(rows: Floats, outcomes: NDArray[np.bool_], strength: float) -> Floats:
    """Weights and intercept of a logistic regression in which both outcomes weigh the same."""
    from scipy.optimize import minimize
    from scipy.special import expit

    counts = np.where(outcomes, outcomes.sum(), (~outcomes).sum())
    shares = len(outcomes) / (2.0 * counts)
    columns = np.hstack([rows, np.ones((len(rows), 1), np.float32)]).astype(np.float64)
    penalty = np.append(np.full(rows.shape[1], strength), 0.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = columns @ weights
        value = float(shares @ (np.logaddexp(0.0, logits) - outcomes * logits) + penalty / 2 @ weights**2)
        return value, columns.T @ (shares * (expit(logits) - outcomes)) + penalty * weights

    start = np.zeros(columns.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x, np.float32)
