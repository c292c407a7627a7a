"""What waits for the bureau, and what happened in the last seven days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.duplicates import duplicates_by_name
from app.database import now
from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import Engagement
from app.engagements.reviews.models import EngagementReview, ReviewState
from app.errors import Forbidden
from app.events.outbox import Event
from app.exchange.duplicates.listing import waiting_pairs
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.notifications.models import Delivery, DeliveryState
from app.pushes.models import Push
from app.talent.certificates.models import CertificateState, TrainingCertificate
from app.talent.filings.models import Filing, FilingState
from app.talent.rounds.models import Decision, Objection, RecognitionEntry

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """One kind of work that waits.

    Attributes:
        code: of the kind, such as `demands` or `objections`.
        since: when the oldest began to wait; None if nothing waits.
    """

    code: str
    number: int
    since: datetime | None


def waiting_work(session: Session, *, principal: Principal) -> list[WaitingWork]:
    """All kinds of work, the longest queue first.

    Raises:
        Forbidden: the principal is no operator.
    """
    _require_operator(principal)
    found = [_counted(session, code, since, *conditions) for code, since, *conditions in _waits()]
    found.append(_duplicates(session))
    found.append(WaitingWork("likely_records", *waiting_pairs(session)))
    return sorted(found, key=lambda one: -one.number)


def week_figures(session: Session, *, principal: Principal) -> dict[str, int]:
    """How many records were published, pushes sent, engagements opened and contracts signed in the last seven days.

    Raises:
        Forbidden: the principal is no operator.
    """
    _require_operator(principal)
    since = now() - WEEK
    figures = {
        f"{kind.value}s": _number(session, library.model.published_at >= since)
        for kind, library in LIBRARIES.items()
    }
    figures["pushes"] = _number(session, Push.pushed_at >= since)
    figures["engagements"] = _number(session, Engagement.opened_at >= since)
    figures["contracts"] = _number(
        session, Contract.signed_on >= since.date(), Contract.state != ContractState.CANCELLED
    )
    return figures


def _waits() -> Iterator[tuple[Any, ...]]:
    for kind in RecordKind:
        model = LIBRARIES[kind].model
        yield f"{kind.value}s", model.updated_at, model.state == RecordState.SUBMITTED
    yield (
        "organisations",
        Organisation.created_at,
        ~Organisation.trusted,
        Organisation.merged_into_id.is_(None),
    )
    yield "filings", Filing.submitted_at, Filing.state.in_((FilingState.SUBMITTED, FilingState.RENEWING))
    yield (
        "certificates",
        TrainingCertificate.created_at,
        TrainingCertificate.state == CertificateState.SUBMITTED,
    )
    yield "engagement_reviews", EngagementReview.opened_at, EngagementReview.state == ReviewState.OPEN
    yield "objections", Objection.raised_at, Objection.state == "open"
    yield (
        "recognitions",
        RecognitionEntry.doubted_at,
        RecognitionEntry.doubt.is_not(None),
        RecognitionEntry.decision != Decision.PENDING,
    )
    yield (
        "contracts",
        Contract.agreed_at,
        Contract.state == ContractState.SIGNED,
        Contract.agreed_at.is_not(None),
    )
    yield "dead_letters", Event.dead_at, Event.dead_at.is_not(None)
    yield "deliveries", Delivery.settled_at, Delivery.state == DeliveryState.DEAD


def _counted(
    session: Session, code: str, since: InstrumentedAttribute[datetime], *conditions: ColumnElement[bool]
) -> WaitingWork:
    number, oldest = session.execute(select(func.count(), func.min(since)).where(*conditions)).one()
    return WaitingWork(code, number, oldest)


def _duplicates(session: Session) -> WaitingWork:
    """Pairs of organisations that have a name in common; each waits since the younger of both was entered."""
    pairs = duplicates_by_name(session)
    younger = {pair.second for pair in pairs}
    oldest = session.scalar(select(func.min(Organisation.created_at)).where(Organisation.id.in_(younger)))
    return WaitingWork("duplicates", len(pairs), oldest)


def _number(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _require_operator(principal: Principal) -> None:
    if not principal.sees_everything:
        raise Forbidden(
            "This overview is available only to operators.", "此概览仅管理部门可见。", code="bureau_only"
        )
