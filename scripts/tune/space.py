"""Estimates the background that is shipped for the default model, and writes it as one file.

    python scripts/tune/space.py MODEL_DIR OUT.npz CSL_HALVES_DEV

Beside the authored texts of the package it reads openings of abstracts (CSL, Apache-2.0), since a background of one
manner of writing would take another manner for the absence of a hub, and the managers of the demonstration data.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from app.libraries.datasets.dataset import read_dataset
from app.matching.embedding.aligned_encoder import UniversalSentenceEncoder
from app.matching.embedding.background import embedded, estimated
from app.matching.embedding.background_texts import BackgroundText, background_texts, record_text
from app.matching.embedding.embedder import SentenceTransformerEmbedder
from app.matching.text.legible import legible

DEMO = Path(__file__).parents[2] / "app" / "demo" / "data"
ABSTRACTS = 700


def main() -> None:
    model, out, abstracts = map(Path, sys.argv[1:4])
    texts = [*background_texts(), *csl(abstracts), *managers()]
    aligned = UniversalSentenceEncoder().encode([one.text for one in texts])
    arrays: dict[str, Any] = estimated(texts, embedded(SentenceTransformerEmbedder(model), texts), aligned)
    np.savez_compressed(out, **arrays)


def csl(folder: Path) -> Iterable[BackgroundText]:
    dataset = read_dataset(folder)
    for row in dataset.demands[:ABSTRACTS]:
        yield BackgroundText("query", "zh", record_text(row.data))
    for row in dataset.achievements[:ABSTRACTS]:
        yield BackgroundText("passage", "zh", record_text(row.data), entry=False)


def managers() -> Iterable[BackgroundText]:
    for row in read_dataset(DEMO).managers:
        works = "；".join(work["title"] for work in row.data.get("track_record") or ())
        yield BackgroundText("profile", "zh", legible(f"{row.data['expertise']}\n{works}"))


if __name__ == "__main__":
    main()
