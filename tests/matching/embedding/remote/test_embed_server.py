"""`sanku embed-server` with the real model, in a process of its own."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from app.matching.embedding.joint_embedder import open_local_embedder
from app.matching.embedding.remote.opening import open_embedder
from app.matching.space import SIDES
from tests.support.services import demo_settings

TEXTS = [
    "需要一种10～20 ℃下工作的锂电池低温电解液",
    "水",
    "We look for low-temperature electrolytes for lithium batteries.",
    "本成果涉及一种高强度镁合金的半固态成形工艺，已完成中试。" * 4,
    "小麦赤霉病防治",
]


def test_its_vectors_are_those_of_the_model_in_this_process_bit_by_bit(
    model_dir: Path, tmp_path: Path
) -> None:
    """Also while several ask at once, whose texts it reads together."""
    path = tmp_path / "embed.sock"
    settings = demo_settings(home=tmp_path, model=str(model_dir), embed_url=f"unix://{path}")
    command = [sys.executable, "-c", "from app.cli import main; main()", "embed-server"]
    environment = os.environ | {
        "SANKU_HOME": str(tmp_path),
        "SANKU_MODEL": str(model_dir),
        "SANKU_EMBED_URL": f"unix://{path}",
    }
    with subprocess.Popen(command, env=environment) as process:
        remote = open_embedder(settings)
        try:
            with ThreadPoolExecutor(len(TEXTS)) as threads:
                alone = list(threads.map(lambda text: remote.embed_queries([text]), TEXTS))
            passages = remote.embed_passages(TEXTS)
            sentences = [remote.embed_sentences(side, TEXTS) for side in SIDES]
        finally:
            remote.close()  # type: ignore[attr-defined]  # it is a remote one
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) in (0, -signal.SIGTERM)
    local = open_local_embedder(settings)
    for text, found in zip(TEXTS, alone, strict=True):
        assert np.array_equal(found, local.embed_queries([text]))
    assert np.array_equal(passages, local.embed_passages(TEXTS))
    for side, found in zip(SIDES, sentences, strict=True):
        assert np.array_equal(found, local.embed_sentences(side, TEXTS))
