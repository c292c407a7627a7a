"""Choices: the options that are ticked in a text such as `□是 ☑否`, and yes or no."""

import re

from app.exchange.values.readings import compact

_ON = "☑■●√✔✓☒◉R"
_OFF = "□○☐◯〇"
_MARK = re.compile(
    rf"[{_ON[:-1]}{_OFF}]|(?<![A-Za-z])R(?=[\u4e00-\u9fff])|[（(]\s*[√✔✓]?\s*[）)]|[（(]\s*[）)]"
)
_YES = re.compile("^(?:是|愿意|同意|可以?|公开|专职|yes|y|true|1)")
_NO = re.compile("^(?:否|不|非|未|兼职|no|n$|false|0)")


def ticked(text: str) -> str | None:
    """The options that are ticked, joined by 、; None if the text has no boxes.

    A mark stands before its option, or after it where the text begins with an option.
    """
    marks = list(_MARK.finditer(text))
    if not marks or not any(_is_box(one[0]) for one in marks):
        return None
    trailing = bool(re.sub(r"[\s:：]", "", text[: marks[0].start()])) and not text[marks[-1].end() :].strip()
    chosen = []
    for index, mark in enumerate(marks):
        if not _is_on(mark[0]):
            continue
        if trailing:
            begin = marks[index - 1].end() if index else 0
            option = text[begin : mark.start()]
        else:
            end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
            option = text[mark.end() : end]
        chosen.append(option.strip(" 　\n\t:：;；、,，"))
    return "、".join(option for option in chosen if option)


def _is_on(mark: str) -> bool:
    return any(char in _ON for char in mark)


def _is_box(mark: str) -> bool:
    return mark not in ("R",)


def chosen(text: str) -> str:
    """The ticked options; the text itself if it has no boxes."""
    options = ticked(text)
    return text if options is None else options


def read_yes(text: str) -> bool | None:
    """True for a yes, False for a no, None for anything else."""
    answer = compact(chosen(text)).casefold()
    if _NO.search(answer):
        return False
    return True if _YES.search(answer) else None
