"""Lists of the files of an engagement."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.engagements.files import service as files
from app.engagements.models import File
from app.engagements.schemas import FileRead
from app.paging import Page, PageRequest, Sort, list_page

_BY_NAME = Sort(File.name, str, name="name")


def files_page(
    session: Session, engagement_id: UUID, paging: PageRequest, *, principal: Principal
) -> Page[FileRead]:
    """The files that the principal may read, by name.

    Raises:
        NotFound, Conflict: see `readable_files`.
    """
    query = files.readable_files(session, engagement_id, principal=principal)
    return list_page(session, query, _BY_NAME, paging, FileRead.model_validate)
