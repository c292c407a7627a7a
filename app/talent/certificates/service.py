"""What is done with a certificate: hand in, verify, reject, revoke, note its end. Flushes, never commits."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import today
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict
from app.events.catalogue import (
    CertificateExpired,
    CertificateRejected,
    CertificateRevoked,
    CertificateVerified,
)
from app.events.catalogue.talent import CertificateEvent
from app.events.outbox import emit
from app.libraries.record.enums import CertificateLevel
from app.talent.access import manager_for, own_rows
from app.talent.certificates.models import MOVES, CertificateState, TrainingCertificate
from app.talent.certificates.schemas import CertificateCreate
from app.talent.recognition_facts import CertificateFacts
from app.talent.transitions import begin, take_transition

NOTED_AT_ONCE = 500

_REVIEWED: Mapping[str, type[CertificateEvent]] = {
    "verify": CertificateVerified,
    "reject": CertificateRejected,
    "revoke": CertificateRevoked,
}


def hand_in(session: Session, body: CertificateCreate, *, principal: Principal) -> TrainingCertificate:
    """
    Raises:
        Conflict: this certificate was handed in already, for him or for somebody else.
    """
    manager = manager_for(session, body.manager_id, Action.CERTIFICATE_CREATE, principal=principal)
    twin = session.scalar(
        select(TrainingCertificate.id).where(
            TrainingCertificate.issued_by == body.issued_by,
            TrainingCertificate.number == body.number,
            TrainingCertificate.state.in_((CertificateState.SUBMITTED, CertificateState.VERIFIED)),
        )
    )
    if twin is not None:
        raise Conflict(
            "A certificate of this issuer with this number was handed in already.",
            "该颁发单位的此编号证书已申报过。",
            code="certificate_twice",
        )
    certificate = TrainingCertificate(
        **body.model_dump(exclude={"manager_id"}), manager_id=manager.id, created_by=principal.user_id
    )
    session.add(certificate)
    begin(session, certificate, concept="certificate", principal=principal)
    return certificate


def find(
    session: Session, certificate_id: UUID, *, principal: Principal, lock: bool = False
) -> TrainingCertificate:
    """
    Raises:
        NotFound: there is none, or it is not the principal's business.
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
    """The bureau's word: `verify`, `reject` or `revoke`.

    Raises:
        Conflict: not in this state.
    """
    require(principal, Action.CERTIFICATE_VERIFY)
    certificate = find(session, certificate_id, principal=principal, lock=True)
    check_if_sent(if_match, certificate)
    take_transition(
        session,
        certificate,
        MOVES[name],
        states=CertificateState,
        concept="certificate",
        principal=principal,
        note=note,
    )
    certificate.reviewed_by, certificate.reviewed_at, certificate.review_note = principal.user_id, now(), note
    session.flush()
    emit(session, _event(certificate, _REVIEWED[name]))
    return certificate


def note_expired(session: Session) -> int:
    """Announce, once, verified certificates whose last day is over; returns how many."""
    due = session.scalars(
        select(TrainingCertificate)
        .where(
            TrainingCertificate.state == CertificateState.VERIFIED,
            TrainingCertificate.valid_to < today(),
            TrainingCertificate.expiry_noted_at.is_(None),
        )
        .order_by(TrainingCertificate.id)
        .limit(NOTED_AT_ONCE)
        .with_for_update(of=TrainingCertificate, skip_locked=True)
    ).all()
    for certificate in due:
        certificate.expiry_noted_at = now()
        emit(session, _event(certificate, CertificateExpired))
    session.flush()
    return len(due)


def verified_of(session: Session, manager_ids: Sequence[UUID] | None) -> dict[UUID, list[CertificateFacts]]:
    """The verified certificates of these managers (of all for None), as the tier engine sees them."""
    query = (
        select(TrainingCertificate)
        .where(TrainingCertificate.state == CertificateState.VERIFIED)
        .order_by(TrainingCertificate.id)
    )
    if manager_ids is not None:
        query = query.where(TrainingCertificate.manager_id.in_(manager_ids))
    found: dict[UUID, list[CertificateFacts]] = {}
    for row in session.scalars(query):
        found.setdefault(row.manager_id, []).append(facts_of(row))
    return found


def facts_of(row: TrainingCertificate) -> CertificateFacts:
    level = next(each for each in CertificateLevel if each == row.level)
    return CertificateFacts(row.id, level, row.number, row.issued_on, row.valid_to, row.version)


def is_valid(row: TrainingCertificate, day: date) -> bool:
    return row.state == CertificateState.VERIFIED and facts_of(row).holds_on(day)


def _event(certificate: TrainingCertificate, kind: type[CertificateEvent]) -> CertificateEvent:
    return kind(subject_id=certificate.id, manager_id=certificate.manager_id, level=certificate.level)
