"""Certificates: submission, review, and events about their expiry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import SYSTEM, Principal
from app.clock import today
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict
from app.events.catalogue import (
    CertificateExpired,
    CertificateRejected,
    CertificateRevoked,
    CertificateSubmitted,
    CertificateVerified,
)
from app.events.catalogue.talent import CertificateEvent
from app.events.outbox import emit
from app.libraries.record.enums import CertificateLevel
from app.talent.access import manager_for, own_rows
from app.talent.certificates.claims import note_level
from app.talent.certificates.models import TRANSITIONS, CertificateState, TrainingCertificate
from app.talent.certificates.schemas import CertificateCreate
from app.talent.recognition_facts import CertificateFacts
from app.talent.transitions import begin, take_transition
from app.text.folding import fold

EXPIRY_BATCH = 500

_REVIEWED: Mapping[str, type[CertificateEvent]] = {
    "verify": CertificateVerified,
    "reject": CertificateRejected,
    "revoke": CertificateRevoked,
}


def submit_certificate(
    session: Session, body: CertificateCreate, *, principal: Principal
) -> TrainingCertificate:
    """
    Raises:
        Conflict: this certificate was already submitted, for this or another manager.
    """
    manager = manager_for(session, body.manager_id, Action.CERTIFICATE_CREATE, principal=principal)
    if _is_known(session, body.number, body.issued_by):
        raise Conflict(
            "A certificate with this issuer and number has already been submitted.",
            "该颁发单位的此编号证书已申报。",
            code="certificate_twice",
        )
    certificate = TrainingCertificate(
        **body.model_dump(exclude={"manager_id"}), manager_id=manager.id, created_by=principal.user_id
    )
    session.add(certificate)
    begin(session, certificate, concept="certificate", principal=principal)
    emit(session, _event(certificate, CertificateSubmitted))
    return certificate


def _is_known(session: Session, number: str, issued_by: str) -> bool:
    """Whether the certificate waits or is verified, however its number and issuer are written: width, case, spaces,
    hyphens and brackets make no other certificate."""
    known = session.execute(
        select(TrainingCertificate.number, TrainingCertificate.issued_by).where(
            TrainingCertificate.state.in_((CertificateState.SUBMITTED, CertificateState.VERIFIED))
        )
    )
    wanted = (_bare(number), _bare(issued_by))
    return any(wanted == (_bare(other), _bare(issuer)) for other, issuer in known)


def _bare(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


def find(
    session: Session, certificate_id: UUID, *, principal: Principal, lock: bool = False
) -> TrainingCertificate:
    """
    Raises:
        NotFound: it does not exist, or the principal may not see it.
    """
    require(principal, Action.CERTIFICATE_READ, own=True)
    query = select(TrainingCertificate).where(
        TrainingCertificate.id == certificate_id, own_rows(TrainingCertificate.manager_id, principal)
    )
    certificate = one_or_not_found(session, query.with_for_update(of=TrainingCertificate) if lock else query)
    return certificate


def review(
    session: Session,
    certificate_id: UUID,
    name: str,
    note: str | None,
    *,
    principal: Principal,
    if_match: str | None = None,
) -> TrainingCertificate:
    """Review by an operator; `name` is `verify`, `reject` or `revoke`.

    Raises:
        Conflict: the action is not possible in the current state.
        Invalid: the reason is missing.
    """
    require(principal, Action.CERTIFICATE_VERIFY)
    certificate = find(session, certificate_id, principal=principal, lock=True)
    check_if_sent(if_match, certificate)
    take_transition(
        session,
        certificate,
        TRANSITIONS[name],
        states=CertificateState,
        concept="certificate",
        principal=principal,
        note=note,
    )
    certificate.reviewed_by, certificate.reviewed_at, certificate.review_note = principal.user_id, now(), note
    session.flush()
    _note_level(session, certificate.manager_id, principal)
    emit(session, _event(certificate, _REVIEWED[name]))
    return certificate


def emit_expired(session: Session) -> int:
    """Emit `certificate.expired`, once each, for verified certificates past their last day; returns the number."""
    due = session.scalars(
        select(TrainingCertificate)
        .where(
            TrainingCertificate.state == CertificateState.VERIFIED,
            TrainingCertificate.valid_to < today(),
            TrainingCertificate.expiry_noted_at.is_(None),
        )
        .order_by(TrainingCertificate.id)
        .limit(EXPIRY_BATCH)
        .with_for_update(of=TrainingCertificate, skip_locked=True)
    ).all()
    for certificate in due:
        certificate.expiry_noted_at = now()
        _note_level(session, certificate.manager_id, SYSTEM)
        emit(session, _event(certificate, CertificateExpired))
    session.flush()
    return len(due)


def verified_of(session: Session, manager_ids: Sequence[UUID] | None) -> dict[UUID, list[CertificateFacts]]:
    """Manager → verified certificates, as input of the tier engine; None selects all managers."""
    query = (
        select(TrainingCertificate)
        .where(TrainingCertificate.state == CertificateState.VERIFIED)
        .order_by(TrainingCertificate.id)
    )
    if manager_ids is not None:
        query = query.where(TrainingCertificate.manager_id.in_(manager_ids))
    by_manager: dict[UUID, list[CertificateFacts]] = {}
    for row in session.scalars(query):
        by_manager.setdefault(row.manager_id, []).append(facts_of(row))
    return by_manager


def verified_levels(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, str]:
    """Manager → the highest level of their verified certificates that hold today; the others are left out."""
    day = today()
    found: dict[UUID, str] = {}
    for manager_id, certificates in verified_of(session, list(manager_ids)).items():
        levels = [one.level for one in certificates if one.holds_on(day)]
        if levels:
            found[manager_id] = max(levels, key=lambda level: level.rank).value
    return found


def _note_level(session: Session, manager_id: UUID, principal: Principal) -> None:
    level = verified_levels(session, [manager_id]).get(manager_id)
    note_level(session, manager_id, level, principal=principal)


def facts_of(row: TrainingCertificate) -> CertificateFacts:
    level = next(candidate for candidate in CertificateLevel if candidate == row.level)
    return CertificateFacts(row.id, level, row.number, row.issued_on, row.valid_to, row.version)


def is_valid(row: TrainingCertificate, day: date) -> bool:
    return row.state == CertificateState.VERIFIED and facts_of(row).holds_on(day)


def _event(certificate: TrainingCertificate, kind: type[CertificateEvent]) -> CertificateEvent:
    return kind(subject_id=certificate.id, manager_id=certificate.manager_id, level=certificate.level)
