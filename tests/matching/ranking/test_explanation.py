"""The explanation of a match, in both languages."""

import json
from decimal import Decimal

import numpy as np
import pytest

from app.libraries.validation.indicators.comparison import Verdict, compare
from app.libraries.validation.indicators.parser import parse_indicators
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking import explanation
from app.matching.ranking.ranker import load_ranker, rank
from app.matching.ranking.reasons import Reasons
from app.matching.ranking.similarity import PairSignals
from app.matching.space import Floats
from tests.matching.ranking.pairs_of_facts import NO_SIGNAL, achievement, demand

GOOD = PairSignals(dense=0.6, aligned=0.6, bm25=0.2)
ASKED = ("打磨全靠人工，粉尘大。", "联系泺锐公司张工13800138000", "单件不超过8分钟")
OFFERED = ("自动生成打磨轨迹，无需人工示教。", "单件清理3.5～7分钟", "岱北理工大学研制")
COSINES = np.array([[0.7, 0.1, 0.05], [0.1, 0.0, 0.6], [0.2, 0.65, 0.1]], np.float32)


ASKING = demand(budget_max_wan=Decimal(100), min_trl=7, cooperation_modes=("licence",))
OFFERING = achievement(price_min_wan=Decimal(160), trl=8, transfer_modes=("licence",))


def explained(
    asking: DemandFacts = ASKING,
    offered: AchievementFacts = OFFERING,
    signals: PairSignals = GOOD,
    cosines: Floats = COSINES,
    figures: tuple[str, str] = ("", ""),
) -> Reasons:
    scored = rank([(asking, offered)], [signals], load_ranker())[0]
    return explanation.reasons(
        asking,
        offered,
        scored,
        demand_sentences=ASKED,
        achievement_sentences=OFFERED,
        cosines=cosines,
        compared=[
            one
            for one in compare(*(parse_indicators(text).indicators for text in figures))
            if one.verdict is not Verdict.UNKNOWN
        ],
    )


def test_each_sentence_is_quoted_once_and_the_nearest_first() -> None:
    met = explained().sentences
    assert [sentence.similarity for sentence in met] == sorted((s.similarity for s in met), reverse=True)
    assert (met[0].demand, met[0].achievement) == (ASKED[0], OFFERED[0])
    assert len({sentence.demand for sentence in met}) == len(met)


def test_contacts_never_appear() -> None:
    actual = json.dumps(explained().to_dict(), ensure_ascii=False, default=str)
    assert "13800138000" not in actual
    assert explanation.without_contacts("发 a.b@c.cn 或 0531-88881234") == "发 〔略〕 或 〔略〕"


def test_a_failing_term_is_stated_in_the_one_line() -> None:
    actual = explained()
    assert "超出预算" in actual.one_line_zh
    assert "above the budget" in actual.one_line_en
    assert {term.code: term.state for term in actual.terms}["trl"] == "holds"


@pytest.mark.parametrize(
    ("offered", "zh", "en"),
    [
        ("中性盐雾1200 h未见锈点；硬度900 HV", "可比指标 2 项满足", "2 of 2 comparable figures hold"),
        ("salt spray 1,200 h；硬度700 HV", "可比指标 1 项满足、1 项不满足", "1 of 2 comparable figures hold"),
        ("硬度700 HV", "可比指标 1 项不满足", "0 of 1 comparable figures hold"),
        (
            "中性盐雾1200 h；膜层盐雾时间900 h；杆面硬度700 HV",
            "可比指标 1 项满足、1 项待确认",
            "1 of 2 comparable figures hold",
        ),
    ],
)
def test_the_one_line_counts_figures_that_hold_and_fail(offered: str, zh: str, en: str) -> None:
    actual = explained(figures=("盐雾 ≥1000 h；硬度不低于800 HV", offered))
    assert zh in actual.one_line_zh.split("；")[0].split("，")
    assert en in actual.one_line_en


def test_a_figure_under_a_near_name_is_shown_as_such() -> None:
    [holds] = explained(figures=("杆面硬度不低于800 HV", "硬度900 HV")).figures
    assert (holds.state, holds.same_name) == ("holds", False)
    assert holds.zh == "要求 杆面硬度 ≥ 800 HV，成果 硬度 = 900 HV：满足（指标名称不尽相同）"
    [unsure] = explained(figures=("杆面硬度不低于800 HV", "硬度700 HV")).figures
    assert (unsure.state, unsure.same_name) == ("unsure", False)
    assert unsure.en.endswith("to be confirmed (the names differ)")


def test_the_one_line_of_a_pair_with_little_in_common() -> None:
    one_met = np.zeros_like(COSINES)
    one_met[0, 0] = 0.7
    asking = demand(cooperation_modes=("licence",))
    actual = explained(asking, achievement(transfer_modes=("licence",)), NO_SIGNAL, one_met)
    assert actual.one_line_zh == "内容关联很弱，1 处语句对应；转化方式满足"
    assert actual.one_line_en == (
        "barely related in content, 1 matching passage; terms that hold: mode of cooperation"
    )


def test_counted_features_are_ordered_and_leave_terms_to_the_terms() -> None:
    counted = explanation.counted_features({"whole": 2.0, "hubness": -3.0, "words": 0.01, "price": -1.0})
    assert [feature.name for feature in counted] == ["hubness", "whole"]


def test_sentences_that_are_far_apart_are_not_shown_as_meeting() -> None:
    assert explanation.meeting_sentences(ASKED, OFFERED, np.full((3, 3), 0.1, np.float32)) == ()
    assert explanation.meeting_sentences((), (), np.zeros((0, 0), np.float32)) == ()


def test_no_good_match_gives_its_reason() -> None:
    assert explanation.no_good_match([0.9, 0.1], 0.3) is None
    below = explanation.no_good_match([0.2, 0.1], 0.3)
    assert below is not None
    assert (below["code"], below["best_score"]) == ("below_threshold", 0.2)
    nothing = explanation.no_good_match([], 0.3)
    assert nothing is not None
    assert nothing["code"] == "no_candidate"
