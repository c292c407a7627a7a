"""Pages of the list of certificates, and one as its readers see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import today
from app.libraries.record.enums import CertificateLevel
from app.paging import Page, PageRequest, Sort, list_page
from app.talent.access import own_rows
from app.talent.certificates import service
from app.talent.certificates.models import CertificateState, TrainingCertificate
from app.talent.certificates.schemas import CertificateRead

_NEWEST = Sort(TrainingCertificate.created_at, datetime, descending=True, name="certificates")
CERTIFICATE_STATES: Mapping[str, CertificateState] = {state.value: state for state in CertificateState}
"""The states by their codes."""
_LEVELS = {level.value: level for level in CertificateLevel}


def certificate_page(
    session: Session,
    paging: PageRequest,
    states: Sequence[CertificateState] | None = None,
    manager_id: UUID | None = None,
    *,
    principal: Principal,
) -> Page[CertificateRead]:
    """One page of the certificates of the managers that the principal may act for, newest first."""
    require(principal, Action.CERTIFICATE_READ, own=True)
    query = select(TrainingCertificate).where(own_rows(TrainingCertificate.manager_id, principal))
    if states:
        query = query.where(TrainingCertificate.state.in_(states))
    if manager_id is not None:
        query = query.where(TrainingCertificate.manager_id == manager_id)
    return list_page(session, query, _NEWEST, paging, read)


def read(row: TrainingCertificate) -> CertificateRead:
    own_columns = CertificateRead.model_fields.keys() - {"level", "level_zh", "state", "state_zh", "valid"}
    return CertificateRead(
        **{name: getattr(row, name) for name in own_columns},
        level=_LEVELS[row.level],
        level_zh=_LEVELS[row.level].zh,
        state=CERTIFICATE_STATES[row.state],
        state_zh=CERTIFICATE_STATES[row.state].zh,
        valid=service.is_valid(row, today()),
    )
