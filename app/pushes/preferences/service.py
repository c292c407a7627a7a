"""Preferences of managers and organisations: reading, validating and storing them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import time
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match
from app.database import now
from app.errors import FieldError, Invalid, NotFound
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.pushes.preferences.models import Frequency, OwnerPreference, PushPreference
from app.pushes.preferences.working_time import ContactWindow, QuietHours
from app.vocabularies.distances import region_covers

Kind = TypeVar("Kind", bound="ContactTimes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTimes:
    """When messages are wanted, in Asia/Shanghai; see ``models``. `version` is 0 if nothing was ever stored."""

    frequency: Frequency = Frequency.IMMEDIATE
    digest_hour: int = 9
    weekday: int = 1
    quiet_from: str | None = "22:00"
    quiet_until: str | None = "08:00"
    on_days_off: bool = False
    minimum_score: float | None = None
    version: int = 0

    @property
    def contact_window(self) -> ContactWindow:
        """Quiet hours and days off, for `next_contact_time`."""
        quiet = None
        if self.quiet_from is not None and self.quiet_until is not None:
            quiet = QuietHours(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until))
        return ContactWindow(quiet, days_off=not self.on_days_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerPreferences(ContactTimes):
    """Preferences of an organisation. It is notified by digests only, by default weekly."""

    frequency: Frequency = Frequency.WEEKLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences(ContactTimes):
    """Preferences of a manager. An empty list or None means no restriction."""

    fields: Sequence[str] = ()
    regions: Sequence[str] = ()
    languages: Sequence[str] = ()
    immediate_score: float | None = None
    per_day: int | None = None
    per_week: int | None = None
    list_size: int = 10

    def want_fields(self, codes: Collection[str]) -> bool:
        """Whether a code equals, contains or belongs to one that is wanted. A pair without codes is accepted."""
        return not self.fields or not codes or any(_is_related(a, b) for a in self.fields for b in codes)

    def want_regions(self, codes: Collection[str]) -> bool:
        """Whether one of the two owners is in a region that is wanted."""
        return not self.regions or not codes or any(region_covers(a, b) for a in self.regions for b in codes)

    def want_languages(self, languages: Collection[str]) -> bool:
        """Whether the manager works in every language that the pair needs."""
        return not self.languages or set(languages) <= set(self.languages)


def _is_related(code: str, other: str) -> bool:
    """Codes are hierarchical: a first-level code is a prefix of its second-level codes."""
    return code.startswith(other) or other.startswith(code)


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


def check_preferences(values: Mapping[str, Any]) -> None:
    """Cross-field checks; the single fields were validated by the schema.

    Raises:
        Invalid: one end of the quiet hours is missing, the quiet hours are empty or contain the digest hour, the daily
            limit exceeds the weekly one, or the score for immediate notification is below the minimum score.
    """
    errors = [*_time_errors(values), *_limit_errors(values)]
    if errors:
        raise Invalid(fields=errors)


def _time_errors(values: Mapping[str, Any]) -> Iterator[FieldError]:
    start, end = values["quiet_from"], values["quiet_until"]
    if (start is None) != (end is None):
        missing = "quiet_from" if start is None else "quiet_until"
        yield FieldError(
            missing,
            "quiet_hours_half",
            "免打扰时段的起止时间应同时填写，或同时为空",
            "must be given if the other end of the quiet hours is given",
        )
    elif start is not None and start == end:
        yield FieldError(
            "quiet_until",
            "quiet_hours_empty",
            "免打扰时段的起止时间不能相同；全天不接收请将 frequency 设为 none",
            "must differ from quiet_from; to receive no messages, set frequency to none",
        )
    elif start is not None and QuietHours(time.fromisoformat(start), time.fromisoformat(end)).cover(
        time(values["digest_hour"])
    ):
        yield FieldError(
            "digest_hour",
            "digest_in_quiet_hours",
            f"每日清单的时间应在免打扰时段（{start}–{end}）之外",
            f"must be outside the quiet hours ({start}–{end})",
        )


def _limit_errors(values: Mapping[str, Any]) -> Iterator[FieldError]:
    day, week = values.get("per_day"), values.get("per_week")
    if day is not None and week is not None and day > week:
        yield FieldError(
            "per_day",
            "day_above_week",
            f"每日上限不能大于每周上限 {week}",
            f"must not exceed the weekly limit of {week}",
        )
    minimum, immediate = values.get("minimum_score"), values.get("immediate_score")
    if minimum is not None and immediate is not None and immediate < minimum:
        yield FieldError(
            "immediate_score",
            "immediate_below_minimum",
            f"即时提醒的匹配分不能低于最低匹配分 {minimum}",
            f"must not be below minimum_score ({minimum})",
        )


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
