"""Publishing rules: what a record must fulfil before others see it. A draft needs only a title."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.clock import local_now
from app.errors import FieldError, Invalid
from app.libraries.disclosure.visibility import FIELD_LEVELS, alias
from app.libraries.library import Library
from app.libraries.record.enums import PublishMode, ViewLevel
from app.libraries.record.models import Record
from app.libraries.record.versions import values_of
from app.libraries.validation.completeness import completeness
from app.libraries.validation.cross_field_checks import field_errors_of
from app.libraries.validation.leaks.leak_check import Leak, OwnerNames, find_leaks, texts_of
from app.libraries.validation.values.dates import check_deadline

MIN_MAIN_TEXT = 10

_ENTRY = re.compile(r"\[(\d+)\]")

# Fields that contain no free text, so the leak check skips them.
_CODES = frozenset({"id", "number", "kind", "state", "language", "publish_mode", "source", "source_ref"})


def check_required_fields(library: Library, record: Record) -> None:
    """
    Raises:
        Invalid: fields contradict each other, which is not allowed in drafts either.
    """
    _raise_any(library.check(record))


def check_publishable(session: Session, library: Library, record: Record) -> None:
    """
    Raises:
        Invalid: lists every field that is missing, too short, past or contradictory, or that reveals a hidden owner.
    """
    _raise_any(
        [
            *_missing(library, record),
            *library.check(record),
            *_past(library, record),
            *_leaks(session, record),
        ]
    )


def _raise_any(errors: Iterable[FieldError]) -> None:
    fields = tuple(errors)
    if fields:
        raise Invalid(fields=fields)


def _missing(library: Library, record: Record) -> Iterator[FieldError]:
    for item in completeness(library.kind, values_of(record, library.relations)).missing:
        if item.required:
            yield FieldError(
                item.field,
                "required",
                f"发布前请填写“{item.zh}”: {item.why}",
                f"required for publishing: {item.en} ({item.why_en})",
            )
    length = len(getattr(record, library.main_text))
    if 0 < length < MIN_MAIN_TEXT:
        yield FieldError(
            library.main_text,
            "text_too_short",
            f"至少 {MIN_MAIN_TEXT} 个字,现有 {length} 个字",
            f"at least {MIN_MAIN_TEXT} characters are required; there are {length}",
        )


def _past(library: Library, record: Record) -> Iterator[FieldError]:
    today = local_now().date()
    for name in library.expiry_dates:
        day: date | None = getattr(record, name)
        if day is not None:
            yield from field_errors_of(name, lambda day=day: check_deadline(day, today=today))  # type: ignore[misc]


def _leaks(session: Session, record: Record) -> Iterator[FieldError]:
    for leak in leaks_of(session, record):
        yield FieldError(leak.field, f"leak_{leak.kind}", leak.zh, leak.en)


def leaks_of(session: Session, record: Record) -> list[Leak]:
    """Texts of a confidential record that would reveal its owner, by dotted paths; none for a public record."""
    if record.publish_mode != PublishMode.CONFIDENTIAL.value:
        return []
    organisation = session.get(Organisation, record.owner_org_id)
    assert organisation is not None
    owner = OwnerNames(
        name=organisation.name,
        aliases=tuple(organisation.aliases or ()),
        contact_names=(record.contact_name,) if record.contact_name else (),
        phones=(record.contact_phone,) if record.contact_phone else (),
    )
    texts = {
        name: getattr(record, name)
        for name, (_, level) in FIELD_LEVELS[record.kind].items()
        if level < ViewLevel.APPROVED
        and name not in _CODES
        and isinstance(getattr(record, name, None), str | list)
    }
    texts["public_alias"] = alias(record, None)
    return [
        replace(leak, field=_ENTRY.sub(r".\1", leak.field)) for leak in find_leaks(texts_of(texts), owner)
    ]
