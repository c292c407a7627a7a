"""Consent of organisations to secondary affiliations of managers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.recusal import refuse_tied
from app.clock import today
from app.database import now, one_or_not_found
from app.errors import Conflict, Forbidden
from app.events.catalogue import AffiliationAnswered
from app.events.outbox import emit
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.managers.posts import is_active
from app.libraries.visibility.rows import visible_rows
from app.talent.affiliations.models import AffiliationConsent, ConsentState
from app.talent.affiliations.schemas import AffiliationRead

Key = tuple[UUID, UUID]


def at_own_organisation(principal: Principal) -> ColumnElement[bool]:
    """Condition: the affiliation is with the principal's organisation; always true for operators."""
    if principal.sees_everything:
        return true()
    return Affiliation.organisation_id == principal.organisation_id


def visible_affiliations(principal: Principal, consent: ConsentState | None) -> Select[Affiliation]:
    """The affiliations that the principal may see, filtered by consent."""
    query = (
        select(Affiliation)
        .join(Manager, Manager.id == Affiliation.manager_id)
        .outerjoin(
            AffiliationConsent,
            (AffiliationConsent.manager_id == Affiliation.manager_id)
            & (AffiliationConsent.organisation_id == Affiliation.organisation_id),
        )
        .where(at_own_organisation(principal), visible_rows(Manager, principal))
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
    """Record the organisation's decision on an affiliation; it replaces an earlier decision.

    Raises:
        NotFound: the principal's organisation has no such affiliation.
        Forbidden: the organisation is not verified, or the affiliation is the principal's own.
        Conflict: it is the primary affiliation, or the principal is an operator with a tie to one of the two.
    """
    require(principal, Action.AFFILIATION_CONSENT, own=True)
    affiliation = _secondary(session, affiliation_id, principal)
    refuse_tied(
        session, principal, organisations=[affiliation.organisation_id], managers=[affiliation.manager_id]
    )
    row = _locked_consent(session, affiliation)
    row.state, row.reference, row.note = state.value, reference, note
    row.decided_by, row.decided_at = principal.user_id, now()
    session.add(row)
    session.flush()
    audit.record(
        session,
        principal,
        f"affiliation.{state.value}",
        affiliation.manager_id,
        str(affiliation.organisation_id),
    )
    emit(
        session,
        AffiliationAnswered(
            subject_id=affiliation.manager_id, organisation_id=affiliation.organisation_id, state=state
        ),
    )
    return affiliation


def _locked_consent(session: Session, affiliation: Affiliation) -> AffiliationConsent:
    """The stored decision, or a new row for it."""
    # Two users of one organisation may decide at once; the manager's row serves as the lock.
    session.scalar(select(Manager.id).where(Manager.id == affiliation.manager_id).with_for_update(of=Manager))
    key = (affiliation.manager_id, affiliation.organisation_id)
    stored = consents(session, [affiliation.manager_id]).get(key)
    return stored or AffiliationConsent(manager_id=key[0], organisation_id=key[1])


def _secondary(session: Session, affiliation_id: UUID, principal: Principal) -> Affiliation:
    """An affiliation with the principal's organisation that needs its consent; errors as in `decide`."""
    affiliation = one_or_not_found(
        session, visible_affiliations(principal, None).where(Affiliation.id == affiliation_id)
    )
    if not principal.reads_details:
        raise Forbidden(
            "The bureau has not verified your organisation yet.",
            "主管部门尚未核验您的单位。",
            code="not_verified",
        )
    if affiliation.manager_id == principal.manager_id:
        raise Forbidden(
            "Another administrator of your organisation, or the bureau, confirms your own affiliation.",
            "本人的任职须由本单位其他管理员或主管部门答复。",
            code="own_affiliation",
        )
    if affiliation.is_primary:
        raise Conflict(
            "The primary affiliation needs no consent.", "主要任职单位无须另行同意。", code="primary_post"
        )
    return affiliation


def without_consent(session: Session, manager: Manager) -> list[UUID]:
    """Ids of the organisations that have not consented to an active secondary affiliation, sorted."""
    consent_rows = consents(session, [manager.id])
    day = today()
    return sorted(
        {
            affiliation.organisation_id
            for affiliation in manager.affiliations
            if is_active(affiliation, day)
            and _state(affiliation, consent_rows) in (ConsentState.PENDING, ConsentState.REFUSED)
        }
    )


def consents(session: Session, manager_ids: Sequence[UUID]) -> dict[Key, AffiliationConsent]:
    rows = session.scalars(select(AffiliationConsent).where(AffiliationConsent.manager_id.in_(manager_ids)))
    return {(row.manager_id, row.organisation_id): row for row in rows}


def _state(affiliation: Affiliation, consent_rows: Mapping[Key, AffiliationConsent]) -> ConsentState:
    if affiliation.is_primary:
        return ConsentState.NOT_NEEDED
    row = consent_rows.get((affiliation.manager_id, affiliation.organisation_id))
    if row is None:
        return ConsentState.PENDING
    return ConsentState.GIVEN if row.state == ConsentState.GIVEN else ConsentState.REFUSED


def read_many(session: Session, rows: Sequence[Affiliation]) -> list[AffiliationRead]:
    """One response per affiliation, in the given order, with a fixed number of queries."""
    consent_rows = consents(session, [row.manager_id for row in rows])
    managers = _names(session, Manager, {row.manager_id for row in rows})
    organisations = _names(session, Organisation, {row.organisation_id for row in rows})
    day = today()
    affiliations = []
    for row in rows:
        consent = None if row.is_primary else consent_rows.get((row.manager_id, row.organisation_id))
        affiliations.append(
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
                consent=_state(row, consent_rows),
                consent_reference=consent.reference if consent else None,
                consent_note=consent.note if consent else None,
                decided_at=consent.decided_at if consent else None,
            )
        )
    return affiliations


def _names(session: Session, model: type[Manager] | type[Organisation], ids: set[UUID]) -> dict[UUID, str]:
    name = Manager.title if model is Manager else Organisation.name
    return dict(session.execute(select(model.id, name).where(model.id.in_(ids))).all())
