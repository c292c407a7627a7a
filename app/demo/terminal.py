"""Paper for the demonstration: Chinese text that breaks between any two characters, in tables that keep their shape.

rich breaks lines at spaces only, and Chinese has none: a sentence with one number in it would break at the number.
"""

import re
import shutil
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

WIDTH = 120
"""Columns where the output is no terminal (a file, a pipe) and COLUMNS says nothing else."""
NARROW = 10

# What may not be parted: a wide character with the marks that close after it, or a word of other characters.
_OPENING, _CLOSING = "“‘（《【", "，。；：、）》】”’！？…"
_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"
_PIECE = re.compile(
    rf"[{_OPENING}]*(?:{_WIDE}|(?:(?!{_WIDE})[^\s{_OPENING}{_CLOSING}])+)?[{_CLOSING}]*(?:\s+|(?=\S)|$)"
)


def paper() -> Console:
    """A console that prints texts as they are: no markup, no emoji codes, no colouring of numbers."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = shutil.get_terminal_size((WIDTH, 50)).columns
    return console


class Prose:
    """A text of one or more lines, broken to the width it is given."""

    def __init__(self, text: str, style: str = "") -> None:
        self._text = text
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in wrapped(self._text, options.max_width):
            yield Text(line, style=self._style, no_wrap=True, overflow="fold")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max(map(cell_len, self._text.split("\n")))
        return Measurement(min(longest, 8), longest).with_maximum(options.max_width)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` cells; only a single word that is longer stands out."""
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECE.findall(paragraph):
            if line and cell_len(line + piece.rstrip()) > width:
                yield line.rstrip()
                line = ""
            line += piece
        yield line.rstrip()


def table(*headings: str, widths: tuple[int, ...]) -> Table:
    """Columns of up to `NARROW` cells are as wide as said; the others share what is left in the given proportion."""
    shown = Table(show_lines=True, expand=True)
    for heading, width in zip(headings, widths, strict=True):
        narrow = width <= NARROW
        shown.add_column(
            heading,
            no_wrap=narrow,
            min_width=width if narrow else None,
            ratio=None if narrow else width,
        )
    return shown
