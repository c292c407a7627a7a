"""What one library must say about itself, so that everything the three do alike is written once."""

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
from app.settings import Settings

# The parts of an entry (indicator, work done, intellectual property) that are worth a search.
_ENTRY_TEXTS = ("name", "op", "value", "target", "unit", "title")

# Whose change concerns no match, whatever the library.
_QUIET = frozenset(
    {"contact_name", "contact_phone", "contact_email", "source", "source_ref", "valid_until", "review_note"}
)


def _nothing_more(_: Session, __: Any, ___: dict[str, Any], ____: Principal) -> None:
    """For a library whose fields are all columns."""


def _nothing_follows(_: Any) -> None:
    """For a library without derived fields."""


@dataclass(frozen=True, slots=True)
class Library:
    """One of the three libraries.

    `plural` names it in paths, settings and scopes; `facets` maps a facet to the attribute that holds its code or
    codes; `public_texts` and `member_texts` are the attributes searched by strangers and by everybody logged in;
    `quiet` are further ones whose change concerns no match; `last_days` those after which it is no longer published;
    `check` finds what does not fit together, in a draft too; `assign` sets what is more than a column of the record
    and takes it out of the values; `derive` sets what follows from other fields; `relations` are rows that belong to
    the record and its history; `granted` are columns that only the bureau's acts fill (see `lifecycle.grant`).
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
    quiet: frozenset[str]
    check: Callable[[Any], Iterable[FieldError]]
    assign: Callable[[Session, Any, dict[str, Any], Principal], None] = _nothing_more
    derive: Callable[[Any], None] = _nothing_follows
    last_days: tuple[str, ...] = ("valid_until",)
    relations: tuple[str, ...] = ()
    granted: frozenset[str] = frozenset()

    def concerns_matches(self, changed: Iterable[str]) -> bool:
        return not (_QUIET | self.quiet).issuperset(changed)

    def action(self, verb: str) -> Action:
        return Action(f"{self.kind.value}.{verb}")

    def needs_review(self, settings: Settings) -> bool:
        needed: bool = getattr(settings, f"review_{self.plural}")
        return needed

    def texts(self, record: Record, attributes: Iterable[str]) -> list[str]:
        """The texts of the attributes that are filled, in the order given."""
        return [text for name in attributes if (text := _text(getattr(record, name)))]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    if isinstance(value, dict):
        return " ".join(str(value[key]) for key in _ENTRY_TEXTS if value.get(key) is not None)
    return "" if value is None else str(value)
