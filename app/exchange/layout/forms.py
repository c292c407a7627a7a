"""Forms of label and value: one sheet, table or page for one record, or several forms below one another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.exchange.headers.contents import looks_like_a_value
from app.exchange.headers.dictionary import fold
from app.exchange.headers.subject import kind_of
from app.exchange.layout.header import Header, header_of, is_label, is_likely
from app.exchange.layout.labels import labelled
from app.exchange.layout.presumed import is_near
from app.exchange.layout.questions import Question, Understanding, understood
from app.exchange.layout.raw import NEVER_READ, Context, IgnoredPlace, Located, RawRecord, RawValue, text_of
from app.exchange.layout.rows import is_same_as_above, is_serial
from app.exchange.readers.content import Grid, Row
from app.exchange.values.secrecy import is_secret_mark

MIN_PAIRS = 3
MAX_LIKELY = 24
REGULAR = 0.5
"""Share of a column's texts that are labels, from which whatever stands beside something is one."""
MOST = 0.6


@dataclass(slots=True)
class LabelledCell:
    """A label with its value and the value's cell. `value` is None for an empty field."""

    label: str
    value: object
    cell: str


@dataclass(slots=True)
class LabelledForm:
    """The pairs of one form, and the rows of tables inside it: header text → value."""

    pairs: list[LabelledCell] = field(default_factory=list)
    entries: list[dict[str, str]] = field(default_factory=list)
    first_row: int = 0
    last_row: int = 0

    @property
    def labels(self) -> list[str]:
        """The labels of the form."""
        return [pair.label for pair in self.pairs]

    def is_filled(self) -> bool:
        """Whether any field has a value."""
        return any(pair.value is not None for pair in self.pairs)


def is_form(rows: Sequence[Row], header: tuple[int, Header] | None) -> bool:
    """Whether the grid is a form: labels beside values, with no header of a table above them."""
    is_table = header is not None and header[1].labels >= MIN_PAIRS
    limit = header[0] - len(header[1].rows) if header is not None and is_table else len(rows)
    pairs = [pair for form in forms_of(rows[:limit]) for pair in form.pairs]
    if len(pairs) < MIN_PAIRS:
        return False
    return not is_table or kind_of([pair.label for pair in pairs]) is not None


def is_known_form(rows: Sequence[Row]) -> bool:
    """Whether the labels of a form say which kind of record it holds."""
    return kind_of([pair.label for form in forms_of(rows) for pair in form.pairs]) is not None


def forms_of(
    rows: Sequence[Row], grid: Grid | None = None, labels: frozenset[int] = frozenset()
) -> list[LabelledForm]:
    """The forms in the rows; a new one begins where the first label of the form comes again.

    Args:
        labels: columns of which every text is a label, although it may be unknown.
    """
    forms = [LabelledForm()]
    columns = _LabelColumns.of(rows, labels, grid)
    index = 0
    while index < len(rows):
        row = rows[index]
        header = header_of(row) if forms[-1].pairs else None
        if header is not None and header.labels >= MIN_PAIRS:
            index = _read_entries(rows, index, header, forms[-1])
            continue
        pairs = _pairs(row, rows[index + 1] if index + 1 < len(rows) else None, grid, columns)
        for pair in pairs:
            first = forms[-1].pairs[0].label if forms[-1].pairs else ""
            if first and fold(pair.label) == fold(first) and len(forms[-1].pairs) >= MIN_PAIRS:
                forms.append(LabelledForm())
            if not forms[-1].pairs:
                forms[-1].first_row = row.number
            forms[-1].pairs.append(pair)
            forms[-1].last_row = row.number
        index += 1
    return [form for form in forms if form.pairs]


