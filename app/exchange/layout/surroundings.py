"""What stands around a table: its title, who filled it and when, and the unit of its amounts."""

import re
from collections.abc import Iterable
from datetime import date

from app.exchange.headers.dictionary import unit_of
from app.exchange.layout.raw import Context

_FILLED_BY = re.compile(
    r"(?:填报|填表|报送|推荐|上报|申报|编制|制表)(?:单位|部门|机构)\s*(?:[（(][^）)]*[）)])?\s*[:：]\s*([^\s:：]{2,60})"
)
_FILLED_ON = re.compile(r"(20\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")
_UNIT = re.compile(r"(?:金额)?单位\s*[:：]\s*(?:人民币)?\s*(?:亿元|万元|千元|元)")


def context_of(texts: Iterable[str]) -> Context:
    """The context that the texts above a table or form state."""
    context = Context()
    titles = []
    for text in texts:
        if match := _FILLED_BY.search(text):
            context.filled_by = match[1]
        if (found := _UNIT.search(text)) is not None:
            context.unit = unit_of(f"（{found[0]}）") or unit_of(found[0])
        if (day := _day(text)) is not None and context.filled_on is None:
            context.filled_on = day
        if not match:
            titles.append(text)
    context.title = "\n".join(titles)
    return context


def _day(text: str) -> date | None:
    match = _FILLED_ON.search(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
