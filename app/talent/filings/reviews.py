"""Reviews of filings by operators: approval, rejection and suspension."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import today
from app.conditional_requests import check_if_sent
from app.database import now
from app.libraries.record.reference_numbers import take_numbers
from app.settings import Settings
from app.talent.filings.checks import check_approvable
from app.talent.filings.models import TRANSITIONS, Filing, FilingState
from app.talent.filings.service import _after_transition, _last_day, find
from app.talent.transitions import check, take_transition


def review(
    session: Session,
    filing_id: UUID,
    name: str,
    note: str | None,
    *,
    principal: Principal,
    settings: Settings,
    if_match: str | None = None,
) -> Filing:
    """A transition by an operator.

    Raises:
        Conflict: the action is not possible in the current state; or, for approvals, the manager's record is not
            published, or an institution has not consented to a secondary affiliation.
        Invalid: the reason is missing.
    """
    require(principal, Action.FILING_REVIEW)
    filing = find(session, filing_id, principal=principal, lock=True)
    check_if_sent(if_match, filing)
    check(filing, TRANSITIONS[name], states=FilingState, note=note)
    if name in ("approve", "approve_renewal"):
        check_approvable(session, filing)
    day = today()
    is_over = filing.valid_to is not None and filing.valid_to < day
    target = FilingState.EXPIRED if is_over and name in ("return_renewal", "resume") else None
    _approve(session, filing, name, day, settings)
    take_transition(
        session,
        filing,
        TRANSITIONS[name],
        states=FilingState,
        concept="filing",
        principal=principal,
        note=note,
        target=target,
    )
    filing.reviewed_by, filing.reviewed_at, filing.review_note = principal.user_id, now(), note
    return _after_transition(session, filing, name, principal)


def _approve(session: Session, filing: Filing, name: str, day: date, settings: Settings) -> None:
    """Set number and validity when a filing or its renewal is approved; other transitions leave them as they are."""
    if name == "approve":
        (filing.filing_number,) = take_numbers(session, "BA", prefix="BA")
        filing.valid_from = day
        filing.valid_to = _last_day(day, settings)
    elif name == "approve_renewal":
        assert filing.valid_to is not None  # the table's constraint
        filing.valid_to = _last_day(max(filing.valid_to + timedelta(days=1), day), settings)
