"""Agreements with partners: made, changed and ended by the bureau."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.recusal import refuse_tied
from app.clock import today
from app.conditional_requests import check_if_match
from app.database import now, one_or_not_found
from app.errors import Conflict, FieldError, Forbidden, Invalid
from app.libraries.record.enums import PublishMode, RecordKind, ViewLevel
from app.libraries.validation.cross_field_checks import is_end, is_within
from app.libraries.validation.values.dates import MAX_YEARS_AHEAD
from app.libraries.visibility.fields import FIELD_LEVELS
from app.paging import Page, PageRequest, Sort, list_page
from app.partners.agreements.models import PartnerAgreement
from app.partners.agreements.schemas import (
    PartnerAgreementCreate,
    PartnerAgreementPatch,
    PartnerAgreementRead,
    PartnerLevel,
)

VIEW_LEVELS = {PartnerLevel.PUBLIC: ViewLevel.ANONYMOUS, PartnerLevel.VERIFIED: ViewLevel.LOGGED_IN}

_SCOPE = frozenset({"libraries", "publish_modes", "level", "regions", "all_regions"})
_CLEARABLE = frozenset({"ends_on"})
# Identities of organisations mean nothing to another platform, which gets their names.
_LOCAL = frozenset({"owner_org_id", "co_org_ids"})


def offered_fields(kind: RecordKind, level: PartnerLevel) -> frozenset[str]:
    """The fields of records of this kind that an agreement of this level may name."""
    return frozenset(
        name
        for name, levels in FIELD_LEVELS[kind].items()
        if min(levels) <= VIEW_LEVELS[level] and name not in _LOCAL
    )


def make_agreement(
    session: Session, body: PartnerAgreementCreate, *, principal: Principal
) -> PartnerAgreement:
    """
    Raises:
        Forbidden: the principal is no operator.
        Invalid: names every field that is wrong.
        Conflict: another agreement with the partner holds on some of these days, or the principal has a tie to it.
    """
    require(principal, Action.PARTNER_AGREEMENT_MANAGE)
    refuse_tied(session, principal, organisations=[body.organisation_id])
    values = body.model_dump(mode="json") | {"starts_on": body.starts_on, "ends_on": body.ends_on}
    agreement = PartnerAgreement(**values | {"organisation_id": body.organisation_id})
    # A lock on the partner, so that two agreements of the same days cannot be made at once.
    partner = session.scalar(
        select(Organisation).where(Organisation.id == body.organisation_id).with_for_update()
    )
    faults = list(_faults(agreement))
    if partner is None:
        faults.append(
            FieldError(
                "organisation_id", "unknown_organisation", "单位不存在", "the organisation does not exist"
            )
        )
    if faults:
        raise Invalid(fields=faults)
    _refuse_overlap(session, agreement)
    agreement.created_by = principal.user_id
    session.add(agreement)
    session.flush()
    audit.record(
        session, principal, Action.PARTNER_AGREEMENT_MANAGE, agreement.id, f"made; {_said(agreement)}"
    )
    return agreement


def change_agreement(
    session: Session,
    agreement_id: UUID,
    body: PartnerAgreementPatch,
    *,
    principal: Principal,
    if_match: str | None,
) -> PartnerAgreement:
    """
    Raises:
        NotFound, Forbidden, PreconditionRequired, StaleVersion: as for every change.
        Invalid, Conflict: as for a new agreement; an ended one cannot be changed.
    """
    require(principal, Action.PARTNER_AGREEMENT_MANAGE)
    agreement = _locked(session, agreement_id)
    refuse_tied(session, principal, organisations=[agreement.organisation_id])
    check_if_match(if_match, agreement)
    if agreement.ended_at is not None:
        raise Conflict("This agreement was ended.", "该协议已终止，不能修改。", code="agreement_ended")
    values = {name: getattr(body, name) for name in sorted(body.model_fields_set)}
    _refuse_null(values)
    stored = body.model_dump(mode="json", exclude_unset=True)
    days = {name: value for name, value in values.items() if name in ("starts_on", "ends_on")}
    changed = {name: value for name, value in (stored | days).items() if getattr(agreement, name) != value}
    # Days that were accepted once are not refused because something else is changed.
    known = tuple(_day_faults(agreement))
    for name, value in changed.items():
        setattr(agreement, name, value)
    if not _SCOPE.isdisjoint(changed):
        agreement.scope_version += 1
    if faults := [fault for fault in _faults(agreement) if fault not in known]:
        raise Invalid(fields=faults)
    with session.no_autoflush:
        _refuse_overlap(session, agreement)
    if changed:
        session.flush()
        details = f"changed {', '.join(sorted(changed))}; {_said(agreement)}"
        audit.record(session, principal, Action.PARTNER_AGREEMENT_MANAGE, agreement.id, details)
    return agreement


def end_agreement(session: Session, agreement_id: UUID, *, principal: Principal) -> None:
    """End the agreement now; ending it again has no effect.

    Raises:
        NotFound, Forbidden: there is no such agreement, or the principal is no operator.
        Conflict: the principal has a tie to the partner.
    """
    require(principal, Action.PARTNER_AGREEMENT_MANAGE)
    agreement = _locked(session, agreement_id)
    refuse_tied(session, principal, organisations=[agreement.organisation_id])
    if agreement.ended_at is None:
        agreement.ended_at = now()
        session.flush()
        audit.record(session, principal, Action.PARTNER_AGREEMENT_MANAGE, agreement.id, "ended")


def agreement_of(session: Session, agreement_id: UUID, *, principal: Principal) -> PartnerAgreement:
    """
    Raises:
        NotFound, Forbidden: there is no such agreement, or the principal is no operator.
    """
    require(principal, Action.PARTNER_AGREEMENT_READ)
    return one_or_not_found(session, select(PartnerAgreement).where(PartnerAgreement.id == agreement_id))


def agreement_page(
    session: Session, paging: PageRequest, *, principal: Principal, organisation_id: UUID | None = None
) -> Page[PartnerAgreementRead]:
    """The agreements, the newest first."""
    require(principal, Action.PARTNER_AGREEMENT_READ)
    query = select(PartnerAgreement)
    if organisation_id is not None:
        query = query.where(PartnerAgreement.organisation_id == organisation_id)
    sort = Sort(PartnerAgreement.created_at, type(now()), descending=True, name="-created_at")
    return list_page(session, query, sort, paging, read_agreement)


def agreement_in_force(session: Session, principal: Principal) -> PartnerAgreement:
    """The agreement under which the API key of a partner reads the feed today.

    Raises:
        Unauthenticated, Forbidden: nobody is logged in, the principal is no API key with the scope for the feed, or no
            agreement with its organisation holds today.
    """
    require(principal, Action.FEED_READ, own=True)
    if principal.api_key_id is None:
        raise Forbidden(
            "Read the feed with an API key of the partner that has the scope feed:read.",
            "请使用合作平台的 API 密钥（授权范围 feed:read）读取变更流。",
            code="api_key_needed",
        )
    found = session.scalar(
        select(PartnerAgreement).where(
            PartnerAgreement.organisation_id == principal.organisation_id, _holds_on(today(), today())
        )
    )
    if found is None:
        raise Forbidden(
            "No agreement with your organisation is in force.",
            "贵单位当前没有生效的数据共享协议。",
            code="no_agreement",
        )
    return found


def read_agreement(agreement: PartnerAgreement) -> PartnerAgreementRead:
    """The agreement as JSON values."""
    day = today()
    holds = (
        agreement.ended_at is None
        and agreement.starts_on <= day
        and (agreement.ends_on is None or day <= agreement.ends_on)
    )
    values = {name: getattr(agreement, name, None) for name in PartnerAgreementRead.model_fields}
    return PartnerAgreementRead.model_validate(values | {"in_force": holds})


def _locked(session: Session, agreement_id: UUID) -> PartnerAgreement:
    query = select(PartnerAgreement).where(PartnerAgreement.id == agreement_id)
    return one_or_not_found(session, query.with_for_update())


def _holds_on(first: date, last: date | None) -> ColumnElement[bool]:
    row = PartnerAgreement
    begun = row.starts_on <= last if last is not None else row.starts_on.is_not(None)
    return and_(row.ended_at.is_(None), begun, or_(row.ends_on.is_(None), row.ends_on >= first))


def _refuse_overlap(session: Session, agreement: PartnerAgreement) -> None:
    query = select(PartnerAgreement.id).where(
        PartnerAgreement.organisation_id == agreement.organisation_id,
        _holds_on(agreement.starts_on, agreement.ends_on),
    )
    if agreement.id is not None:
        query = query.where(PartnerAgreement.id != agreement.id)
    if session.scalar(query.limit(1)) is not None:
        raise Conflict(
            "Another agreement with this partner holds on some of these days; change or end that one.",
            "该合作平台在此期间已有协议，请修改或先终止原协议。",
            code="agreement_overlaps",
        )


def _refuse_null(values: Mapping[str, Any]) -> None:
    empty = [name for name, value in values.items() if value is None and name not in _CLEARABLE]
    if empty:
        raise Invalid(
            fields=[FieldError(name, "required", "此项不能清空", "cannot be cleared") for name in empty]
        )


def _faults(agreement: PartnerAgreement) -> Iterator[FieldError]:
    for name in agreement.libraries:
        kind = RecordKind.of(name)
        offered = offered_fields(kind, PartnerLevel(agreement.level))
        if unknown := sorted(set(agreement.libraries[name]) - offered):
            yield FieldError(
                f"libraries.{name}",
                "field_not_offered",
                f"不能提供的字段：{'、'.join(unknown)}；可选：{'、'.join(sorted(offered))}",
                f"cannot be given out: {', '.join(unknown)}; available: {', '.join(sorted(offered))}",
            )
    if agreement.all_regions == bool(agreement.regions):
        yield FieldError(
            "regions",
            "regions_or_all",
            "请列出地区，或将 all_regions 设为 true，二者选一",
            "list the regions, or set all_regions to true, but not both",
        )
    yield from _day_faults(agreement)


def _day_faults(agreement: PartnerAgreement) -> Iterator[FieldError]:
    yield from is_within("starts_on", agreement.starts_on, date(today().year + MAX_YEARS_AHEAD, 12, 31))
    yield from is_end("ends_on", agreement.ends_on, agreement.starts_on)


def _said(agreement: PartnerAgreement) -> str:
    where = "all regions" if agreement.all_regions else " ".join(agreement.regions)
    modes = [mode.value for mode in PublishMode if mode.value in agreement.publish_modes]
    return f"{' '.join(sorted(agreement.libraries))}; {' '.join(modes)}; {agreement.level}; {where}"
