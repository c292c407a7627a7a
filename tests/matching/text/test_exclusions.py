"""What a demand excludes, and what only sounds like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.text.exclusions import unwanted, wanted


@pytest.mark.parametrize(
    ("text", "left", "excluded"),
    [
        (
            "不需要漏液检测，我们要活塞杆镀硬铬的替代工艺。",
            "我们要活塞杆镀硬铬的替代工艺。",
            ["不需要漏液检测"],
        ),
        (
            "不要换识别引擎的方案，转写错字多，要在现有引擎后面纠错。",
            "转写错字多，要在现有引擎后面纠错。",
            ["不要换识别引擎的方案"],
        ),
        (
            "铸完再拿热等静压去压的办法不要推，客户不认。球铁底座厚处疏松，要从浇铸上解决。",
            "客户不认。球铁底座厚处疏松，要从浇铸上解决。",
            ["铸完再拿热等静压去压的办法不要推"],
        ),
        (
            "不需要毛刺检测相机，也不需要刀具寿命管理软件，我们缺的是去毛刺的设备。",
            "我们缺的是去毛刺的设备。",
            ["不需要毛刺检测相机", "也不需要刀具寿命管理软件"],
        ),
        (
            "手环和照护平台不要，摄像头也免谈。要能报跌倒和离床的雷达。",
            "要能报跌倒和离床的雷达。",
            ["手环和照护平台不要", "摄像头也免谈"],
        ),
        (
            "黑水虻我们试养过半年，味大量小，不要再推。两座厌氧罐夏天酸化，沼气掉一半。",
            "两座厌氧罐夏天酸化，沼气掉一半。",
            ["黑水虻我们试养过半年", "味大量小", "不要再推"],
        ),
        (
            "We do not need leak detection. A replacement for hard chrome on piston rods is wanted.",
            "A replacement for hard chrome on piston rods is wanted.",
            ["We do not need leak detection"],
        ),
    ],
)
def test_what_is_excluded_is_told_from_what_is_wanted(text: str, left: str, excluded: list[str]) -> None:
    assert wanted(text) == left
    assert unwanted(text) == excluded


@pytest.mark.parametrize(
    "text",
    [
        "需要不停机就能更换的滤芯，不需要停机，不需要更换现有设备。",
        "铸件打磨设备，无需人工示教，换件要快。",
        "希望找到便宜、少误报、不用拉电的监测方案。",
        "不改变现有工艺，产量不降低。",
        "不要漏液检测",
        "现有设备不需要大改，表面粗糙度不大于3.2微米。",
        "带速5 m/s时裂口100 mm以内可识别，别老瞎报，不能停机。",
        "The system must not need calibration in the field and run unattended.",
    ],
)
def test_a_requirement_is_no_exclusion(text: str) -> None:
    assert (wanted(text), unwanted(text)) == (text, [])


@given(st.text(alphabet="不需要推的方案检测换机床，。；\nWe do not need", max_size=60))
def test_what_is_wanted_excludes_nothing_more(text: str) -> None:
    assert unwanted(wanted(text)) == [] or len(wanted(text)) < len(text)
