"""Lookup of organisations by id, credit code or name."""

from collections.abc import Collection, Mapping
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.field_checks import checked, name_key
from app.accounts.models import Organisation, OrganisationName
from app.accounts.organisations.credit_code import check_uscc, is_uscc
from app.accounts.organisations.fields import (
    available_uscc,
    checked_aliases,
    checked_kind,
    set_parent,
    write_names,
)
from app.accounts.organisations.likeness import NamedParty, named_parties
from app.accounts.organisations.names import NameKind, identity_of
from app.accounts.organisations.service import OrganisationFacts, add_organisation
from app.errors import FieldError, Invalid
from app.errors.collection import UNREADABLE, current_faults


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
    return resolve_organisations(session, {field: text})[field]


def referred(
    session: Session,
    reference: UUID | str | None,
    *,
    principal: Principal,
    field: str = "organisation_id",
) -> UUID | None:
    """The organisation that an `OrganisationRef` tells. Whether one with this id exists is not checked.

    In a request with a body, one that is not found is `UNREADABLE`, so that the answer names the other faults, too.

    Raises:
        Invalid: outside such a request, no organisation is called so, or several are; names `field`.
    """
    if not isinstance(reference, str):
        return reference
    try:
        return organisation_called(session, reference, field=field, principal=principal)
    except Invalid as error:
        of_body = current_faults()
        if of_body is None:
            raise
        of_body.add(error.fields)
        of_body.unreadable.add(field)
        return cast(UUID, UNREADABLE)


def resolve_organisations(session: Session, texts: Mapping[str, str]) -> dict[str, UUID]:
    """Field → the one organisation that its text tells: an id, a credit code, or a present or former name however it
    is written; what was merged is the organisation that stands for it.

    Raises:
        Invalid: no organisation is called so, or several are.
    """
    called = organisations_called(session, {text for text in texts.values() if not is_id(text)})
    ids = {UUID(text) for text in texts.values() if is_id(text)}.union(*called.values())
    query = select(Organisation).where(Organisation.id.in_(ids))
    rows = {row.id: row for row in session.scalars(query)}
    found: dict[str, UUID] = {}
    errors: list[FieldError] = []
    for field, text in texts.items():
        named = [rows[id_] for id_ in ([UUID(text)] if is_id(text) else called.get(text, ())) if id_ in rows]
        exact = [one for one in named if name_key(one.name) == name_key(text)]
        kept = {one.merged_into_id or one.id for one in (exact or named)}
        if len(kept) == 1:
            found[field] = kept.pop()
        else:
            errors.append(_several(field, exact or named) if kept else _unknown(field, text))
    if errors:
        raise Invalid(fields=errors)
    return found


def refuse_unclear_names(session: Session, texts: Mapping[str, str]) -> None:
    """Refuse names that nobody is registered by, but that somebody may mean for a registered organisation: a short
    name, a part, a slip. Entered as they are they would hold for nobody. Other names hold once they are registered.

    Raises:
        Invalid: names the fields, and the organisations that may be meant.
    """
    called = organisations_called(session, set(texts.values()))
    open_texts = {field: text for field, text in texts.items() if text not in called and not is_code(text)}
    if not open_texts:
        return
    registered = named_parties(session)
    errors = []
    for field, text in open_texts.items():
        meant, core = NamedParty.called(text), identity_of(text).core
        likely = [
            id_
            for id_, party in registered.items()
            if meant.is_like(party)
            or (len(core) >= _LEAST_PART and any(name.startswith(core) for name in party.compared))
        ]
        if likely:
            errors.append(_unclear(field, text, session.get_one(Organisation, min(likely))))
    if errors:
        raise Invalid(fields=errors)


_LEAST_PART = 2


def _unclear(field: str, text: str, likely: Organisation) -> FieldError:
    return FieldError(
        field,
        "unclear_organisation",
        f"没有登记为“{text}”的单位；如指“{likely.name}”请填写其全称，如指其他单位请填写统一社会信用代码",
        f"no organisation is registered as “{text}”; write “{likely.name}” if you mean it, or the credit code of the "
        "one that you mean",
    )


def _unknown(field: str, text: str) -> FieldError:
    if is_id(text):
        return FieldError(field, "unknown_organisation", "单位不存在", "the organisation does not exist")
    return FieldError(
        field,
        "unknown_organisation",
        f"没有登记为“{text}”的单位；请核对全称或统一社会信用代码",
        f"no organisation is registered as “{text}”; check its full name or its credit code",
    )


def _several(field: str, named: Collection[Organisation]) -> FieldError:
    shown = [f"{one.name}({one.uscc or one.id})" for one in sorted(named, key=lambda one: one.id)[:5]]
    return FieldError(
        field,
        "several_organisations",
        f"有 {len(named)} 个单位使用此名称，请填写统一社会信用代码或 ID: {'、'.join(shown)}",
        f"{len(named)} organisations have this name; give the credit code or the id of one: {', '.join(shown)}",
    )


def is_id(text: str) -> bool:
    """Whether a text is an id in its usual form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def is_code(text: str) -> bool:
    """Whether a text is a credit code, however it is written."""
    return is_uscc(_as_code(text))


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
