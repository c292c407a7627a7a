"""Lines of Chinese and Latin text: nothing is lost, nothing is too wide, no line begins with a closing mark."""

from hypothesis import given
from hypothesis import strategies as st

from app.pdf.lines import lines_of

TEXTS = st.text(alphabet="三库成果，。（）《》 abc1.5%-\n", max_size=60)


@given(TEXTS, st.integers(1, 12))
def test_lines_keep_every_character_and_the_width(text: str, width: int) -> None:
    lines = list(lines_of(text, width, len))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)


def test_marks_stay_with_their_words() -> None:
    text = "喷涂后（含 2 次）合格，盐雾 1000h 不起泡。"
    lines = list(lines_of(text, 8, len))
    assert not any(line.startswith(("，", "。", "）")) or line.endswith("（") for line in lines)
    assert any("1000h" in line for line in lines)
