"""The picture of `make demo` in the READMEs: what it writes, each character in its cell, as a terminal shows it.

    FORCE_COLOR=1 COLUMNS=124 .venv/bin/sanku demo --once > demo.ansi
    .venv/bin/python scripts/plots/demo.py demo.ansi demo.html
    chromium --headless --hide-scrollbars --window-size=920,HEIGHT --screenshot=docs/images/demo.png demo.html

HEIGHT is what the second command says. Chinese fonts differ in how wide a box's line is, so every character is
placed by its cell. The addresses and the password at the end are left out.
"""

import argparse
import html
import re
import sys
from pathlib import Path

from rich.cells import cell_len
from rich.color import ColorType
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

CELL, LINE, MARGIN = 7, 18, 24
PAGE = """<!doctype html><meta charset="utf-8"><title>make demo</title>
<style>
body {{ background: #1b1b29; color: #d8d8e6; margin: {margin}px;
       font: 14px/{line}px "Noto Sans Mono CJK SC", "Noto Sans CJK SC", monospace; }}
div {{ height: {line}px; white-space: pre; }}
i {{ display: inline-block; font-style: normal; height: {line}px; }}
</style>
{body}
"""
# Cursor movements and erasures of progress that was shown meanwhile.
_MOVES = re.compile(r"\x1b\[(?:\?\d+[hl]|\d*[ABCDGJK])")
_LAST = "访问地址和账号"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("written", type=Path)
    parser.add_argument("page", type=Path)
    asked = parser.parse_args()
    shown = _MOVES.sub("", asked.written.read_text(encoding="utf-8"))
    lines = Text.from_ansi(f"\x1b[32m$ make demo\x1b[0m\n{shown}").split()
    last = next((row for row, line in enumerate(lines) if _LAST in line.plain), len(lines))
    body = "\n".join(f"<div>{_cells(line)}</div>" for line in lines[:last])
    asked.page.write_text(PAGE.format(margin=MARGIN, line=LINE, body=body), encoding="utf-8")
    sys.stdout.write(f"{last * LINE + 2 * MARGIN}\n")


def _cells(line: Text) -> str:
    return "".join(
        f'<i style="width:{CELL * cell_len(char)}px;{_look(segment.style)}">{html.escape(char)}</i>'
        for segment in line.render(Console())
        for char in segment.text
        if cell_len(char)
    )


def _look(style: Style | None) -> str:
    if style is None:
        return ""
    look = "font-weight:bold;" if style.bold else ""
    if style.color is not None and style.color.type is not ColorType.DEFAULT:
        red, green, blue = style.color.get_truecolor(MONOKAI)
        look += f"color:rgb({red},{green},{blue});"
    return look + ("opacity:0.65;" if style.dim else "")


if __name__ == "__main__":
    main()
