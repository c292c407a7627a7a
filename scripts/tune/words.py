"""Counts in how many achievements of the background each word occurs, and writes the file that is shipped.

    python scripts/tune/words.py OUT.json.gz CSL_HALVES_DEV

Beside the authored texts of the package it reads openings of abstracts (CSL, Apache-2.0), as scripts/tune/space.py
does.
"""

import gzip
import json
import sys
from pathlib import Path

from app.libraries.datasets.dataset import read_dataset
from app.matching.embedding.background_texts import background_texts, record_text
from app.matching.text.bm25 import CorpusStats, count_words


def main() -> None:
    out, abstracts = map(Path, sys.argv[1:3])
    texts = [one.text for one in background_texts() if one.side == "passage"]
    texts += [record_text(row.data) for row in read_dataset(abstracts).achievements]
    found = CorpusStats.of(map(count_words, texts))
    document = {
        "documents": found.n_docs,
        "mean_length": round(found.avgdl, 2),
        "words": dict(sorted(found.df.items())),
    }
    # Without the time of day, so that the same texts give the same file.
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        file.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
