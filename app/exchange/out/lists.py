"""The bodies of a list, page by page, as its reader sees them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.accounts.lists.organisations import organisation_page
from app.accounts.models import Organisation, OrganisationKind
from app.database import Database, by_id
from app.engagements.contracts.presentation.listing import contract_page
from app.engagements.contracts.queries import ContractFilters
from app.libraries.http.filters import RecordFilters
from app.libraries.http.listing import list_records
from app.libraries.lists import LISTINGS
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.search.synonyms import Synonyms
from app.libraries.visibility.asked_contacts import ask_for_list
from app.paging import MAX_PAGE, PageRequest

Bodies = Iterator[dict[str, Any]]


def record_bodies(
    database: Database,
    kind: RecordKind,
    filters: RecordFilters,
    *,
    principal: Principal,
    synonyms: Synonyms,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Bodies:
    """The records of a library's list. Each page is read in a session of its own, so that a slow reader of a long list
    holds no connection."""
    cursor: str | None = None
    while True:
        asked = filters.model_copy(update={"limit": MAX_PAGE, "cursor": cursor, "facets": False})
        with database.reading() as session:
            page = list_records(
                session,
                LIBRARIES[kind],
                LISTINGS[kind],
                asked,
                principal=principal,
                synonyms=synonyms,
                opened=opened,
            )
            bodies = with_employers(session, page["items"])
        yield from bodies
        cursor = page["next_cursor"]
        if cursor is None:
            return


def contacts_of_list(database: Database, list_: str, reason: str, *, principal: Principal) -> OpenedRecords:
    """What opens the contacts of one list, such as `demands.csv`, to the bureau; the reason is in the audit trail
    before anything is read.

    Raises:
        Unauthenticated, Forbidden: the principal is nobody of the bureau, or a program.
    """
    with database.unit_of_work() as session:
        return ask_for_list(session, principal, list_, reason)


def contract_bodies(database: Database, filters: ContractFilters, *, principal: Principal) -> Bodies:
    """The contracts that the principal may see."""
    cursor: str | None = None
    while True:
        with database.reading() as session:
            page = contract_page(session, PageRequest(MAX_PAGE, cursor), filters, principal=principal)
        yield from (one.model_dump(mode="json") for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def organisation_bodies(
    database: Database,
    *,
    principal: Principal,
    name: str | None = None,
    kind: OrganisationKind | None = None,
    region: str | None = None,
    verified: bool | None = None,
) -> Bodies:
    """The organisations."""
    cursor: str | None = None
    while True:
        with database.reading() as session:
            page = organisation_page(
                session,
                PageRequest(MAX_PAGE, cursor),
                principal=principal,
                name=name,
                kind=kind,
                region=region,
                verified=verified,
            )
        yield from (one.model_dump(mode="json") for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def with_employers(session: Session, bodies: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The bodies of managers with the names of the organisations where they work, the primary one first."""
    ids = {UUID(str(one["organisation_id"])) for body in bodies for one in body.get("affiliations") or ()}
    names: Mapping[UUID, Organisation] = by_id(session, Organisation, ids) if ids else {}
    for body in bodies:
        places = sorted(body.get("affiliations") or (), key=lambda one: not one["is_primary"])
        if places:
            body["affiliations"] = places
            body["affiliation_names"] = [names[UUID(str(one["organisation_id"]))].name for one in places]
    return bodies
