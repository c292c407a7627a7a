"""Indicators: parsing text, and comparing offered with required values across units."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.libraries.validation.indicators.comparison import (
    Verdict,
    compare,
    is_near_name,
    meets,
    quantity_of,
)
from app.libraries.validation.indicators.model import Indicator, Indicators, Op
from app.libraries.validation.indicators.parser import parse_indicator, parse_indicators
from app.libraries.validation.indicators.units import UnknownUnitError, convert, is_unit
from tests.support.paths import SHARED_DATA

JINAN = SHARED_DATA / "jinan"


@pytest.mark.parametrize(
    ("clause", "read"),
    [
        ("盐雾 ≥1000 h", "盐雾 ≥ 1000 h"),
        ("VOC≤100 g/L", "VOC ≤ 100 g/L"),
        ("效率提升15%以上", "效率提升 ≥ 15 %"),
        ("单件打磨时间不超过8分钟", "单件打磨时间 ≤ 8 分钟"),
        ("合格率由90%提到98%", "合格率 ≥ 98 %"),
        ("工艺出品率由70%提到83%以上", "工艺出品率 ≥ 83 %"),
        ("用工从12人减到3人", "用工 ≤ 3 人"),
        ("返工率降到2%以内", "返工率 ≤ 2 %"),
        ("抗拉强度(MPa)≥450", "抗拉强度 ≥ 450 MPa"),
        ("６≤pH≤９", "pH 6～9"),
        ("单件清理时间3.5～7分钟", "单件清理时间 3.5～7 分钟"),
        ("厚度偏差≤±0.08mm", "厚度偏差 ≤ 0.08 mm"),
        ("温差±2 ℃以内", "温差 ≤ 2 ℃"),
        ("直径10±0.05 mm", "直径 9.95～10.05 mm"),
        ("处理能力1.2万件/h以上", "处理能力 ≥ 12000 件/h"),
        ("单台价格25万元以内", "单台价格 ≤ 25 万元"),
        ("化霜用电减半以上", "化霜用电减少 ≥ 50 %"),
        ("打药次数减少七成", "打药次数减少 ≥ 70 %"),
        ("合格率不低于七成五", "合格率 ≥ 75 %"),
        ("价格不高于进口的五折", "价格进口的 ≤ 50 %"),
        ("两年内回本", "回本 ≤ 2 年"),
        ("容积负荷4 kgVS/(m³·d)以上", "容积负荷 ≥ 4 kgVS/(m³·d)"),
        ("致命缺陷密度不大于0.3 cm⁻²", "致命缺陷密度 ≤ 0.3 cm⁻²"),
        ("深度≥0.2mm的缺陷漏检率小于2%", "深度≥0.2mm的缺陷漏检率 < 2 %"),
        ("分子量不低于现有的95%", "分子量现有的 ≥ 95 %"),
        ("24个月内稳定", "稳定 ≥ 24 个月"),
        (
            "工作温度-40℃±5%",
            str(Indicator(name="工作温度", op=Op.BETWEEN, low=Decimal(-42), high=Decimal(-38), unit="℃")),
        ),
        ("无菌保证水平10⁻⁶", "无菌保证水平 = 0.000001"),
        ("salt spray 1,200 h", "salt spray = 1200 h"),
        ("grinding time at most 8 min", "grinding time ≤ 8 min"),
        ("剥离力≥60N/10mm", "剥离力 ≥ 60 N/10mm"),
        ("可用率≥97%", "可用率 ≥ 97 %"),
        ("中性盐雾1200 h未见锈点", "中性盐雾 ≥ 1200 h"),
        ("在中性盐雾中1200 h未见锈点", "中性盐雾 ≥ 1200 h"),
        ("经2000 h盐雾试验后无起泡", "盐雾试验 ≥ 2000 h"),
        ("通过了1000 h中性盐雾试验", "中性盐雾试验 ≥ 1000 h"),
        ("盐雾试验480 h后漆膜不起泡", "盐雾试验 ≥ 480 h"),
        ("盐雾试验1000小时无红锈", "盐雾试验 ≥ 1000 小时"),
        ("pass 750 h neutral salt spray", "neutral salt spray ≥ 750 h"),
        ("withstands 1,200 h salt spray", "salt spray ≥ 1200 h"),
        ("survives 1000 hours of neutral salt spray without red rust", "neutral salt spray ≥ 1000 hours"),
    ],
)
def test_clauses_as_people_write_them(clause: str, read: str) -> None:
    assert str(parse_indicator(clause)) == read


@pytest.mark.parametrize(
    "clause",
    [
        "一成不变的工艺",
        "经三折，成型",
        "不停产安装",
        "粉尘达到职业卫生要求",
        "450 ℃下不剥落",
        "5%NaCl溶液浸泡后无腐蚀",
        "经5%盐雾试验无锈",
        "耐10%盐酸浸泡",
        "80 ℃湿热试验后无起泡",
        "外排水达到GB 16889表2",
        "采收前20天不用化学药",
        "QT400-18",
        "软件版本0.5.3",
        "网关地址192.168.0.1",
        "版本不低于2.0.1",
        "公差20±-1",
        "",
        "≥98%",
    ],
)
def test_what_bounds_nothing_is_no_indicator(clause: str) -> None:
    assert parse_indicator(clause) is None


def test_a_text_splits_into_indicators_and_the_rest() -> None:
    parsed = parse_indicators("盐雾 ≥1000 h；VOC≤100 g/L，不停产安装;价格1,200元以内,合格率由90%提到98%")
    assert [str(one) for one in parsed.indicators] == [
        "盐雾 ≥ 1000 h",
        "VOC ≤ 100 g/L",
        "价格 ≤ 1200 元",
        "合格率 ≥ 98 %",
    ]
    assert parsed.rest == ("不停产安装",)
    assert parsed.indicators[-1].current == Decimal(90)


def test_method_and_wish_are_kept() -> None:
    wished = parse_indicator("按GB/T 10125-2021标准盐雾≥1000 h，优先")
    assert wished is not None
    assert wished.method == "GB/T 10125-2021"
    assert not wished.must
    assert str(wished) == "盐雾 ≥ 1000 h"


FIGURE_SIGNS = st.text("0123456789.,+-×x*^eE%~/ ()≥≤<>=±℃mkgM万亿年月:;。，Nn多至到", max_size=40)


@given(st.text(max_size=200) | FIGURE_SIGNS)
def test_any_text_can_be_read(text: str) -> None:
    for indicator in parse_indicators(text).indicators:
        assert indicator.name


NUMBER = st.decimals(min_value=0, max_value=10**6, places=2)
SIGN = st.sampled_from(["≥", "≤", ">", "<"])


@given(NUMBER, SIGN, st.sampled_from(["h", "g/L", "分钟", "万元", "MPa", "%", "次/吨"]))
def test_what_is_printed_reads_back(value: Decimal, sign: str, unit: str) -> None:
    indicator = Indicator(name="盐雾", op=Op(sign), value=value, unit=unit)
    assert parse_indicator(str(indicator)) == indicator


def one(text: str) -> Indicator:
    found = parse_indicator(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("required", "offered", "verdict"),
    [
        ("盐雾 ≥1000 h", "salt spray 1,200 h", "holds"),
        ("盐雾 ≥1000 h", "盐雾 50天", "holds"),
        ("盐雾 ≥1000 h", "盐雾 40天", "fails"),
        ("打磨时间不超过8分钟", "打磨时间 420 s", "holds"),
        ("打磨时间不超过8分钟", "打磨时间3.5～7分钟", "holds"),
        ("打磨时间不超过8分钟", "打磨时间7～9分钟", "unknown"),
        ("打磨时间不超过8分钟", "打磨时间不超过10分钟", "unknown"),
        ("误报率<5%", "误报率 5%", "fails"),
        ("误报率<5%", "误报率小于5%", "holds"),
        ("误报率≤5%", "误报率>5%", "fails"),
        ("费用不超过3万元", "费用 28000元", "holds"),
        ("效率提升1倍以上", "效率提升 120%", "holds"),
        ("盐雾 ≥1000 h", "盐雾 1200", "unknown"),
        ("盐雾 ≥1000 h", "盐雾 1200 mm", "unknown"),
        ("产能≥600件", "产能 700次", "unknown"),
        ("压力 0.2 MPa", "压力 200 kPa", "holds"),
        ("压力 0.2 MPa", "压力 0.3 MPa", "unknown"),
        ("温差不超过3℃", "温差 2 K", "holds"),
        ("耐温≥80 ℃", "耐温 360 K", "holds"),
        ("工作温度范围-20~60℃", "工作温度范围-40~80℃", "holds"),
        ("工作温度范围-20~60℃", "工作温度范围0~50℃", "fails"),
        ("pH 6~9", "pH 7", "holds"),
        ("pH 6~9", "pH 10", "fails"),
    ],
)
def test_an_offer_against_a_requirement(required: str, offered: str, verdict: str) -> None:
    assert meets(one(required), one(offered)) == verdict


@given(NUMBER, SIGN)
def test_the_same_bound_always_holds(value: Decimal, sign: str) -> None:
    indicator = Indicator(name="盐雾", op=Op(sign), value=value, unit="h")
    assert meets(indicator, indicator) is Verdict.HOLDS


@given(NUMBER, NUMBER, SIGN)
def test_a_number_holds_or_fails_and_the_unit_changes_nothing(
    bound: Decimal, value: Decimal, sign: str
) -> None:
    required = Indicator(name="盐雾", op=Op(sign), value=bound, unit="h")
    in_hours = Indicator(name="盐雾", value=value, unit="h")
    in_minutes = Indicator(name="盐雾", value=value * 60, unit="分钟")
    expected = {"≥": value >= bound, "≤": value <= bound, ">": value > bound, "<": value < bound}[sign]
    assert (meets(required, in_hours) is Verdict.HOLDS) == expected
    assert meets(required, in_minutes) == meets(required, in_hours) != Verdict.UNKNOWN


@given(NUMBER, NUMBER)
def test_a_better_offer_is_never_judged_worse(bound: Decimal, value: Decimal) -> None:
    order = [Verdict.FAILS, Verdict.UNKNOWN, Verdict.HOLDS]
    required = Indicator(name="硬度", op=Op.AT_LEAST, value=bound)
    now, better = (Indicator(name="硬度", value=amount) for amount in (value, value + 1))
    assert order.index(meets(required, better)) >= order.index(meets(required, now))


def test_quantities_are_matched_by_name_and_synonym() -> None:
    assert quantity_of("耐盐雾") == quantity_of("Salt Spray") == "salt_spray"
    assert quantity_of("焊缝余高") != quantity_of("残余高度")
    needs = parse_indicators("盐雾≥1000 h；合格率≥98%；硬度≥60 HRC").indicators
    offers = parse_indicators("salt spray 1,200 h; 良率 97%").indicators
    assert [each.verdict for each in compare(needs, offers)] == ["holds", "fails", "unknown"]
    assert compare(needs, offers)[2].offered is None


@pytest.mark.parametrize(
    ("required", "offered", "verdict"),
    [
        ("杆面硬度 ≥ 58 HRC", "硬度 60 HRC", "holds"),
        ("硬度 ≥ 58 HRC", "杆面硬度 52 HRC", "fails"),
        ("杆面硬度 ≥ 58 HRC", "表面硬度 60 HRC", "holds"),
        ("模具寿命 ≥ 8 万次", "寿命 100000 次", "holds"),
        ("rod surface hardness ≥ 58 HRC", "hardness 60 HRC", "holds"),
        ("杆面硬度 ≥ 58 HRC", "硬度 700 HV", "unknown"),
        ("不合格率 ≤ 2 %", "合格率 98 %", "unknown"),
        ("硬度 ≥ 58 HRC", "硬度偏差 2 HRC", "unknown"),
        ("COD去除率 ≥ 90 %", "氨氮去除率 95 %", "unknown"),
    ],
)
def test_a_name_with_a_prefix_is_compared_as_such(required: str, offered: str, verdict: str) -> None:
    [found] = compare(*(parse_indicators(text).indicators for text in (required, offered)))
    assert found.verdict == verdict
    assert found.same_name == (found.offered is None)


def test_an_offer_of_the_same_name_counts_before_one_of_a_near_name() -> None:
    required, offered = (
        parse_indicators(text).indicators for text in ("杆面硬度 ≥ 58 HRC", "硬度 60 HRC；杆面硬度 50 HRC")
    )
    [found] = compare(required, offered)
    assert (found.verdict, found.same_name) == ("fails", True)


NAMES = st.text(alphabet="杆面硬度不寿命率", min_size=2, max_size=6)


@given(NAMES, NAMES, st.sampled_from("不非未无免"))
def test_nearness_of_names_has_no_direction_and_no_negation(name: str, other: str, negation: str) -> None:
    assert is_near_name(name, other) == is_near_name(other, name)
    assert is_near_name(name, name) and is_near_name(name, f"杆{name}")
    assert not is_near_name(f"壹{name}", f"贰{negation}壹{name}")


def test_units() -> None:
    assert convert(4, "kg/(m³·d)", "g/(L·h)") == pytest.approx(1 / 6)
    assert convert(9, "吨/公顷", "公斤/亩") == pytest.approx(600)
    assert is_unit("mg/L")
    assert not is_unit("mg/L左右")
    for unit, other in (("件", "次"), ("h", "mm"), ("HV", "HRC"), ("光年级", "m")):
        with pytest.raises(UnknownUnitError):
            convert(1, unit, other)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"name": "盐雾", "op": "≥"}, "indicator_value"),
        ({"name": "pH", "op": "~", "low": 9, "high": 6}, "indicator_range"),
        ({"name": "pH", "op": "～", "low": 9}, "indicator_range"),
        ({"name": "", "op": ">=", "value": 1}, "text_missing"),
    ],
)
def test_refused_indicators_speak_both_languages(data: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Indicator.model_validate(data)
    error = caught.value.errors()[0]
    assert error["type"] == code
    assert error["ctx"]["zh"]


def test_stored_form_survives_and_lists_are_limited() -> None:
    adapter = TypeAdapter(Indicators)
    stored = adapter.dump_python(
        adapter.validate_python([{"name": "盐雾", "op": ">=", "value": "1000", "unit": "h"}]), mode="json"
    )
    assert adapter.validate_json(json.dumps(stored))[0] == one("盐雾≥1000 h")
    with pytest.raises(ValidationError):
        adapter.validate_python([{"name": "盐雾", "value": 1}] * 21)
    for value in ("NaN", "Infinity"):
        with pytest.raises(ValidationError):
            adapter.validate_python([{"name": "盐雾", "value": value}])


@pytest.mark.skipif(not JINAN.is_dir(), reason="the shared evaluation data is not here")
def test_most_targets_of_real_demands_are_read() -> None:
    targets = [
        json.loads(line)["targets"]
        for file in sorted(JINAN.glob("*/demands.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    parsed = [parse_indicators(text) for text in targets]
    read = sum(len(each.indicators) for each in parsed)
    with_digit = sum(any(char.isdigit() for char in clause) for each in parsed for clause in each.rest)
    assert all(each.indicators for each in parsed)
    assert read / (read + with_digit) > 0.9
