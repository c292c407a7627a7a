"""Another embedding model through the command line: a small one that is made here, and hubs that cannot be reached."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.errors import SankuError
from app.matching.ranking.ranker import load_ranker, ranker_for
from app.matching.tools.model_hubs import ModelNotFetched, fetch_model


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


def run(*arguments: str, home: Path, model: Path) -> Any:
    environment = {"SANKU_HOME": str(home), "SANKU_MODEL": str(model), "SANKU_DEMO": "true"}
    return CliRunner().invoke(cli, ["model", *arguments], env=environment, catch_exceptions=False)


@pytest.mark.slow
def test_a_model_is_prepared_and_what_depends_on_it_refitted(small_model: Path, tmp_path: Path) -> None:
    prepared = run("prepare", "--model", str(small_model), home=tmp_path, model=small_model)
    assert prepared.exit_code == 0
    assert str(small_model) in prepared.output
    refitted = run("refit", "--json", home=tmp_path, model=small_model)
    assert refitted.exit_code == 0
    figures = json.loads(refitted.stdout)
    # The error is estimated in bins: pairs that cross a bin's edge move it by up to a hundredth.
    assert figures["after"]["calibration_error"] <= figures["before"]["calibration_error"] + 0.01
    assert figures["after"]["ndcg_at_10"] >= figures["before"]["ndcg_at_10"] - 0.02
    (background,) = (tmp_path / "models").glob("background-*.npz")
    assert small_model.name in background.name
    model_id = json.loads(Path(figures["file"]).read_text(encoding="utf-8"))["embedding_model"]
    own = ranker_for(tmp_path / "models", model_id)
    assert own.weights.keys() == load_ranker().weights.keys()
    assert own.version != load_ranker().version
    assert ranker_for(tmp_path / "models", "another").version == load_ranker().version


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
