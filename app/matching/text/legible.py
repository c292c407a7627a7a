"""The legible form of a text: what the encoders read of it.

Markup, invisible characters, full width, traditional characters, lines broken by a page's width and spaces between
Chinese characters (from scanned pages) say nothing about the meaning, but move a vector.
"""

import re
import unicodedata

import rjieba

from app.text.cleanup import strip_markup, without_invisible
from app.text.folding import simplified

_HAN = r"\u3400-\u9fff"
_BETWEEN_HAN = re.compile(
    rf"(?<=[{_HAN}，。；：、！？])[^\S\n]+(?=[{_HAN}，。；：、！？,;:])|(?<=[{_HAN}][,;:])[^\S\n]+(?=[{_HAN}])"
    rf"|(?<=[{_HAN}] [,;:])[^\S\n]+(?=[{_HAN}])"
)
# A line that ends within a sentence was broken by the width of a page, unless the next begins an entry of a list.
_BROKEN_LINE = re.compile(
    rf"(?m)^(.{{8,}}[{_HAN}0-9A-Za-z，、])\n(?=[{_HAN}0-9A-Za-z%℃，。；、])"
    r"(?!\d{1,2}[.、)）]|[一二三四五六七八九十]{1,2}、)"
)
_SENTENCE_END = re.compile(r"[。；！？;!?]")
_GOES_ON = frozenset("，、；。%℃")
# Characters on each side of a break that show whether a word goes on across it.
_AROUND = 4
_TRAILING_SPACES = re.compile(r"[^\S\n]+(?=\n)")
# Not at the start of a line, where it numbers an entry of a list: "1. 20 MPa".
_BROKEN_FIGURE = re.compile(r"(?m)(?<=\d)(?<!^\d)(?<!^\d\d)\. (?=\d)")
_FULL_WIDTH = re.compile(r"[\uff01-\uff5e\u3000]+")
# Chinese punctuation stays as it is: it ends sentences.
_PUNCTUATION = frozenset("，。；：！？（）")


def legible(text: str) -> str:
    """The text without what carries no meaning; case, figures and punctuation stay."""
    if text.isascii() and "<" not in text and "&" not in text:
        return without_invisible(text).strip()
    text = _TRAILING_SPACES.sub("", _plain(text))
    text = _BETWEEN_HAN.sub("", simplified(text))
    return _BROKEN_FIGURE.sub(".", _BROKEN_LINE.sub(_joined, text)).strip()


def _plain(text: str) -> str:
    """Without markup, invisible characters and full width; each may hide another."""
    while True:
        plain = strip_markup(_FULL_WIDTH.sub(_narrow, without_invisible(text)))
        if plain == text:
            return text
        text = plain


def _joined(line: re.Match[str]) -> str:
    """The broken line without its end; a space stays between two Latin words. Entries of a list stay apart."""
    text, following = line.group(1), line.string[line.end()]
    if _ends_an_entry(line):
        return line.group()
    return f"{text} " if text[-1].isascii() and following.isascii() and following != "%" else text


def _ends_an_entry(line: re.Match[str]) -> bool:
    """Whether the line is an entry of a list without numbers: no sentence ends around it, and neither a clause nor a
    word goes on."""
    whole = line.string
    start, end = whole.rfind("\n\n", 0, line.start()) + 1, whole.find("\n\n", line.end())
    if _SENTENCE_END.search(whole, start, len(whole) if end < 0 else end):
        return False
    before = line.group(1)[-_AROUND:]
    after = whole[line.end() :].split("\n", 1)[0][:_AROUND]
    if before[-1].isdigit() and after[0].isdigit():
        return True
    # An entry does not begin with a clause of one or two characters.
    if before[-1] in _GOES_ON or after[0] in _GOES_ON or "，" in after[:3]:
        return False
    if before[-1].isascii() and after[0].isascii():
        return False
    at = 0
    for word in rjieba.cut(before + after, False):
        if at < len(before) < at + len(word):
            return False
        at += len(word)
    return True


def _narrow(match: re.Match[str]) -> str:
    return "".join(
        char if char in _PUNCTUATION else unicodedata.normalize("NFKC", char) for char in match.group()
    )
