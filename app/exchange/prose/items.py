"""The items of a running text: numbered paragraphs with the text below each, or the text as a whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

Paragraph = tuple[str, str]
"""Place and text."""

_NUMERAL = r"[一二三四五六七八九十百\d]{1,4}"
_STYLES = {
    "part": re.compile(rf"第{_NUMERAL}[项条]\s*[:：、.．]?\s*"),
    "bracket": re.compile(rf"[（(]{_NUMERAL}[）)]\s*[、.．]?\s*"),
    "chinese": re.compile(r"[一二三四五六七八九十百]{1,4}[、.．]\s*"),
    "digit": re.compile(r"\d{1,3}(?:[、．]|\.(?!\d))\s*"),
    "circle": re.compile(r"[①-⑳]\s*"),
    "named": re.compile(rf"(?:榜单|榜题|需求|难题|成果|课题|任务|项目)\s*{_NUMERAL}\s*[:：、.．]?\s+"),
}
_OWN_TEXT = 25
"""Characters from which a numbered paragraph is more than a heading."""


@dataclass(slots=True)
class ProseItem:
    """One item. `heading` is empty where the text has none of its own."""

    place: str
    heading: str = ""
    paragraphs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Heading and text."""
        return "\n".join(one for one in (self.heading, *self.paragraphs) if one)


def items_of(paragraphs: Sequence[Paragraph]) -> tuple[list[str], list[ProseItem]]:
    """What stands above the items, and the items; a text that counts nothing is one item."""
    style = _style([text for _, text in paragraphs])
    if style is None:
        place = paragraphs[0][0] if paragraphs else ""
        return [], [ProseItem(place, paragraphs=[text for _, text in paragraphs])]
    lead: list[str] = []
    items: list[ProseItem] = []
    for place, text in paragraphs:
        own = _STYLES[style].match(text)
        if own is not None:
            rest = text[own.end() :].strip()
            is_heading = len(rest) <= 2 * _OWN_TEXT and re.search("[。；;！？]", rest) is None
            items.append(ProseItem(place, rest if is_heading else "", [] if is_heading else [rest]))
        elif items:
            items[-1].paragraphs.append(text)
        else:
            lead.append(text)
    return lead, items


def _style(texts: Sequence[str]) -> str | None:
    """How the items count: the first style of which there are two, unless its paragraphs are only the headings of
    chapters, each followed by items that count otherwise."""
    styles = [_style_of(text) for text in texts]
    for style in dict.fromkeys(one for one in styles if one):
        own = [index for index, one in enumerate(styles) if one == style]
        filled = [
            index
            for index in own
            if len(texts[index]) > _OWN_TEXT or (index + 1 < len(texts) and not styles[index + 1])
        ]
        if len(own) > 1 and 2 * len(filled) >= len(own):
            return style
    return None


def _style_of(text: str) -> str:
    return next((name for name, pattern in _STYLES.items() if pattern.match(text)), "")
