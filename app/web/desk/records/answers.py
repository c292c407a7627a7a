"""The fields of a record as answers to the questions of its form: words for codes, and who will see each of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import FieldError
from app.libraries.record.enums import PublishMode, ViewLevel
from app.libraries.visibility.fields import FIELD_LEVELS
from app.web.desk.records.desk_kind import DeskKind
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.views.evidence import EvidencePiece, EvidenceSpan, cut

_SEEN_BY: Mapping[ViewLevel, str] = {
    ViewLevel.ANONYMOUS: _("所有人可见"),
    ViewLevel.LOGGED_IN: _("核验单位可见"),
    ViewLevel.APPROVED: _("经您同意可见"),
    ViewLevel.OWNER: _("仅本单位可见"),
}
# Contacts are given through an engagement alone, whatever the level.
_CONTACTS = ("contact_name", "contact_phone", "contact_email")


@dataclass(frozen=True, slots=True)
class Answer:
    """One field: its label and text, who will see it, and what is wrong with it.

    Attributes:
        pieces: the text; parts that a problem points at have the number of the problem from 1.
    """

    name: str
    label: str
    pieces: tuple[EvidencePiece, ...]
    seen_by: str
    problems: tuple[FieldError, ...]

    @property
    def text(self) -> str:
        """The text in one."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """The answers under one heading."""

    title: str
    answers: tuple[Answer, ...]


def answer_groups(
    kind: DeskKind,
    record: Mapping[str, Any],
    problems: Sequence[FieldError] = (),
    *,
    filled_only: bool = False,
) -> tuple[AnswerGroup, ...]:
    """All answers by group of the form; with `filled_only` those that say something."""
    groups = []
    for group in kind.form.groups:
        answers = tuple(
            answer
            for answer in _answers(kind, group, record, problems)
            if answer.text or answer.problems or not filled_only
        )
        if answers:
            groups.append(AnswerGroup(group.title, answers))
    return tuple(groups)


def unplaced(form: Form, problems: Sequence[FieldError]) -> tuple[FieldError, ...]:
    """The problems of fields that the form does not have."""
    names = {field.name for field in form.fields}
    return tuple(problem for problem in problems if problem.field.partition(".")[0] not in names)


def _answers(
    kind: DeskKind, group: FormGroup, record: Mapping[str, Any], problems: Sequence[FieldError]
) -> Iterator[Answer]:
    for field in group.fields:
        own = tuple(problem for problem in problems if problem.field.partition(".")[0] == field.name)
        text = text_of(field, record.get(field.name))
        spans = (
            EvidenceSpan(*problem.span, number)
            for number, problem in enumerate(own, 1)
            if problem.span is not None
            and problem.field == field.name
            and isinstance(record.get(field.name), str)
        )
        yield Answer(
            field.name, kind.form.label_of(field), cut(text, spans), _seen_by(kind, field.name, record), own
        )


def _seen_by(kind: DeskKind, name: str, record: Mapping[str, Any]) -> str:
    if name in _CONTACTS:
        return _SEEN_BY[ViewLevel.APPROVED]
    levels = FIELD_LEVELS[kind.kind].get(name)
    if levels is None:
        return _SEEN_BY[ViewLevel.OWNER]
    return _SEEN_BY[levels[record.get("publish_mode") == PublishMode.CONFIDENTIAL]]


def text_of(field: FormField, value: Any) -> str:
    """A value as people read it; empty if there is none."""
    if value is None or value == "" or value == []:
        return ""
    if field.widget is Widget.ROWS:
        return "\n".join(_row(field, row) for row in value)
    if field.widget is Widget.YES_NO:
        value = "1" if value else "0"
    if field.choices is not None:
        labels = {choice.code: choice.label for choice in field.choices(language_now())}
        codes = value if isinstance(value, list) else [value]
        return translate(_("、")).join(labels.get(str(code), str(code)) for code in codes)
    if isinstance(value, list):
        separator = "\n" if field.widget is Widget.LINES else translate(_("、"))
        return separator.join(map(str, value))
    return f"{value} {translate(field.unit)}" if field.unit else str(value)


def _row(field: FormField, row: Mapping[str, Any]) -> str:
    if field.name == "indicators":
        bound = (
            f"{row['low']}～{row['high']}" if row.get("op") == "～" else f"{row.get('op')} {row.get('value')}"
        )
        return " ".join(part for part in (row["name"], bound, row.get("unit")) if part)
    return " · ".join(text for one in field.columns if (text := text_of(one, row.get(one.name))))
