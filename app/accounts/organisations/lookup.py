"""Lookup of organisations by credit code or name, for the command line and bulk imports."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.field_checks import checked, name_key
from app.accounts.models import Organisation, OrganisationName
from app.accounts.organisations.credit_code import check_uscc
from app.accounts.organisations.fields import (
    available_uscc,
    checked_aliases,
    checked_kind,
    set_parent,
    write_names,
)
from app.accounts.organisations.names import NameKind, identity_of
from app.accounts.organisations.service import OrganisationFacts, add_organisation
from app.errors import Invalid


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
        found = session.scalar(select(Organisation).where(Organisation.uscc == code))
        if found is not None and found.merged_into_id is not None:
            return session.get(Organisation, found.merged_into_id)
        return found
    candidates = _candidates(session, name or "", None)
    return candidates[0] if candidates else None


def organisations_called(session: Session, texts: Collection[str]) -> dict[str, tuple[UUID, ...]]:
    """Credit code or name → the organisations that it tells, by present and former names and full aliases, however it
    is written; texts that tell none are left out."""
    codes = {text: _as_code(text) for text in texts}
    by_code: dict[str, UUID] = {}
    if codes:
        rows = session.execute(
            select(Organisation.uscc, Organisation.id).where(Organisation.uscc.in_(set(codes.values())))
        )
        by_code = {row[0]: row[1] for row in rows if row[0] is not None}
    cores = {text: identity_of(text).core for text in texts if codes[text] not in by_code}
    by_core: dict[str, set[UUID]] = {}
    wanted_cores = {core for core in cores.values() if core}
    if wanted_cores:
        named = select(OrganisationName.core, OrganisationName.organisation_id).where(
            OrganisationName.core.in_(wanted_cores), OrganisationName.kind != NameKind.SHORT
        )
        for core, id_ in session.execute(named):
            by_core.setdefault(core, set()).add(id_)
    found: dict[str, tuple[UUID, ...]] = {}
    for text in texts:
        code = codes[text]
        if code in by_code:
            found[text] = (by_code[code],)
        else:
            found[text] = tuple(sorted(by_core.get(cores[text], ())))
    return {text: ids for text, ids in found.items() if ids}


def organisation_called(session: Session, text: str, *, field: str, principal: Principal) -> UUID:
    """The one organisation that a full name or a credit code tells, as people write them in a form.

    Raises:
        Invalid: there is none, or several have the name; names `field`.
    """
    require(principal, Action.ORGANISATION_READ)
    found = organisations_called(session, [text]).get(text, ())
    if len(found) == 1:
        return found[0]
    if found:
        raise Invalid.field(
            field,
            "ambiguous",
            f"有 {len(found)} 家单位使用此名称,请改填统一社会信用代码",
            f"is the name of {len(found)} organisations; write the credit code instead",
        )
    raise Invalid.field(
        field,
        "unknown",
        "没有登记此名称或代码的单位,请填写单位全称或 18 位统一社会信用代码",
        "is neither the full name nor the credit code of a registered organisation",
    )


def _as_code(text: str) -> str:
    """The text as a credit code is stored; older stores hold some whose check digit is wrong."""
    try:
        return check_uscc(text)
    except ValueError:
        return text


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
        name=name,
        kind=checked_kind(kind),
        region=region,
        uscc=uscc,
        aliases=tuple(aliases),
        parent_id=parent_id,
    )
    return add_organisation(session, facts=facts)


def _candidates(session: Session, name: str, uscc: str | None) -> list[Organisation]:
    """Organisations with this code or name, the most likely first and self-registered ones last."""
    key = name_key(name)
    with_name = select(OrganisationName.organisation_id).where(OrganisationName.key == key)
    matches: ColumnElement[bool] = Organisation.id.in_(with_name)
    if uscc is not None:
        matches = or_(matches, Organisation.uscc == uscc)
    standing = select(Organisation.merged_into_id).where(matches, Organisation.merged_into_id.is_not(None))
    query = select(Organisation).where(
        or_(matches, Organisation.id.in_(standing)), Organisation.merged_into_id.is_(None)
    )
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
        organisation.uscc = available_uscc(session, uscc)
    organisation.aliases = checked_aliases([*organisation.aliases, *aliases])
    if organisation.parent_id is None and parent_id is not None:
        set_parent(session, organisation, parent_id)
    session.flush()
    if aliases:
        write_names(session, organisation)
