"""What two people typed into one form at the same time, field by field."""

from dataclasses import dataclass

from app.web.forms.filled import FilledForm
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
    """The fields that differ, in the order of the form."""
    found = []
    for field in mine.form.fields:
        known = (*theirs.posted.names(), *mine.posted.names())
        names = {name for name in known if name == field.name or name.startswith(f"{field.name}.")}
        other, own = _text_of(theirs, names), _text_of(mine, names)
        if other != own:
            found.append(FieldConflict(mine.form.label_of(field), other, own))
    return tuple(found)


def _text_of(form: FilledForm, names: set[str]) -> str:
    values = (value for name in form.posted.names() if name in names for value in form.posted.all(name))
    return " ".join(value for value in values if value.strip())
