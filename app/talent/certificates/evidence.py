"""The scan of a certificate: bytes in the store of files, its name and digest in the certificate's row."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.engagements.files.service import ExaminedFile
from app.errors import Conflict, NotFound
from app.talent.access import is_own
from app.talent.certificates.models import CertificateState, TrainingCertificate
from app.talent.certificates.service import find


def find_changeable(
    session: Session, certificate_id: UUID, *, principal: Principal, lock: bool = False
) -> TrainingCertificate:
    """
    Raises:
        NotFound: there is none, or it is not the principal's business.
        Conflict: it was reviewed: what the bureau saw stays as it was.
    """
    certificate = find(session, certificate_id, principal=principal, lock=lock)
    own = is_own(session, certificate.manager_id, principal)
    require(principal, Action.CERTIFICATE_CREATE, own=own)
    if certificate.state != CertificateState.SUBMITTED:
        raise Conflict(
            "The scan can be uploaded only before the review.",
            "证书核验后不能更换扫描件。",
            code="wrong_state",
            state=certificate.state,
        )
    return certificate


def attach(
    session: Session,
    certificate_id: UUID,
    *,
    received: ExaminedFile,
    key: str,
    principal: Principal,
    if_match: str | None = None,
) -> TrainingCertificate:
    """The scan of this certificate from now on; the bytes of a former one are swept up later."""
    certificate = find_changeable(session, certificate_id, principal=principal, lock=True)
    check_if_sent(if_match, certificate)
    certificate.evidence_name = received.name
    certificate.evidence_type = received.media_type
    certificate.evidence_size = received.size
    certificate.evidence_sha256 = received.sha256
    certificate.evidence_key = key
    session.flush()
    audit.record(session, principal, "certificate.evidence", certificate.id, received.name)
    return certificate


def scan_of(session: Session, certificate_id: UUID, *, principal: Principal) -> TrainingCertificate:
    """
    Raises:
        NotFound: no such certificate for this principal, or none with a scan.
    """
    certificate = find(session, certificate_id, principal=principal)
    if certificate.evidence_key is None:
        raise NotFound()
    return certificate


def kept(session: Session, keys: Collection[str]) -> Collection[str]:
    """Which of these keys a certificate names; for the sweep of the store."""
    query = select(TrainingCertificate.evidence_key).where(TrainingCertificate.evidence_key.in_(keys))
    return {key for key in session.scalars(query) if key is not None}
