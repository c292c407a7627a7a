"""Organisations: creation, changes, verification, search by name or credit code, and families."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.field_checks import check_region, checked, clean_name, name_key
from app.accounts.models import Organisation, OrganisationKind, OrganisationName
from app.accounts.organisations.credit_code import check_uscc
from app.accounts.organisations.groups import topmost
from app.database import now
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from app.events.catalogue import OrganisationChanged
from app.events.outbox import emit

OVERSEAS = "000000"
_MAX_ALIASES = 20
_MAX_KEY = 240  # length of the column; a few ligatures become longer when normalised
_CHUNK = 1000  # ids per query, below the parameter limit of both databases

# Only operators change these: moving an organisation to another family could hide or create conflicts of interest.
_OPERATOR_FIELDS = frozenset({"kind", "parent_id"})
# Verified by the bureau; a change by anyone else ends the verification.
_VERIFIED_FIELDS = frozenset({"name", "uscc", "aliases", "region"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """Data of a new organisation, not yet checked."""

    name: str
    kind: OrganisationKind
    region: str
    uscc: str | None = None
    aliases: tuple[str, ...] = ()
    parent_id: UUID | None = None


def create_organisation(session: Session, *, principal: Principal, facts: OrganisationFacts) -> Organisation:
    """Create an organisation as an operator; other users register theirs (see `users.register`).

    Raises:
        Forbidden: the principal is not an operator.
        Invalid, Conflict: see `add_organisation`.
    """
    require(principal, Action.ORGANISATION_CREATE)
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
    organisation = Organisation(
        name=_name(facts.name),
        uscc=_available_uscc(session, facts.uscc),
        kind=OrganisationKind(facts.kind),
        region=checked("region", check_region, facts.region),
        aliases=_aliases(facts.aliases),
        parent_id=None,
        self_registered=self_registered,
    )
    if facts.parent_id is not None:
        _set_parent(session, organisation, facts.parent_id)
    session.add(organisation)
    session.flush()
    _write_names(session, organisation)
    return organisation


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


def change_organisation(
    session: Session, organisation: Organisation, *, principal: Principal, changes: Mapping[str, Any]
) -> Organisation:
    """Set the fields in `changes`: name, uscc, region, aliases; operators also kind and parent_id.

    A change of a verified field ends the verification, unless an operator makes it. The event ``organisation.changed``
    carries the names of the changed fields.

    Raises:
        Forbidden: only operators may change one of the fields.
        Invalid, Conflict: see `add_organisation`.
    """
    require(principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
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
    before = {field: getattr(organisation, field) for field in changes}
    for field, value in changes.items():
        _set_field(session, organisation, field, value)
    changed = sorted(field for field, old in before.items() if getattr(organisation, field) != old)
    if not changed:
        return organisation
    if not principal.sees_everything and _VERIFIED_FIELDS.intersection(changed):
        # The data now come from the organisation's users, even if the bureau entered them originally.
        organisation.verified_at = None
        organisation.self_registered = True
    session.flush()
    _write_names(session, organisation)
    audit.record(session, principal, Action.ORGANISATION_CHANGE, organisation.id, ", ".join(changed))
    emit(session, OrganisationChanged(subject_id=organisation.id, changed=changed))
    return organisation


def verify_organisation(
    session: Session, organisation: Organisation, *, principal: Principal
) -> Organisation:
    """Mark an organisation as verified: the bureau has compared its name and credit code with the public register.

    Raises:
        Conflict: a domestic organisation has no credit code, so it cannot be identified.
    """
    require(principal, Action.ORGANISATION_VERIFY, owner_org_id=organisation.id)
    if organisation.uscc is None and organisation.region != OVERSEAS:
        raise Conflict(
            "A domestic organisation is verified by its unified social credit code. Add the code first.",
            "境内单位凭统一社会信用代码核验,请先补充代码。",
            code="uscc_missing",
        )
    organisation.verified_at = now()
    session.flush()
    audit.record(session, principal, Action.ORGANISATION_VERIFY, organisation.id, organisation.uscc or "")
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
    query = select(Organisation)
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


def find_organisation(
    session: Session, *, name: str | None = None, uscc: str | None = None
) -> Organisation | None:
    """The organisation with this credit code, or with this exact name or alias (`name_key`). Verified organisations are
    preferred, then names to aliases, then the oldest.

    Raises:
        Invalid: the credit code is invalid.
    """
    if uscc is not None:
        code = checked("uscc", check_uscc, uscc)
        return session.scalar(select(Organisation).where(Organisation.uscc == code))
    candidates = _candidates(session, name or "", None)
    return candidates[0] if candidates else None


def organisation_by_name(
    session: Session,
    *,
    principal: Principal,
    name: str,
    kind: str,
    region: str,
    uscc: str | None = None,
    aliases: Collection[str] = (),
    parent_id: UUID | None = None,
) -> Organisation:
    """The organisation with this name or credit code, for bulk imports by operators. It is created unverified if it
    does not exist; missing fields of an unverified one are filled in.

    Self-registered organisations that are not verified are skipped. Otherwise anyone could register under the name of a
    university and own the records imported for it.

    Raises:
        Invalid: a field is invalid.
        Conflict: the code belongs to a skipped organisation, which must be verified first.
    """
    require(principal, Action.ORGANISATION_CREATE)
    if uscc is not None:
        uscc = checked("uscc", check_uscc, uscc)
    for organisation in _candidates(session, name, uscc):
        if organisation.verified_at is not None:
            return organisation
        if not organisation.self_registered:
            _fill_missing(session, organisation, uscc=uscc, aliases=aliases, parent_id=parent_id)
            return organisation
    facts = OrganisationFacts(
        name=name, kind=_kind(kind), region=region, uscc=uscc, aliases=tuple(aliases), parent_id=parent_id
    )
    return add_organisation(session, facts=facts)


def families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Each organisation → the topmost one that controls it; itself if none does or the id is unknown."""
    parents: dict[UUID, UUID | None] = {}
    frontier = set(org_ids)
    while frontier:
        ids = sorted(frontier)
        for start in range(0, len(ids), _CHUNK):
            query = select(Organisation.id, Organisation.parent_id).where(
                Organisation.id.in_(ids[start : start + _CHUNK])
            )
            parents.update({row[0]: row[1] for row in session.execute(query)})
        parents.update(dict.fromkeys(frontier - parents.keys()))
        frontier = {parent for parent in parents.values() if parent is not None} - parents.keys()
    return {org_id: topmost(org_id, parents) for org_id in org_ids}


