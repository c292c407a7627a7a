"""Consent of the institutions at which a manager works beside his primary one. Flushes, never commits."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.clock import today
from app.database import now, one_or_not_found
from app.errors import Conflict, Forbidden
from app.events.catalogue import AffiliationAnswered
from app.events.outbox import emit
from app.libraries.disclosure.visibility import visible_rows
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.managers.service import is_active
from app.talent.affiliations.models import AffiliationConsent, ConsentState
from app.talent.affiliations.schemas import AffiliationRead

Key = tuple[UUID, UUID]


def ours(principal: Principal) -> ColumnElement[bool]:
    """Posts at the principal's organisation; all of them for the bureau."""
    if principal.sees_everything:
        return true()
    return Affiliation.organisation_id == principal.organisation_id


def posts(principal: Principal, consent: ConsentState | None) -> Select[Affiliation]:
    """The posts that the principal's organisation may be asked about."""
    query = (
        select(Affiliation)
        .join(Manager, Manager.id == Affiliation.manager_id)
        .outerjoin(
            AffiliationConsent,
            (AffiliationConsent.manager_id == Affiliation.manager_id)
            & (AffiliationConsent.organisation_id == Affiliation.organisation_id),
        )
        .where(ours(principal), visible_rows(Manager, principal))
    )
    match consent:
        case None:
            return query
        case ConsentState.NOT_NEEDED:
            return query.where(Affiliation.is_primary)
        case ConsentState.PENDING:
            return query.where(
                ~Affiliation.is_primary,
                AffiliationConsent.id.is_(None),
                or_(Affiliation.end.is_(None), Affiliation.end >= today()),
            )
    return query.where(~Affiliation.is_primary, AffiliationConsent.state == consent.value)


def decide(
    session: Session,
    affiliation_id: UUID,
    state: ConsentState,
    *,
    principal: Principal,
    reference: str | None = None,
    note: str | None = None,
) -> Affiliation:
    """The organisation's word on the post; the newest holds.

    Raises:
        NotFound: there is no such post at the principal's organisation.
        Forbidden: the organisation is not verified: its word would be anybody's.
        Conflict: it is the primary post.
    """
    require(principal, Action.AFFILIATION_CONSENT, own=True)
    post = one_or_not_found(session, posts(principal, None).where(Affiliation.id == affiliation_id))
    if not principal.reads_details:
        raise Forbidden(
            "Your organisation is not verified yet.", "贵单位尚未经主管部门核验。", code="not_verified"
        )
    if post.is_primary:
        raise Conflict(
            "The primary post needs no consent.", "主要任职单位无须另行同意。", code="primary_post"
        )
    # Two users of one organisation may answer at once: the manager's row is the lock.
    session.scalar(select(Manager.id).where(Manager.id == post.manager_id).with_for_update(of=Manager))
    known = consents(session, [post.manager_id]).get((post.manager_id, post.organisation_id))
    row = known or AffiliationConsent(manager_id=post.manager_id, organisation_id=post.organisation_id)
    row.state, row.reference, row.note = state.value, reference, note
    row.decided_by, row.decided_at = principal.user_id, now()
    session.add(row)
    session.flush()
    audit.record(session, principal, f"affiliation.{state.value}", post.manager_id, str(post.organisation_id))
    emit(
        session,
        AffiliationAnswered(subject_id=post.manager_id, organisation_id=post.organisation_id, state=state),
    )
    return post


def without_consent(session: Session, manager: Manager) -> list[UUID]:
    """The organisations of active further posts that have not consented."""
    known = consents(session, [manager.id])
    day = today()
    return sorted(
        {
            post.organisation_id
            for post in manager.affiliations
            if is_active(post, day) and _state(post, known) in (ConsentState.PENDING, ConsentState.REFUSED)
        }
    )


def consents(session: Session, manager_ids: Sequence[UUID]) -> dict[Key, AffiliationConsent]:
    rows = session.scalars(select(AffiliationConsent).where(AffiliationConsent.manager_id.in_(manager_ids)))
    return {(row.manager_id, row.organisation_id): row for row in rows}


def _state(post: Affiliation, known: Mapping[Key, AffiliationConsent]) -> ConsentState:
    if post.is_primary:
        return ConsentState.NOT_NEEDED
    row = known.get((post.manager_id, post.organisation_id))
    if row is None:
        return ConsentState.PENDING
    return ConsentState.GIVEN if row.state == ConsentState.GIVEN else ConsentState.REFUSED


def read_many(session: Session, rows: Sequence[Affiliation]) -> list[AffiliationRead]:
    """In the order given, with a fixed number of queries."""
    known = consents(session, [row.manager_id for row in rows])
    managers = _names(session, Manager, {row.manager_id for row in rows})
    organisations = _names(session, Organisation, {row.organisation_id for row in rows})
    day = today()
    answers = []
    for row in rows:
        consent = None if row.is_primary else known.get((row.manager_id, row.organisation_id))
        answers.append(
            AffiliationRead(
                id=row.id,
                manager_id=row.manager_id,
                manager_name=managers[row.manager_id],
                organisation_id=row.organisation_id,
                organisation_name=organisations[row.organisation_id],
                position=row.position,
                kind=row.kind,
                is_primary=row.is_primary,
                start=row.start,
                end=row.end,
                active=is_active(row, day),
                consent=_state(row, known),
                consent_reference=consent.reference if consent else None,
                consent_note=consent.note if consent else None,
                decided_at=consent.decided_at if consent else None,
            )
        )
    return answers


def _names(session: Session, model: type[Manager] | type[Organisation], ids: set[UUID]) -> dict[UUID, str]:
    name = Manager.title if model is Manager else Organisation.name
    return dict(session.execute(select(model.id, name).where(model.id.in_(ids))).all())
