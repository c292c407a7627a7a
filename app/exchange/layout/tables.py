"""Tables: the records of a grid below its header, row by row, without holding the grid."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from app.exchange.headers.dictionary import Kind, Meaning
from app.exchange.layout.header import Header, Learnt, header_of
from app.exchange.layout.questions import PEEKED, Question, Understanding, understood
from app.exchange.layout.raw import (
    EXPORTED,
    NEVER_READ,
    Context,
    IgnoredPlace,
    Located,
    RawRecord,
    RawValue,
    text_of,
)
from app.exchange.layout.rows import is_serial, reason_to_ignore
from app.exchange.readers.content import Grid, Row, Scalar, column_letters

_SAME_AS_ABOVE = frozenset({"同上", "同上行", "〃", "″", "同前", "同上。", "ditto"})


@dataclass(slots=True)
class _Columns:
    kind: Kind
    header: Header
    meanings: dict[int, Meaning]
    serial: int | None
    guessed: bool = False


@dataclass(slots=True)
class _State:
    """What the rows above leave for the rows below: merged cells that are still open, and the last value of each
    column."""

    open_merges: dict[int, tuple[int, Scalar]] = field(default_factory=dict)
    above: dict[int, Scalar] = field(default_factory=dict)


def records_of_table(
    grid: Grid, header: Header, rows: Iterator[Row], context: Context, learnt: Learnt
) -> Iterator[RawRecord | IgnoredPlace | Located | Question]:
    """The records below a header; a further header in the grid begins another table. A table that is not understood
    is a question."""
    peeked = list(islice(rows, PEEKED))
    rows = chain(peeked, rows)
    understanding = _understood(grid, header, peeked, context, learnt)
    if understanding.question is not None:
        yield understanding.question
    columns = _columns(header, understanding)
    if columns is None:
        yield IgnoredPlace(grid.place(header.rows[0]), "no known kind of record", "unknown_table")
        return
    yield _located(grid, columns)
    state = _State()
    tops = {(one[0], one[1]): one for one in grid.merges if one[2] > one[0]}
    for row in rows:
        values = _filled_down(row, state, tops)
        filled = [
            (column, value)
            for column, value in enumerate(values)
            if column not in grid.hidden_columns and text_of(value)
        ]
        if not filled:
            continue
        again = header_of(row, learnt) if len(filled) >= 2 else None
        if again is not None:
            if again.texts != columns.header.texts:
                found = _columns(again, _understood(grid, again, [], context, learnt))
                if found is not None:
                    columns, state = found, _State()
                    yield _located(grid, columns)
            continue
        own = [
            (column, value)
            for column, value in filled
            if column < len(row.values) and text_of(row.values[column])
        ]
        reason = reason_to_ignore(row, own or filled, columns.serial)
        if reason is not None:
            if reason[0] == "heading":
                context.section = text_of(own[0][1] if own else filled[0][1])
            if reason[0] == "note":
                context.notes.append(" ".join(text_of(value) for _, value in own))
            yield IgnoredPlace(grid.place(row.number), reason[1], reason[0])
            continue
        yield _record(grid, columns, row, values, state, context)


def _understood(
    grid: Grid, header: Header, rows: Sequence[Row], context: Context, learnt: Learnt
) -> Understanding:
    columns = {
        column: text for column, text in enumerate(header.texts) if text and column not in grid.hidden_columns
    }
    body = [
        row
        for row in rows
        if not row.hidden
        and (filled := [(column, value) for column, value in enumerate(row.values) if text_of(value)])
        and reason_to_ignore(row, filled, None) is None
    ]
    values = {
        column_letters(column): [row.values[column] if column < len(row.values) else None for row in body]
        for column in columns
    }
    headers = {column_letters(column): text for column, text in columns.items()}
    around = f"{context.title} {grid.name} {grid.heading}"
    place = grid.place(header.rows[0])
    return understood(headers, values, around, learnt, name=grid.name, place=place)


def _columns(header: Header, found: Understanding) -> _Columns | None:
    if found.kind is None:
        return None
    numbers = {column_letters(column): column for column in range(len(header.texts))}
    meanings = {numbers[key]: one for key, one in found.meanings.items()}
    serial = next((column for column, one in meanings.items() if one.field == "serial"), None)
    return _Columns(found.kind, header, meanings, serial, found.guessed)


def _located(grid: Grid, columns: _Columns) -> Located:
    found = {
        column_letters(column): (
            text.replace("\n", ""),
            columns.meanings[column].field if column in columns.meanings else None,
        )
        for column, text in enumerate(columns.header.texts)
        if text and column not in grid.hidden_columns
    }
    return Located(grid.name, columns.kind, columns.header.rows, found)


def _filled_down(row: Row, state: _State, tops: Mapping[tuple[int, int], tuple[int, ...]]) -> list[Scalar]:
    values = list(row.values)
    for column, (last, value) in list(state.open_merges.items()):
        if row.number > last:
            del state.open_merges[column]
        else:
            values.extend([None] * (column + 1 - len(values)))
            values[column] = value
    if tops:
        for column, value in enumerate(values):
            merge = tops.get((row.number, column))
            if merge is not None:
                state.open_merges[column] = (merge[2], value)
    return values


def _record(
    grid: Grid, columns: _Columns, row: Row, values: list[Scalar], state: _State, context: Context
) -> RawRecord:
    found: dict[str, list[RawValue]] = {}
    serial = ""
    formulas: set[str] = set()
    plain = EXPORTED if any(one.field == "number" for one in columns.meanings.values()) else ""
    for column, one in columns.meanings.items():
        value = values[column] if column < len(values) else None
        known = "guessed_kind" if columns.guessed else plain
        mark = "computed" if column in row.computed else known if one.exact else "guessed"
        if mark != EXPORTED and isinstance(value, str) and value.strip() in _SAME_AS_ABOVE:
            value, mark = state.above.get(column), "above"
        state.above[column] = value
        text = text_of(value)
        if not text:
            if column in row.computed:
                formulas.add(one.field)
            continue
        if one.field == "serial":
            serial = text
            continue
        if one.field in NEVER_READ:
            continue
        raw = RawValue(
            field=one.field,
            header=columns.header.texts[column].replace("\n", ""),
            text=text,
            value=value,
            cell=grid.cell(row.number, column),
            unit=one.unit or context.unit,
            mark=mark,
        )
        found.setdefault(one.field, []).append(raw)
    ref = grid.place(row.number)
    if grid.unit == "number":
        ref = f"no. {serial}" if serial and is_serial(serial) else f"{grid.name} row {row.number}"
    record = RawRecord(ref, columns.kind, found, replace(context), serial, row.number, grid.name)
    record.formulas = frozenset(formulas)
    return record


def joined_ranges(ignored: Iterator[IgnoredPlace]) -> Iterator[IgnoredPlace]:
    """Neighbouring rows of one reason as a range: Sheet1!3 and Sheet1!4 become Sheet1!3:4."""
    start: IgnoredPlace | None = None
    last = 0
    for one in chain(ignored, (None,)):
        number = _number(one.ref) if one is not None else None
        if (
            one is not None
            and start is not None
            and number == last + 1
            and one.code == start.code
            and one.ref.rpartition("!")[0] == start.ref.rpartition("!")[0]
        ):
            last = number
            continue
        if start is not None:
            first = _number(start.ref)
            yield start if first is None or first == last else replace(start, ref=f"{start.ref}:{last}")
        start, last = one, number if number is not None else -2


def _number(ref: str) -> int | None:
    tail = ref.replace(" ", "!").rpartition("!")[2]
    return int(tail) if tail.isdigit() else None
