"""From the content of a file to its raw records: every part is a table, a form, a list in running text, or no data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import Any

from app.exchange.columns.tables import NUMBER
from app.exchange.headers.dictionary import Kind, Meaning, meaning
from app.exchange.headers.subject import kind_of
from app.exchange.layout.forms import LabelledCell, forms_of, is_form, is_known_form, records_of_forms
from app.exchange.layout.header import MIN_LABELS, Header, header_of, headers_in, transposed
from app.exchange.layout.labels import labelled
from app.exchange.layout.listings import records_of_text
from app.exchange.layout.presumed import presumed_header, presumed_labels
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
from app.exchange.layout.rows import is_same_as_above, reason_to_ignore
from app.exchange.layout.surroundings import context_of
from app.exchange.layout.tables import records_of_table
from app.exchange.readers.content import Entry, FileContent, Grid, Row, Text
from app.exchange.values.secrecy import is_secret_mark

_INSTRUCTIONS = re.compile("^(?:填[表报写]|使用)?说明|^填[表报写]须知|^(?:选项|数据字典|字典|代码表)$")
HEAD = 60
"""Rows at the top of a grid among which its header is looked for."""
FORM_ROWS = 2000
MIN_ABOVE = 2
"""Rows that make a table of what stands above a known header; a single one belongs to the title."""
ENTRIES = "json"
"""What a list of objects is called in questions."""

Found = RawRecord | IgnoredPlace | Located | Question


def locate(content: FileContent, learnt: Mapping[str, str] | None = None) -> Iterator[Found]:
    """The raw records of a file in order, with what was ignored and how columns were understood.

    Args:
        learnt: folded header → field, as confirmed for the sender.
    """
    known = {} if learnt is None else learnt  # one without fields may still name a kind
    if content.entries is not None:
        yield from _records_of_entries(content.entries(), known)
    before: list[tuple[str, str]] = []
    for part in content.parts:
        if isinstance(part, Text):
            before.extend(part.paragraphs)
            continue
        records = list(islice(_records_of_grid(part, before, known), 1))
        if not records and before:
            yield from _records_of_text(before, known)
        yield from chain(records, _rest(part, before, known, len(records)))
        before = []
    if before:
        yield from _records_of_text(before, known)


def _rest(part: Grid, before: list[tuple[str, str]], learnt: Mapping[str, str], skip: int) -> Iterator[Found]:
    return islice(_records_of_grid(part, before, learnt), skip, None)


def _records_of_text(paragraphs: list[tuple[str, str]], learnt: Mapping[str, str]) -> Iterator[Found]:
    yield from records_of_text(paragraphs, "text", learnt)


def _records_of_grid(grid: Grid, before: list[tuple[str, str]], learnt: Mapping[str, str]) -> Iterator[Found]:
    if grid.hidden:
        yield IgnoredPlace(grid.name, "hidden sheet: imported only when asked", "hidden")
        return
    if _INSTRUCTIONS.match(grid.name):
        yield IgnoredPlace(grid.name, "instructions", "instructions")
        return
    rows = grid.rows()
    head = list(islice(rows, HEAD))
    filled = [row for row in head if not row.is_empty()]
    if not filled:
        return
    turned = transposed(filled)
    if turned is not None:
        header_row, *columns = turned
        found_header = header_of(header_row, learnt)
        if found_header is not None:
            context = _context(grid, [], before)
            yield from records_of_table(grid, found_header, iter(columns), context, learnt)
            return
    header = _first_header(head, grid, learnt)
    presumed = _presumed(head, grid, header)
    if is_form(head, header) and (presumed is None or is_known_form(head)):
        yield from _forms(grid, [*head, *islice(rows, FORM_ROWS)], before, learnt)
        return
    header = presumed or header
    if header is None and (labels := presumed_labels(filled)):
        yield from _forms(grid, [*head, *islice(rows, FORM_ROWS)], before, learnt, labels)
        return
    if header is None:
        texts = [
            (grid.place(row.number), "\n".join(text for value in row.values if (text := text_of(value))))
            for row in filled
        ]
        yield from _records_of_text(texts, learnt)
        return
    index, found = header
    above = [row for row in head[: index - len(found.rows)] if not row.is_empty()]
    context = _context(grid, above, before)
    for row in above:
        yield IgnoredPlace(grid.place(row.number), "title rows", "title")
    yield from records_of_table(grid, found, chain(head[index:], rows), context, learnt)


def _first_header(head: list[Row], grid: Grid, learnt: Mapping[str, str]) -> tuple[int, Header] | None:
    """The header with the most labels, or an earlier one of another table that has rows of its own below it."""
    found = list(headers_in(head, grid.merges, learnt))
    best = max(found, key=lambda one: one[1].labels, default=None)
    for one, (after, following) in pairwise(found):
        if one is best:
            break
        rows = head[one[0] : after - len(following.rows)]
        is_table = one[1].labels >= MIN_LABELS and any(_is_record(row) for row in rows)
        if is_table and kind_of(one[1].texts, learnt=learnt) is not None:
            return one
    return best


def _presumed(head: list[Row], grid: Grid, header: tuple[int, Header] | None) -> tuple[int, Header] | None:
    """A header in other words: of a list that has no other, of the two rows of which one is known, or of a table above
    the one whose header is known."""
    if header is None:
        return presumed_header(head, grid.merges)
    start = header[0] - len(header[1].rows)
    above = presumed_header(head[:start], grid.merges)
    if above is not None and sum(1 for row in head[above[0] : start] if _is_record(row)) >= MIN_ABOVE:
        return above
    presumed = presumed_header(head, grid.merges)
    return presumed if _holds(presumed, header) else None


def _is_record(row: Row) -> bool:
    """Whether a row may be a record."""
    filled = [(column, value) for column, value in enumerate(row.values) if text_of(value)]
    return len(filled) > 1 and reason_to_ignore(row, filled, None) is None


def _holds(presumed: tuple[int, Header] | None, header: tuple[int, Header]) -> bool:
    """Whether a header of two rows has the one row that the dictionary knows."""
    if presumed is None:
        return False
    rows = header[1].rows
    return len(rows) == 1 and len(presumed[1].rows) == 2 and rows[0] in presumed[1].rows


def _context(grid: Grid, above: list[Row], before: list[tuple[str, str]]) -> Context:
    texts = [text for row in above for value in row.values if (text := text_of(value))]
    return context_of([*(text for _, text in before), *grid.heading.splitlines(), *texts])


def _forms(
    grid: Grid,
    rows: list[Row],
    before: list[tuple[str, str]],
    learnt: Mapping[str, str],
    labels: frozenset[int] = frozenset(),
) -> Iterator[Found]:
    context = context_of([*(text for _, text in before), *grid.heading.splitlines(), *_titles(rows)])
    extra = [
        LabelledCell(one.label, one.text or None, place)
        for place, text in before
        for one in labelled(text)
        if one.label and one.text
    ]
    around = f"{context.title} {grid.name}"
    forms = forms_of(rows, grid, labels)
    yield from records_of_forms(forms, grid.name, context, learnt, around=around, extra=extra)


def _titles(rows: list[Row]) -> list[str]:
    """Rows of one cell above the first pair of a form."""
    titles = []
    for row in rows[:6]:
        texts = [text for value in row.values if (text := text_of(value))]
        if len(texts) > 1:
            break
        titles.extend(texts)
    return titles


def _records_of_entries(entries: Iterator[Entry], learnt: Mapping[str, str]) -> Iterator[Found]:
    context = Context()
    peeked = list(islice(entries, PEEKED))
    known: dict[frozenset[str], Understanding] = {}
    last: Understanding | None = None
    for number, entry in enumerate(chain(peeked, entries), 1):
        if entry.status == "deleted":
            yield IgnoredPlace(entry.ref, "deleted at the source", "deleted")
            continue
        if entry.status:
            yield IgnoredPlace(entry.ref, "not a JSON object", entry.status)
            continue
        keys = frozenset(entry.values)
        if keys not in known:
            known[keys] = _understood(entry, [one for one in peeked if frozenset(one.values) == keys], learnt)
            # An entry with few keys is of the kind of the entries before it.
            if (question := known[keys].question) is not None and (known[keys].kind or last is None):
                yield question
        found = known[keys] if known[keys].kind else last
        if found is None or found.kind is None:
            yield IgnoredPlace(entry.ref, "no known kind of record", "unknown_table")
            continue
        last = found
        values = _entry_values(entry, found, context, learnt)
        record = RawRecord(
            entry.ref, found.kind, values, context, serial=str(number), row=number, layout="entry"
        )
        record.is_secret = any(isinstance(one, str) and is_secret_mark(one) for one in entry.values.values())
        yield record


def _understood(entry: Entry, alike: Sequence[Entry], learnt: Mapping[str, str]) -> Understanding:
    """How entries with the keys of this one are read."""
    if entry.kind_hint:
        return Understanding(Kind(entry.kind_hint))
    headers = {key: key.replace(".", "/") for key in sorted(entry.values)}
    values = {key: [_joined(one.values[key]) for one in alike or (entry,)] for key in headers}
    return understood(headers, values, "", learnt, name=ENTRIES, place=entry.ref)


def _entry_values(
    entry: Entry, understanding: Understanding, context: Context, learnt: Mapping[str, str]
) -> dict[str, list[RawValue]]:
    assert understanding.kind is not None
    values: dict[str, list[RawValue]] = {}
    for key, value in entry.values.items():
        found = _meaning(key, understanding.kind, learnt) or understanding.meanings.get(key)
        text = _joined(value)
        if found is None or not text or found.field in NEVER_READ:
            continue
        if is_same_as_above(text) and not entry.kind_hint:
            continue
        is_ours = bool(entry.kind_hint) and NUMBER in entry.values
        known = "guessed_kind" if understanding.guessed else ""
        mark = EXPORTED if is_ours else known if found.exact else "guessed"
        raw = RawValue(found.field, key, text, value, f"{entry.ref}.{key}", found.unit or context.unit, mark)
        values.setdefault(found.field, []).append(raw)
    if "number" not in values:
        reference = RawValue("source_ref", "id", entry.ref, entry.ref, entry.ref)
        values.setdefault("source_ref", []).insert(0, reference)
    return values


def _meaning(key: str, kind: Kind, learnt: Mapping[str, str]) -> Meaning | None:
    """What a key means. In 完成单位.名称 the last part alone would be another field."""
    nested = meaning(key.replace(".", "/"), kind, learnt=learnt) if "." in key else None
    plain = meaning(key, kind, learnt=learnt)
    return nested if nested is not None and not (plain is not None and plain.exact) else plain


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "；".join(part for one in value if (part := _joined(one)))
    if isinstance(value, dict):
        return " ".join(part for one in value.values() if (part := _joined(one)))
    return text_of(value)
