"""The charts of the documentation: their scripts on small figures that are worked out by hand."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from app.matching.evaluation.evaluator import evaluate_directories
from app.matching.ranking.ranker import load_ranker
from app.matching.training.judged_sets import JudgedPairs
from app.settings import Settings
from tests.support.builders.interchange import ACHIEVEMENT, DEMAND, write
from tests.support.embedders import BigramEmbedder
from tests.support.paths import SCRIPTS

pytestmark = pytest.mark.slow

PLOTS = SCRIPTS / "plots"
# What is asked of a picture in the documentation.
MOST_BYTES = 80_000


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PLOTS / script, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def texts(svg: Path) -> list[str]:
    assert svg.stat().st_size < MOST_BYTES
    return [
        "".join(one.itertext()) for one in ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def month(ndcg: float, tried: float | None = None, decision: str = "") -> dict[str, Any]:
    return {"judgements": 50, "eta": 0.9, "ndcg": ndcg, "tried": tried, "decision": decision}


@pytest.fixture
def year(tmp_path: Path) -> Path:
    """Two replicas of three months, whose demands are of different difficulty."""
    weak = {
        "never": [[month(0.6)] * 4, [month(0.7)] * 4],
        "naive": [
            [month(0.6), month(0.6, 0.65, "not_better"), month(0.6, 0.66, "not_better"), month(0.6)],
            [month(0.7), month(0.7, None, "too_few"), month(0.7, 0.74, "not_better"), month(0.7)],
        ],
        "learning": [
            [month(0.6), month(0.7, 0.7, "promoted"), month(0.7, None, "too_few"), month(0.7)],
            [month(0.7), month(0.7, None, "too_few"), month(0.7, 0.8, "not_better"), month(0.7)],
        ],
    }
    shipped = {arm: [[month(0.8)] * 4] * 2 for arm in weak}
    path = tmp_path / "year.json"
    document = {"ranker": "additive-x", "features": [], "replicas": {"weak": weak, "shipped": shipped}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_table_of_a_simulated_year(tmp_path: Path, year: Path) -> None:
    done = run("learning.py", year, "--table", tmp_path / "year.md")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "year.md").read_text(encoding="utf-8") == done.stdout
    heads, _, *lines = ([cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines())
    rows = {(cells[0], cells[1]): dict(zip(heads, cells, strict=True)) for cells in lines}
    assert len(rows) == 8
    # In the first month only one replica has a trained ranker, and it was promoted.
    first = rows["weak", "1"]
    assert (first["newest"], first["newest − never"]) == ("", "")
    assert (first["answers"], first["promoted (of 2)"]) == ("0.700", "1")
    # From the second on both have one. Both gain 0.1, the hard demands and the easy ones: the difference is sure.
    for later in (rows["weak", "2"], rows["weak", "3"]):
        assert (later["never"], later["newest"]) == ("0.650", "0.750")
        assert later["newest − never"] == "+0.100 [+0.100, +0.100]"
        assert later["newest − without correction"] == "+0.050 [+0.040, +0.060]"
        assert later["answers − never"] == "+0.050 [+0.000, +0.100]"


def test_the_chart_of_a_simulated_year(tmp_path: Path, year: Path) -> None:
    drawn = [tmp_path / "first.svg", tmp_path / "again.svg"]
    for svg in drawn:
        done = run("learning.py", year, "--svg", svg)
        assert done.returncode == 0, done.stderr
    actual = texts(drawn[0])
    assert "A simulated year of use (replicas: 2, ranker: additive-x)" in actual
    assert {"Weak start", "Start from the shipped ranker", "never trained", "newest trained"} <= set(actual)
    assert drawn[0].read_bytes() == drawn[1].read_bytes()
    assert not re.search(rb"dc:date|Matplotlib v", drawn[0].read_bytes())


@pytest.fixture
def simulation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("simulate_use", SCRIPTS / "simulate_use.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for themselves there
    spec.loader.exec_module(module)
    return module


def judged(demands: int, achievements: int) -> JudgedPairs:
    """Each demand is solved by one achievement, whose text is nearer."""
    pairs = [(demand, achievement) for demand in range(demands) for achievement in range(achievements)]
    solved = [demand % achievements == achievement for demand, achievement in pairs]
    return JudgedPairs(
        demands=tuple(f"D{demand}" for demand, _ in pairs),
        achievements=tuple(f"A{achievement}" for _, achievement in pairs),
        features=tuple({"whole": 0.6 if good else 0.3, "words": 0.5} for good in solved),
        grades=np.array([3 if good else 0 for good in solved]),
    )


def test_the_results_of_the_simulation_can_be_summarised(tmp_path: Path, simulation: ModuleType) -> None:
    pairs, shipped = judged(24, 6), load_ranker()
    results: dict[str, Any] = {"weak": {arm: [] for arm in simulation.ARMS}}
    for arm in simulation.ARMS:
        home = tmp_path / arm
        home.mkdir()
        rows = simulation.live(
            simulation.Town.of(pairs), simulation.weak_ranker(shipped), arm, pairs, 0, home
        )
        results["weak"][arm].append(rows)
    simulation.keep(results, shipped, tmp_path / "year.json")

    done = run("learning.py", tmp_path / "year.json", "--svg", tmp_path / "year.svg")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:]
    assert [line.split("|")[2].strip() for line in lines] == [str(number) for number in range(13)]
    assert int(lines[-1].split("|")[3]) > int(lines[1].split("|")[3]) > 0  # people did answer
    assert f"A simulated year of use (replicas: 1, ranker: {shipped.version})" in texts(tmp_path / "year.svg")


def evaluated(folder: Path, **files: Any) -> Path:
    """What `sanku eval --json` says of these files."""
    folder.mkdir()
    write(folder, **files)
    settings = Settings(_env_file=None, home=folder / "home", demo=True)
    figures = evaluate_directories(settings, BigramEmbedder(), [folder], on_progress=lambda *_: None)
    path = folder / "figures.json"
    path.write_text(json.dumps(figures), encoding="utf-8")
    return path


def test_the_reliability_diagram_of_evaluations(tmp_path: Path) -> None:
    qrels = "D1\tA1\t3\n"
    full = evaluated(tmp_path / "full", achievements=[ACHIEVEMENT], demands=[DEMAND], qrels_pairs=qrels)
    empty = evaluated(tmp_path / "empty", demands=[DEMAND], qrels_pairs=qrels)
    svg = tmp_path / "reliability.svg"
    done = run("reliability.py", full, empty, "--svg", svg)
    assert done.returncode == 0, done.stderr
    actual, figures = texts(svg), json.loads(full.read_text(encoding="utf-8"))
    error = figures["pairs"]["calibration_error"]
    assert error > 0
    assert f"ECE {error:.3f}, ranker {figures['ranker']}" in actual
    assert "ECE 0.000, ranker " + figures["ranker"] in actual
    assert {"full", "empty", "share of relevant pairs", "score"} <= set(actual)

    titled = run("reliability.py", full, empty, "--svg", svg, "--title", "Authored", "Nothing")
    assert titled.returncode == 0, titled.stderr
    assert {"Authored", "Nothing"} <= set(texts(svg))

    mismatched = run("reliability.py", full, empty, "--svg", svg, "--title", "Authored")
    assert mismatched.returncode == 2
    assert "2 evaluations, but 1 titles" in mismatched.stderr
