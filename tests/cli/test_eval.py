"""`sanku eval`: figures computed by hand, tolerated input, and no side effects."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import Invalid
from app.matching.evaluation.evaluator import evaluate_directories
from app.matching.evaluation.report import report_lines
from app.settings import Settings
from tests.support.builders.interchange import ACHIEVEMENT, DEMAND, MANAGER, write
from tests.support.embedders import BigramEmbedder
from tests.support.paths import DEMO_DATA

CRANE = {
    "id": "A2",
    "title": "桥式起重机防摇摆控制",
    "summary": "起重机吊运时载荷摇摆,前馈整形把残余摆角压到一度以内,定位更快。",
}
COLLAGEN = {
    "id": "A3",
    "title": "鳕鱼皮胶原低聚肽酶解",
    "summary": "两段定向酶解与膜分离,得率四成,腥味去除,适合饮品添加。",
}
CRANE_WANTED = {"id": "D2", "title": CRANE["title"], "description": CRANE["summary"]}

Evaluate = Callable[[Path], dict[str, Any]]


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    settings = Settings(_env_file=None, home=tmp_path / "nobodys-home", demo=True)

    def run(folder: Path) -> dict[str, Any]:
        return evaluate_directories(settings, BigramEmbedder(), [folder], on_progress=lambda *_: None)

    return run


def test_figures_worked_out_by_hand(tmp_path: Path, evaluate: Evaluate) -> None:
    """D1 shares most words with A1 and some with A4, so A1 ranks before A4 and the other three are not found."""
    near = ACHIEVEMENT | {"id": "A4", "title": "储罐呼吸阀", "summary": "阀盘轻,储罐超压时起跳灵敏,不结冰。"}
    same = ACHIEVEMENT | {"title": DEMAND["title"], "summary": DEMAND["description"]}
    write(
        tmp_path,
        achievements=[near, COLLAGEN, CRANE, same],
        demands=[DEMAND, CRANE_WANTED],
        qrels_pairs="D1\tA1\t1\nD1\tA4\t3\nD2\tA2\t3\n",
    )
    figures = evaluate(tmp_path)
    # D1: A1 (grade 1, gain 1) first, A4 (grade 3, gain 7) second; the other way round would be ideal. D2: ideal.
    discounted = (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))
    words = figures["baselines"]["bm25"]
    assert words["ndcg_at_10"] == pytest.approx((discounted + 1) / 2, abs=1e-4)
    assert words["recall_at_10"] == 1.0
    assert words["mrr"] == pytest.approx((1 / 2 + 1) / 2)
    # Best scores with the answers: D1's of A1, and D2's of A2, which is higher (a longer text met in full). Without
    # them: A1's as before, and none. Of the four comparisons one is a draw, the others are won.
    assert words["no_match_auroc"] == (0.5 + 1 + 1 + 1) / 4
    ours = figures["pairs"]
    assert ours["recall_at_10"] == 1.0
    assert ours["queries"] == 2


def test_leaving_the_answer_out_lowers_the_best_score(tmp_path: Path, evaluate: Evaluate) -> None:
    write(
        tmp_path,
        achievements=[CRANE, COLLAGEN, ACHIEVEMENT],
        demands=[CRANE_WANTED],
        qrels_pairs="D2\tA2\t3\n",
    )
    figures = evaluate(tmp_path)
    for row in (figures["pairs"], *figures["baselines"].values()):
        assert (row["ndcg_at_10"], row["recall_at_10"], row["mrr"]) == (1.0, 1.0, 1.0)
    for name in ("bm25", "dense"):
        assert figures["baselines"][name]["no_match_auroc"] == 1.0
    assert figures["pairs"]["no_match_auroc"] == 1.0
    assert figures["pairs"]["ndcg_at_10_over_baseline"]["bm25"]["mean"] == 0.0


def test_managers_and_their_conflicts(tmp_path: Path, evaluate: Evaluate) -> None:
    """The manager affiliated with the owner, under an alias of its name, fits best and is never recommended."""
    free = MANAGER | {"id": "M2", "org": "另一家技术转移公司", "affiliations": []}
    tied = MANAGER | {"affiliations": ["鹊涂院"]}
    write(
        tmp_path,
        achievements=[ACHIEVEMENT],
        demands=[DEMAND | {"confidential": True}],
        managers=[tied, free],
        organisations=[{"name": ACHIEVEMENT["owner_org"], "aliases": ["鹊涂院"]}],
        qrels_pairs="D1\tA1\t3\n",
        qrels_managers="D1\tA1\tM1\t3\nD1\tA1\tM2\t2\n",
        conflicts="D1\tA1\tM1\n",
    )
    figures = evaluate(tmp_path)["managers"]
    assert figures == {
        "pairs": 1,
        "ndcg_at_5": 1.0,
        "ndcg_at_5_interval": [1.0, 1.0],
        "ndcg_at_5_judged": 1.0,
        "ndcg_at_5_judged_interval": [1.0, 1.0],
        "unjudged_in_first_5": 0.0,
        "conflicts_recommended": 0,
    }


def test_unjudged_managers_are_distinguished_from_unsuitable_ones(tmp_path: Path, evaluate: Evaluate) -> None:
    """M1 is equal to M0 but not graded: M1 counts as 0, and the graded managers are ranked correctly."""
    free = MANAGER | {"org": "另一家技术转移公司", "affiliations": []}
    twin = free | {"id": "M0", "name": "同一专长"}
    stranger = free | {
        "id": "M2",
        "expertise": "舞台灯光",
        "fields": [],
        "regions": [],
        "track_record": [],
    }
    write(
        tmp_path,
        achievements=[ACHIEVEMENT],
        demands=[DEMAND],
        managers=[free, twin, stranger],
        qrels_pairs="D1\tA1\t3\n",
        qrels_managers="D1\tA1\tM0\t3\nD1\tA1\tM2\t1\n",
    )
    figures = evaluate(tmp_path)["managers"]
    assert figures["ndcg_at_5_judged"] == 1.0
    assert figures["ndcg_at_5"] < 1.0
    assert figures["unjudged_in_first_5"] == pytest.approx(1 / 3, abs=1e-4)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"deadline": "尽快", "budget_wan": "面议", "min_trl": "seven", "language": None},
        {"deadline": "2020-01-01", "budget_wan": -1, "min_trl": 9, "field": "占星术", "region": "x"},
        {"id": "a-demand-with-an-id-that-is-longer-than-any-number-of-ours", "keywords": "一个词"},
        {"id": 7, "cooperation_modes": ["barter"], "org": "甲"},
    ],
)
def test_a_record_is_taken_as_it_is(tmp_path: Path, evaluate: Evaluate, odd: dict[str, Any]) -> None:
    demand = {"id": "D1", "title": DEMAND["title"], "description": DEMAND["description"]} | odd
    bare = {"id": "A1", "title": ACHIEVEMENT["title"]}
    longer = {
        "id": f"{demand['id']}-A",
        "summary": COLLAGEN["summary"],
        "trl": 0.5,
        "asking_price_wan": "NaN",
    }
    write(
        tmp_path,
        achievements=[bare, longer, longer | {"id": f"{demand['id']}-B", "ip": "ZL1"}],
        demands=[demand],
        managers=[{"id": "M1", "name": "周渡", "expertise": "涂料"}],
        qrels_pairs=f"{demand['id']}\tA1\t3\n",
    )
    figures = evaluate(tmp_path)
    assert figures["pairs"]["recall_at_10"] == 1.0
    assert figures["managers"] == {
        "pairs": 0,
        "ndcg_at_5": 0.0,
        "ndcg_at_5_interval": [0.0, 0.0],
        "ndcg_at_5_judged": 0.0,
        "ndcg_at_5_judged_interval": [0.0, 0.0],
        "unjudged_in_first_5": 0.0,
        "conflicts_recommended": 0,
    }


def test_judgements_of_what_is_not_there_do_no_harm(tmp_path: Path, evaluate: Evaluate) -> None:
    write(
        tmp_path,
        achievements=[CRANE, COLLAGEN],
        demands=[CRANE_WANTED],
        qrels_pairs="D2\tA2\t3\nD2\tA9\t3\nD9\tA2\t2\n",
        qrels_managers="D2\tA2\tM9\t3\n",
        conflicts="D9\tA9\tM9\n",
    )
    figures = evaluate(tmp_path)
    assert figures["pairs"]["queries"] == 1
    # An answer that the store lacks was not found: half of the answers.
    assert figures["pairs"]["recall_at_10"] == 0.5


def test_without_judgements_nothing_can_be_measured(tmp_path: Path, evaluate: Evaluate) -> None:
    write(tmp_path, achievements=[ACHIEVEMENT], demands=[DEMAND])
    with pytest.raises(Invalid) as caught:
        evaluate(tmp_path)
    assert [fault.code for fault in caught.value.fields] == ["no_judgements"]
    assert "qrels_pairs.tsv" in caught.value.fields[0].en
    write(tmp_path, qrels_pairs="D-of-another-set\tA1\t3\n")
    with pytest.raises(Invalid):
        evaluate(tmp_path)


def test_a_record_without_any_text_is_named(tmp_path: Path, evaluate: Evaluate) -> None:
    write(tmp_path, achievements=[ACHIEVEMENT, {"id": "A2"}], demands=[DEMAND], qrels_pairs="D1\tA1\t3\n")
    with pytest.raises(Invalid) as caught:
        evaluate(tmp_path)
    assert [fault.field for fault in caught.value.fields] == ["achievements.jsonl:2"]


def test_no_achievement_at_all(tmp_path: Path, evaluate: Evaluate) -> None:
    write(tmp_path, demands=[DEMAND], qrels_pairs="D1\tA1\t3\n")
    figures = evaluate(tmp_path)
    assert (figures["pairs"]["ndcg_at_10"], figures["pairs"]["no_match_auroc"]) == (0.0, 0.5)


@pytest.mark.slow
def test_the_shipped_set_and_the_table_for_people(tmp_path: Path, evaluate: Evaluate) -> None:
    figures = evaluate(DEMO_DATA)
    assert figures["records"] == {"achievements": 68, "demands": 25, "managers": 20}
    assert figures["managers"]["conflicts_recommended"] == 0
    assert not (tmp_path / "nobodys-home").exists()
    lines = report_lines(figures)
    assert [line.split()[0] for line in lines[1:5]] == ["sanku", "bm25", "dense", "rrf"]
    assert any("conflicts recommended: 0" in line for line in lines)
    pairs = figures["pairs"]
    assert 0 <= pairs["calibration_error"] <= 0.08
    assert sum(row["pairs"] for row in pairs["reliability"]) == 250  # ten of each of 25 demands
    assert all(row["from"] <= row["score"] <= row["to"] for row in pairs["reliability"])
    assert figures["english_answers"]["sanku"] >= figures["english_answers"]["dense"]


def test_figures_by_kind_of_demand(tmp_path: Path, evaluate: Evaluate) -> None:
    """A demand that is off topic has no answer to rank, and counts where it is called good."""
    same = ACHIEVEMENT | {"title": DEMAND["title"], "summary": DEMAND["description"]}
    retold = DEMAND | {
        "id": "D1-short",
        "of": "D1",
        "kind": "short",
        "title": "",
        "description": "储罐呼吸阀漏气",
    }
    write(
        tmp_path,
        achievements=[same, COLLAGEN, CRANE],
        demands=[DEMAND, retold],
        qrels_pairs="D1\tA1\t3\nD1-short\tA1\t3\n",
    )
    (tmp_path / "offtopic.jsonl").write_text(
        json.dumps(
            {"id": "D9", "kind": "offtopic", "title": "外贸单证软件", "description": "报关单据靠邮件来回抄。"}
        )
    )
    kinds = evaluate(tmp_path)["kinds"]
    assert {kind: row["queries"] for kind, row in kinds.items()} == {"original": 1, "short": 1, "offtopic": 1}
    assert kinds["original"]["ndcg_at_10"]["sanku"] == 1.0
    assert kinds["offtopic"]["ndcg_at_10"] == {"sanku": None, "bm25": None, "dense": None, "rrf": None}
    assert kinds["offtopic"]["answers_called_good"] is None
    assert kinds["offtopic"]["first_good_but_wrong"] == kinds["offtopic"]["called_good"]


def test_several_directories_are_one_store(tmp_path: Path) -> None:
    achievements, demands = tmp_path / "achievements", tmp_path / "demands"
    for folder in (achievements, demands):
        folder.mkdir()
    write(achievements, achievements=[ACHIEVEMENT, CRANE])
    write(demands, demands=[CRANE_WANTED], qrels_pairs="D2\tA2\t3\n")
    settings = Settings(_env_file=None, home=tmp_path / "nobodys-home", demo=True)
    embedder, quiet = BigramEmbedder(), lambda *_: None
    figures = evaluate_directories(settings, embedder, [achievements, demands], on_progress=quiet)
    assert figures["records"] == {"achievements": 2, "demands": 1, "managers": 0}
    assert figures["pairs"]["recall_at_10"] == 1.0
    with pytest.raises(Invalid) as refused:
        evaluate_directories(settings, embedder, [achievements, demands, demands], on_progress=quiet)
    assert ["duplicate id D2" in fault.en for fault in refused.value.fields] == [True]
