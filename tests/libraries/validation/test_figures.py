"""Figures with units as people write them: forms of numbers, units and bounds, and what is no figure."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.libraries.validation.indicators.comparison import meets
from app.libraries.validation.indicators.model import Indicator, Op
from app.libraries.validation.indicators.parser import parse_indicator, parse_indicators
from app.libraries.validation.indicators.units import UnknownUnitError, convert
from tests.support.paths import SHARED_DATA

LABELLED = Path(__file__).parent / "figures.jsonl"
REAL_DEMANDS = SHARED_DATA / "realfiles" / "real_demands.jsonl"


def read(text: str) -> list[str]:
    return [str(indicator) for indicator in parse_indicators(text).indicators]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("薄膜厚度大于等于5mm", ["薄膜厚度 ≥ 5 mm"]),
        ("雾度小于或等于0.8%", ["雾度 ≤ 0.8 %"]),
        ("电阻率≤1×10-6Ω·m", ["电阻率 ≤ 0.000001 Ω·m"]),
        ("漏率小于10的负6次方Pa·m³/s", ["漏率 < 0.000001 Pa·m³/s"]),
        ("漏率小于1e-6 Pa·m³/s", ["漏率 < 0.000001 Pa·m³/s"]),
        ("误码率小于10-9", ["误码率 < 0.000000001"]),
        ("导热系数不低于200W/m·K", ["导热系数 ≥ 200 W/m·K"]),
        ("风量达到100㎥/h", ["风量 ≥ 100 m3/h"]),
        ("氧化铝含量≥99.9wt%", ["氧化铝含量 ≥ 99.9 wt%"]),
        ("纯度不低于4N", ["纯度 ≥ 99.99 %"]),
        ("纯度达到5N5", ["纯度 ≥ 99.9995 %"]),
        ("拉力不低于4N", ["拉力 ≥ 4 N"]),
        ("板厚3mm≤t≤5mm", ["板厚t 3～5 mm"]),
        ("废品率降低三分之一以上", ["废品率降低 ≥ 33.3333 %"]),
        ("耐盐雾一千二百小时以上", ["耐盐雾 ≥ 1200 小时"]),
        ("损耗百分之二以内", ["损耗 ≤ 2 %"]),
        ("寿命两年半以上", ["寿命 ≥ 2.5 年"]),
        ("管径DN300～500", ["管径 300～500 DN"]),
        ("硬度HRC58-62", ["硬度 58～62 HRC"]),
        ("合格率希望能做到95%以上", ["合格率 ≥ 95 %"]),
        ("厚度不小于3mm且不大于5mm", ["厚度 3～5 mm"]),
        ("长度10m以上20m以下", ["长度 10～20 m"]),
        ("工作电压380V±10%", ["工作电压 342～418 V"]),
        ("耐温、耐压分别达到800℃和5MPa", ["耐温 ≥ 800 ℃", "耐压 ≥ 5 MPa"]),
        ("满足-40℃～+85℃工作温度", ["工作温度 -40～85 ℃"]),
        ("流量 1 000 L/min", ["流量 = 1000 L/min"]),
        ("压缩强度≥９０ＭＰａ", ["压缩强度 ≥ 90 MPa"]),
        ("磨損率不超過百分之五", ["磨损率 ≤ 5 %"]),
        ("透湿量8000g/(m²·24h)以上", ["透湿量 ≥ 8000 g/(m²·24h)"]),
        ("切割寿命不少于8000刀", ["切割寿命 ≥ 8000 刀"]),
        ("真空度优于5×10^-4Pa", ["真空度 < 0.0005 Pa"]),
        ("increase throughput from 100 to 150 t/h", ["increase throughput ≥ 150 t/h"]),
        ("coating cost under EUR 0.9/kg", ["coating cost < 0.9 EUR/kg"]),
    ],
)
def test_forms_of_numbers_units_and_bounds(text: str, figures: list[str]) -> None:
    assert read(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "预算三十万元",
        "拟投入研发资金300万～500万元",
        "年产值1.2亿元",
        "2026年12月31日前交样",
        "3个月内完成样机",
        "研发周期18个月",
        "公司成立20年，现有职工260人",
        "拥有发明专利14项",
        "服务企业300家",
        "联系电话13812345678",
        "执行GB/T 1234-2020",
        "材料为Q345B，螺栓M8，防护等级IP67",
        "目前良率38%",
        "原来精度0.1mm",
        "急需解决缩水率超过2%的问题",
        "市面机子直立率也就八成",
        "数控加工中心32台、三坐标2台",
    ],
)
def test_what_is_no_required_figure(text: str) -> None:
    assert read(text) == []


def test_the_present_state_stands_beside_the_requirement() -> None:
    for text in (
        "转化率由38%提高到60%以上",
        "转化率目前38%，要求提高到60%以上",
        "转化率从目前的38%左右提升至60%",
    ):
        (indicator,) = parse_indicators(text).indicators
        assert (str(indicator), indicator.current) == ("转化率 ≥ 60 %", Decimal(38))


def test_narrative_values_count_only_with_a_requirement_and_offers_keep_theirs() -> None:
    assert parse_indicators("氧化后合格率64%。", only_required=True).indicators == ()
    assert len(parse_indicators("要求合格率98%。", only_required=True).indicators) == 1
    assert len(parse_indicators("目前寿命已达到2000h", keeps_present=True).indicators) == 1


@pytest.mark.parametrize("text", ["外形尺寸1200×800×600mm", "希望能做到95%以上", "分辨率不低于1920×1080"])
def test_what_is_unclear_is_told_and_not_read(text: str) -> None:
    parsed = parse_indicators(text)
    assert parsed.indicators == ()
    assert parsed.unclear == (text,)


def test_a_bound_in_words_meets_an_equal_value() -> None:
    required, offered = parse_indicator("薄膜厚度大于等于5mm"), parse_indicator("薄膜厚度等于5mm")
    assert required is not None
    assert offered is not None
    assert meets(required, offered) == "holds"


# The wordings of each bound: before or after the value.
WORDINGS: Mapping[Op, tuple[str, ...]] = {
    Op.AT_LEAST: (
        "≥{}", ">={}", "大于等于{}", "不小于{}", "不低于{}", "不得低于{}",
        "{}以上", "{}及以上", "至少{}", "达到{}以上", " at least {}",
    ),
    Op.AT_MOST: (
        "≤{}", "小于等于{}", "不大于{}", "不超过{}", "不得超过{}",
        "{}以下", "{}以内", "控制在{}以内", "至多{}", " no more than {}",
    ),
    Op.MORE: (">{}", "＞{}", "大于{}", "高于{}", "超过{}", " more than {}"),
    Op.LESS: ("<{}", "小于{}", "低于{}", "不到{}", " less than {}"),
    Op.EQUAL: ("{}", "为{}", "等于{}", "：{}"),
}  # fmt: skip
UNITS = (
    "mm", "℃", "MPa", "%", "‰", "ppm", "W/m·K", "W/(m·K)", "kJ/kg", "mg/Nm³", "m³/h", "μS/cm", "kN/mm²",
    "r/min", "rpm", "dB(A)", "g/L", "吨/小时", "wt%", "Ω·m", "小时", "个月", "次", "元/吨", "kWh/t", "μm",
)  # fmt: skip
VALUES = st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=3).map(
    lambda value: value.normalize()
)


def plain(value: Decimal) -> str:
    return f"{value:f}"


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char.isdigit() or char == "." else char for char in text)


def with_separators(text: str) -> str:
    whole, dot, fraction = text.partition(".")
    return f"{int(whole):,}{dot}{fraction}"


@given(
    VALUES,
    st.sampled_from(UNITS),
    st.sampled_from([(op, wording) for op, wordings in WORDINGS.items() for wording in wordings]),
    st.sampled_from(
        [plain, lambda value: full_width(plain(value)), lambda value: with_separators(plain(value))]
    ),
    st.sampled_from(["", " "]),
)
def test_every_wording_reads_back(
    value: Decimal, unit: str, bound: tuple[Op, str], form: Any, space: str
) -> None:
    op, wording = bound
    (indicator,) = parse_indicators("抗压强度" + wording.format(form(value) + space + unit)).indicators
    assert (indicator.name, indicator.op, indicator.value) == ("抗压强度", op, value)
    assert convert(1, indicator.unit or "", unit) == pytest.approx(1)


@given(VALUES, VALUES, st.sampled_from(UNITS), st.sampled_from("～~-—–至到"), st.booleans())
def test_both_ends_of_a_range_read_back(
    one: Decimal, other: Decimal, unit: str, dash: str, twice: bool
) -> None:
    low, high = sorted((one, other))
    (indicator,) = parse_indicators(f"抗压强度{low:f}{unit if twice else ''}{dash}{high:f}{unit}").indicators
    assert (indicator.op, indicator.low, indicator.high, indicator.unit) == (Op.BETWEEN, low, high, unit)


@given(
    st.decimals(min_value=1, max_value=10**9, places=4),
    st.sampled_from(["", "QT", "第", "V"]),
    st.sampled_from(["", "×20mm", "^3", "年", "月底", "~", "多万", "e", "/7/3", "×10-6", "-T6"]),
    st.sampled_from(["合格率≥{}", "厚度{}mm", "{}以上", "强度不低于{}MPa"]),
)
def test_a_value_is_read_whole_or_not_at_all(number: Decimal, before: str, after: str, clause: str) -> None:
    """Whatever touches the number, no part of its digits is read as a value."""
    for indicator in parse_indicators(clause.format(f"{before}{number:f}{after}")).indicators:
        for value in (indicator.value, indicator.low, indicator.high):
            if value is not None:
                assert value.normalize().as_tuple().digits in {number.normalize().as_tuple().digits, (2,)}


def _same(value: Decimal | None, unit: str | None, wanted: Any, wanted_unit: str | None) -> bool:
    if value is None or (unit is None) != (wanted_unit is None):
        return False
    try:
        converted = convert(float(value), unit, wanted_unit) if unit and wanted_unit else float(value)
    except UnknownUnitError:
        return False
    return converted == pytest.approx(float(wanted))


def _is_read(indicator: Indicator, figure: Mapping[str, Any]) -> bool:
    value, unit = figure["value"], figure["unit"]
    if isinstance(value, list):
        ends = (indicator.low, indicator.high)
        return all(_same(end, indicator.unit, wanted, unit) for end, wanted in zip(ends, value, strict=True))
    return _same(indicator.value, indicator.unit, value, unit)


def _recall_and_precision(
    texts: Iterable[tuple[str, list[dict[str, Any]]]], *, with_bound: bool
) -> tuple[float, float]:
    hits = labelled = reported = 0
    for text, figures in texts:
        indicators = list(parse_indicators(text).indicators)
        labelled += len(figures)
        reported += len(indicators)
        for figure in figures:
            match = next(
                (
                    indicator
                    for indicator in indicators
                    if _is_read(indicator, figure) and (not with_bound or indicator.op == figure["op"])
                ),
                None,
            )
            if match is not None:
                indicators.remove(match)
                hits += 1
    return hits / labelled, hits / reported


def test_labelled_demands_of_many_industries_are_read() -> None:
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 40
    recall, precision = _recall_and_precision(
        ((row["text"], row["figures"]) for row in rows), with_bound=True
    )
    assert recall >= 0.95
    assert precision >= 0.95


@pytest.mark.skipif(not REAL_DEMANDS.is_file(), reason="the shared evaluation data is not here")
def test_demands_as_enterprises_write_them_are_read() -> None:
    rows = [json.loads(line) for line in REAL_DEMANDS.read_text(encoding="utf-8").splitlines()]
    recall, precision = _recall_and_precision(
        ((row["text"], row["facts"]["indicators"]) for row in rows), with_bound=False
    )
    assert recall >= 0.95
    assert precision >= 0.9
