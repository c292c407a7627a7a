"""`sanku train` and `sanku model …` as an operator uses them, on both databases."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.database import Database
from app.matching.ranking.ranker import load_ranker
from tests.matching.training.usage import BY_CHANCE, build, live
from tests.support.builders.interchange import ACHIEVEMENT, DEMAND, write
from tests.support.embedders import BigramEmbedder

Sanku = Callable[..., tuple[int, str]]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """One pair, which every ranker finds good: what was learned from use decides."""
    answer = ACHIEVEMENT | {"title": DEMAND["title"], "summary": DEMAND["description"]}
    return write(tmp_path / "judged", achievements=[answer], demands=[DEMAND], qrels_pairs="D1\tA1\t3\n")


@pytest.fixture
def sanku(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sanku:
    monkeypatch.setenv("SANKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SANKU_DATABASE_URL", database_url)
    monkeypatch.setenv("SANKU_DEMO", "true")
    monkeypatch.setenv("SANKU_LOG_LEVEL", "WARNING")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.bootstrap.services.open_embedder", lambda _: BigramEmbedder())

    def run(*arguments: Any) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sanku", *map(str, arguments)])
        capsys.readouterr()
        status: Any = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
        seen = capsys.readouterr()
        return status, seen.out if status == 0 else seen.err

    return run


def listed(sanku: Sanku) -> dict[str, bool]:
    rows = json.loads(sanku("model", "list", "--json")[1])["items"]
    return {row["version"]: row["active"] for row in rows}


def test_train_use_and_bring_back(sanku: Sanku, database: Database, judged: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.bootstrap.process_matcher.ranker_for", lambda *_: BY_CHANCE)
    monkeypatch.setattr("app.matching.ranking.ranker.load_ranker", lambda *_: BY_CHANCE)
    live(database, build(database, demands=36, achievements=8, viewers=3), BY_CHANCE)

    status, actual = sanku("train", "--dry-run", "--json", "--judged", judged)
    assert status == 0, actual
    dry = json.loads(actual)
    assert (dry["decision"], dry["dry_run"]) == ("promoted", True)
    assert listed(sanku) == {"by-chance": True}

    status, actual = sanku("train", "--judged", judged)
    assert status == 0, actual
    learned = dry["candidate"]["version"]
    assert learned in actual and "promoted" in actual
    assert listed(sanku) == {learned: True, "by-chance": False}

    assert sanku("model", "rollback") == (0, "by-chance\n")
    assert listed(sanku) == {learned: False, "by-chance": True}
    assert sanku("model", "use", learned) == (0, f"{learned}\n")
    assert f"* {learned} trained nDCG@10 +" in sanku("model", "list")[1]


def test_too_little_use_is_said_and_replaces_nothing(sanku: Sanku, judged: Path) -> None:
    status, actual = sanku("train", "--judged", judged)
    assert (status, "too_few" in actual) == (0, True)
    assert listed(sanku) == {load_ranker().version: True}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("model", "rollback"), "no previous ranker to restore"),
        (("model", "use", "nobody"), "no ranker nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_both_languages(
    sanku: Sanku, arguments: tuple[str, ...], said: str
) -> None:
    status, actual = sanku(*arguments)
    assert status == 1
    assert said in actual and "排序模型" in actual


def test_the_judged_features_are_kept_for_the_next_training(
    sanku: Sanku, judged: Path, tmp_path: Path
) -> None:
    sanku("train", "--judged", judged)
    (kept,) = (tmp_path / "home" / "training").iterdir()
    before = kept.stat().st_mtime_ns
    sanku("train", "--judged", judged)
    assert kept.stat().st_mtime_ns == before
    assert [row[2] for row in json.loads(kept.read_text())["pairs"]] == [3]
