"""Another embedding model through the command line: a small one that is made here, and hubs that cannot be reached."""

import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.errors import SankuError
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.ranker import Ranker, load_ranker, ranker_for
from app.matching.reranker.cross_encoder import CrossEncoderReranker
from app.matching.tools.model_hubs import ModelNotFetched, fetch_model
from app.matching.training.judged_sets import JudgedPairs
from app.matching.training.refit import refit
from tests.matching.reranker.tiny_cross_encoder import make_cross_encoder


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers of random weights over single characters."""
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("small")
    characters = [chr(code) for code in (*range(0x21, 0x7F), *range(0x4E00, 0x5E00))]
    vocabulary = {piece: at for at, piece in enumerate(("[PAD]", "[UNK]", *characters))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # transformers leaves it unannotated
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=128
    ).save_pretrained(folder / "bert")
    torch.manual_seed(7)
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=256,
    )
    BertModel(shape).save_pretrained(folder / "bert")
    # Without modules of its own, the mean of the tokens is taken.
    SentenceTransformer(str(folder / "bert"), device="cpu").save(str(folder / "model"))
    return folder / "model"


def run(*arguments: str, home: Path, model: Path, **others: str) -> Any:
    environment = {"SANKU_HOME": str(home), "SANKU_MODEL": str(model), "SANKU_DEMO": "true", **others}
    return CliRunner().invoke(cli, ["model", *arguments], env=environment, catch_exceptions=False)


@pytest.mark.slow
def test_models_are_prepared_and_what_depends_on_them_refitted(small_model: Path, tmp_path: Path) -> None:
    cross_encoder = make_cross_encoder(tmp_path / "tiny")
    for option, made in (("--model", small_model), ("--reranker", cross_encoder)):
        prepared = run("prepare", option, str(made), home=tmp_path, model=small_model)
        assert prepared.exit_code == 0
        assert str(made) in prepared.output
    refitted = run("refit", "--json", home=tmp_path, model=small_model, SANKU_RERANKER=str(cross_encoder))
    assert refitted.exit_code == 0
    figures = json.loads(refitted.stdout)
    # The error is estimated in bins: pairs that cross a bin's edge move it by up to a hundredth.
    assert figures["after"]["calibration_error"] <= figures["before"]["calibration_error"] + 0.01
    assert figures["after"]["ndcg_at_10"] >= figures["before"]["ndcg_at_10"] - 0.02
    (background,) = (tmp_path / "models").glob("background-*.npz")
    assert small_model.name in background.name
    written = Ranker.from_dict(json.loads(Path(figures["file"]).read_text(encoding="utf-8")))
    model_id, name = written.embedding_model.rsplit("+", 1)
    assert name == CrossEncoderReranker(cross_encoder).name
    assert ranker_for(tmp_path / "models", model_id, name) == written
    assert written.weights.keys() == {*load_ranker().weights, "reranked"}
    assert written.version != load_ranker().version
    assert ranker_for(tmp_path / "models", model_id).version == load_ranker().version


def test_a_rerankers_weight_is_as_large_as_what_its_values_tell() -> None:
    chance = np.random.default_rng(1)
    grades = np.array([3 if place % 10 == 7 else 0 for place in range(400)])
    neutral = {feature.name: feature.neutral for feature in FEATURES}

    def judged(values: Any) -> JudgedPairs:
        return JudgedPairs(
            demands=tuple(f"d{place // 10}" for place in range(len(grades))),
            achievements=tuple(f"a{place}" for place in range(len(grades))),
            features=tuple(neutral | {"reranked": float(value)} for value in values),
            grades=grades,
        )

    noise = chance.normal(size=len(grades))
    telling = refit(load_ranker(), [judged(2.0 * (grades > 0) + noise)], model_id="m", reranker="r")
    silent = refit(load_ranker(), [judged(noise)], model_id="m", reranker="r")
    assert telling.ranker.weights["reranked"] > 3 * silent.ranker.weights["reranked"] >= 0
    assert telling.after.ndcg_at_10 > telling.before.ndcg_at_10 + 0.1
    assert telling.ranker.embedding_model == "m+r"
    assert "reranked" not in refit(load_ranker(), [judged(noise)], model_id="m").ranker.weights


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("./absent/model", "no directory"),
        ("bge m3", "neither a directory nor an id"),
        ("BAAI/bge-m3", "HF_ENDPOINT"),
        ("modelscope:BAAI/bge-m3", "sanku[modelscope]"),
    ],
)
def test_a_model_that_cannot_be_fetched_says_what_to_do(
    name: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelNotFetched) as caught:
        fetch_model(name, tmp_path)
    assert isinstance(caught.value, SankuError)
    assert advice in str(caught.value)
    assert caught.value.message_zh


def test_a_model_that_modelscope_refuses_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its library is not installed here, and its errors have no common base."""

    class NoSuchModel(Exception):
        pass

    def snapshot_download(id_: str, local_dir: str) -> None:
        if id_ == "some/model":
            Path(local_dir).mkdir()
            return
        raise NoSuchModel(f"{id_} not exists on modelscope")

    library = ModuleType("modelscope")
    library.__spec__ = ModuleSpec("modelscope", None)
    monkeypatch.setattr(library, "snapshot_download", snapshot_download, raising=False)
    monkeypatch.setitem(sys.modules, "modelscope", library)
    assert fetch_model("modelscope:some/model", tmp_path) == tmp_path / "some--model"
    with pytest.raises(ModelNotFetched) as caught:
        fetch_model("modelscope:BAAI/absent", tmp_path)
    for message in (caught.value.message_en, caught.value.message_zh):
        assert "BAAI/absent not exists on modelscope" in message
        assert "--model BAAI/absent" in message
