"""The legible form of a text: the same text written, pasted or scanned in another way."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.text.legible import legible
from app.matching.text.passages import split_sentences

PLAIN = "压铸模具寿命只有3万模次，热裂纹集中在浇口附近。要求寿命≥8万模次，硬度偏差≤2 HRC。"


@pytest.mark.parametrize(
    "written",
    [
        f"<p>{PLAIN}</p>",
        f"<div><span style='color:red'>{PLAIN}</span><!-- 内部 --></div>",
        html.escape(f"<p>{PLAIN}</p>"),
        PLAIN.replace("热裂纹", "<b>热裂纹</b>"),
        PLAIN.replace("≥", "&ge;").replace("≤", "&le;"),
        PLAIN.replace("3", "３").replace("8", "８").replace("2", "２").replace("HRC", "ＨＲＣ"),
        PLAIN.replace("热裂纹", "热\u200b裂\u00ad纹").replace("压", "\ufeff压"),
        "壓鑄模具壽命只有3萬模次，熱裂紋集中在澆口附近。要求壽命≥8萬模次，硬度偏差≤2 HRC。",
        PLAIN.replace("热裂纹集中在", "热裂纹\n集中在"),
        PLAIN.replace("热裂纹集中在", "热裂纹 \n集中在"),
        PLAIN.replace("3万模次，", "3万\n模次，"),
        "压 铸 模 具 寿 命 只有3万模次，热裂纹 集中在浇口附近。 要求寿命≥8万模次，硬度偏差≤2 HRC。",
        PLAIN.replace("压铸模具", "压\u3000铸　模具"),
        f"＜p＞{PLAIN}＜/p＞",
        f"<\u200bp>{PLAIN}</\u200bp>",
        f"\n\n  {PLAIN}\t\n",
    ],
)
def test_the_same_text_written_in_another_way(written: str) -> None:
    assert legible(written) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "The film thickness is 0.4 mm; p < 0.05 and q > 3.",
        "温度 T<a 且 b>3，误差 0 < x < 1。",
        "1、盐雾不低于1000小时且不起泡\n2、附着力不低于5兆帕\n3、干膜厚度不超过200微米",
        "1. 20 MPa 耐压试验保持十分钟\n2. 35 MPa 爆破试验通过",
        "（1）合格率不低于百分之九十八\n（2）节拍不超过八分钟每件",
        "一、现有工艺的主要问题是合格率低\n二、希望达到的目标是合格率提高",
        "• 合格率不低于百分之九十八\n• 节拍不超过八分钟每件",
        "提高效率\n降低成本\n减少污染",
        "耐温二百度以上不开裂\n表面光滑没有气泡缺陷\n单件成本控制在八元以内",
        "单件节拍不超过 20\n35 MPa 保压十分钟不泄漏",
        "技术需求：\n高强度耐腐蚀涂层材料研发\n低成本快速固化工艺开发\n涂层在线检测设备研制",
        "焊缝气孔多，返修率高达15%\n设备节拍跟不上，每件12分钟\n希望改用机器人自动焊接",
        "耐温不低于200℃，不开裂\n表面光滑平整，没有气泡\n单件成本≤8元",
        "现有设备的主要问题如下：\n模具寿命短，更换频繁。\n能耗高，每件三度电。",
        "C++ 与 C# 接口，采样率 48 kHz，精度 ±0.5 ℃",
    ],
)
def test_what_carries_meaning_stays(text: str) -> None:
    assert legible(text) == text


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("The film is 5 μm\nafter curing at 60 ℃ for\n2 h.", "The film is 5 μm after curing at 60 ℃ for 2 h."),
        ("采用六轴机器人与 force\ncontrol 打磨泵体铸件", "采用六轴机器人与 force control 打磨泵体铸件"),
        ("要求打磨后的表面粗糙度不大于3．\n2微米", "要求打磨后的表面粗糙度不大于3.\n2微米"),
        ("现用涂料半年就起泡脱落影\n响储罐的使用", "现用涂料半年就起泡脱落影响储罐的使用"),
        ("冬天大棚里的番茄烂果长灰\n毛，打药不管用", "冬天大棚里的番茄烂果长灰毛，打药不管用"),
        ("涂层半年后起泡并且脱落，\n希望延长到三年", "涂层半年后起泡并且脱落，希望延长到三年"),
        ("孔隙率降低到原来的百分之20\n%以下", "孔隙率降低到原来的百分之20%以下"),
        ("涂 层 起 泡 , 半 年 脱 落", "涂层起泡,半年脱落"),
        ("粗糙度 3. 2 微米，压力 0. 4 MPa", "粗糙度 3.2 微米，压力 0.4 MPa"),
    ],
)  # fmt: skip
def test_lines_and_figures_that_a_page_broke_are_joined_without_gluing_words(broken: str, whole: str) -> None:
    assert legible(broken) == whole


TEXTS = st.text(
    alphabet="中文軟體壓，。；：（）ＡＢ１．％＜＞／b/p<>&;#ltamp0129. \u3000\u200b\t-、", max_size=80
)
LINES = st.text(alphabet="模具壽命，。、1２. MPa%\n", max_size=120)


@given(TEXTS)
def test_the_legible_form_of_a_legible_text_is_itself(text: str) -> None:
    once = legible(text)
    assert legible(once) == once


@given(LINES)
def test_only_white_space_goes_with_the_lines(text: str) -> None:
    def visible(of: str) -> str:
        return "".join(of.split())

    narrow = unicodedata.normalize("NFKC", text.replace("壽", "寿").replace("，", "\0")).replace("\0", "，")
    assert visible(legible(text)) == visible(narrow)


@given(st.lists(st.sampled_from([PLAIN, "节拍不超过八分钟。", "能耗降低三成。"]), min_size=1, max_size=5))
def test_sentences_are_those_of_the_plain_text(paragraphs: list[str]) -> None:
    pasted = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    assert split_sentences(legible(pasted)) == split_sentences("\n".join(paragraphs))
