"""Radicals that look like characters: printed PDF files have ⼤ and ⻋ for 大 and 车, and people paste them."""

import re
import unicodedata

_RADICAL = re.compile("[\u2e80-\u2fd5]")
# Of the supplement, those that are printed for a character. Unicode says of none of them which one that is.
_SUPPLEMENT = dict(
    zip(
        "⺁⺇⺟⺠⺹⺼⺽⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "厂几母民老肉臼虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)


def without_radicals(text: str) -> str:
    """The text with the characters that its radicals stand for."""
    return _RADICAL.sub(_character, text) if _RADICAL.search(text) else text


def _character(match: re.Match[str]) -> str:
    return _SUPPLEMENT.get(match[0]) or unicodedata.normalize("NFKC", match[0])
