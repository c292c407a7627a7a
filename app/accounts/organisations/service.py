"""Organisations: told apart by their credit code, found by their names, tied by who controls whom."""

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
from app.events.outbox import emit

OVERSEAS = "000000"
_MAX_ALIASES = 20
_MAX_KEY = 240  # the column's; a few ligatures grow when their width is made equal
_CHUNK = 1000  # ids a query, below both databases' limit of parameters

# Whoever could move his organisation in the family of another could hide or make conflicts of interest.
_OPERATOR_FIELDS = frozenset({"kind", "parent_id"})
# What the bureau has checked; changed by anybody else, it must be checked again.
_VERIFIED_FIELDS = frozenset({"name", "uscc", "aliases", "region"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """What is told of a new organisation; checked by `create_organisation`."""

    name: str
    kind: OrganisationKind
    region: str
    uscc: str | None = None
    aliases: tuple[str, ...] = ()
    parent_id: UUID | None = None


def create_organisation(session: Session, *, principal: Principal, facts: OrganisationFacts) -> Organisation:
    """
    Raises:
        Forbidden: only the operator creates organisations; others register theirs with themselves.
        Invalid, Conflict: see `add_organisation`.
    """
    require(principal, Action.ORGANISATION_CREATE)
    organisation = add_organisation(session, facts=facts)
    audit.record(session, principal, Action.ORGANISATION_CREATE, organisation.id, organisation.name)
    return organisation


def add_organisation(
    session: Session, *, facts: OrganisationFacts, self_registered: bool = False
) -> Organisation:
    """Store a new, unverified organisation; the caller has made sure of the right to.

    Raises:
        Invalid: names the wrong field.
        Conflict: the credit code is another's.
    """
    organisation = Organisation(
        name=_name(facts.name),
        uscc=_free_uscc(session, facts.uscc),
        kind=OrganisationKind(facts.kind),
        region=checked("region", check_region, facts.region),
        aliases=_aliases(facts.aliases),
        parent_id=None,
        self_registered=self_registered,
    )
    if facts.parent_id is not None:
        _put_under(session, organisation, facts.parent_id)
    session.add(organisation)
    session.flush()
    _write_names(session, organisation)
    return organisation


def get_organisation(session: Session, organisation_id: UUID, *, principal: Principal) -> Organisation:
    """
    Raises:
        NotFound: no such organisation.
    """
    require(principal, Action.ORGANISATION_READ, owner_org_id=organisation_id)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound
    return organisation


def change_organisation(
    session: Session, organisation: Organisation, *, principal: Principal, changes: Mapping[str, Any]
) -> Organisation:
    """Set the fields named in `changes` (name, uscc, region, aliases; the operator also kind and parent_id).

    A change of what the bureau has checked ends the verification, unless the operator makes it. What follows elsewhere
    hears of it by ``organisation.changed``, with the names of the fields.
    """
    require(principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
    if not principal.sees_everything and (forbidden := _OPERATOR_FIELDS & changes.keys()):
        raise Forbidden(
            "Only the bureau changes these fields.",
            "这些字段只能由主管部门修改。",
            fields=[
                FieldError(field, "operator_only", "只能由主管部门修改", "only the bureau changes this")
                for field in sorted(forbidden)
            ],
        )
    before = {field: getattr(organisation, field) for field in changes}
    for field, value in changes.items():
        _set(session, organisation, field, value)
    changed = sorted(field for field, old in before.items() if getattr(organisation, field) != old)
    if not changed:
        return organisation
    if not principal.sees_everything and _VERIFIED_FIELDS.intersection(changed):
        # What stands there now is its users' word, whoever entered it.
        organisation.verified_at = None
        organisation.self_registered = True
    session.flush()
    _write_names(session, organisation)
    audit.record(session, principal, Action.ORGANISATION_CHANGE, organisation.id, ", ".join(changed))
    emit(session, "organisation.changed", subject_id=organisation.id, payload={"changed": changed})
    return organisation


def verify_organisation(
    session: Session, organisation: Organisation, *, principal: Principal
) -> Organisation:
    """The bureau has compared name and code with the register.

    Raises:
        Conflict: a domestic organisation without a credit code cannot be told from another.
    """
    require(principal, Action.ORGANISATION_VERIFY, owner_org_id=organisation.id)
    if organisation.uscc is None and organisation.region != OVERSEAS:
        raise Conflict(
            "A domestic organisation is verified by its unified social credit code; add it first.",
            "境内机构凭统一社会信用代码核验,请先补充代码。",
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
    """`name` finds names and aliases that contain it; `region` also finds the regions within (3701 → 370102)."""
    query = select(Organisation)
    if name is not None:
        part = name_key(name)
        query = query.where(
            Organisation.id.in_(
                select(OrganisationName.organisation_id).where(
                    OrganisationName.key.contains(part, autoescape=True)
                )
            )
        )
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
    """By credit code, or by exact name or alias (`name_key`): a verified one before others, a name before an
    alias, the oldest first.

    Raises:
        Invalid: the credit code is none.
    """
    if uscc is not None:
        code = checked("uscc", check_uscc, uscc)
        return session.scalar(select(Organisation).where(Organisation.uscc == code))
    found = _candidates(session, name or "", None)
    return found[0] if found else None


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
    """For bulk loads by the bureau, which know organisations by name: the one of this name or code, else a new
    unverified one. What an unverified one lacks is filled in.

    An organisation that somebody registered and nobody verified is passed over: otherwise whoever registers
    under a university's name would own what is loaded for it.

    Raises:
        Invalid: names the wrong field.
        Conflict: the code belongs to one that was passed over; verify that one first.
    """
    require(principal, Action.ORGANISATION_CREATE)
    if uscc is not None:
        uscc = checked("uscc", check_uscc, uscc)
    for organisation in _candidates(session, name, uscc):
        if organisation.verified_at is not None:
            return organisation
        if not organisation.self_registered:
            _fill(session, organisation, uscc=uscc, aliases=aliases, parent_id=parent_id)
            return organisation
    facts = OrganisationFacts(
        name=name, kind=_kind(kind), region=region, uscc=uscc, aliases=tuple(aliases), parent_id=parent_id
    )
    return add_organisation(session, facts=facts)


def families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Each organisation → the topmost that controls it (itself when none does); unknown ids lead to themselves."""
    parents: dict[UUID, UUID | None] = {}
    frontier = set(org_ids)
    while frontier:
        wanted = sorted(frontier)
        for start in range(0, len(wanted), _CHUNK):
            query = select(Organisation.id, Organisation.parent_id).where(
                Organisation.id.in_(wanted[start : start + _CHUNK])
            )
            parents.update({row[0]: row[1] for row in session.execute(query)})
        parents.update(dict.fromkeys(frontier - parents.keys()))
        frontier = {parent for parent in parents.values() if parent is not None} - parents.keys()
    return {org_id: topmost(org_id, parents) for org_id in org_ids}


def _candidates(session: Session, name: str, uscc: str | None) -> list[Organisation]:
    """By code or name; the likeliest first, the one that is only a stranger's word last."""
    key = name_key(name)
    named = select(OrganisationName.organisation_id).where(OrganisationName.key == key)
    is_it: ColumnElement[bool] = Organisation.id.in_(named)
    if uscc is not None:
        is_it = or_(is_it, Organisation.uscc == uscc)
    query = select(Organisation).where(is_it)
    return sorted(
        session.scalars(query.order_by(Organisation.id)).all(),
        key=lambda one: (
            uscc is None or one.uscc != uscc,
            one.verified_at is None,
            one.self_registered,
            name_key(one.name) != key,
        ),
    )


def _fill(
    session: Session,
    organisation: Organisation,
    *,
    uscc: str | None,
    aliases: Collection[str],
    parent_id: UUID | None,
) -> None:
    if organisation.uscc is None:
        organisation.uscc = _free_uscc(session, uscc)
    organisation.aliases = _aliases([*organisation.aliases, *aliases])
    if organisation.parent_id is None and parent_id is not None:
        _put_under(session, organisation, parent_id)
    session.flush()
    if aliases:
        _write_names(session, organisation)


def _set(session: Session, organisation: Organisation, field: str, value: Any) -> None:
    match field:
        case "name":
            organisation.name = _name(value)
        case "uscc":
            organisation.uscc = _free_uscc(session, value, but_for=organisation)
        case "region":
            organisation.region = checked("region", check_region, value)
        case "aliases":
            organisation.aliases = _aliases(value or ())
        case "kind":
            organisation.kind = _kind(value)
        case "parent_id" if value is None:
            organisation.parent_id = None
        case "parent_id":
            _put_under(session, organisation, value)
        case _:
            raise Invalid.field(field, "unknown_field", "没有这个字段", "there is no such field")


def _kind(text: str) -> OrganisationKind:
    try:
        return OrganisationKind(text)
    except ValueError as error:
        kinds = ", ".join(OrganisationKind)
        raise Invalid.field(
            "kind", "unknown_kind", f"机构类型应为: {kinds}", f"the kind is one of: {kinds}"
        ) from error


def _name(text: str) -> str:
    name = checked("name", clean_name, text)
    if not 2 <= len(name) <= 120 or not 1 <= len(name_key(name)) <= _MAX_KEY:
        raise Invalid.field("name", "name_length", "名称应为 2–120 个字符", "a name has 2 to 120 characters")
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
            f"at most {_MAX_ALIASES} aliases of 1 to 120 characters",
        )
    return names


def _free_uscc(session: Session, text: str | None, but_for: Organisation | None = None) -> str | None:
    if text is None:
        return None
    uscc = checked("uscc", check_uscc, text)
    holder = session.scalar(select(Organisation.id).where(Organisation.uscc == uscc))
    if holder is not None and (but_for is None or holder != but_for.id):
        raise Conflict(
            "An organisation with this credit code exists; ask it or the bureau to add you.",
            "该统一社会信用代码的机构已存在,请联系该机构或主管部门为您开户。",
            code="uscc_taken",
            fields=[FieldError("uscc", "uscc_taken", "该代码已登记", "this code is registered already")],
        )
    return uscc


def _put_under(session: Session, organisation: Organisation, parent_id: UUID) -> None:
    """Walks upwards under locks: two changes at once could otherwise close a circle that neither sees."""
    above: UUID | None = parent_id
    while above is not None:
        if above == organisation.id:
            raise Invalid.field(
                "parent_id",
                "parent_cycle",
                "上级机构不能是本机构或其下级",
                "the parent must not be the organisation itself or below it",
            )
        row = session.execute(
            select(Organisation.parent_id).where(Organisation.id == above).with_for_update()
        ).one_or_none()
        if row is None:
            raise Invalid.field(
                "parent_id", "unknown_organisation", "上级机构不存在", "there is no such parent organisation"
            )
        above = row[0]
    organisation.parent_id = parent_id


def _write_names(session: Session, organisation: Organisation) -> None:
    session.execute(delete(OrganisationName).where(OrganisationName.organisation_id == organisation.id))
    keys = dict.fromkeys(name_key(name) for name in (organisation.name, *organisation.aliases))
    session.add_all(OrganisationName(organisation_id=organisation.id, key=key) for key in keys)
    session.flush()
