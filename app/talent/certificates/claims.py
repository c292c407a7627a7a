"""Verification of what managers say of themselves: years of practice and brokered work.

The bureau confirms them one by one; the level of the certificate follows the review of certificates.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.recusal import refuse_tied
from app.clock import today
from app.errors import FieldError, Invalid
from app.libraries.managers.models import Manager
from app.libraries.managers.verification import CERTIFICATE, WORK, YEARS
from app.talent import awards
from app.talent.access import manager_for
from app.talent.certificates.schemas import ClaimsVerification

BUREAU = "主管部门"


def verify_claims(
    session: Session, manager_id: UUID, wanted: ClaimsVerification, *, principal: Principal
) -> Manager:
    """Set which statements the bureau has verified: those in `wanted`, and no others.

    Raises:
        Forbidden: the principal is not an operator.
        NotFound: no such manager.
        Conflict: the principal has a tie to the manager.
        Invalid: the record states no years, or has no such brokered work.
    """
    require(principal, Action.CERTIFICATE_VERIFY)
    manager = manager_for(session, manager_id, Action.CERTIFICATE_VERIFY, principal=principal)
    refuse_tied(session, principal, managers=[manager.id])
    session.refresh(manager, with_for_update=True)
    works = {str(work.get("title")): work for work in manager.track_record or ()}
    faults = [
        FieldError(
            f"track_record.{row}",
            "unknown_work",
            "工作业绩中没有该项目，请填写记录中的项目名称",
            "the record has no such brokered work; give the title as it is in the record",
        )
        for row, title in enumerate(wanted.track_record)
        if title not in works
    ]
    if wanted.years and manager.years is None:
        faults.append(
            FieldError("years", "no_years", "记录未填写从业年限", "the record states no years of practice")
        )
    if faults:
        raise Invalid(fields=faults)
    values: list[tuple[str, Any]] = [(WORK, works[title]) for title in dict.fromkeys(wanted.track_record)]
    if wanted.years:
        values.append((YEARS, manager.years))
    kept = [claim for claim in manager.verified_claims if claim["item"] == CERTIFICATE]
    _write(session, manager, [*kept, *_claims(session, manager, values, principal)], principal)
    return manager


def note_level(session: Session, manager_id: UUID, level: str | None, *, principal: Principal) -> None:
    """Note the highest verified level that is valid today on the manager's record; None for none."""
    manager = session.get_one(Manager, manager_id, with_for_update=True, populate_existing=True)
    others = [claim for claim in manager.verified_claims if claim["item"] != CERTIFICATE]
    values = [] if level is None else [(CERTIFICATE, level)]
    _write(session, manager, [*_claims(session, manager, values, principal), *others], principal)


def _claims(
    session: Session, manager: Manager, values: Collection[tuple[str, Any]], principal: Principal
) -> list[dict[str, Any]]:
    """The claims; what was verified before keeps who verified it, and when."""
    organisation = session.get(Organisation, principal.organisation_id) if principal.organisation_id else None
    by = organisation.name if organisation else BUREAU
    return [
        next(
            (claim for claim in manager.verified_claims if (claim["item"], claim["value"]) == (item, value)),
            {"item": item, "value": value, "by": by, "on": today().isoformat()},
        )
        for item, value in values
    ]


def _write(session: Session, manager: Manager, claims: list[dict[str, Any]], principal: Principal) -> None:
    if claims != manager.verified_claims:
        awards.write(
            session,
            {manager.id: {"verified_claims": claims}},
            action="verify_claims",
            principal=principal,
        )
