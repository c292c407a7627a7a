"""Metrics of ranked lists, against figures worked out by hand."""

import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from app.matching.evaluation import metrics
from app.matching.text.bm25 import CorpusStats, bm25, count_words, words
from tests.support.paths import SHARED_DATA

JUDGED = {"q": {"a": 3, "b": 1, "c": 2}, "none": {"z": 1}}
RANKED = {"q": ["x", "a", "b", "c"], "none": ["z", "y"]}


def test_ndcg_by_hand() -> None:
    gained = 7 / math.log2(3) + 1 / math.log2(4) + 3 / math.log2(5)
    ideal = 7 / math.log2(2) + 3 / math.log2(3) + 1 / math.log2(4)
    assert metrics.ndcg(RANKED, JUDGED, 10)["q"] == pytest.approx(gained / ideal)
    assert metrics.ndcg(RANKED, JUDGED, 1)["q"] == 0


def test_recall_and_reciprocal_rank_see_only_answers() -> None:
    assert metrics.recall(RANKED, JUDGED, 2) == {"q": 0.5}
    assert metrics.reciprocal_rank(RANKED, JUDGED) == {"q": 0.5}


def test_an_empty_list_counts_as_nothing_found() -> None:
    assert metrics.ndcg({"q": []}, JUDGED) == {"q": 0.0}


def test_no_match_scores_take_the_answers_out() -> None:
    scored = {"q": [("a", 0.9), ("b", 0.4), ("c", 0.8)], "none": [("z", 0.3)]}
    best = metrics.no_match_scores(scored, JUDGED)
    assert best == {"q": (0.9, 0.4), "none": (None, 0.3)}
    assert metrics.no_match_auroc(best) == 1.0


def test_auroc_counts_ties_as_half() -> None:
    assert metrics.auroc([0.5, 0.9], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert metrics.auroc([], [0.1]) == 0.5


def test_calibration_error_by_hand() -> None:
    assert metrics.calibration_error([0.8] * 5, [True] * 4 + [False]) == pytest.approx(0.0)
    assert metrics.calibration_error([0.9, 0.1], [False, False]) == pytest.approx(0.5)


def test_intervals_are_seeded_and_hold_the_mean() -> None:
    values = list(np.random.default_rng(0).uniform(size=50))
    one = metrics.interval(values)
    assert one == metrics.interval(values)
    assert one.low < one.mean < one.high
    paired = metrics.paired_interval({"a": 0.9, "b": 0.8}, {"a": 0.4, "b": 0.5})
    assert paired.low > 0
    statistic = metrics.statistic_interval(values, lambda drawn: float(np.median(drawn)), resamples=200)
    assert statistic.low <= statistic.mean <= statistic.high


@pytest.fixture
def jinan() -> Path:
    folder = SHARED_DATA / "jinan"
    if not folder.is_dir():
        pytest.skip("the judged sets are not beside this checkout")
    return folder


def test_bm25_gives_the_published_figure(jinan: Path) -> None:
    """0.670 was published for all three sets as one store; words are cut a little differently here."""
    documents: dict[str, str] = {}
    queries: dict[str, str] = {}
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for folder in sorted(jinan.iterdir()):
        for line in (folder / "achievements.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            documents[row["id"]] = " ".join(
                [row["title"], row["summary"], row["advantages"], row["applications"], *row["keywords"]]
            )
        for line in (folder / "demands.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            queries[row["id"]] = " ".join(
                [row["title"], row["description"], row["targets"], *row["keywords"]]
            )
        for line in (folder / "qrels_pairs.tsv").read_text(encoding="utf-8").splitlines():
            query, document, grade = line.split("\t")
            judged[query][document] = int(grade)
    bags = [count_words(text) for text in documents.values()]
    stats = CorpusStats.of(bags)
    ids = list(documents)
    rankings = {}
    for query, text in queries.items():
        scores = bm25(words(text), bags, stats)
        rankings[query] = [ids[row] for row in sorted(range(len(ids)), key=lambda row: -scores[row])]
    values = metrics.ndcg(rankings, judged)
    assert len(values) == 70
    assert metrics.interval(list(values.values())).mean == pytest.approx(0.670, abs=0.01)
