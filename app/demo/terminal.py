"""Terminal output of the demonstration: Chinese text that wraps between characters, in tables of stable width.

rich wraps lines only at spaces, which Chinese does not have, so a sentence with a number would wrap at the number.
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
"""Output width in columns if the output is not a terminal and COLUMNS is not set."""
NARROW = 10

# Unbreakable pieces: a wide character with its opening and closing marks, or a word of other characters.
_OPENING, _CLOSING = "“‘（《【", "，。；：、）》】”’！？…"
_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"
_PIECE = re.compile(
    rf"[{_OPENING}]*(?:{_WIDE}|(?:(?!{_WIDE})[^\s{_OPENING}{_CLOSING}])+)?[{_CLOSING}]*(?:\s+|(?=\S)|$)"
)


def plain_console() -> Console:
    """A console that prints texts unchanged, without markup, emoji codes or highlighting."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = shutil.get_terminal_size((WIDTH, 50)).columns
    return console


class Prose:
    """A text of one or more lines that wraps to the available width."""

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
    """Split a text into lines of at most `width` cells; only a single longer word exceeds it."""
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECE.findall(paragraph):
            if line and cell_len(line + piece.rstrip()) > width:
                yield line.rstrip()
                line = ""
            line += piece
        yield line.rstrip()


def table(*headings: str, widths: tuple[int, ...]) -> Table:
    """A table. Columns of up to `NARROW` cells have a fixed width; the others share the rest in proportion."""
    grid = Table(show_lines=True, expand=True)
    for heading, width in zip(headings, widths, strict=True):
        narrow = width <= NARROW
        grid.add_column(
            heading,
            no_wrap=narrow,
            min_width=width if narrow else None,
            ratio=None if narrow else width,
        )
    return grid
