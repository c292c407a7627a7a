"""Other ways to write a brand: numerals in digits, words and for accounts (三箭, 3箭, 叁箭), pinyin, first letters."""

import re
from collections.abc import Iterator
from functools import cache

from xpinyin import Pinyin

_DIGITS = "0123456789"
_NUMERALS = (
    "零一二三四五六七八九",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "零壹贰参肆伍陆柒捌玖",
    "零弌弍弎四五六七八九",
)
_TO_DIGIT = {numeral: digit for row in _NUMERALS for numeral, digit in zip(row, _DIGITS, strict=True)}
_HAN = re.compile(r"[\u3400-\u9fff]{2,5}")
_READINGS = 16
"""Combinations of readings of one brand."""
_SHORTEST = 4
"""Letters; shorter ones are parts of other words."""


def numeral_spellings(brand: str) -> Iterator[str]:
    """The brand and, if it has numerals, its other ways to write them."""
    yield brand
    digits = "".join(_TO_DIGIT.get(char, char) for char in brand)
    yield digits
    for row in _NUMERALS:
        yield digits.translate(str.maketrans(_DIGITS, row))


@cache
def _dictionary() -> Pinyin:
    return Pinyin()


def pinyin_spellings(brand: str) -> Iterator[str]:
    """The pinyin of a brand of two to five Chinese characters, in each reading and way to write ü."""
    if _HAN.fullmatch(brand) is None:
        return
    for written in _dictionary().get_pinyins(brand, splitter="", n=_READINGS):
        if len(written) >= _SHORTEST and written.isascii():
            yield from dict.fromkeys(written.replace("v", ue) for ue in ("v", "u", "yu"))


LEAST_INITIALS = 3
_MOST_INITIALS = 8
_ABROAD = {
    "师范": "n",
    "农业": "a",
    "医科": "m",
    "理工": "ut",
    "工业": "ut",
    "科技": "ust",
    "财经": "ufe",
    "中医药": "utcm",
}
"""The kinds of universities, as their English names begin."""


def initials_of(name: str) -> str:
    """The first letters of its pinyin; "" if it is not of Chinese characters, or too long to be called so."""
    if re.fullmatch(rf"[\u3400-\u9fff]{{2,{_MOST_INITIALS}}}", name) is None:
        return ""
    letters: str = _dictionary().get_initials(name, splitter="").lower()
    return letters if letters.isascii() and letters.isalpha() else ""


def university_initials(name: str) -> Iterator[str]:
    """As universities abbreviate their English names: SDU and USD, SDNU of 山东师范大学, QLUT of 齐鲁工业大学."""
    if not name.endswith("大学"):
        return
    stem = name.removesuffix("大学")
    kind = next((one for one in _ABROAD if stem.endswith(one) and len(stem) > len(one)), "")
    if head := initials_of(stem.removesuffix(kind)):
        words = _ABROAD.get(kind, "")
        letters = (words, words.replace("ut", "t")) if words.startswith("u") else (f"{words}u",)
        yield from (head + one for one in letters)
        if not kind:
            yield "u" + head