def _candidates(session: Session, name: str, uscc: str | None) -> list[Organisation]:
    """Organisations with this code or name, the most likely first and self-registered ones last."""
    key = name_key(name)
    with_name = select(OrganisationName.organisation_id).where(OrganisationName.key == key)
    matches: ColumnElement[bool] = Organisation.id.in_(with_name)
    if uscc is not None:
        matches = or_(matches, Organisation.uscc == uscc)
    query = select(Organisation).where(matches)
    return sorted(
        session.scalars(query.order_by(Organisation.id)).all(),
        key=lambda organisation: (
            uscc is None or organisation.uscc != uscc,
            organisation.verified_at is None,
            organisation.self_registered,
            name_key(organisation.name) != key,
        ),
    )


def _fill_missing(
    session: Session,
    organisation: Organisation,
    *,
    uscc: str | None,
    aliases: Collection[str],
    parent_id: UUID | None,
) -> None:
    if organisation.uscc is None:
        organisation.uscc = _available_uscc(session, uscc)
    organisation.aliases = _aliases([*organisation.aliases, *aliases])
    if organisation.parent_id is None and parent_id is not None:
        _set_parent(session, organisation, parent_id)
    session.flush()
    if aliases:
        _write_names(session, organisation)


def _set_field(session: Session, organisation: Organisation, field: str, value: Any) -> None:
    match field:
        case "name":
            organisation.name = _name(value)
        case "uscc":
            organisation.uscc = _available_uscc(session, value, but_for=organisation)
        case "region":
            organisation.region = checked("region", check_region, value)
        case "aliases":
            organisation.aliases = _aliases(value or ())
        case "kind":
            organisation.kind = _kind(value)
        case "parent_id" if value is None:
            organisation.parent_id = None
        case "parent_id":
            _set_parent(session, organisation, value)
        case _:
            raise Invalid.field(field, "unknown_field", "字段不存在", "the field does not exist")


