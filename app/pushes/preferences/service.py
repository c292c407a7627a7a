"""Preferences of managers and organisations: reading, validating and storing them."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match
from app.database import now
from app.errors import NotFound
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.pushes.preferences.checks import check_preferences
from app.pushes.preferences.models import Frequency, OwnerPreference, PushPreference
from app.pushes.preferences.values import ContactTimes, OwnerPreferences, Preferences

Kind = TypeVar("Kind", bound="ContactTimes")


def managers_preferences(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, Preferences]:
    """The preferences of each of these managers, defaults included."""
    rows = session.scalars(select(PushPreference).where(PushPreference.manager_id.in_(manager_ids)))
    stored = {row.manager_id: _read(Preferences, row) for row in rows}
    return {id_: stored.get(id_, Preferences()) for id_ in manager_ids}


def owners_preferences(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, OwnerPreferences]:
    """The preferences of each of these organisations, defaults included."""
    rows = session.scalars(
        select(OwnerPreference).where(OwnerPreference.organisation_id.in_(organisation_ids))
    )
    stored = {row.organisation_id: _read(OwnerPreferences, row) for row in rows}
    return {id_: stored.get(id_, OwnerPreferences()) for id_ in organisation_ids}


def own_manager(principal: Principal) -> UUID:
    """The id of the principal's own record in the talent library (技术转移人才库).

    Raises:
        NotFound: the user has no record in the talent library yet.
    """
    if principal.manager_id is None:
        raise NotFound(
            "You have no record in the talent library yet. Create one first.",
            "您在技术转移人才库中尚无记录，请先建立。",
            code="no_manager_record",
        )
    return principal.manager_id


def own_organisation(principal: Principal) -> UUID:
    """The id of the principal's organisation.

    Raises:
        NotFound: the user does not belong to an organisation.
    """
    if principal.organisation_id is None:
        raise NotFound("You do not belong to an organisation.", "您不属于任何单位。", code="no_organisation")
    return principal.organisation_id


def put_managers_preferences(
    session: Session, values: Mapping[str, Any], *, principal: Principal, if_match: str | None
) -> Preferences:
    """Replace all preferences of the principal's own manager record.

    Args:
        values: every field of `Preferences` except `version`, validated by the schema.

    Raises:
        NotFound: the principal has no record in the talent library.
        Invalid: see `check_preferences`.
        PreconditionRequired, StaleVersion: see `check_if_match`; the ETag of preferences never stored is ``"0"``.
    """
    require(principal, Action.PREFERENCE_CHANGE, own=True)
    id_ = own_manager(principal)
    check_preferences(values)
    row = session.get(PushPreference, id_, with_for_update=True, populate_existing=True)
    check_if_match(if_match, row or Preferences())
    row = row or PushPreference(manager_id=id_)
    return _write(session, row, Preferences, values)


def put_owners_preferences(
    session: Session, values: Mapping[str, Any], *, principal: Principal, if_match: str | None
) -> OwnerPreferences:
    """As `put_managers_preferences`, for the organisation that the principal administers."""
    id_ = own_organisation(principal)
    require(principal, Action.ORGANISATION_PREFERENCE_CHANGE, own=True)
    check_preferences(values)
    row = session.get(OwnerPreference, id_, with_for_update=True, populate_existing=True)
    check_if_match(if_match, row or OwnerPreferences())
    row = row or OwnerPreference(organisation_id=id_)
    return _write(session, row, OwnerPreferences, values)


def _write(session: Session, row: Any, kind: type[Kind], values: Mapping[str, Any]) -> Kind:
    for field in fields(kind):
        if field.name != "version":
            setattr(row, field.name, values[field.name])
    row.updated_at = now()
    session.add(row)
    session.flush()
    return _read(kind, row)


def _read(kind: type[Kind], row: Any) -> Kind:
    values = {field.name: getattr(row, field.name) for field in fields(kind)}
    return kind(**values | {"frequency": Frequency(row.frequency)})


def managers_who_do_not_want(
    session: Session, manager_ids: Collection[UUID], demand: DemandFacts, achievement: AchievementFacts
) -> frozenset[UUID]:
    """Those of the managers whose fields, regions or languages the pair is outside of."""
    sides = (demand, achievement)
    fields = [code for side in sides for code in side.fields]
    regions = [side.region for side in sides if side.region]
    languages = {side.language for side in sides}
    return frozenset(
        id_
        for id_, wanted in managers_preferences(session, manager_ids).items()
        if not (
            wanted.want_fields(fields) and wanted.want_regions(regions) and wanted.want_languages(languages)
        )
    )
