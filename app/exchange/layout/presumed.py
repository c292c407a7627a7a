"""Headers and labels that nobody has listed: known by where they stand and by what stands below or beside them."""

from collections.abc import Sequence

from app.exchange.headers.contents import looks_like_a_value
from app.exchange.headers.dictionary import Kind
from app.exchange.headers.likeness import likeness
from app.exchange.layout.header import (
    MIN_LABELS,
    NOTHING_LEARNT,
    Header,
    joined_header,
    may_be_questions,
    parts_stand_below,
)
from app.exchange.layout.raw import text_of
from app.exchange.layout.rows import is_serial, reason_to_ignore
from app.exchange.readers.content import Merge, Row

MAX_HEADER = 30
AMONG = 20
"""Rows at the top among which such a header is looked for."""
FOLLOWING = 8
MAX_VALUES = 0.2
"""Share of its texts that may look like values."""
MAX_BARE = 12
NEAR = 0.3
"""How like a known wording a label beside a value must be."""


def presumed_header(rows: Sequence[Row], merges: Sequence[Merge] = ()) -> tuple[int, Header] | None:
    """The first row of short distinct texts above rows that fill the same columns, with the row of parts below it.

    Returns:
        The index after the header, and the header; None if no row may be one.
    """
    filled = [index for index, row in enumerate(rows) if not row.is_empty()]
    for place, index in enumerate(filled[:AMONG]):
        top = rows[index]
        if not _may_be_header(top):
            continue
        below = rows[filled[place + 1]] if place + 1 < len(filled) else None
        if (
            below is not None
            and _may_be_parts(below)
            and parts_stand_below(top, below, merges, has_singles=True)
        ):
            after = filled[place + 2 :]
            header = joined_header(top, below, merges, NOTHING_LEARNT)
            end = filled[place + 1] + 1
        else:
            after = filled[place + 1 :]
            header = Header((top.number,), tuple(_texts(top)), 0)
            end = index + 1
        columns = {column for column, text in enumerate(header.texts) if text}
        following = [rows[one] for one in after[:FOLLOWING]]
        if any(_continues(row, columns) for row in following):
            return end, header
    return None


def header_below(rows: Sequence[Row], merges: Sequence[Merge]) -> Header | None:
    """The header of a further table in other words, if the first of the rows is one: most of its texts are like
    headers, and rows follow that may be its records."""
    texts = [text for text in _texts(rows[0]) if text]
    if not _may_be_header(rows[0]) or 2 * sum(1 for text in texts if is_near(text)) < len(texts):
        return None
    found = presumed_header(rows, merges)
    return found[1] if found is not None and found[1].rows[0] == rows[0].number else None


def presumed_labels(rows: Sequence[Row]) -> frozenset[int]:
    """The columns of a form that hold labels, if most of their texts are like labels and stand left of values; none if
    the rows are no form."""
    width = max((len(row.values) for row in rows), default=0)
    found = set()
    column = 0
    while column + 1 < width:
        pairs = [
            (texts[column], texts[column + 1])
            for row in rows
            if len(texts := _texts(row)) > column + 1 and texts[column] and texts[column + 1] != texts[column]
        ]
        labels = [label for label, _ in pairs if is_near(label)]
        beside = [value for _, value in pairs if value]
        if len(labels) >= MIN_LABELS and len(labels) >= 0.6 * len(pairs) and len(beside) >= 0.5 * len(pairs):
            found.add(column)
            column += 1
        elif found and len(pairs) <= 3 and labels and len(labels) == len(pairs) and beside:
            found.add(column)  # the second pair of a row, which not every row has
            column += 1
        column += 1
    return frozenset(found) or _first_of_two(rows)


def _first_of_two(rows: Sequence[Row]) -> frozenset[int]:
    """The first column, where the rows are nothing but pairs of a short distinct text and something beside it, and some
    of the short ones are like labels."""
    pairs = [[text for text in _texts(row) if text] for row in rows]
    pairs = [texts for texts in pairs if len(texts) > 1]
    labels = [texts[0] for texts in pairs]
    is_form = (
        len(pairs) >= MIN_LABELS + 1
        and all(len(texts) == 2 for texts in pairs)
        and all(row.values and text_of(row.values[0]) for row in rows if not row.is_empty())
        and len(set(labels)) == len(labels)
        and all(
            len(label) <= MAX_BARE and not looks_like_a_value(label) and not is_serial(label)
            for label in labels
        )
        and 3 * sum(1 for label in labels if is_near(label)) >= len(labels)
    )
    return frozenset({0}) if is_form else frozenset()


def is_near(text: str) -> bool:
    """Whether a text that nobody has listed is like a header: short, no value, and not far from a known wording."""
    if len(text) > MAX_HEADER or looks_like_a_value(text) or is_serial(text):
        return False
    return any(value >= NEAR for kind in Kind for value in likeness(text, kind).values())


def _may_be_header(row: Row) -> bool:
    texts = [text for text in _texts(row) if text]
    if len(texts) < MIN_LABELS or len(set(texts)) < 0.8 * len(texts):
        return False
    if any(not isinstance(value, str) for value in row.values if value is not None and value != ""):
        return False
    if any(is_serial(text) for text in texts):
        return False
    short = [text for text in texts if len(text) <= MAX_HEADER]
    if len(short) < len(texts) and not may_be_questions(texts, len(texts) - len(short)):
        return False
    return sum(1 for text in short if looks_like_a_value(text)) <= MAX_VALUES * len(short)


def _may_be_parts(row: Row) -> bool:
    texts = [text for text in _texts(row) if text]
    return len(texts) >= 2 and sum(1 for text in texts if looks_like_a_value(text)) <= MAX_VALUES * len(texts)


def _continues(row: Row, columns: set[int]) -> bool:
    """Whether a row may be a record below a header of these columns."""
    filled = [
        (column, value) for column, value in enumerate(row.values) if column in columns and text_of(value)
    ]
    if len(filled) < max(2, 0.4 * len(columns)) or reason_to_ignore(row, filled, None) is not None:
        return False
    return any(not isinstance(value, str) or looks_like_a_value(text_of(value)) for _, value in filled)


def _texts(row: Row) -> list[str]:
    return [text_of(value) for value in row.values]
