"""Clarity: the gaps found, the questions asked, and properties of the score."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.libraries.demands.clarity import Clarity, Severity, clarity
from tests.support.paths import SHARED_DATA

JINAN = SHARED_DATA / "jinan"
TODAY = date(2026, 11, 23)

GOOD: dict[str, Any] = {
    "title": "化工储罐用高耐蚀水性防腐涂料研发",
    "main_problem": "现用溶剂型涂料挥发物超标,改用水性涂料后六个月即起泡脱落。储罐为 Q235 碳钢,内壁接触 5% 盐酸,"
    "使用温度 60 ℃,每年检修 12 台。试过三家产品,划痕处锈蚀都扩展到 12 mm 以上,需要耐盐雾的水性防腐体系。",
    "expected_goal": "中性盐雾不低于1000 h;干膜厚度≤200 μm;VOC≤100 g/L;附着力≥5 MPa",
    "min_trl": 6,
    "budget_max_wan": 100,
    "deadline": date(2027, 1, 1),
    "cooperation_modes": ["licence"],
}


def judged(**changes: Any) -> Clarity:
    return clarity({**GOOD, **changes}, today=TODAY)


def codes(found: Clarity) -> set[str]:
    return {finding.code for finding in found.findings}


def test_a_clear_demand_has_no_gap() -> None:
    found = judged()
    assert found.findings == ()
    assert found.score >= 90


def test_the_parts_add_up_and_an_empty_demand_scores_low() -> None:
    empty = clarity({}, today=TODAY)
    assert sum(empty.parts.values()) == empty.score < 30
    assert judged().score == sum(judged().parts.values())


@pytest.mark.parametrize(
    ("changes", "code", "field", "severity"),
    [
        ({"main_problem": "水性涂料起泡" * 20, "expected_goal": ""}, "no_indicators", "indicators", "high"),
        (
            {"main_problem": "水性涂料起泡" * 20, "expected_goal": "盐雾≥1000 h"},
            "few_indicators",
            "indicators",
            "medium",
        ),
        ({"main_problem": "水性涂料起泡脱落。"}, "short_problem", "main_problem", "high"),
        ({"main_problem": "水性涂料起泡脱落。" * 6}, "short_problem", "main_problem", "medium"),
        (
            {"title": "排产算法", "main_problem": "排产靠人工" * 20, "expected_goal": "准确率≥95%"},
            "no_conditions",
            "scenario",
            "high",
        ),
        ({"expected_goal": "使用寿命不低于5000"}, "number_without_unit", "expected_goal", "medium"),
        (
            {"indicators": [{"name": "产量", "op": "≥", "value": 5000}]},
            "number_without_unit",
            "indicators",
            "medium",
        ),
        ({"budget_max_wan": None}, "no_budget", "budget_max_wan", "low"),
        ({"min_trl": None}, "no_min_trl", "min_trl", "low"),
        ({"deadline": None}, "no_deadline", "deadline", "medium"),
        ({"deadline": date(2026, 11, 22)}, "past_deadline", "deadline", "high"),
        ({"cooperation_modes": []}, "no_cooperation_modes", "cooperation_modes", "medium"),
    ],
)
def test_a_gap_is_found_and_asked_for(changes: dict[str, Any], code: str, field: str, severity: str) -> None:
    (finding,) = [one for one in judged(**changes).findings if one.code == code]
    assert (finding.field, finding.severity) == (field, severity)
    assert judged(**changes).score < judged().score or code == "number_without_unit"
    for text in (finding.zh, finding.en, finding.question_zh, finding.question_en):
        assert text
        assert "{" not in text
    assert finding.question_zh.endswith(("？", "。", "”。"))


@pytest.mark.parametrize(
    "text",
    [
        "防腐性能达到国际先进水平",
        "价格面议",
        "产量未说明",
        "暂无数据",
        "时间TBD",
        "工况不详",
        "根据需要配置",
        "强度越高越好",
        "满足使用要求",
        "性能优良",
        "coating of state-of-the-art quality",
        "as needed",
    ],
)
def test_a_vague_word_is_found(text: str) -> None:
    (finding,) = [
        one
        for one in judged(key_technology=f"涂层与基材的结合。{text}。").findings
        if one.code == "vague_word"
    ]
    assert finding.field == "key_technology"
    assert finding.excerpt is not None
    assert finding.excerpt.strip("…") in text


@pytest.mark.parametrize(
    "text",
    ["国内暂无成熟技术", "机器人等待定位信号", "说明书不详细", "按需求侧数据建模", "效率显著提升15%以上", ""],
)
def test_what_only_looks_vague_is_not(text: str) -> None:
    assert "vague_word" not in codes(judged(key_technology=text))


BUYING = {
    "title": "采购打磨机器人",
    "main_problem": "计划购买六轴机器人一套,请厂家报价。",
    "expected_goal": "",
}


def test_buying_disguised_as_research() -> None:
    found = judged(**BUYING, need_kind="research")
    (finding,) = [one for one in found.findings if one.code == "buying_not_research"]
    assert finding.severity is Severity.HIGH
    assert found.parts["need"] == 0


def test_buying_that_is_declared_is_asked_about_gently() -> None:
    assert "buying_declared" in codes(judged(**BUYING, need_kind="mature_technology"))


@pytest.mark.parametrize(
    "text",
    [
        "买来的机器人无法识别铸件飞边,误差 2 mm,需要研发视觉引导。",
        "降低采购成本20%以上。",
        "了解买方的要求。",
    ],
)
def test_a_technical_problem_is_no_buying(text: str) -> None:
    found = judged(title="打磨机器人", main_problem=text, expected_goal="", need_kind="research")
    assert "buying_not_research" not in codes(found)


def test_the_same_bound_in_list_and_text_counts_once() -> None:
    listed = [{"name": "中性盐雾", "op": "≥", "value": 1000, "unit": "h"}]
    assert judged(indicators=listed).parts["indicators"] == judged().parts["indicators"]


@pytest.mark.parametrize(
    "text",
    [
        "啊啊啊啊啊啊啊啊", "asdfgh", "asdf jkl; asdf", "1234567890", "lorem ipsum dolor sit amet, consectetur",
        "测试测试测试", "问题问题问题问题", "solve solve solve solve", "？？？？", "hdjskfhsdkjf",
    ],
)  # fmt: skip
def test_gibberish_scores_nothing_and_is_told(text: str) -> None:
    for found in (judged(main_problem=text), clarity({"title": text}, today=TODAY)):
        assert found.score == sum(found.parts.values()) == 0
        assert found.findings[0].code == "gibberish"


@pytest.mark.parametrize(
    "text", ["漏", "轴承钢", "PLC升级", "pH计", "QT400", "3D打印", "Burrs", "LED", "灯具频闪"]
)
def test_a_short_text_is_no_gibberish(text: str) -> None:
    assert "gibberish" not in codes(judged(title=text, main_problem=text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("焊缝气孔多。污水站氨氮超标。仓库盘点老是不准。", 3),
        ("1、焊缝气孔多；2、污水氨氮超标；3、奶牛乳房炎高发；4、排产软件卡顿", 4),
        ("我厂铸件气孔多，返修率高。另外，食堂垃圾处理困难，想要就地处理设备。", 2),
        ("一是齿轮热处理变形大，二是车间油雾浓度超标，三是ERP与MES数据不能互通", 3),
    ],
)
def test_unrelated_problems_are_to_be_split(text: str, parts: int) -> None:
    (finding,) = [one for one in judged(main_problem=text).findings if one.code == "several_problems"]
    assert f"({parts})" in finding.question_zh
    assert f"({parts + 1})" not in finding.question_zh


def test_one_problem_in_several_sentences_is_not_split() -> None:
    for text in (
        "齿轮磨削烧伤严重，废品率高。烧伤层在装配中开裂。另外，烧伤难以检出。",
        GOOD["main_problem"],
    ):
        assert "several_problems" not in codes(judged(main_problem=text))


@pytest.mark.skipif(not JINAN.is_dir(), reason="the shared evaluation data is not here")
def test_normal_demands_are_neither_gibberish_nor_split() -> None:
    rows = [
        json.loads(line)
        for file in sorted(JINAN.glob("*/demands.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    found = [
        codes(
            clarity(
                {"title": row["title"], "main_problem": row["description"], "expected_goal": row["targets"]},
                today=TODAY,
            )
        )
        for row in rows
    ]  # fmt: skip
    assert not any("gibberish" in each for each in found)
    assert sum("several_problems" in each for each in found) <= len(rows) * 2 // 70


def test_numerals_in_words_count_and_unclear_numbers_are_asked() -> None:
    found = judged(
        expected_goal="耐盐雾一千二百小时以上;吸水率百分之二以内;废品率降低三分之一;外形1200×800×600mm"
    )
    assert found.parts["indicators"] == 15
    (finding,) = [one for one in found.findings if one.code == "unclear_figure"]
    assert finding.excerpt == "外形1200×800×600mm"


# Words that stand alone in any clause: taking one out joins nothing new.
VAGUE = [
    "面议",
    "待定",
    "不详",
    "未说明",
    "尽可能",
    "越高越好",
    "国际先进水平",
    "根据需要",
    "TBD",
    "优良",
]
CLAUSES = [
    "水性涂料在盐雾中起泡",
    "采购设备一套",
    "硬度≥800 HV且耐磨",
    "寿命不低于5000",
    "碳钢储罐内壁",
    "效率提升15%以上",
    "the coating peels and rusts",
    "返修多",
]
clauses = st.lists(
    st.tuples(st.sampled_from(CLAUSES), st.sampled_from(["", *VAGUE])).map("".join), max_size=8
)
ends = st.sampled_from(["，", "。", "；", ",", "且", " and "])
texts = st.builds(lambda parts, end: end.join(parts), clauses, ends)
indicators = st.builds(
    lambda name, op, value, unit: {"name": name, "op": op, "value": value, "unit": unit},
    st.sampled_from(["盐雾", "硬度", "采购成本降幅", "性能优良率", "漏检率", "salt spray"]),
    st.sampled_from(["≥", "≤"]),
    st.integers(1, 9999),
    st.sampled_from(["h", "MPa", "%", "mm", "℃"]),
)
demands = st.fixed_dictionaries(
    {
        "title": texts,
        "main_problem": texts,
        "key_technology": texts,
        "expected_goal": texts,
        "indicators": st.lists(indicators, max_size=4),
        "need_kind": st.sampled_from([None, "research", "mature_technology"]),
    }
)
fields = st.sampled_from(["main_problem", "expected_goal"])


def score(demand: dict[str, Any]) -> int:
    found = clarity(demand, today=TODAY)
    assert 0 <= found.score <= 100
    return found.score


@settings(max_examples=60, deadline=None)
@given(demand=demands, more=indicators, field=fields)
def test_a_measurable_indicator_more_never_lowers_the_score(
    demand: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    before = score(demand)
    assert score({**demand, "indicators": [*demand["indicators"], more]}) >= before
    stated = f"{more['name']}{more['op']}{more['value']} {more['unit']}"
    assert score({**demand, field: f"{demand[field]}；{stated}"}) >= before


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(demand=demands, field=st.sampled_from(["title", "main_problem", "key_technology", "expected_goal"]))
def test_a_vague_word_less_never_lowers_the_score(demand: dict[str, Any], field: str) -> None:
    before = score(demand)
    for word in VAGUE:
        for count in (1, -1):
            assert score({**demand, field: demand[field].replace(word, "", count)}) >= before


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert score({"title": text, "main_problem": text, "expected_goal": text}) >= 0
