"""Publishing rules: what a record must fulfil before others see it. A draft needs only a title."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.models import Organisation, OrganisationName
from app.clock import local_now
from app.errors import FieldError, Invalid
from app.libraries.library import Library
from app.libraries.record.enums import PublishMode, RecordKind, RecordState, ViewLevel
from app.libraries.record.models import Record
from app.libraries.record.versions import values_of
from app.libraries.search.conditions import Searcher
from app.libraries.validation.completeness import completeness
from app.libraries.validation.cross_field_checks import field_errors_of
from app.libraries.validation.leaks.leak_check import Leak, OwnerNames, find_leaks, texts_of
from app.libraries.validation.leaks.mentions import COMMON
from app.libraries.validation.leaks.secrecy import CONFIRMATION_NEEDED, secrecy_errors
from app.libraries.validation.values.dates import check_deadline
from app.libraries.visibility.alias import alias
from app.libraries.visibility.fields import FIELD_LEVELS

MIN_MAIN_TEXT = 10

_ENTRY = re.compile(r"\[(\d+)\]")

# Fields that contain no free text, so the leak check skips them.
_CODES = frozenset(
    {"id", "number", "kind", "state", "language", "publish_mode", "source", "source_ref", "undertaking"}
)


def known_faults(library: Library, record: Record) -> tuple[FieldError, ...]:
    """What a record lacks by the rules of today before it is changed: what was accepted once, under rules of then, is
    not refused because something else is changed. Publishing knows no such faults."""
    published = (
        () if record.state == RecordState.DRAFT else (*_missing(library, record), *_past(library, record))
    )
    return (*library.check(record), *published)


def check_required_fields(library: Library, record: Record, *, known: Collection[FieldError] = ()) -> None:
    """
    Args:
        known: as in `check_publishable`.

    Raises:
        Invalid: fields contradict each other, or a text is marked as a state secret; neither is allowed in drafts.
    """
    found = (fault for fault in library.check(record) if fault not in known)
    _raise_any([*found, *secrecy_errors(_all_texts(library, record))])


def check_publishable(
    session: Session, library: Library, record: Record, *, known: Collection[FieldError] = ()
) -> None:
    """
    Args:
        known: the `known_faults` of before the change.

    Raises:
        Invalid: lists every field that is missing, too short, past or contradictory, that reveals a hidden owner or is
            marked as secret, and every question about that which is not answered in `Record.confirmed`.
    """
    found = (*_missing(library, record), *library.check(record), *_past(library, record))
    _raise_any(
        [
            *(fault for fault in found if fault not in known),
            *secrecy_errors(_all_texts(library, record), confirmed=_confirmed(record), questions=True),
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
                f"发布前请填写“{item.zh}”：{item.why}",
                f"required for publishing: {item.en} ({item.why_en})",
            )
    length = len(getattr(record, library.main_text))
    if 0 < length < MIN_MAIN_TEXT:
        yield FieldError(
            library.main_text,
            "text_too_short",
            f"至少 {MIN_MAIN_TEXT} 个字，现有 {length} 个字",
            f"at least {MIN_MAIN_TEXT} characters are required; there are {length}",
        )


def _past(library: Library, record: Record) -> Iterator[FieldError]:
    today = local_now().date()
    for name in library.expiry_dates:
        day: date | None = getattr(record, name)
        if day is not None:
            yield from field_errors_of(name, lambda day=day: check_deadline(day, today=today))  # type: ignore[misc]


def _confirmed(record: Record) -> tuple[str, ...]:
    return tuple(entry["word"] for entry in record.confirmed or ())


def _all_texts(library: Library, record: Record) -> dict[str, str]:
    """All texts of the record, also those that only the owner sees, by dotted paths."""
    values = values_of(record, library.relations)
    return _dotted({name: value for name, value in values.items() if name not in _CODES})


def _dotted(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        _ENTRY.sub(r".\1", path) if "[" in path else path: text for path, text in texts_of(values).items()
    }


def _leaks(session: Session, record: Record) -> Iterator[FieldError]:
    for leak in leaks_of(session, record):
        span = (leak.start, leak.end)
        if leak.certain:
            yield FieldError(leak.field, f"leak_{leak.kind}", leak.zh, leak.en, span)
        else:
            yield FieldError(leak.field, CONFIRMATION_NEEDED, leak.zh, leak.en, span, leak.word)


def leaks_of(session: Session, record: Record) -> list[Leak]:
    """Texts of a confidential record that would reveal its owner, or may do so and are not confirmed, by dotted paths;
    none for a public record."""
    if record.publish_mode != PublishMode.CONFIDENTIAL.value:
        return []
    organisation = session.get(Organisation, record.owner_org_id) if record.owner_org_id is not None else None
    if organisation is None:  # refused as such
        return []
    owner = owner_names(session, record, organisation)
    texts = {
        name: getattr(record, name)
        for name, (_, level) in FIELD_LEVELS[record.kind].items()
        if level < ViewLevel.APPROVED
        and name not in _CODES
        and isinstance(getattr(record, name, None), str | list)
    }
    texts["public_alias"] = alias(record, None)
    return find_leaks(
        _dotted(texts),
        owner,
        confirmed=_confirmed(record),
        frequency=cache(lambda word: _used_by_others(session, word, organisation.id)),
    )


def owner_names(session: Session, record: Record, organisation: Organisation) -> OwnerNames:
    """What tells the owner: names that the register shows with theirs, of those above them and of co-owners; and the
    people and numbers of the work, which the record hides for that reason."""
    related = {UUID(str(id_)) for id_ in getattr(record, "co_org_ids", None) or ()}
    above = session.get(Organisation, organisation.parent_id) if organisation.parent_id else None
    while above is not None and above.id not in related:
        related.add(above.id)
        above = session.get(Organisation, above.parent_id) if above.parent_id else None
    others = session.scalars(select(Organisation.name).where(Organisation.id.in_(related)))
    rights = getattr(record, "ip_list", None) or ()
    registration = getattr(record, "registration_number", None)
    return OwnerNames(
        name=organisation.name,
        aliases=(
            *(organisation.aliases or ()),
            *(str(former["name"]) for former in organisation.former_names or ()),
            *sorted(others),
        ),
        contact_names=(record.contact_name,) if record.contact_name else (),
        people=tuple(
            str(one["name"]) for one in getattr(record, "completed_by", None) or () if one.get("name")
        ),
        phones=(record.contact_phone,) if record.contact_phone else (),
        numbers=tuple(
            str(number) for number in (registration, *(right.get("number") for right in rights)) if number
        ),
    )


def _used_by_others(session: Session, word: str, owner_org_id: UUID) -> int:
    """How many organisations and published records of other owners use the word, up to the limit that matters."""
    named = (
        select(OrganisationName.organisation_id)
        .where(OrganisationName.key.contains(word, autoescape=True))
        .where(OrganisationName.organisation_id != owner_org_id)
        .limit(COMMON)
    )
    organisations = session.scalar(select(func.count()).select_from(named.subquery())) or 0
    return organisations + sum(
        Searcher(session, model, SYSTEM).occurrences(word, beside=owner_org_id, at_most=COMMON)
        for model in Record.__subclasses__()
        if model.kind is not RecordKind.MANAGER
    )
