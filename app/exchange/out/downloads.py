"""Whole lists as files, by their name: what a page offers, without the filters of the routes."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse

from app.accounts.access.opened_records import OpenedRecords
from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.database import Database
from app.engagements.contracts.queries import ContractFilters
from app.errors import NotFound
from app.exchange.headers.dictionary import Kind
from app.exchange.out.export import send
from app.exchange.out.files import ListFormat, write_rows
from app.exchange.out.lists import (
    Bodies,
    contacts_of_list,
    contract_bodies,
    organisation_bodies,
    record_bodies,
)
from app.libraries.lists import LISTINGS
from app.libraries.registry import LIBRARIES
from app.libraries.search.synonyms import Synonyms

CONTRACTS = "contracts"
ORGANISATIONS = "organisations"


def lists_for(principal: Principal) -> Iterator[str]:
    """The names of the lists that the principal may take."""
    if not allowed(principal, Action.EXPORT_CREATE, own=False):
        return
    for library in LIBRARIES.values():
        if allowed(principal, library.action("read"), own=False):
            yield library.plural
    if allowed(principal, Action.CONTRACT_READ, own=True):
        yield CONTRACTS
    if allowed(principal, Action.EXPORT_ORGANISATIONS, own=False):
        yield ORGANISATIONS


def with_contacts(principal: Principal) -> frozenset[str]:
    """The names of the lists whose contacts the principal gets by giving a reason."""
    if not allowed(principal, Action.CONTACT_ASK, own=False):
        return frozenset()
    return frozenset(library.plural for library in LIBRARIES.values()) & frozenset(lists_for(principal))


def list_file(
    database: Database,
    name: str,
    format_: ListFormat,
    *,
    principal: Principal,
    synonyms: Synonyms,
    opened: OpenedRecords,
    reason: str | None = None,
) -> StreamingResponse:
    """A whole list as its reader sees it; with a reason, the contacts in full for the bureau.

    Raises:
        Unauthenticated, Forbidden: the principal may take no lists.
        NotFound: there is no such list for the principal.
    """
    require(principal, Action.EXPORT_CREATE)
    if name not in lists_for(principal):
        raise NotFound
    if reason is not None:
        if name not in with_contacts(principal):
            raise NotFound
        opened = contacts_of_list(database, f"{name}.{format_}", reason, principal=principal)
    kind, bodies = _bodies(database, name, principal, synonyms, opened)
    return send(
        database,
        principal,
        lambda out: write_rows(kind, format_, bodies, out),
        name=name,
        suffix=format_.value,
        media_type=format_.media_type,
    )


def _bodies(
    database: Database, name: str, principal: Principal, synonyms: Synonyms, opened: OpenedRecords
) -> tuple[Kind, Bodies]:
    if name == CONTRACTS:
        return Kind.CONTRACT, contract_bodies(database, ContractFilters(), principal=principal)
    if name == ORGANISATIONS:
        return Kind.ORGANISATION, organisation_bodies(
            database, principal=principal, name=None, kind=None, region=None, verified=None
        )
    kind = next(kind for kind, library in LIBRARIES.items() if library.plural == name)
    filters = LISTINGS[kind].filters()
    return Kind(kind.value), record_bodies(
        database, kind, filters, principal=principal, synonyms=synonyms, opened=opened
    )
