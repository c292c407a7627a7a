"""Labels inside a text: `联系人：张三  电话：0531-88880001`, `1、主要问题：…`, `【需求单位】…`."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from app.exchange.headers.dictionary import fold
from app.exchange.layout.header import is_label

_LABEL = re.compile(
    r"(?:^|(?<=[\s;；,，。]))"
    r"(?:【(?P<box>[^】\n]{2,30})】\s*[:：]?|(?P<name>(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*)?[^\s:：;；,，。【】]{1,28}(?:[（(][^）)\n]{0,40}[）)])?)\s*[:：])"
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label and the text after it, up to the next label. The first one of a text may have no label."""

    label: str
    text: str


def labelled(text: str, more: Collection[str] = frozenset()) -> list[Labelled]:
    """The text cut at its labels. A colon after a word that is no label is left alone.

    Args:
        more: folded words that are labels of this text as well.
    """
    found: list[Labelled] = []
    label, start = "", 0
    for match in _LABEL.finditer(text):
        name = match["box"] or match["name"]
        if not is_label(name) and (not more or fold(name) not in more):
            continue
        before = text[start : match.start()].strip(" \n\t;；,，")
        if label or before:
            found.append(Labelled(label, before))
        label, start = name, match.end()
    rest = text[start:].strip()
    if label or rest:
        found.append(Labelled(label, rest))
    return found