def _kind(text: str) -> OrganisationKind:
    try:
        return OrganisationKind(text)
    except ValueError as error:
        kinds = ", ".join(OrganisationKind)
        raise Invalid.field(
            "kind", "unknown_kind", f"单位类型应为以下之一: {kinds}", f"the kind must be one of: {kinds}"
        ) from error


def _name(text: str) -> str:
    name = checked("name", clean_name, text)
    if not 2 <= len(name) <= 120 or not 1 <= len(name_key(name)) <= _MAX_KEY:
        raise Invalid.field(
            "name", "name_length", "名称应为 2–120 个字符", "the name must have 2 to 120 characters"
        )
    return name


def _aliases(texts: Collection[str]) -> list[str]:
    names = list(dict.fromkeys(checked("aliases", clean_name, text) for text in texts))
    if len(names) > _MAX_ALIASES or not all(
        len(name) <= 120 and 1 <= len(name_key(name)) <= _MAX_KEY for name in names
    ):
        raise Invalid.field(
            "aliases",
            "aliases",
            f"别名至多 {_MAX_ALIASES} 个,每个 1–120 个字符",
            f"at most {_MAX_ALIASES} aliases of 1 to 120 characters each are allowed",
        )
    return names


def _available_uscc(session: Session, text: str | None, but_for: Organisation | None = None) -> str | None:
    if text is None:
        return None
    uscc = checked("uscc", check_uscc, text)
    holder = session.scalar(select(Organisation.id).where(Organisation.uscc == uscc))
    if holder is not None and (but_for is None or holder != but_for.id):
        raise Conflict(
            "An organisation with this credit code already exists; ask it or the bureau to create your account.",
            "该统一社会信用代码的单位已存在,请联系该单位或管理部门为您开户。",
            code="uscc_taken",
            fields=[FieldError("uscc", "uscc_taken", "该代码已登记", "this code is already registered")],
        )
    return uscc


def _set_parent(session: Session, organisation: Organisation, parent_id: UUID) -> None:
    """Set the parent. All ancestors are locked, because two concurrent changes could otherwise create a cycle."""
    ancestor: UUID | None = parent_id
    while ancestor is not None:
        if ancestor == organisation.id:
            raise Invalid.field(
                "parent_id",
                "parent_cycle",
                "上级单位不能是本单位或其下级单位",
                "the parent must not be the organisation itself or one of its subsidiaries",
            )
        row = session.execute(
            select(Organisation.parent_id).where(Organisation.id == ancestor).with_for_update()
        ).one_or_none()
        if row is None:
            raise Invalid.field(
                "parent_id",
                "unknown_organisation",
                "上级单位不存在",
                "the parent organisation does not exist",
            )
        ancestor = row[0]
    organisation.parent_id = parent_id


def _write_names(session: Session, organisation: Organisation) -> None:
    session.execute(delete(OrganisationName).where(OrganisationName.organisation_id == organisation.id))
    keys = dict.fromkeys(name_key(name) for name in (organisation.name, *organisation.aliases))
    session.add_all(OrganisationName(organisation_id=organisation.id, key=key) for key in keys)
    session.flush()
