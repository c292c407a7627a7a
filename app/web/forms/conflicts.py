"""What two people typed into one form at the same time, field by field."""

from dataclasses import dataclass

from app.web.forms.fields import Widget
from app.web.forms.filled import FilledField, FilledForm
from app.web.forms.parser import number
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.posted import VERSION, PostedForm


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that somebody else has changed meanwhile: what they wrote, and what stands in the form."""

    label: str
    theirs: str
    mine: str


def without_version(posted: PostedForm) -> PostedForm:
    """What was typed without the version that was read, so that the form takes the present one."""
    pairs = tuple((name, value) for name, value in posted.pairs if name != VERSION)
    return PostedForm(pairs, posted.files)


def field_conflicts(theirs: FilledForm, mine: FilledForm) -> tuple[FieldConflict, ...]:
    """The fields that differ, in the order of the form, in words."""
    found = []
    for field in mine.form.fields:
        other, own = _words(theirs.field(field.name)), _words(mine.field(field.name))
        if other != own:
            found.append(FieldConflict(mine.form.label_of(field), other, own))
    return tuple(found)


def _words(filled: FilledField) -> str:
    if filled.rows:
        rows = (" · ".join(filter(None, map(_words, row))) for row in filled.rows)
        return "\n".join(filter(None, rows))
    labels = {choice.code: choice.label for choice in filled.choices}
    if filled.field.widget is Widget.FLAG:
        labels = {"1": translate(_("是"))}
    values = [value.strip() for value in filled.values]
    if filled.field.widget is Widget.NUMBER:
        values = [_plain_number(value) for value in values]
    return translate(_("、")).join(labels.get(value, value) for value in values if value)


def _plain_number(text: str) -> str:
    """A number without the zeros at its end, so that 120 and 120.00 are the same."""
    typed = number(text)
    return typed.rstrip("0").rstrip(".") if "." in typed else typed
