"""A form with its values and errors, as templates draw it."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from app.errors import FieldError, Invalid, SankuError
from app.web.forms.fields import Choice, Form, FormField, FormGroup, Widget
from app.web.forms.parser import bind, rows_of, validated
from app.web.i18n import language_now
from app.web.posted import KEY, VERSION, PostedForm

_SPARE_ROWS = 2


@dataclass(frozen=True, slots=True)
class FilledField:
    """A field with what stands in it.

    Attributes:
        values: texts as typed; several for a field that may be repeated.
        errors: what is wrong with it.
    """

    field: FormField
    name: str
    label: str
    values: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    rows: tuple[tuple["FilledField", ...], ...] = ()
    prefix: str = "f"

    @property
    def id(self) -> str:
        """Of the element; links of the summary lead there."""
        return f"{self.prefix}-" + self.name.replace(".", "-")

    @property
    def value(self) -> str:
        """The text of a field that has one."""
        return self.values[-1] if self.values else ""

    @property
    def is_typed(self) -> bool:
        """Whether anything stands in it but its default."""
        return any(value and value != self.field.default for value in self.values)

    @property
    def choices(self) -> Sequence[Choice]:
        """What the field offers, in the language of the page."""
        return self.field.choices(language_now()) if self.field.choices else ()

    @property
    def groups(self) -> Iterator[tuple[str, list[Choice]]]:
        """The choices of a long list under the names of their groups."""
        grouped: dict[str, list[Choice]] = {}
        for choice in self.choices:
            grouped.setdefault(choice.group, []).append(choice)
        yield from grouped.items()

    @property
    def branches(self) -> tuple[tuple[Choice, tuple[Choice, ...], tuple[str, ...]], ...]:
        """For a TREE: each root, what is below it, and the labels of what is chosen of that."""
        # A root comes before what is below it; both may have the same name.
        found: dict[str, tuple[Choice, list[Choice]]] = {}
        for choice in self.choices:
            if choice.group and choice.group in found:
                found[choice.group][1].append(choice)
            else:
                found[choice.group or choice.code] = (choice, [])
        return tuple(
            (root, tuple(below), tuple(one.label for one in below if one.code in self.values))
            for root, below in found.values()
        )

    @property
    def described_by(self) -> str:
        """The ids of the texts that a voice reads with the field."""
        parts = [f"{self.id}-hint"] if self.field.hint or self.field.example else []
        return " ".join(parts + ([f"{self.id}-error"] if self.errors else []))


class FilledForm:
    """A form with what was typed, or with the values of a record.

    Attributes:
        hidden: names and values of hidden fields, such as the version of the record.
        prefix: of the ids of its fields; another one where a page has several forms with fields of the same name.
    """

    def __init__(
        self,
        form: Form,
        values: Mapping[str, Any] | None = None,
        *,
        posted: PostedForm | None = None,
        errors: Sequence[FieldError] = (),
        version: int | None = None,
        prefix: str = "f",
    ) -> None:
        self.prefix = prefix
        self.form = form
        self.posted = posted or PostedForm(tuple(_pairs(form, values or {})))
        self.errors = tuple(errors)
        self.hidden = {KEY: self.posted.key or str(uuid.uuid4())}
        known = self.posted.get(VERSION) or (str(version) if version is not None else "")
        if known:
            self.hidden[VERSION] = known

    @property
    def id(self) -> str:
        """Of the form's element."""
        return self.form.id

    @property
    def groups(self) -> Iterator[tuple[FormGroup, tuple[FilledField, ...], bool]]:
        """Each group, its fields, and whether it stands open: also where something is wrong or was typed."""
        for group in self.form.groups:
            fields = tuple(self._filled(one, one.name) for one in group.fields)
            yield group, fields, group.open or any(one.errors or one.is_typed for one in fields)

    def field(self, name: str) -> FilledField:
        """One field, to be placed by hand."""
        return self._filled(next(one for one in self.form.fields if one.name == name), name)

    @property
    def summary(self) -> tuple[tuple[str, FieldError, str | None], ...]:
        """Every error: the label of its field, the error, and the id to jump to (None: the page does not show it)."""
        shown = self.form.labels
        found = []
        for error in self.errors:
            top = error.field.partition(".")[0]
            label = shown.get(error.field) or shown.get(top) or self.form.title_of(top)
            is_shown = error.field in shown or top in shown
            found.append(
                (label, error, f"{self.prefix}-" + error.field.replace(".", "-") if is_shown else None)
            )
        return tuple(found)

    def with_errors(self, error: Invalid) -> "FilledForm":
        """The same form with what is wrong."""
        return FilledForm(self.form, posted=self.posted, errors=error.fields, prefix=self.prefix)

    def after(self, refusal: SankuError | None) -> "FilledForm":
        """The same form after a command was refused: with what is wrong with its fields."""
        return self.with_errors(refusal) if isinstance(refusal, Invalid) else self

    def model(self, *, is_change: bool = False) -> BaseModel:
        """What was typed as the model.

        Raises:
            Invalid: something is wrong; show the form again `with_errors`.
        """
        assert self.form.model is not None
        return validated(self.form.model, bind(self.form, self.posted, is_change=is_change))

    def _filled(self, field: FormField, name: str) -> FilledField:
        errors = tuple(
            error
            for error in self.errors
            if error.field == name or (field.widget is not Widget.ROWS and error.field.startswith(f"{name}."))
        )
        rows: tuple[tuple[FilledField, ...], ...] = ()
        if field.widget is Widget.ROWS:
            numbers = rows_of(self.posted, name)
            spare = range(max(numbers, default=-1) + 1, max(numbers, default=-1) + 1 + _SPARE_ROWS)
            rows = tuple(
                tuple(self._filled(one, f"{name}.{row}.{one.name}") for one in field.columns)
                for row in (*numbers, *spare)
            )
        return FilledField(
            field,
            name,
            self.form.label_of(field) if "." not in name else field.label or field.name,
            () if field.widget is Widget.PASSWORD else tuple(self.posted.all(name)),
            errors,
            rows,
            self.prefix,
        )


def _pairs(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in form.fields:
        yield from _pairs_of(field, field.name, values.get(field.name))


def _pairs_of(field: FormField, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if field.widget is Widget.ROWS:
        for row, cells in enumerate(value):
            for one in field.columns:
                yield from _pairs_of(one, f"{name}.{row}.{one.name}", cells.get(one.name))
    elif field.widget is Widget.TAGS:
        yield name, "、".join(map(str, value))
    elif field.widget is Widget.LINES:
        yield name, "\n".join(map(str, value))
    elif isinstance(value, list | tuple):
        for one in value:
            yield name, str(one)
    elif isinstance(value, bool):
        yield name, "1" if value else "0" if field.widget is Widget.YES_NO else ""
    else:
        yield name, value.isoformat() if isinstance(value, date) else str(value)
