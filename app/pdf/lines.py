"""Lines of a paragraph: Chinese breaks between any two characters, but no line begins with a closing mark."""

import re
from collections.abc import Callable, Iterator

_OPENING = "（《〈“‘【「『〔([{"
_CLOSING = "，。、；：？！）》〉”’】」』〕…—·,.;:?!)]}%％"
# Words of letters and digits stay whole; everything else is a unit of its own, with the marks that belong to it.
_UNIT = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[!-~\u00a0-\u024f\u0370-\u03ff]+|\S|\s)[{re.escape(_CLOSING)}]*\s*"
)


def lines_of(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """The lines of a text that are at most `width` wide, by `measure`; a unit that is wider is cut."""
    for paragraph in text.splitlines() or [""]:
        line, used = "", 0.0
        for unit in _units(paragraph.strip(), width, measure):
            size = measure(unit.rstrip())
            if line and used + size > width:
                yield line.rstrip()
                line, used = "", 0.0
            line += unit
            used += measure(unit)
        yield line.rstrip()


def _units(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    for unit in _UNIT.findall(text):
        if measure(unit.rstrip()) <= width:
            yield unit
        else:
            yield from unit
