"""What stands around a table: its title, who filled it and when, and the unit of its amounts."""

import re
from collections.abc import Iterable
from datetime import date

from app.exchange.headers.dictionary import unit_of
from app.exchange.layout.raw import Context

_FILLED_BY = re.compile(
    r"(?:填报|填表|报送|推荐|上报|申报|编制|制表)(?:单位|部门|机构)\s*(?:[（(][^）)]*[）)])?\s*[:：]\s*([^\s:：]{2,60})"
)
_DAY = r"(20\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
# Any other day, such as the last one for answers, is not the one on which a list was filled.
_SENDER = re.compile("^(?:填报|填表|报送|申报|编制|制表)")
_FILLED_ON = re.compile(
    rf"(?:填|报|制表|编制|征集|日期|时间)[^\d]{{0,12}}{_DAY}(?!\s*(?:前|之前|以前|止|至|-|—|~))|^[（(]?{_DAY}[）)]?$"
)
_UNIT = re.compile(r"(?:金额)?单位\s*[:：]\s*(?:人民币)?\s*(?:亿元|万元|千元|元)")


def context_of(texts: Iterable[str]) -> Context:
    """The context that the texts above a table or form state."""
    context = Context()
    titles = []
    for text in texts:
        if match := _FILLED_BY.search(text):
            context.filled_by = match[1]
            context.is_own = _SENDER.search(match[0]) is not None
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
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
