"""`Library`: the description of one library, from which the shared code derives its behaviour."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.errors import FieldError
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record
from app.libraries.schemas import RecordFields
from app.libraries.search.full_text import SearchTexts
from app.settings import Settings

# The searchable parts of a list entry (indicator, brokered work, intellectual property right).
_ENTRY_TEXTS = ("name", "op", "value", "target", "unit", "title")

# Columns of every library whose change does not affect matching.
_IGNORED_BY_MATCHING = frozenset(
    {
        "contact_name",
        "contact_phone",
        "contact_email",
        "source",
        "source_ref",
        "valid_until",
        "review_note",
        "confirmed",
    }
)


def _no_references(_: Session, __: Any, ___: dict[str, Any], ____: Principal) -> None:
    """Default for a library whose fields are all plain columns."""


def _no_derived_fields(_: Any) -> None:
    """Default for a library without derived fields."""


def _nothing_else(_: Session, __: Any) -> None:
    """Default for a library whose records are one row, with its versions and indexes."""


@dataclass(frozen=True, slots=True)
class Library:
    """One of the three libraries.

    Attributes:
        plural: the library's name in paths, settings and scopes.
        main_text: the attribute with the main description.
        facets: facet → the attribute that holds its code or codes.
        public_texts: attributes searched by anonymous readers.
        member_texts: attributes searched by logged-in readers.
        ignored_by_matching: attributes whose change does not affect matching, besides those that all libraries share.
        check: yields contradictions between fields, in drafts too.
        resolve_references: checks and sets what is more than a column of the record, and removes it from the values.
        derive: sets the fields that are computed from other fields.
        remember: stores what a record entails besides its row and its versions.
        expiry_dates: attributes with the last day of publication.
        relations: relationships stored with the record and its versions.
        awarded: columns that only the bureau's awards fill (see `lifecycle.storage.grant`).
    """

    kind: RecordKind
    plural: str
    model: type[Any]
    read_schema: type[BaseModel]
    create_schema: type[RecordFields]
    patch_schema: type[RecordFields]
    main_text: str
    facets: Mapping[str, str]
    public_texts: tuple[str, ...]
    member_texts: tuple[str, ...]
    ignored_by_matching: frozenset[str]
    check: Callable[[Any], Iterable[FieldError]]
    resolve_references: Callable[[Session, Any, dict[str, Any], Principal], None] = _no_references
    derive: Callable[[Any], None] = _no_derived_fields
    remember: Callable[[Session, Any], None] = _nothing_else
    expiry_dates: tuple[str, ...] = ("valid_until",)
    relations: tuple[str, ...] = ()
    awarded: frozenset[str] = frozenset()

    def affects_matching(self, changed: Iterable[str]) -> bool:
        """Whether a change of these attributes can change a match."""
        return not (_IGNORED_BY_MATCHING | self.ignored_by_matching).issuperset(changed)

    def action(self, verb: str) -> Action:
        """The permission for a verb on this library's records, e.g. `demand.create`."""
        return Action(f"{self.kind.value}.{verb}")

    def needs_review(self, settings: Settings) -> bool:
        """Whether the bureau reviews records of this library before publication."""
        needed: bool = getattr(settings, f"review_{self.plural}")
        return needed

    def texts(self, record: Record, attributes: Iterable[str]) -> list[str]:
        """The texts of the non-empty attributes, in the given order."""
        return [text for name in attributes if (text := _text(getattr(record, name)))]

    def search_texts(self, record: Record) -> SearchTexts:
        """What may be searched of a record."""
        public = [name for name in self.public_texts if name != "title"]
        member = [name for name in self.member_texts if name not in self.public_texts]
        return SearchTexts(
            title=record.title,
            public=_entries(record, public),
            member=_entries(record, member),
            matched="\n".join(self.texts(record, self.member_texts)),
        )


def _entries(record: Record, attributes: Iterable[str]) -> list[str]:
    """The texts of the attributes, with each entry of a list by itself."""
    values = [getattr(record, name) for name in attributes]
    entries = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    return [text for entry in entries if (text := _text(entry))]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    if isinstance(value, dict):
        return " ".join(str(value[key]) for key in _ENTRY_TEXTS if value.get(key) is not None)
    return "" if value is None else str(value)
