"""The joint embedder: one pass of the text model for a record, and one space for all languages."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.matching.embedding.embedder import SentenceTransformerEmbedder
from app.matching.embedding.joint_embedder import JointEmbedder, open_local_embedder
from app.matching.embedding.text_models import ModelNotReady
from app.matching.space import ENOUGH_UNITS, split
from tests.matching.embedding.joint_parts import ALIGNED_DIMENSION, CountingParts
from tests.support.embedders import DIMENSION
from tests.support.services import demo_settings

TEXTS = ["铝合金压铸模具", "Corrosion protection", "金型の表面処理"]


def test_a_text_costs_one_pass_of_each_model_and_a_sentence_none_of_the_text_model() -> None:
    parts = CountingParts()
    parts.embedder.embed_queries(TEXTS)
    parts.embedder.embed_passages(TEXTS)
    parts.embedder.embed_profiles(TEXTS)
    assert parts.text.read == [(side, text) for side in ("query", "passage", "passage") for text in TEXTS]
    assert parts.aligned.read == TEXTS * 3
    parts.text.read.clear()
    parts.embedder.embed_sentences("query", TEXTS)
    assert parts.text.read == []


def test_vectors_are_of_length_one_and_end_in_the_space_of_sentences() -> None:
    embedder = CountingParts().embedder
    texts = [text * ENOUGH_UNITS for text in TEXTS]  # short demands are expanded
    assert embedder.dimension == DIMENSION + ALIGNED_DIMENSION
    for side, vectors in (
        ("query", embedder.embed_queries(texts)),
        ("passage", embedder.embed_passages(texts)),
        ("profile", embedder.embed_profiles(texts)),
    ):
        assert vectors.shape == (3, embedder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        of_sentences = embedder.embed_sentences(side, texts)  # type: ignore[arg-type]
        np.testing.assert_allclose(split(vectors, ALIGNED_DIMENSION)[1], of_sentences, atol=1e-5)


def test_no_texts_give_no_vectors_and_read_nothing() -> None:
    parts = CountingParts()
    assert parts.embedder.embed_queries([]).shape == (0, parts.embedder.dimension)
    assert parts.embedder.embed_sentences("query", []).shape == (0, ALIGNED_DIMENSION)
    assert (parts.text.read, parts.aligned.read) == ([], [])


def test_progress_is_that_of_the_text_model() -> None:
    seen: list[tuple[int, int]] = []
    CountingParts().embedder.embed_passages(TEXTS, on_progress=lambda *both: seen.append(both))
    assert seen == [(3, 3)]


def test_the_id_names_both_models() -> None:
    parts = CountingParts()
    assert parts.embedder.model_id.startswith(f"{parts.text.model_id}+{parts.aligned.name}")


def test_the_service_opens_a_joint_embedder_whatever_the_text_model(model_dir: Path, tmp_path: Path) -> None:
    joint = open_local_embedder(demo_settings(model=str(model_dir), home=tmp_path))
    assert isinstance(joint, JointEmbedder)
    assert joint.dimension == 384 + 512
    assert joint.model_id.startswith(SentenceTransformerEmbedder(model_dir).model_id + "+")
    assert open_local_embedder(
        demo_settings(model=str(tmp_path / "ours-v2"), home=tmp_path)
    ).model_id.startswith("ours-v2+")
    assert list(tmp_path.iterdir()) == [], "nothing is estimated before the first text"


def test_a_model_that_is_missing_is_an_error_when_it_is_loaded(model_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "no-weights"
    folder.mkdir()
    (folder / "sanku-model.json").write_bytes((model_dir / "sanku-model.json").read_bytes())
    joint = open_local_embedder(demo_settings(model=str(folder)))
    assert isinstance(joint, JointEmbedder)
    with pytest.raises(ModelNotReady):
        joint.load()


@pytest.mark.model
@pytest.mark.parametrize("blank", ["", " \n\u3000"])
def test_blank_text_has_no_meaning_to_embed(embedder: Any, blank: str) -> None:
    with pytest.raises(ValueError, match="text 1 is blank"):
        embedder.embed_passages(["有内容", blank])


@pytest.mark.model
@pytest.mark.parametrize(
    "asked",
    ["需要锂电池低温电解液", "Electrolyte wanted for lithium batteries in the cold", "需要鋰電池低溫電解液"],
)
def test_an_answer_in_another_language_is_nearer_than_what_merely_shares_the_language(
    embedder: Any, asked: str
) -> None:
    answers = embedder.embed_passages(
        ["低温锂离子电池电解液及其制备方法", "Electrolyte for lithium cells at low temperature"]
    )
    unrelated = embedder.embed_passages(
        [
            "小麦赤霉病生物防治菌剂",
            "Biological control of wheat scab",
            "桥式起重机防摇摆控制",
            "Sway control of bridge cranes",
        ]
    )
    demand = embedder.embed_queries([asked])[0]
    assert (answers @ demand).min() > (unrelated @ demand).max() + 0.1


@pytest.mark.model
def test_sentences_of_one_meaning_meet_across_languages(embedder: Any) -> None:
    asked = embedder.embed_sentences("query", ["盐雾试验一千小时不起泡", "单件打磨时间不超过八分钟"])
    offered = embedder.embed_sentences(
        "passage",
        ["Salt spray test of 1000 hours without blistering", "Grinding takes eight minutes a piece"],
    )
    cosines = asked @ offered.T
    assert cosines.argmax(axis=1).tolist() == [0, 1]
    assert np.diag(cosines).min() > 0.2
