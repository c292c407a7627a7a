"""Organisations: creation, changes, verification, search by name or credit code, and families."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.field_checks import OVERSEAS, check_region, checked, name_key
from app.accounts.models import Organisation, OrganisationKind, OrganisationName
from app.accounts.organisations.credit_code import check_uscc
from app.accounts.organisations.duplicates import likely_duplicates
from app.accounts.organisations.fields import (
    available_uscc,
    checked_aliases,
    checked_former_names,
    checked_name,
    set_field,
    set_parent,
    unknown_parent,
    write_names,
)
from app.accounts.organisations.groups import whole_families
from app.accounts.organisations.recusal import refuse_tied
from app.database import id_at, now
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from app.errors.collection import Faults
from app.events.catalogue import OrganisationChanged, OrganisationsToVerify, OrganisationVerified
from app.events.outbox import Event, emit

# Only operators change these: moving an organisation to another family could hide or create conflicts of interest.
_OPERATOR_FIELDS = frozenset({"kind", "parent_id", "code_exemption"})
# Verified by the bureau; a change by anyone else ends the verification.
_VERIFIED_FIELDS = frozenset({"name", "uscc", "former_names", "aliases", "region"})

ANNOUNCED_EVERY = timedelta(hours=1)
"""How often the bureau is notified of organisations that begin to wait for their verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """Data of a new organisation, not yet checked."""

    name: str
    kind: OrganisationKind
    region: str
    uscc: str | None = None
    aliases: tuple[str, ...] = ()
    former_names: tuple[Mapping[str, Any], ...] = ()
    code_exemption: str | None = None
    parent_id: UUID | None = None


def create_organisation(session: Session, *, principal: Principal, facts: OrganisationFacts) -> Organisation:
    """Create an organisation as an operator; other users register theirs (see `users.register`).

    Raises:
        Forbidden: the principal is not an operator.
        Invalid, Conflict: see `add_organisation`.
    """
    require(principal, Action.ORGANISATION_CREATE)
    check_facts(session, facts)
    organisation = add_organisation(session, facts=facts)
    audit.record(session, principal, Action.ORGANISATION_CREATE, organisation.id, organisation.name)
    return organisation


def add_organisation(
    session: Session, *, facts: OrganisationFacts, self_registered: bool = False
) -> Organisation:
    """Store a new, unverified organisation. The caller has checked the permission.

    Raises:
        Invalid: a field is invalid.
        Conflict: another organisation has this credit code.
    """
    faults = Faults()
    _check_facts(session, facts, faults)
    faults.raise_if_any()
    organisation = Organisation(
        name=checked_name(facts.name),
        uscc=available_uscc(session, facts.uscc),
        kind=OrganisationKind(facts.kind),
        region=checked("region", check_region, facts.region),
        aliases=checked_aliases(facts.aliases),
        former_names=checked_former_names(facts.former_names),
        code_exemption=facts.code_exemption,
        parent_id=None,
        self_registered=self_registered,
    )
    if facts.parent_id is not None:
        set_parent(session, organisation, facts.parent_id)
    session.add(organisation)
    session.flush()
    write_names(session, organisation)
    if len(whole_families(session, [organisation.id])) > 1:
        # Its names or its parent tie it to others, and through it those whom somebody excluded by one of its names.
        emit(session, OrganisationChanged(subject_id=organisation.id, changed=["name"]))
    if self_registered:
        _announce_waiting(session, organisation)
    return organisation


def check_facts(session: Session, facts: OrganisationFacts) -> None:
    """Check the data of a new organisation, without storing it.

    Raises:
        Invalid: a domestic organisation has no credit code.
        Invalid, Conflict: see `add_organisation`.
    """
    faults = Faults()
    with faults.collected():
        require_code(facts)
    _check_facts(session, facts, faults)
    faults.raise_if_any()
    available_uscc(session, facts.uscc)


def _check_facts(session: Session, facts: OrganisationFacts, faults: Faults) -> None:
    """Collect what is wrong with the data themselves."""
    with faults.collected():
        checked_name(facts.name)
    with faults.collected():
        if facts.uscc is not None:
            checked("uscc", check_uscc, facts.uscc)
    with faults.collected():
        checked("region", check_region, facts.region)
    with faults.collected():
        checked_aliases(facts.aliases)
    with faults.collected():
        checked_former_names(facts.former_names)
    with faults.collected():
        if facts.parent_id is not None and session.get(Organisation, facts.parent_id) is None:
            raise unknown_parent()


def require_code(facts: OrganisationFacts) -> None:
    """
    Raises:
        Invalid: a domestic organisation has neither a credit code nor an exemption by the bureau.
    """
    _require_code_or_exemption(
        facts.uscc, checked("region", check_region, facts.region), facts.code_exemption
    )


def _require_code_or_exemption(uscc: str | None, region: str, exemption: str | None) -> None:
    if uscc is None and exemption is None and region != OVERSEAS:
        raise Invalid.field(
            "uscc",
            "uscc_missing",
            "境内单位请填写 18 位统一社会信用代码；境外单位地区请填 000000，无代码的单位由主管部门登记",
            "a domestic organisation needs its unified social credit code of 18 characters; a foreign one has "
            "the region 000000, and the bureau enters those without a code",
        )


