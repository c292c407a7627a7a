"""What comes off pasted texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.cleanup import Removed, clean, strip_markup

WORD = """<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style>p.MsoNormal {margin:0cm}</style>
<p class="MsoNormal" style='text-indent:21.0pt'><span lang=EN-US>QT400</span>球墨铸铁<o:p></o:p></p>
<p class=MsoNormal>冲击韧性&nbsp;&ge;12&nbsp;J</p>"""


def test_a_page_becomes_its_text() -> None:
    cleaned = clean(WORD)
    assert cleaned.text.split() == ["QT400球墨铸铁", "冲击韧性", "≥12", "J"]
    assert cleaned.removed == (Removed.MARKUP,)


@pytest.mark.parametrize(
    "text",
    [
        "粒径 0 < x 且 y > 1",
        "要求 a<b>c 时报警",
        "要求 a<b 且 c>2 时报警",
        "温度<-40℃,压力>3MPa",
        "AT&T 与 R&D;合作",
        "模板参数 vector<int> 的解析",
        "",
    ],
)
def test_signs_of_comparison_are_no_markup(text: str) -> None:
    assert clean(text).text == text
    assert clean(text).removed == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<b>高强</b>钢", "高强钢"),
        ("一<br>二<br/>三", "一\n二\n三"),
        ("CO<SUB>2</SUB>", "CO2"),
        ("<script>alert(1)</script>涂料", "涂料"),
        ("&lt;p&gt;涂料&lt;/p&gt;", "涂料"),
        ("A&amp;B", "A&B"),
        ("A&amp;amp;amp;amp;B", "A&B"),
    ],
)
def test_markup_comes_off(text: str, plain: str) -> None:
    assert strip_markup(text) == plain


@pytest.mark.parametrize(
    "char", ["\u200b", "\ufeff", "\u00ad", "\u202e", "\u2060", "\x07", "\ufe0f", "\ud800"]
)
def test_invisible_characters_come_off(char: str) -> None:
    cleaned = clean(f"球{char}墨")
    assert cleaned.text == "球墨"
    assert cleaned.removed == (Removed.INVISIBLE,)


@given(st.text(max_size=100))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text).text
    assert clean(once).text == once


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<!--", "-->", "<b", ">", "&lt;", "x"]), max_size=300).map(
        "".join
    )
)
def test_any_heap_of_tags_is_cleaned(text: str) -> None:
    assert len(clean(text).text) <= len(text)


@pytest.mark.parametrize("part", ["<!--", "<style>", "<b>", "<", "&", "<p ", "<o:"])
def test_time_grows_with_the_length_alone(part: str) -> None:
    """A body of the largest permitted size; quadratic time would take minutes."""
    clean(part * 200_000)


def test_one_escape_on_another_comes_to_an_end() -> None:
    """Read again after each, a text of a million would take hours."""
    assert strip_markup("A&" + "amp;" * 5 + "B") == "A&B"
    assert strip_markup("A&" + "amp;" * 50 + "B").startswith("A&amp;amp;")
    assert len(strip_markup("&" + "amp;" * 250_000)) > 900_000
