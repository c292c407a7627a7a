"""The background of a text model: estimated once for one that is not shipped."""

from pathlib import Path

import numpy as np

from app.matching.embedding.background import estimated_background
from app.matching.embedding.background_texts import background_texts
from app.matching.space import split
from tests.matching.embedding.joint_parts import ALIGNED_DIMENSION, CountingParts


def test_the_background_of_another_model_is_estimated_once(tmp_path: Path) -> None:
    parts, file = CountingParts(), tmp_path / "models" / "background.npz"
    first = estimated_background(parts.text, parts.aligned, file)
    read = len(parts.text.read)
    assert 500 < read < 2000
    again = estimated_background(parts.text, parts.aligned, file)
    assert len(parts.text.read) == read, "the second time it is read from the file"
    np.testing.assert_array_equal(again.demands, first.demands)


def test_its_vectors_are_centred_in_both_parts(tmp_path: Path) -> None:
    parts = CountingParts()
    found = estimated_background(parts.text, parts.aligned, tmp_path / "background.npz")
    for rows in (found.demands, found.achievements):
        for part in split(rows, ALIGNED_DIMENSION):
            assert np.linalg.norm(part.mean(axis=0)) < 0.25
    # Nobody showed it texts of another manner, so everything counts as an entry, and `solution` moves.
    traits = found.vector_traits("passage", found.achievements[:50])
    assert len({one.solution for one in traits}) > 25


def test_the_texts_are_of_both_sides_and_both_languages() -> None:
    texts = background_texts()
    assert {(one.side, one.language) for one in texts} == {
        (side, language) for side in ("query", "passage") for language in ("zh", "en")
    }
    remedies = sum(one.remedy is True for one in texts)
    decoys = sum(one.remedy is False for one in texts)
    assert 900 < remedies < decoys
    assert all(one.text.strip() == one.text != "" for one in texts)
