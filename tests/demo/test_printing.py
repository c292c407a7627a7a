"""Wrapping of Chinese text: nothing lost, nothing too wide, no line that begins with a closing mark."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.demo.terminal import wrapped

TEXTS = st.text(alphabet="中文技术成果，。；（）“”、 abcXYZ0159.%-\n×—", max_size=80)


@given(TEXTS, st.integers(min_value=6, max_value=60))
def test_nothing_is_lost_and_only_a_long_word_stands_out(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert cell_len(line) <= width or not line.strip().count(" ")


def test_numbers_and_marks_stay_with_what_they_belong_to() -> None:
    text = "内容高度相符，3 处语句对应；盐雾600 h以上（甲）。"
    assert list(wrapped(text, 12)) == ["内容高度相", "符，3 处语句", "对应；盐雾", "600 h以上", "（甲）。"]
