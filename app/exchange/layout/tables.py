"""Tables: the records of a grid below its header, row by row, without holding the grid."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.exchange.headers.dictionary import Kind, Meaning
from app.exchange.headers.subject import TITLES
from app.exchange.layout.header import MIN_LABELS, Header, Learnt, header_at, header_of
from app.exchange.layout.presumed import AMONG, header_below
from app.exchange.layout.questions import PEEKED, Question, Understanding, understood
from app.exchange.layout.raw import (
    EXPORTED,
    NEVER_READ,
    NO_HEADER,
    Context,
    IgnoredPlace,
    Located,
    RawRecord,
    RawValue,
    text_of,
)
from app.exchange.layout.rows import Ahead, is_same_as_above, is_serial, reason_to_ignore
from app.exchange.layout.surroundings import context_of
from app.exchange.readers.content import Grid, Row, Scalar, column_letters
from app.exchange.values.readings import is_empty_word
from app.exchange.values.secrecy import is_secret_mark

LEAD = 6
"""Rows below a text across the table among which a header makes it the heading of another table."""


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
    ahead = Ahead(rows)
    following: Header | None = header
    while following is not None:
        table = _Table(grid, following, ahead, context, learnt)
        yield from table.records()
        following, context = table.following, table.context_below()


class _Table:
    """One table of a grid: the rows from its header to the next one."""

    def __init__(self, grid: Grid, header: Header, rows: Ahead, context: Context, learnt: Learnt) -> None:
        self._grid = grid
        self._header = header
        self._rows = rows
        self._context = context
        self._learnt = learnt
        self._lead: list[str] = []
        self._peeked = list(self._own(rows.peek(PEEKED)))
        self._understanding = _understood(grid, header, self._peeked, context, learnt)
        self._late: list[Row] = []
        self._unnamed: Counter[int] = Counter()
        self._tops = {(one[0], one[1]): one for one in grid.merges if one[2] > one[0]}
        self.following: Header | None = None

    def records(self) -> Iterator[RawRecord | IgnoredPlace | Located | Question]:
        """Its records in order, and what is none."""
        question = self._understanding.question
        if question is not None:
            yield question
        columns = _columns(self._header, self._understanding)
        if columns is None:
            yield IgnoredPlace(
                self._grid.place(self._header.rows[0]), "no known kind of record", "unknown_table"
            )
        else:
            yield _located(self._grid, columns)
        silent = self._silent(columns, question)
        state = _State()
        gap = False
        for row in self._rows:
            values = _filled_down(row, state, self._tops)
            filled = [
                (column, value)
                for column, value in enumerate(values)
                if column not in self._grid.hidden_columns and text_of(value)
            ]
            if not filled:
                gap = True
                continue
            header = self._header_of(row, filled, gap=gap)
            if header is not None:
                for _ in header.rows[1:]:
                    next(self._rows)
                if header.texts != self._header.texts:
                    self.following = header
                    break
            if header is not None or columns is None:
                gap = False
                continue
            own = [
                (column, value)
                for column, value in filled
                if column < len(row.values) and text_of(row.values[column])
            ]
            reason = self._reason_to_ignore(row, own or filled, columns.serial)
            gap = reason is not None
            if reason is not None:
                self._note(reason[0], own or filled)
                yield IgnoredPlace(self._grid.place(row.number), reason[1], reason[0])
                continue
            self._lead.clear()
            self._watch(row, own, silent)
            yield _record(self._grid, columns, row, values, state, self._context)
        if self._late and columns is not None:
            yield self._question_of_late(columns, question)
        yield from self._without_header()

    def context_below(self) -> Context:
        """The context of the table below: what stands between both, and else what held so far."""
        if not self._lead:
            return self._context
        found = context_of(self._lead)
        return replace(
            self._context,
            title="\n".join(text for text in (self._context.title, found.title) if text),
            unit=found.unit or self._context.unit,
            filled_on=found.filled_on or self._context.filled_on,
            section=self._lead[-1],
            lead="\n".join(self._lead),
        )

    def _own(self, rows: Sequence[Row]) -> Iterator[Row]:
        """The rows up to the next header."""
        gap = False
        for index, row in enumerate(rows):
            found = header_of(row, self._learnt)
            if found is None and gap:
                found = header_below(rows[index:], self._grid.merges)
            if found is not None and found.texts != self._header.texts:
                return
            gap = row.is_empty() or sum(1 for value in row.values if text_of(value)) == 1
            yield row

    def _header_of(self, row: Row, filled: Sequence[tuple[int, Scalar]], *, gap: bool) -> Header | None:
        """The row as a header: one that the dictionary knows, the header of this table again, or one in other words."""
        if len(filled) < 2 or any(not isinstance(value, str) for _, value in filled):
            return None
        again = header_of(row, self._learnt)
        if again is not None and again.labels < MIN_LABELS:
            return replace(self._header, rows=(row.number,))  # two labels are passed over, and begin no table
        if again is not None and again.texts != self._header.texts:
            return header_at([row, *self._rows.peek(1)], 0, self._grid.merges, self._learnt) or again
        begins_alike = filled[0][1] == next((text for text in self._header.texts if text), "")
        if again is not None or (begins_alike and tuple(map(text_of, row.values)) == self._header.texts):
            return replace(self._header, rows=(row.number,))
        if not gap and not begins_alike:
            return None
        return header_below([row, *self._rows.peek(AMONG)], self._grid.merges)

    def _reason_to_ignore(
        self, row: Row, filled: Sequence[tuple[int, Scalar]], serial: int | None
    ) -> tuple[str, str] | None:
        reason = reason_to_ignore(row, filled, serial)
        if reason is None and len(filled) == 1 and isinstance(filled[0][1], str):
            below = [one for one in self._rows.peek(LEAD) if not one.is_empty()]
            if below and (header_of(below[0], self._learnt) or header_below(below, self._grid.merges)):
                return "heading", "text across the table"
        return reason

    def _note(self, code: str, filled: Sequence[tuple[int, Scalar]]) -> None:
        text = " ".join(text_of(value) for _, value in filled)
        if code == "heading":
            self._context.section = text_of(filled[0][1])
            self._lead.append(self._context.section)
        if code == "note":
            self._context.notes.append(text)

    def _watch(self, row: Row, own: Sequence[tuple[int, Scalar]], silent: frozenset[int]) -> None:
        """Note what a row has in columns that are not read."""
        texts = [(column, text) for column, value in own if not is_empty_word(text := text_of(value))]
        if len(self._late) < PEEKED and any(column in silent for column, _ in texts):
            self._late.append(row)
        header = self._header.texts
        for column, text in texts:
            if (column >= len(header) or not header[column]) and not is_serial(text):
                self._unnamed[column] += 1

    def _without_header(self) -> Iterator[IgnoredPlace]:
        """The columns that have values and no header; row numbers need none."""
        header = self._header.rows[-1]
        for column, count in sorted(self._unnamed.items()):
            why = f"{count} values without a header; name the column in row {header} and send the file again"
            yield IgnoredPlace(f"{self._grid.name}!{column_letters(column)}", why, NO_HEADER, count)

    def _silent(self, columns: _Columns | None, question: Question | None) -> frozenset[int]:
        """The columns that mean nothing and have no values among the first rows, so that nobody was asked of them."""
        if columns is None:
            return frozenset()
        asked = {one.key for one in question.columns} if question is not None else set()
        return frozenset(
            column
            for column, text in enumerate(self._header.texts)
            if text
            and column not in columns.meanings
            and column not in self._grid.hidden_columns
            and column_letters(column) not in asked
        )

    def _question_of_late(self, columns: _Columns, asked: Question | None) -> Question:
        """The question with the columns whose first values stand further down; they were not read."""
        rows = [*self._peeked, *self._late]
        found = _understood(
            self._grid, self._header, rows, self._context, self._learnt, must_ask=True
        ).question
        assert found is not None  # it must ask
        before = {one.key: one for one in asked.columns} if asked is not None else {}
        read = {column_letters(column) for column in columns.meanings}
        return replace(
            found,
            kind=columns.kind,
            guessed=columns.guessed,
            names=True,
            columns=tuple(
                before.get(one.key) or (one if one.key in read else replace(one, field=None, how=""))
                for one in found.columns
            ),
        )


def _understood(
    grid: Grid,
    header: Header,
    rows: Sequence[Row],
    context: Context,
    learnt: Learnt,
    *,
    must_ask: bool = False,
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
    around = context.lead if any(one.search(context.lead) for one in TITLES.values()) else context.title
    around = f"{around} {grid.name} {grid.heading if not context.lead else ''}"
    place = grid.place(header.rows[0])
    return understood(headers, values, around, learnt, name=grid.name, place=place, must_ask=must_ask)


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
        if mark != EXPORTED and isinstance(value, str) and is_same_as_above(value):
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
    record.is_secret = any(
        isinstance(value, str) and is_secret_mark(value)
        for column, value in enumerate(values)
        if (meant := columns.meanings.get(column)) is None or meant.field in NEVER_READ
    )
    return record
