"""Scans of certificates: the bytes are in the file store, name and digest in the certificate's row."""

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
        NotFound: it does not exist, or the principal may not see it.
        Conflict: it was already reviewed, so its evidence must not change.
    """
    certificate = find(session, certificate_id, principal=principal, lock=lock)
    may_change = is_own(session, certificate.manager_id, principal)
    require(principal, Action.CERTIFICATE_CREATE, own=may_change)
    if certificate.state != CertificateState.SUBMITTED:
        raise Conflict(
            "The scan can only be uploaded before the certificate is reviewed.",
            "证书审核后不能更换扫描件。",
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
    """Attach a scan whose bytes are stored under `key`; the bytes of a previous scan are deleted later."""
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
        NotFound: the certificate does not exist, the principal may not see it, or it has no scan.
    """
    certificate = find(session, certificate_id, principal=principal)
    if certificate.evidence_key is None:
        raise NotFound()
    return certificate


def referenced_keys(session: Session, keys: Collection[str]) -> Collection[str]:
    """Which of these keys certificates refer to, for `delete_orphaned_files`."""
    query = select(TrainingCertificate.evidence_key).where(TrainingCertificate.evidence_key.in_(keys))
    return {key for key in session.scalars(query) if key is not None}
