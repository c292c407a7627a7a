"""The comparison form of text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.text.folding import fold, simplified


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("車用大燈", "车用大灯"),
        ("鑄鐵乾燥設備", "铸铁干燥设备"),
        ("ＱＴ４００－１５", "qt400-15"),
        ("PA66", "pa\u200b6\ufeff6"),
        ("球墨\u00ad铸铁", "球墨铸铁"),
        ("CO₂捕集", "co2捕集"),
        ("CO<sub>2</sub>捕集", "CO2捕集"),
        ("10⁶ m²", "106 m2"),
        ("<p class=MsoNormal>球墨铸铁<o:p></o:p></p>", "球墨铸铁"),
        ("Schrödinger", "SCHRODINGER"),
        ("25℃", "25°C"),
        ("衞生", "卫生"),
        ("\u2f2f业", "工业"),  # a radical, as some PDF files hold it
    ],
)
def test_differences_of_writing_disappear(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_simplified_characters_stay() -> None:
    """Characters of today's simplified texts, some of which are also traditional ones."""
    text = "什么著名的显著后面里程干部了解只有台风面粉余量松树适应准备范围"
    assert simplified(text) == text


@given(st.text(max_size=200))
@example("&amp;amp;lt;p&gt;")
@example("İ")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=50))
def test_positions_of_simplified_characters_stay(text: str) -> None:
    """A part of a text becomes a part of its conversion, at the same place."""
    assert simplified(text) == "".join(simplified(character) for character in text)
    assert len(simplified(text)) == len(text)
