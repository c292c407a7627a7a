"""Reader of CSV and of text with tabs or semicolons between values. Rows keep the number of their first line."""

import csv
import io
from collections.abc import Iterator

from app.exchange.readers.content import FileContent, Grid, Row
from app.exchange.readers.recognition import decode
from app.exchange.readers.refusals import refusal
from app.talent.spreadsheets import RISKY

MAX_COLUMNS = 500
_SEPARATORS = (",", "\t", ";", "|")


def read_separated_values(data: bytes) -> FileContent:
    """The one grid of a CSV file.

    Raises:
        Invalid: the encoding is unknown, or the quotes are damaged.
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    separator = _separator(text)
    return FileContent("csv", (Grid("csv", rows=lambda: _rows(text, separator), unit="line"),))


def _separator(text: str) -> str:
    head = text.split("\n", 6)[:6]
    return max(_SEPARATORS, key=lambda separator: sum(line.count(separator) for line in head))


def _rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    line = 1
    for values in reader:
        if len(values) > MAX_COLUMNS:
            raise refusal("damaged")
        yield Row(line, [_unquoted(value) if value.strip() else None for value in values])
        line = reader.line_num + 1


def _unquoted(value: str) -> str:
    """Without the quote that keeps spreadsheets from running a text as a formula."""
    return value[1:] if value.startswith("'") and value[1:].startswith(RISKY) else value
