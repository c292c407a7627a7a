"""The description of a form: fields with their widgets, in groups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from app.web.i18n import Language


class Widget(StrEnum):
    """How a field is asked for. TREE offers several terms under their roots; LINES is a list with an entry a line."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 — a kind of field
    CHOICE = "choice"
    CHOICES = "choices"
    SELECT = "select"
    SELECT_MANY = "select_many"
    FLAG = "flag"
    TREE = "tree"
    YES_NO = "yes_no"
    TAGS = "tags"
    LINES = "lines"
    ROWS = "rows"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its code, its label, and the group under which a long list shows it."""

    code: str
    label: str
    group: str = ""


Choices = Callable[[Language], Sequence[Choice]]


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form.

    Attributes:
        name: of the model's field.
        label: Chinese; by default the title of the model's field.
        hint: what to write; shown under the label.
        unit: after the field, such as 万元.
        required: needed here, whatever the model says.
        choices: for the widgets that offer some; for DAY, days that are proposed.
        default: what an empty form says; it opens no group.
        columns: for ROWS, the fields of a row.
        lines: for TEXT, its height.
        autocomplete: what a browser may fill in.
    """

    name: str
    widget: Widget = Widget.LINE
    label: str = ""
    hint: str = ""
    example: str = ""
    unit: str = ""
    required: bool = False
    choices: Choices | None = None
    columns: tuple["FormField", ...] = ()
    lines: int = 5
    max_length: int | None = None
    autocomplete: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Fields that belong together. A group that is not `open` stands in `<details>`, closed at first."""

    fields: tuple[FormField, ...]
    title: str = ""
    hint: str = ""
    open: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page.

    Attributes:
        id: of the element; buttons outside it and the drafts of the browser name it.
        model: what the fields become; None for a form that is read field by field.
        absent: fields of the model that the page does not ask for, each with the reason.
    """

    id: str
    model: type[BaseModel] | None
    groups: tuple[FormGroup, ...]
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[FormField, ...]:
        """All fields in their order."""
        return tuple(one for group in self.groups for one in group.fields)

    @property
    def labels(self) -> Mapping[str, str]:
        """The Chinese label of each field, by its name."""
        return {one.name: self.label_of(one) for one in self.fields}

    def label_of(self, one: FormField) -> str:
        """The Chinese label: the field's own, else the title of the model's field."""
        return one.label or self.title_of(one.name)

    def title_of(self, name: str) -> str:
        """The title of a field of the model; its name if it has none."""
        info: Any = self.model.model_fields.get(name) if self.model else None
        return (info.title if info else None) or name
