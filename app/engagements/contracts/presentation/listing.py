"""Pages of the list of contracts, and one contract, as their readers see them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.engagements.contract_models import ContractVersion, ShownState
from app.engagements.contracts.access import find
from app.engagements.contracts.presenter import read_many, read_versions
from app.engagements.contracts.queries import NEWEST_FIRST, ContractFilters, contracts
from app.engagements.contracts.schemas import ContractRead, ContractVersionRead
from app.engagements.contracts.versions import versions_of
from app.paging import Page, PageRequest, Sort, fetch_page

_NEWEST_VERSION = Sort(ContractVersion.version, int, descending=True, name="version")


class ContractList(StrEnum):
    """Lists by what the bureau does next."""

    ALL = "all"
    SIGNED = "signed"
    REGISTERED = "registered"
    LANDED = "landed"

    @classmethod
    def of(cls, code: str) -> "ContractList":
        """The list with this code; the one of all contracts if there is none."""
        return next((one for one in cls if one == code), cls.ALL)


def contract_list(
    session: Session, paging: PageRequest, chosen: ContractList, *, principal: Principal
) -> Page[ContractRead]:
    """One page of a list, newest first."""
    states = [state for state in ShownState if state.value == chosen.value]
    return contract_page(session, paging, ContractFilters(states=states or None), principal=principal)


def contracts_of(
    session: Session, paging: PageRequest, engagement_id: UUID | None, *, principal: Principal
) -> Page[ContractRead]:
    """The contracts that the principal may see, newest first; of one engagement, if it is given."""
    return contract_page(session, paging, ContractFilters(engagement_id=engagement_id), principal=principal)


def contract_page(
    session: Session, paging: PageRequest, filters: ContractFilters, *, principal: Principal
) -> Page[ContractRead]:
    """One page of the contracts that the principal may see, newest first."""
    require(principal, Action.CONTRACT_READ, own=True)
    rows, next_cursor = fetch_page(session, contracts(principal, filters), NEWEST_FIRST, paging)
    return Page(items=read_many(session, rows), next_cursor=next_cursor)


def contract_read(session: Session, contract_id: UUID, *, principal: Principal) -> ContractRead:
    """One contract.

    Raises:
        NotFound: there is none, or the principal may not see it.
    """
    return read_many(session, [find(session, contract_id, Action.CONTRACT_READ, principal=principal)])[0]


def version_page(
    session: Session, contract_id: UUID, paging: PageRequest, *, principal: Principal
) -> Page[ContractVersionRead]:
    """The versions of one contract, the newest first.

    Raises:
        NotFound: see `contract_read`.
    """
    contract = find(session, contract_id, Action.CONTRACT_READ, principal=principal)
    rows, next_cursor = fetch_page(session, versions_of(contract.id), _NEWEST_VERSION, paging)
    return Page(items=read_versions(session, rows), next_cursor=next_cursor)
