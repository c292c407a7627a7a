"""Raw records: the values of a row or form as they stand in the file, each with its cell and the header above it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain

from app.exchange.headers.dictionary import Kind
from app.exchange.readers.content import Scalar
from app.libraries.validation.values.text import is_hidden
from app.text.radicals import without_radicals

NEVER_READ = frozenset({"never", "ignore"})
"""Columns whose values are not even read: identity numbers, birthdays and the like; pictures and processing marks."""


FROM_TEXT = "from_text"
"""The mark of a value that was taken from running text."""
EXPORTED = "exported"
"""The mark of a value in a list that this service has written: it says what the record says, 无 and 同上 as well."""


@dataclass(frozen=True, slots=True)
class RawValue:
    """One value of a record.

    Attributes:
        text: as the file has it; numbers and dates as text.
        value: the cell itself.
        cell: where it stands, e.g. `Sheet1!C7`.
        unit: the unit of money that the header states.
        mark: why the value is not simply what the cell says: `computed` (a formula's stored result), `above` (同上, or
            a merged cell), `guessed` (the header was recognised in part only), `guessed_kind` (the kind of the list
            was), `EXPORTED`; empty otherwise.
    """

    field: str
    header: str
    text: str
    value: object
    cell: str
    unit: str | None = None
    mark: str = ""


@dataclass(slots=True)
class Context:
    """What a table says about all its rows: title, who filled it and when, unit of money, notes.

    Attributes:
        is_own: who filled the table sent it, rather than recommending what is in it.
        section: the heading across the table above a row.
        lead: what stands between this table and another one above it.
    """

    title: str = ""
    filled_by: str = ""
    is_own: bool = False
    filled_on: date | None = None
    unit: str | None = None
    section: str = ""
    lead: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RawRecord:
    """The raw values of one record. `serial` is the number that the list gives it."""

    ref: str
    kind: Kind
    values: dict[str, list[RawValue]]
    context: Context
    serial: str = ""
    row: int = 0
    sheet: str = ""
    layout: str = "table"
    formulas: frozenset[str] = frozenset()
    """Fields whose cells are formulas without a stored result."""
    is_secret: bool = False
    """Whether a cell marks it as a state secret, also one of which nobody knows the meaning."""

    def __post_init__(self) -> None:
        """Put what the dictionary knows before what was guessed of the same field."""
        for found in self.values.values():
            found.sort(key=lambda one: one.mark == "guessed")

    def first(self, name: str) -> RawValue | None:
        """The first value of a field."""
        found = self.values.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The text of a field; empty if there is none."""
        return "\n".join(one.text for one in self.values.get(name, ()))

    def all(self) -> Iterator[RawValue]:
        """Every value."""
        for found in self.values.values():
            yield from found


@dataclass(frozen=True, slots=True)
class IgnoredPlace:
    """A place of the file that is no record, with the reason. `count`: values of a column that was not read."""

    ref: str
    why: str
    code: str
    count: int = 0


NO_HEADER = "no_header"
"""Code of a column that has values and no header."""


@dataclass(frozen=True, slots=True)
class Located:
    """A table or form that was found: its kind and the columns, for a person to check and to correct."""

    name: str
    kind: Kind
    header_rows: tuple[int, ...]
    columns: Mapping[str, tuple[str, str | None]]
    """Column letter or label → (header, field)."""


class _Shown(dict[int, int | None]):
    """Character → itself, or None for one that shows nothing; each is looked at once."""

    def __missing__(self, code: int) -> int | None:
        shown = None if is_hidden(chr(code)) else code
        self[code] = shown
        return shown


_SHOWN = _Shown()
_SPACES = re.compile(r"[^\S\n]+")
_ESCAPED = re.compile("_x00([01][0-9a-f])_", re.IGNORECASE)
"""Control characters as workbooks write them: _x000D_ for the carriage return of a text from another system."""


def text_of(value: Scalar | Decimal | object) -> str:
    """A value as clean text: no hidden characters, single spaces, numbers without an exponent, dates as yyyy-mm-dd."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return _clean(value) if isinstance(value, str) and len(value) <= _REMEMBERED else _cleaned(str(value))


_REMEMBERED = 300
"""Characters of a cell up to which its clean text is remembered: every step of the reading asks for it."""


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    return _cleaned(text)


def without_escapes(text: str) -> str:
    """The text with the control characters that a workbook has written in letters."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _cleaned(text: str) -> str:
    text = without_escapes(without_radicals(text)).replace("\r\n", "\n").replace("\r", "\n")
    text = text.translate(_SHOWN)
    return _SPACES.sub(" ", "\n".join(line.strip() for line in text.split("\n"))).strip()


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