@dataclass(frozen=True, slots=True)
class _LabelColumns:
    """The columns that hold the labels of a form.

    Attributes:
        surely: every text in them is a label, although it may be unknown.
        known: several known labels stand in each.
        regular: most of their texts are known labels, or likely ones.
        near: most of their texts are at least like labels.
        ends: row and column where a label begins → the last column that its cell covers.
    """

    surely: frozenset[int]
    known: frozenset[int]
    regular: frozenset[int]
    near: frozenset[int]
    ends: Mapping[tuple[int, int], int]

    @classmethod
    def of(cls, rows: Sequence[Row], surely: frozenset[int], grid: Grid | None) -> "_LabelColumns":
        """The label columns of the rows."""
        texts: dict[int, list[str]] = {}
        for row in rows:
            for column, value in enumerate(row.values):
                if text := text_of(value):
                    texts.setdefault(column, []).append(text)
        known = {column for column, own in texts.items() if sum(map(is_label, own)) >= MIN_PAIRS}
        likely = {
            column: sum(1 for text in own if is_label(text) or is_likely(text))
            for column, own in texts.items()
        }
        near = {
            column
            for column, own in texts.items()
            if len(own) > 1 and sum(1 for text in own if is_label(text) or is_near(text)) >= MOST * len(own)
        }
        return cls(
            surely,
            frozenset(known) | surely,
            frozenset(column for column in known if likely[column] >= REGULAR * len(texts[column])),
            frozenset(near),
            {(one[0], one[1]): one[3] for one in grid.merges} if grid is not None else {},
        )

    def is_label(self, column: int, text: str, *, is_beside: bool) -> bool:
        """Whether a text is a label. `is_beside`: something stands to its right."""
        # Beside known labels, a wording that only ends like one is one too.
        if is_label(text) and (not self.surely or column in self.surely):
            return True
        if len(text) > MAX_LIKELY or not self.known:
            return False
        if column in self.surely or (column in self.known and is_likely(text)):
            return True
        if not is_beside or looks_like_a_value(text) or is_serial(text):
            return False
        return column in self.regular or (column in self.near and (is_likely(text) or is_near(text)))

    def is_next_label(self, row: int, column: int, after: tuple[int, str, object]) -> bool:
        """Whether what stands to the right of a label is another one, so that its own field is empty."""
        if is_label(after[1]) and after[0] in self.known:
            return True
        has_gap = after[0] > self.ends.get((row, column), column) + 1
        return has_gap and after[0] in self.near and (is_label(after[1]) or is_near(after[1]))


def _pairs(row: Row, below: Row | None, grid: Grid | None, columns: _LabelColumns) -> list[LabelledCell]:
    hidden = grid.hidden_columns if grid is not None else frozenset()
    cells = [
        (column, text, row.values[column])
        for column, value in enumerate(row.values)
        if column not in hidden and (text := text_of(value))
    ]
    place = (lambda column: grid.cell(row.number, column)) if grid is not None else str
    pairs: list[LabelledCell] = []
    index = 0
    while index < len(cells):
        column, text, _ = cells[index]
        after = cells[index + 1] if index + 1 < len(cells) else None
        if columns.is_label(column, text, is_beside=after is not None):
            if after is not None and not columns.is_next_label(row.number, column, after):
                pairs.append(LabelledCell(text, after[2], place(after[0])))
                index += 1
            else:
                value = _below(below, column, columns) if len(cells) == 1 else None
                number = below.number if below is not None and value is not None else row.number
                pairs.append(LabelledCell(text, value, grid.cell(number, column) if grid is not None else ""))
        else:
            pairs.extend(
                LabelledCell(one.label, one.text or None, place(column))
                for one in labelled(text)
                if one.label
            )
        index += 1
    return pairs


def _below(row: Row | None, column: int, columns: _LabelColumns) -> object:
    """The text under a label that has a row to itself, unless that row begins with a label too."""
    if row is None:
        return None
    texts = [text for value in row.values if (text := text_of(value))]
    if len(texts) != 1 or is_label(texts[0]) or any(one.label for one in labelled(texts[0])[:1]):
        return None
    first = next(place for place, value in enumerate(row.values) if text_of(value))
    is_next = first == column and column in columns.near and len(texts[0]) <= MAX_LIKELY and is_near(texts[0])
    return None if is_next else texts[0]


