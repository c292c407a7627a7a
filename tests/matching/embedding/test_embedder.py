"""The embedder of one model: vectors of the real model."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.embedding.embedder import (
    Embedder,
    SentenceTransformerEmbedder,
    batches_by_length,
)
from app.matching.embedding.model_layout import PIECES_FILE
from app.matching.embedding.text_models import ModelNotReady, load_model

# First eight of 384 values. The vectors they belong to have a cosine of 0.9999 or more with those of another
# engine that runs the same weights in 4 bits; another conversion, tokenizer or prompt moves them visibly.
QUERIES = {
    "需要一种10～20 ℃下工作的锂电池低温电解液": [
        0.03952, -0.01126, -0.06743, -0.03279, 0.08999, -0.01715, -0.00337, 0.01145,
    ],
    "We look for low-temperature electrolytes for lithium batteries.": [
        0.02806, -0.02973, -0.06358, -0.04047, 0.07483, -0.02196, 0.00966, 0.00882,
    ],
}  # fmt: skip
PASSAGES = {
    "本成果涉及一种高强度镁合金的半固态成形工艺，已完成中试。": [
        0.08056, -0.02963, -0.03039, -0.03159, 0.068, -0.01989, 0.02162, -0.00448,
    ],
    "ＴＲＬ７级\n量子通信与密钥分发": [
        0.07526, 0.0131, -0.03474, -0.03432, 0.07095, -0.03725, -0.00127, 0.05151,
    ],
    "A novel method for  wastewater treatment by membranes.": [
        0.0759, -0.02631, -0.07222, -0.07323, 0.07845, 0.00101, 0.01001, -0.00339,
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def embedder(model_dir: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(model_dir)


def test_vectors_are_those_of_the_published_weights(embedder: Embedder) -> None:
    queries = embedder.embed_queries(list(QUERIES))
    passages = embedder.embed_passages(list(PASSAGES))
    np.testing.assert_allclose(queries[:, :8], list(QUERIES.values()), atol=1e-4)
    np.testing.assert_allclose(passages[:, :8], list(PASSAGES.values()), atol=1e-4)


def test_vectors_are_float32_of_length_one_in_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = ["短", "一段长得多的文字，" * 20, "中等长度的一句话", "短"]
    vectors = embedder.embed_passages(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[3])
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(embedder.embed_passages([text])[0], vector, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)


def test_a_demand_is_nearer_to_what_answers_it_in_either_language(embedder: Embedder) -> None:
    demand = embedder.embed_queries(["需要锂电池低温电解液"])
    passages = embedder.embed_passages(
        [
            "低温锂离子电池电解液及其制备方法",
            "Electrolyte for lithium cells at low temperature",
            "小麦赤霉病防治",
        ]
    )
    chinese, english, unrelated = (demand @ passages.T)[0]
    assert min(chinese, english) > unrelated + 0.02


def test_the_same_words_as_query_and_as_passage_differ(embedder: Embedder) -> None:
    assert not np.allclose(embedder.embed_queries(["锂电池"]), embedder.embed_passages(["锂电池"]), atol=1e-3)


@pytest.mark.parametrize("blank", ["", "  ", "\n\t\u3000"])
def test_blank_text_has_no_meaning_to_embed(blank: str, embedder: Embedder) -> None:
    with pytest.raises(ValueError, match="text 1 is blank"):
        embedder.embed_passages(["有内容", blank])


def test_longer_text_than_the_model_reads_is_cut_not_refused(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(["冶金设备。" * 400, "冶金设备。" * 900])
    assert vectors[0] @ vectors[1] > 0.999


def test_progress_grows_to_the_whole_and_counts_repeated_and_known_texts(embedder: Embedder) -> None:
    texts = [f"第{i % 30}种新型密封件的寿命试验" for i in range(40)]
    seen: list[tuple[int, int]] = []
    embedder.embed_passages(texts, on_progress=lambda done, total: seen.append((done, total)))
    assert [total for _, total in seen] == [40] * len(seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (40, 40)

    again: list[tuple[int, int]] = []
    embedder.embed_passages(texts, on_progress=lambda done, total: again.append((done, total)))
    assert again == [(40, 40)], "every vector was still in memory: no batch was computed"


def test_callers_cannot_change_what_the_cache_holds(embedder: Embedder) -> None:
    first = embedder.embed_queries(["不可更改的向量"])
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(embedder.embed_queries(["不可更改的向量"]), kept)


def test_a_query_gets_its_turn_while_a_bulk_load_runs(embedder: Embedder) -> None:
    """The callback of the first batch asks from another thread; it would never return if the load held on."""
    answered_at: list[int] = []
    with ThreadPoolExecutor(1) as other:

        def ask(done: int, _: int) -> None:
            if not answered_at:
                query = other.submit(embedder.embed_queries, ["批量入库期间的一次查询"])
                assert query.result(timeout=60).shape == (1, embedder.dimension)
                answered_at.append(done)

        long_texts = [f"编号{i}:" + "批量入库的成果摘要，" * 60 for i in range(4)]
        embedder.embed_passages(long_texts, on_progress=ask)
    assert 0 < answered_at[0] < 4


def test_many_threads_get_the_same_vectors_as_one(model_dir: Path) -> None:
    """With room for two vectors only, so that threads compute, drop and compute again."""
    embedder = SentenceTransformerEmbedder(model_dir, cache_size=2)
    texts = [f"第{i}号轴承钢的热处理" for i in range(6)]
    alone = embedder.embed_passages(texts)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed_passages, [texts, texts[::-1], texts, texts[::-1]]):
            row_order = 1 if np.allclose(vectors[0], alone[0], atol=1e-5) else -1
            np.testing.assert_allclose(vectors, alone[::row_order], atol=1e-5)


def test_the_id_names_the_weights_and_is_known_without_loading(model_dir: Path) -> None:
    prepared = SentenceTransformerEmbedder(model_dir)
    assert re.fullmatch(r"multilingual-e5-small@[0-9a-f]{8}\.\d+", prepared.model_id)
    assert prepared.dimension == 384
    assert SentenceTransformerEmbedder("BAAI/bge-m3").model_id == "BAAI/bge-m3"
    assert SentenceTransformerEmbedder("/srv/models/ours-v2").model_id == "ours-v2"


def test_the_model_in_little_memory_gives_the_vectors_of_the_library(model_dir: Path, tmp_path: Path) -> None:
    """Also for what its tokenizer must treat alike: white space, full width, other scripts, texts that are too long."""
    plain = tmp_path / "model"
    shutil.copytree(model_dir, plain, copy_function=os.symlink, ignore=shutil.ignore_patterns(PIECES_FILE))
    mapped, library = (
        load_model(str(one), local=True, device="cpu", threads=None) for one in (model_dir, plain)
    )
    assert type(mapped) is not type(library)
    texts = [
        *QUERIES,
        *PASSAGES,
        "短",
        "a  b\tc\nd",
        "寿\n命 3 年以上，10～20 ℃",
        "½ ﬁ ① ㎡ ☎ 😀",
        "零宽\u200b字符与软\u00ad连字符",
        "Привет, мир! こんにちは 世界 안녕하세요 مرحبا สวัสดี",
    ]
    too_long = ["很长的文字，" * 400]  # apart: the library pads all texts of a call to its longest
    for prompt in ("query: ", "passage: "):
        for batch in (texts, too_long):
            np.testing.assert_allclose(
                mapped.encode(batch, prompt), library.encode(batch, prompt), atol=1e-5, rtol=0
            )
    assert mapped.token_counts(texts + too_long) == library.token_counts(texts + too_long)
    assert (mapped.dimension, mapped.on_cpu) == (library.dimension, library.on_cpu)
    assert mapped.prompts == library.prompts


def test_a_vector_does_not_depend_on_what_is_read_with_it(model_dir: Path) -> None:
    """Bit by bit: so the embed server may read texts of several callers together. One text has fewer tokens than a
    product needs rows to be added up in the usual order."""
    model = load_model(str(model_dir), local=True, device="cpu", threads=None)
    texts = ["水", *QUERIES, "泵阀", *PASSAGES, "长一些的文字，" * 12]
    alone = np.concatenate([model.encode([text], "query: ") for text in texts])
    for size in (2, 3, len(texts)):
        parts = [model.encode(texts[start : start + size], "query: ") for start in range(0, len(texts), size)]
        assert np.array_equal(np.concatenate(parts), alone)


def test_a_path_without_a_model_is_an_error_and_never_a_download(tmp_path: Path) -> None:
    for absent in (tmp_path, str(tmp_path / "absent"), "./absent/model"):
        embedder = SentenceTransformerEmbedder(absent)
        with pytest.raises(ModelNotReady, match="no embedding model") as caught:
            embedder.embed_queries(["锂电池"])
        assert "请先准备模型" in caught.value.message_zh


@pytest.mark.parametrize(("name", "content"), [("modules.json", b"[]"), ("model.safetensors", b"cut short")])
def test_a_damaged_model_is_an_error_with_its_place(
    name: str, content: bytes, model_dir: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "model"
    shutil.copytree(model_dir, damaged, ignore=shutil.ignore_patterns("model.safetensors"))
    (damaged / name).write_bytes(content)
    with pytest.raises(ModelNotReady, match=re.escape(str(damaged))):
        SentenceTransformerEmbedder(damaged).load()


@pytest.mark.slow
def test_importing_the_module_does_not_import_torch() -> None:
    code = "import sys, app.matching.embedding.embedder; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.lists(st.integers(1, 512), max_size=60), st.integers(1, 2000))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(batches_by_length(lengths, budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= budget
