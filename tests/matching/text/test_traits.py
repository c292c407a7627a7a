"""Traits of a text: indicators, purpose and formality."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.libraries.validation.indicators.model import Indicator, Op
from app.matching.text.bm25 import count_words
from app.matching.text.traits import (
    NEUTRAL_FORMALITY,
    NO_TRAITS,
    Traits,
    compared,
    formality_of,
    indicator_fit,
    purpose_gap,
    traits_of,
)
from tests.matching.ranking.pairs_of_facts import achievement, demand


def test_a_required_figure_is_held_against_an_offered_one_across_languages_and_units() -> None:
    asks = traits_of(demand(title="涂层防腐", problem="风机塔筒涂层一年就起泡。", goal="盐雾≥1000 h"))
    offers = traits_of(
        achievement(
            title="Waterborne anticorrosion coating",
            summary="Salt spray 60 days, adhesion 12 MPa.",
            language="en",
        )
    )
    found = compared(asks, offers)
    assert [(one.required.name, one.verdict.value) for one in found] == [("盐雾", "holds")]
    assert indicator_fit(asks, offers) == 0.5
    weaker = traits_of(achievement(title="涂层", summary="盐雾 600 h。"))
    assert indicator_fit(asks, weaker) == -0.5


def test_figures_of_the_form_come_before_those_of_the_text() -> None:
    traits = traits_of(achievement(title="涂层", summary="盐雾 600 h。", indicators=("盐雾 ≥ 1200 h",)))
    assert str(traits.indicators[0]) == "盐雾 ≥ 1200 h"


@pytest.mark.parametrize(
    ("asked", "offered", "gap"),
    [
        ({"title": "铝型材氧化后出黑线", "problem": "合格率64%。"}, "铝型材表面缺陷机器视觉检测系统", -1.0),
        ({"title": "铝型材表面缺陷漏检多", "problem": "靠人看。"}, "铝型材表面缺陷机器视觉检测系统", 0.0),
        ({"title": "铝型材氧化后出黑线", "problem": "合格率64%。"}, "铝型材等温挤压与模具渗层工艺", 0.0),
        ({"title": "发酵罐逃液", "problem": "泡沫多。"}, "泡沫在线监测与脉冲抑制控制技术", -0.4),
        ({"title": "发酵罐逃液", "problem": "靠人发现泡沫。"}, "泡沫高度在线检测电极", -0.5),
        ({"title": "Burrs in cross holes", "problem": "Tools wear."}, "Visual inspection of burrs", -1.0),
        ({}, "缺陷检测系统", 0.0),
    ],
)
def test_watching_is_no_answer_where_change_is_asked(asked: dict[str, str], offered: str, gap: float) -> None:
    assert purpose_gap(traits_of(demand(**asked)), traits_of(achievement(title=offered))) == gap


def test_what_an_achievement_says_it_does_not_do() -> None:
    traits = traits_of(
        achievement(
            title="夹杂物统计软件",
            summary="识别11类颗粒。只做检测评价,不涉及冶炼过程去除。传统方法不能减少夹杂物。",
        )
    )
    assert traits.disclaims == (2,)  # title, first, second sentence
    assert "冶炼" in traits.disclaimed_words[0]


def test_the_shop_floor_and_the_journal_speak_differently() -> None:
    floor = count_words("机房显卡柜热得降频，空调开到最大也吹不动，老是跳闸，客户天天骂。")
    journal = count_words(
        "本文研究了高密度电子器件的相变散热方法，建立了传热模型，实验结果表明散热性能显著提高。"
    )
    assert formality_of(journal) < NEUTRAL_FORMALITY < formality_of(floor)
    assert formality_of({}) == NEUTRAL_FORMALITY


INDICATORS = st.builds(
    Indicator,
    name=st.sampled_from(["盐雾", "硬度", "合格率"]),
    op=st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.EQUAL]),
    value=st.integers(1, 2000).map(Decimal),
    unit=st.sampled_from(["h", "HV", "%"]),
)
TRAITS = st.builds(
    Traits,
    indicators=st.lists(INDICATORS, max_size=4).map(tuple),
    observes=st.sampled_from([0.0, 0.4, 1.0]),
    asks_to_observe=st.sampled_from([0.0, 0.5, 1.0]),
)


@given(TRAITS)
def test_traits_survive_storage(traits: Traits) -> None:
    stored = json.loads(json.dumps(traits.to_dict()))
    assert Traits.from_dict(stored) == traits
    assert (stored == {}) == (traits == NO_TRAITS)


@given(TRAITS, TRAITS)
def test_traits_stay_in_their_ranges(asks: Traits, offers: Traits) -> None:
    assert -1 <= indicator_fit(asks, offers) <= 1
    assert -1 <= purpose_gap(asks, offers) <= 0
    assert indicator_fit(NO_TRAITS, offers) == indicator_fit(asks, NO_TRAITS) == 0
