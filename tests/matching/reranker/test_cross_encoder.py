"""The cross-encoder of a directory: a tiny one that is made here."""

from pathlib import Path

import pytest

from app.matching.embedding.background_texts import background_triples
from app.matching.embedding.text_models import ModelNotReady
from app.matching.reranker.cross_encoder import BATCH, CrossEncoderReranker, open_reranker
from app.settings import Settings
from tests.matching.reranker.tiny_cross_encoder import make_cross_encoder
from tests.matching.small_store import TOPICS


def read(reranker: CrossEncoderReranker, pairs: list[tuple[str, str]]) -> list[float]:
    return [value for batch in reranker.values(pairs) for value in batch]


def test_a_value_belongs_to_its_pair_alone_and_is_measured_against_decoys(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(make_cross_encoder(tmp_path / "tiny"), device="cpu")
    before = reranker.ready
    pairs = [(one, other) for one in TOPICS for other in TOPICS]
    assert len(pairs) > BATCH
    values = read(reranker, pairs)
    assert (before, reranker.ready) == (False, True)
    assert len(set(values)) == len(pairs)
    assert [read(reranker, [pair])[0] for pair in pairs] == pytest.approx(values, abs=1e-3)
    assert read(reranker, []) == []
    decoys = [(one.demand, one.decoy) for one in background_triples(16)]
    assert sum(read(reranker, decoys)) == pytest.approx(0, abs=0.02)


def test_the_name_tells_weights_apart(tmp_path: Path) -> None:
    folder = make_cross_encoder(tmp_path / "tiny")
    before = CrossEncoderReranker(folder).name
    assert CrossEncoderReranker(folder).name == before
    assert CrossEncoderReranker(make_cross_encoder(folder, seed=2)).name != before


def test_what_cannot_be_used_says_why_in_both_languages(tmp_path: Path) -> None:
    def error_of(folder: Path) -> ModelNotReady:
        with pytest.raises(ModelNotReady) as caught:
            CrossEncoderReranker(folder).load()
        return caught.value

    absent = error_of(tmp_path / "absent")
    assert "sanku model prepare --reranker" in absent.message_en
    assert "sanku model prepare --reranker" in absent.message_zh
    several = error_of(make_cross_encoder(tmp_path / "several", outputs=2))
    assert "2 outputs" in several.message_en
    assert "输出 2 个值" in several.message_zh
    broken = make_cross_encoder(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"cut off")
    assert "cannot be used" in error_of(broken).message_en


def test_the_setting_takes_a_directory_or_an_id_that_was_fetched(tmp_path: Path) -> None:
    made = make_cross_encoder(tmp_path / "models" / "some--reranker")

    def opened(name: str | None) -> CrossEncoderReranker | None:
        return open_reranker(Settings(_env_file=None, home=tmp_path, reranker=name))

    assert opened(None) is None
    names = {
        one.name for name in (str(made), "some/reranker", "modelscope:some/reranker") if (one := opened(name))
    }
    assert len(names) == 1
    with pytest.raises(ModelNotReady):
        opened("another/reranker")
