"""Lists of all libraries by kind, for callers that hold query parameters as text, such as pages."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_origin

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.errors import Invalid
from app.errors.pydantic_errors import field_errors
from app.libraries.achievements.queries import LISTING as ACHIEVEMENTS
from app.libraries.demands.queries import LISTING as DEMANDS
from app.libraries.http.filters import RecordFilters
from app.libraries.http.listing import ListingRules, list_records
from app.libraries.managers.queries import LISTING as MANAGERS
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.search.synonyms import Synonyms

LISTINGS: Mapping[RecordKind, ListingRules] = MappingProxyType(
    {RecordKind.ACHIEVEMENT: ACHIEVEMENTS, RecordKind.DEMAND: DEMANDS, RecordKind.MANAGER: MANAGERS}
)


def list_library(
    session: Session,
    kind: RecordKind,
    parameters: Mapping[str, Sequence[str]],
    *,
    principal: Principal,
    synonyms: Synonyms,
    opened: OpenedRecords = NOTHING_OPENED,
) -> dict[str, Any]:
    """A page of a library; see `list_records`.

    Args:
        parameters: texts of the filters by name. Blank texts and names that are no filter of the library are ignored.

    Raises:
        Invalid: a filter has a value that it does not take.
    """
    listing = LISTINGS[kind]
    filters = read_filters(listing.filters, parameters)
    return list_records(
        session, LIBRARIES[kind], listing, filters, principal=principal, synonyms=synonyms, opened=opened
    )


def read_filters(model: type[RecordFilters], parameters: Mapping[str, Sequence[str]]) -> RecordFilters:
    """Filters from texts by name; blank texts and names that are no filter are ignored.

    Raises:
        Invalid: a filter has a value that it does not take.
    """
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        texts = [text for text in parameters.get(name, ()) if text.strip()]
        if texts:
            values[name] = texts if get_origin(field.annotation) is list else texts[-1]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid(fields=field_errors(error.errors())) from error