def _read_entries(rows: Sequence[Row], index: int, header: Header, form: LabelledForm) -> int:
    """Read a table inside the form; returns the index of the row after it."""
    index += 1
    while index < len(rows):
        texts = [text_of(value) for value in rows[index].values]
        filled = [text for text in texts if text]
        if len(filled) < 2 or is_label(filled[0]):
            break
        form.entries.append(
            {name: text for name, text in zip(header.texts, texts, strict=False) if name and text}
        )
        form.last_row = rows[index].number
        index += 1
    return index


def records_of_forms(
    forms: Sequence[LabelledForm],
    ref: str,
    context: Context,
    learnt: Mapping[str, str],
    *,
    around: str = "",
    extra: Sequence[LabelledCell] = (),
    is_asking: bool = True,
) -> Iterator[RawRecord | IgnoredPlace | Located | Question]:
    """A record for each form that has values; an empty one is a template.

    Args:
        is_asking: whether what is not known is guessed and asked about; in running text it is not.
    """
    above: dict[str, RawValue] = {}
    for number, form in enumerate(forms, 1):
        place = ref if len(forms) == 1 else f"{ref}!{form.first_row}"
        pairs = [*extra, *form.pairs] if number == 1 else form.pairs
        found = _understood([*extra, *form.pairs], around or context.title, learnt, ref, place, is_asking)
        if found.question is not None and form.is_filled() and is_asking:
            yield found.question
        kind = found.kind
        if kind is None:
            yield IgnoredPlace(place, "no known kind of record", "unknown_table")
            continue
        if not form.is_filled():
            yield IgnoredPlace(place, "empty template", "empty")
            continue
        values = _values(pairs, found, context, above)
        for entry in form.entries:
            text = " ".join(entry.values())
            values.setdefault("entries", []).append(RawValue("entries", "", text, entry, place))
        yield Located(
            place,
            kind,
            (),
            {
                pair.label: (
                    pair.label,
                    one.field if (one := found.meanings.get(pair.label)) else None,
                )
                for pair in form.pairs
            },
        )
        record = RawRecord(place, kind, values, context, row=form.first_row, sheet=ref, layout="form")
        record.is_secret = any(
            isinstance(pair.value, str) and is_secret_mark(pair.value)
            for pair in pairs
            if (one := found.meanings.get(pair.label)) is None or one.field in NEVER_READ
        )
        yield record


def _understood(
    pairs: Sequence[LabelledCell],
    around: str,
    learnt: Mapping[str, str],
    name: str,
    place: str,
    is_guessing: bool,
) -> Understanding:
    labels = {pair.label: pair.label for pair in pairs}
    values: dict[str, list[object]] = {}
    for pair in pairs:
        values.setdefault(pair.label, []).append(pair.value)
    return understood(labels, values, around, learnt, name=name, place=place, is_guessing=is_guessing)


def _values(
    pairs: Sequence[LabelledCell],
    understanding: Understanding,
    context: Context,
    above: dict[str, RawValue],
) -> dict[str, list[RawValue]]:
    """Field → its values. `above`: label → the value in the form before, which 同上 repeats."""
    values: dict[str, list[RawValue]] = {}
    known = "guessed_kind" if understanding.guessed else ""
    for pair in pairs:
        found = understanding.meanings.get(pair.label)
        text = text_of(pair.value)
        if found is None or not text or found.field == "serial" or found.field in NEVER_READ:
            continue
        raw = RawValue(
            field=found.field,
            header=pair.label,
            text=text,
            value=pair.value,
            cell=pair.cell,
            unit=found.unit or context.unit,
            mark=known if found.exact else "guessed",
        )
        if is_same_as_above(text):
            if (before := above.get(fold(pair.label))) is None:
                continue
            raw = replace(before, cell=pair.cell, mark="above")
        above[fold(pair.label)] = raw
        values.setdefault(found.field, []).append(raw)
    return values
