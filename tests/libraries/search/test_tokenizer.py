"""The tokenizer that full-text search and lexical matching share."""

from hypothesis import example, given
from hypothesis import strategies as st

from app.libraries.search.tokenizer import STOP_WORDS, normalise, words


def test_numbers_with_units_and_grades_are_one_word() -> None:
    assert words("高压0.4 MPa下QT400-18铸件, 300mg/m3") == ["高压", "0.4mpa", "qt400-18", "铸件", "300mg/m3"]


def test_long_words_come_with_their_parts() -> None:
    assert {"污水处理", "污水", "处理"} <= set(words("污水处理"))


def test_a_space_after_every_character_of_a_scanned_page_makes_no_difference() -> None:
    assert words("涂 层 起 泡 , 耐 盐 雾 1000 h") == words("涂层起泡,耐盐雾 1000 h")
    assert words("中 试\n放 大") == words("中 试 \n 放 大")
    assert words("污水 处理 设备") == ["污水", "处理", "设备"], "a list of words stays one"


@given(st.text(max_size=200))
@example("合格率98\nAl 合金")
def test_words_can_be_joined_and_looked_up(text: str) -> None:
    """For any text, words contain no space and no quote; the stored documents depend on it."""
    for word in words(text):
        assert word
        assert not set(word) & set(" \t\n'\"\\:&|!()*\x00")
        assert word not in STOP_WORDS


@given(st.text(max_size=200))
def test_width_and_case_make_no_difference(text: str) -> None:
    assert words(text) == words(normalise(text))