def get_organisation(session: Session, organisation_id: UUID, *, principal: Principal) -> Organisation:
    """
    Raises:
        NotFound: the organisation does not exist.
    """
    require(principal, Action.ORGANISATION_READ, owner_org_id=organisation_id)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound
    return organisation


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """The organisations with these ids."""
    return {row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def change_organisation(
    session: Session, organisation: Organisation, *, principal: Principal, changes: Mapping[str, Any]
) -> Organisation:
    """Set the fields in `changes`: name, uscc, region, aliases, former_names; operators also
    kind, parent_id and code_exemption.

    A change of a verified field ends the verification, unless an operator makes it. The event ``organisation.changed``
    carries the names of the changed fields.

    Raises:
        Forbidden: only operators may change one of the fields.
        Invalid: a user takes the credit code of a domestic organisation away.
        Invalid, Conflict: see `add_organisation`.
    """
    require(principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
    refuse_tied(session, principal, organisations=[organisation.id])
    if not principal.sees_everything and (forbidden := _OPERATOR_FIELDS & changes.keys()):
        raise Forbidden(
            "Only operators may change these fields.",
            "这些字段只能由管理部门修改。",
            fields=[
                FieldError(
                    field, "operator_only", "只能由管理部门修改", "only operators may change this field"
                )
                for field in sorted(forbidden)
            ],
        )
    # What a user enters counts less than what the bureau knows; so users add former names and never take one away.
    if not principal.sees_everything and "former_names" in changes:
        changes = dict(changes)
        changes["former_names"] = [*(organisation.former_names or ()), *(changes["former_names"] or ())]
    before = {field: getattr(organisation, field) for field in changes}
    # The name last: what it was becomes a former name, beside those that come with the change.
    for field in sorted(changes, key=lambda field: field == "name"):
        set_field(session, organisation, field, changes[field])
    changed = sorted(field for field, old in before.items() if getattr(organisation, field) != old)
    if not changed:
        return organisation
    if not principal.sees_everything and {"uscc", "region"}.intersection(changed):
        _require_code_or_exemption(organisation.uscc, organisation.region, organisation.code_exemption)
    was_trusted = organisation.trusted
    if not principal.sees_everything and _VERIFIED_FIELDS.intersection(changed):
        # The data now come from the organisation's users, even if the bureau entered them originally.
        organisation.verified_at = None
        organisation.self_registered = True
    session.flush()
    write_names(session, organisation)
    audit.record(session, principal, Action.ORGANISATION_CHANGE, organisation.id, ", ".join(changed))
    emit(session, OrganisationChanged(subject_id=organisation.id, changed=changed))
    if was_trusted and not organisation.trusted:
        _announce_waiting(session, organisation)
    return organisation


def _announce_waiting(session: Session, organisation: Organisation) -> None:
    """Notify the bureau that this organisation waits: at once or, after others, when `ANNOUNCED_EVERY` is over.

    The event counts all that wait when it is handled, so those who come before that need none of their own: a flood of
    registrations is one mail an hour.
    """
    event = select(Event).where(Event.name == OrganisationsToVerify.name, Event.dead_at.is_(None))
    # The lock keeps a worker from counting before this organisation is stored; after it, the event is done.
    pending = event.where(Event.done_at.is_(None)).limit(1).with_for_update()
    if session.scalar(pending) is not None:
        return
    begun = event.where(Event.id >= id_at(now() - 2 * ANNOUNCED_EVERY))
    due = max((one.available_at + ANNOUNCED_EVERY for one in session.scalars(begun)), default=now())
    emit(session, OrganisationsToVerify(subject_id=organisation.id), available_at=max(due, now()))


def waiting_organisations() -> Select[Organisation]:
    """Query for those that wait for the bureau's verification."""
    return organisations().where(~Organisation.trusted)


def verify_organisation(
    session: Session, organisation: Organisation, *, principal: Principal
) -> Organisation:
    """Mark an organisation as verified: the bureau has compared its name and credit code with the public register.

    Raises:
        Conflict: a domestic organisation has no credit code, so it cannot be identified; or it has registered itself,
            looks like another one, and nobody has decided whether they are one.
    """
    require(principal, Action.ORGANISATION_VERIFY, owner_org_id=organisation.id)
    refuse_tied(session, principal, organisations=[organisation.id])
    if (
        organisation.self_registered
        and organisation.verified_at is None
        and likely_duplicates(session, organisation.id)
    ):
        raise Conflict(
            "This organisation looks like another one; decide first whether they are one "
            "(/v1/organisations/duplicates).",
            "该单位与已有单位疑似重复，请先在“重复的单位”中认定是否为同一单位。",
            code="looks_like_another",
        )
    exempt = organisation.region == OVERSEAS or organisation.code_exemption is not None
    if organisation.uscc is None and not exempt:
        raise Conflict(
            "A domestic organisation is verified by its unified social credit code. Add the code first.",
            "境内单位凭统一社会信用代码核验，请先补充代码。",
            code="uscc_missing",
        )
    organisation.verified_at = now()
    session.flush()
    audit.record(session, principal, Action.ORGANISATION_VERIFY, organisation.id, organisation.uscc or "")
    emit(session, OrganisationVerified(subject_id=organisation.id))
    return organisation


def organisations(
    *,
    name: str | None = None,
    uscc: str | None = None,
    kind: OrganisationKind | None = None,
    region: str | None = None,
    verified: bool | None = None,
) -> Select[Organisation]:
    """Query for organisations. `name` is a part of a name or alias, `region` a prefix of the code (3701 → 370102)."""
    query = select(Organisation).where(Organisation.merged_into_id.is_(None))
    if name is not None:
        matches = OrganisationName.key.contains(name_key(name), autoescape=True)
        query = query.where(Organisation.id.in_(select(OrganisationName.organisation_id).where(matches)))
    if uscc is not None:
        query = query.where(Organisation.uscc == uscc.upper())
    if kind is not None:
        query = query.where(Organisation.kind == kind)
    if region is not None:
        query = query.where(Organisation.region.startswith(region, autoescape=True))
    if verified is not None:
        is_verified = Organisation.verified_at.is_not(None)
        query = query.where(is_verified if verified else ~is_verified)
    return query
