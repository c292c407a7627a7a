"""A draft: what a row or form says in the fields of a library, and where each value comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.exchange.headers.dictionary import Kind
from app.exchange.layout.raw import EXPORTED, FROM_TEXT, RawRecord, RawValue
from app.exchange.values.contacts import without_identity_numbers
from app.exchange.values.readings import ValueNote, ValueReading, is_empty_word
from app.exchange.values.rights import Right
from app.libraries.validation.indicators.model import Indicator

MAX_RAW = 200
"""Characters of the original text that are kept with a value."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value stands in the file: cell, header above it and original text."""

    cell: str
    header: str
    raw: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning about one field of a row, with its cell."""

    field: str
    cell: str
    note: ValueNote


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is not taken. `of`: the row that it repeats."""

    code: str
    zh: str
    en: str
    of: str = ""


@dataclass(slots=True)
class Draft:
    """One record of a file.

    Attributes:
        values: field → value; organisations are names.
        derived: field → how its value was deduced; such a value waits for a person's yes.
    """

    ref: str
    kind: Kind
    raw: RawRecord
    values: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, ValueNote] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refusal: Refusal | None = None

    def set(self, name: str, reading: ValueReading, source: RawValue | None) -> None:
        """Take a value as read, unless there is none; its warnings are kept in any case."""
        cell = source.cell if source is not None else ""
        self.remarks.extend(Remark(name, cell, note) for note in reading.warnings)
        if reading.value in (None, "", []):
            return
        self.values[name] = reading.value
        if source is not None:
            original = without_identity_numbers(source.text)[0][:MAX_RAW]
            self.origins[name] = Origin(cell, source.header, original)
        note = reading.derived or _mark(source)
        if note is not None:
            self.derived[name] = note

    def set_text(self, name: str, *, field_of_file: str = "", joined: bool = True) -> None:
        """Take the text of a field without identity numbers; several columns are joined by line breaks."""
        found = [one for one in self.raw.values.get(field_of_file or name, ()) if says_something(one)]
        if not found:
            return
        texts = [one.text for one in found] if joined else [found[0].text]
        self.set(name, self.cleaned("\n".join(dict.fromkeys(texts))), found[0])

    @staticmethod
    def cleaned(text: str) -> ValueReading:
        """The text without identity card numbers, which are never stored."""
        cleaned, found = without_identity_numbers(text)
        reading = ValueReading(cleaned)
        if found:
            reading.warn(
                "identity_number",
                "内容含身份证号，已删除，不入库。",
                "The text holds an identity card number, which was removed and is not stored.",
            )
        return reading

    def warn(self, name: str, note: ValueNote, source: RawValue | None = None) -> None:
        """Add a warning about a field."""
        self.remarks.append(Remark(name, source.cell if source is not None else "", note))

    def refuse(self, code: str, zh: str, en: str, of: str = "") -> None:
        """Refuse the row; the first reason stays."""
        if self.refusal is None:
            self.refusal = Refusal(code, zh, en, of)

    def require(self, *names: str) -> None:
        """ValueNote which of these fields are missing for publication."""
        self.missing = [name for name in names if self.values.get(name) in (None, "", [])]

    def shown(self) -> dict[str, Any]:
        """The values as JSON: amounts and days as text, rights as their numbers."""
        return {name: plain(value) for name, value in self.values.items()}


def _mark(source: RawValue | None) -> ValueNote | None:
    if source is None or not source.mark:
        return None
    return {
        "computed": ValueNote("computed", "公式的已存结果，未重新计算", "the stored result of a formula"),
        "above": ValueNote("above", "“同上”，取上一行的值", "'same as above': the value of the row above"),
        "guessed": ValueNote(
            "guessed",
            f"由“{source.header}”一栏推断，该列名不在词表中，请核对",
            f"deduced from '{source.header}', a header that the dictionary does not have; check it",
        ),
        FROM_TEXT: ValueNote(
            FROM_TEXT, "取自没有栏目的文字，请核对", "taken from text without labels; check it"
        ),
        "guessed_kind": ValueNote(
            "guessed_kind",
            "清单的类别是推断的，请先确认",
            "the kind of the list was deduced; confirm it first",
        ),
    }.get(source.mark)


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Right):
        return value.number
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return value


def first_filled(raw: RawRecord, *names: str) -> RawValue | None:
    """The first value of these fields that says something."""
    return next(iter(filled(raw, *names)), None)


def filled(raw: RawRecord, *names: str) -> Iterator[RawValue]:
    """The values of these fields that say something."""
    for name in names:
        for one in raw.values.get(name, ()):
            if says_something(one):
                yield one


def says_something(value: RawValue) -> bool:
    """Whether a value is one, and not a word such as 无 or /; a record of this service may have such a text."""
    return value.mark == EXPORTED or not is_empty_word(value.text)
