"""Lists of the documents of a contract."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.engagements.contract_models import ContractFile
from app.engagements.contracts.access import find
from app.engagements.contracts.documents.service import files_of
from app.engagements.schemas import FileRead
from app.paging import Page, PageRequest, Sort, list_page

_BY_NAME = Sort(ContractFile.name, str, name="name")


def document_page(
    session: Session, contract_id: UUID, paging: PageRequest, *, principal: Principal
) -> Page[FileRead]:
    """The documents of one contract, by name.

    Raises:
        NotFound: there is no such contract for the principal.
    """
    find(session, contract_id, Action.CONTRACT_READ, principal=principal)
    return list_page(session, files_of(contract_id), _BY_NAME, paging, FileRead.model_validate)
