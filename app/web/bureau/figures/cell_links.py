"""Numbers of figures as text, and the pages of the rows that they count."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from markupsafe import Markup

from app.statistics.schemas import ContractLine, LoadLine, ScoreBandLine, StageLine
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.views.amounts import wan

_SHARES = frozenset({"of_published", "of_previous", "accepted_share", "used"})
_OF_LINE = {"ongoing": "ongoing_rows", "landed": "landed_rows", "cancelled": "cancelled_rows"}
_COUNTED = frozenset({"count", "finished"})
_LINK = Markup('<a href="{}" aria-label="{}">{}</a>')


@dataclass(frozen=True, slots=True)
class CellLinks:
    """Where the numbers of a figure lead, as far as its reader may see the rows.

    Attributes:
        base: the page of the figure.
        filters: those of the page.
        period: first and last day of the figure.
    """

    base: str
    filters: Mapping[str, str]
    period: tuple[str, str]

    def linked(self, line: Any, attribute: str) -> str:
        """The number of a cell, as a link where it counts rows."""
        text = text_of(attribute, getattr(line, attribute))
        address = self.address(line, attribute)
        if address is None:
            return text
        said = translate(_("%(name)s：%(number)s，查看明细")) % {"name": name_of(line), "number": text}
        return _LINK.format(address, said, text)

    def address(self, line: Any, attribute: str) -> str | None:
        """The page of the rows; None where there are none, or the number counts nothing."""
        counted = _counted_by(line, attribute)
        if not counted or not getattr(line, counted, None):
            return None
        if isinstance(line, LoadLine):
            if counted == "pending":
                return f"/bureau/pushes?{urlencode({'q': line.number})}"
            return self._page({"manager_id": line.key}, line)
        if isinstance(line, ScoreBandLine):
            only = {"outcome": "accepted"} if counted == "accepted" else {}
            return self._page({"band": line.key} | only, line)
        path = _path_of(line, counted)
        return None if path is None else self._page(self._asked(path), line)

    def _asked(self, path: str) -> dict[str, str]:
        """What the address of the rows asks for beside the filters of the page."""
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query))
        for name in ("field", "region"):
            asked.pop(name, None)
        if (asked.get("from"), asked.get("to")) == self.period:
            del asked["from"], asked["to"]
        part = parts.path.removesuffix("/rows").partition("/statistics/")[2].partition("/")[2]
        return asked | ({"of": part} if part else {})

    def _page(self, asked: Mapping[str, str], line: Any) -> str:
        return f"{self.base}/rows?{urlencode({**self.filters, **asked, 'line': name_of(line)})}"


def _counted_by(line: Any, attribute: str) -> str | None:
    """The number whose rows a cell stands for: an amount stands for its contracts, a share for none."""
    if isinstance(line, ContractLine) and attribute == "deal_amount_wan":
        return "count"
    if isinstance(line, LoadLine):
        return attribute if attribute in ("open", "pending") else "open" if attribute == "used" else None
    if isinstance(line, ScoreBandLine):
        return {"answered": "answered", "accepted": "accepted", "accepted_share": "answered"}.get(attribute)
    if isinstance(line, StageLine) and attribute in ("median_days", "mean_days", "p90_days"):
        return "finished"
    known = attribute in _COUNTED or attribute in _OF_LINE or attribute in (_rows(line) or {})
    return attribute if known else None


def _rows(line: Any) -> Mapping[str, str] | None:
    rows = getattr(line, "rows", None)
    return rows if isinstance(rows, Mapping) else None


def _path_of(line: Any, attribute: str) -> str | None:
    several = _rows(line)
    if several is not None:
        return several.get(attribute)
    path: str | None = getattr(line, _OF_LINE.get(attribute, "rows"), None)
    return path


def name_of(line: Any) -> str:
    """The name of a line in the language of the page."""
    return str(line.label_en if language_now() == "en" else line.label_zh)


def text_of(attribute: str, value: Any) -> str:
    """A number as the page shows it."""
    if value is None:
        return "–"
    if attribute in _SHARES:
        return f"{value:.0%}"
    return f"{value:.2f}" if attribute == "mean_score" else _text(value)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return wan(value)
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
