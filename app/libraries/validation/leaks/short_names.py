"""Short names that are made from the characters of a name: 山大 and 济大, 齐工大, 山东建大, 省农科院, 济钢."""

import re
from collections.abc import Iterator

import rjieba

_SUFFIXES = {
    "大学": ("大",),
    "科学研究院": ("科院", "院"),
    "科学院": ("科院",),
    "研究总院": ("总院", "院"),
    "研究院": ("研院", "院"),
    "研究所": ("研所", "所"),
    "学院": ("院", "学院"),
}
"""What institutions are, and what stays of it, the longest first."""
_LEADING = re.compile("^第(?=[一二三四五六七八九十])")
_WHOLE = {"中医药": "中医", "航空航天": "航"}
"""Words of which more or other than the first character stays."""
_LEVEL = re.compile("(?<=.)(?:省|市|县|区|自治区)$")


def short_names(core: str, *, generic: bool) -> Iterator[str]:
    """Short names of 2 to 6 characters, possibly repeated.

    Args:
        core: the name without legal form and brackets, in the comparison form.
        generic: an enterprise without a brand of its own, known by place and trade.
    """
    if suffix := next((one for one in _SUFFIXES if core.endswith(one) and len(core) > len(one)), None):
        yield from (
            name for name in _of_institution(core.removesuffix(suffix), suffix) if 2 <= len(name) <= 6
        )
    elif generic:
        words = _words(core)
        if len(words) > 1:
            yield words[0][0] + _initial(words[1])
    if "第" in core:
        yield from (short for short in [_without_ordinals(core)] if short != core)


def _of_institution(stem: str, suffix: str) -> Iterator[str]:
    words = _words(stem)
    first, others = words[0], "".join(map(_initial, words[1:]))
    heads = [first[0], first]
    if level := _LEVEL.search(stem[: len(first) + 1]):
        heads += [level[0], first + level[0]]
    for short in _SUFFIXES[suffix]:
        for head in heads:
            if others or head != first or short != "大":  # 山东大 is 山东|大力发展
                yield head + others + short
        if others:
            yield others + short
    if suffix == "大学" and others:
        yield first[0] + others


def _words(stem: str) -> list[str]:
    """The words, without what says that a place is a province or a city."""
    cut: list[str] = rjieba.cut(stem, False)
    return [_LEVEL.sub("", cut[0]), *cut[1:]]


def _initial(word: str) -> str:
    return _WHOLE.get(word) or _LEADING.sub("", word)[0]


def _without_ordinals(core: str) -> str:
    return re.sub("第(?=[一二三四五六七八九十])", "", core)
