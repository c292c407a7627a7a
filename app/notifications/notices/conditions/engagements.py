"""Conditions of notices about engagements, their tasks and contracts."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.engagements.contract_models import (
    AmendmentState,
    Contract,
    ContractAmendment,
    ContractShare,
    ContractSignature,
    ContractState,
)
from app.engagements.models import OPEN_STAGES, Engagement, Participant, ParticipantState, Stage
from app.engagements.reviews.models import EngagementReview, ReviewState
from app.engagements.shares.service import shares_of
from app.engagements.tasks.service import open_task
from app.events.catalogue import AccountChanged
from app.events.outbox import Event
from app.libraries.managers.models import Manager
from app.notifications.notices.models import Notice


def is_invited(session: Session, notice: Notice) -> bool:
    """The recipient has not answered, and may still; a consent that waits for the bureau is an answer. An owner's first
    invitation names no participation."""
    one = _participant(session, notice)
    if one is None or one.state != ParticipantState.INVITED or one.asked_at is not None:
        return False
    return _is_open(session, one.engagement_id)


def takes_part(session: Session, notice: Notice) -> bool:
    """The recipient has consented and not left since."""
    one = _participant(session, notice)
    return (
        one is not None and one.state == ParticipantState.CONSENTED and _is_open(session, one.engagement_id)
    )


def _participant(session: Session, notice: Notice) -> Participant | None:
    if (id_ := notice.data.get("participant_id")) is not None:
        return session.get(Participant, UUID(id_))
    query = select(Participant).where(
        Participant.engagement_id == notice.subject_id,
        Participant.organisation_id == notice.recipient_id,
        Participant.side.is_not(None),
    )
    return session.scalars(query).first()


def review_is_open(session: Session, notice: Notice) -> bool:
    """The bureau has not decided, and there is something to decide about."""
    review = session.get(EngagementReview, _subject(notice))
    return review is not None and review.state == ReviewState.OPEN


def leads_as_nobody(session: Session, event: AccountChanged) -> bool:
    """The account is no manager's any more, and open engagements are led by who had it."""
    leads = (
        select(Engagement.id)
        .join(Manager, Manager.id == Engagement.manager_id)
        .where(Manager.user_id == event.subject_id, Engagement.stage.in_(OPEN_STAGES))
    )
    is_manager = event.active and event.role == Role.MANAGER
    return not is_manager and session.scalar(leads.limit(1)) is not None


def is_news_beside_the_contract(session: Session, notice: Notice) -> bool:
    """The recipient has not heard of the same step on the same day as that of the contract."""
    event = session.get(Event, notice.event_id)
    step = None if event is None else _OF_CONTRACT.get(event.payload["to_stage"])
    if step is None:
        return True
    contracts = select(Contract.id).where(Contract.engagement_id == _subject(notice))
    query = select(Notice.id).where(
        Notice.recipient_id == notice.recipient_id,
        Notice.type == step,
        Notice.subject_id.in_(contracts),
        Notice.created_at > notice.created_at - timedelta(days=1),
    )
    return session.scalar(query.limit(1)) is None


_OF_CONTRACT = {Stage.SIGNED.value: "contract.signed", Stage.LANDED.value: "contract.landed"}
"""Stage → the type of the notice about the contract that leads to it."""


def engagement_is_open(session: Session, notice: Notice) -> bool:
    """It has neither landed nor ended."""
    return _is_open(session, _subject(notice))


def _subject(notice: Notice) -> UUID:
    assert notice.subject_id is not None
    return notice.subject_id


def _is_open(session: Session, engagement_id: UUID) -> bool:
    engagement = session.get(Engagement, engagement_id)
    return engagement is not None and Stage.of(engagement.stage).is_open


def awaits_own_share(session: Session, notice: Notice) -> bool:
    """The recipient has not confirmed their share of an open engagement."""
    waiting = {row.manager_id for row in shares_of(session, _subject(notice)) if row.confirmed_at is None}
    return notice.recipient_id in waiting and _is_open(session, _subject(notice))


def task_is_theirs(session: Session, notice: Notice) -> bool:
    """The task is open, still the recipient's, and due on the day that the notice names."""
    task = open_task(session, _subject(notice))
    if task is None or task.assignee_id != notice.recipient_id:
        return False
    return notice.data.get("due_on") in (None, task.due_on.isoformat())


def is_draft(session: Session, notice: Notice) -> bool:
    """Neither signed nor cancelled."""
    return _state(session, notice) == ContractState.DRAFT


def is_not_named(session: Session, notice: Notice) -> bool:
    """The contract names the recipient neither as a party nor with a share."""
    contract = session.get(Contract, _subject(notice))
    if contract is None:
        return False
    named = {contract.buyer_org_id, contract.seller_org_id} | {one.manager_id for one in contract.shares}
    return notice.recipient_id not in named


def awaits_registration(session: Session, notice: Notice) -> bool:
    """Signed, and neither registered nor cancelled."""
    return _state(session, notice) == ContractState.SIGNED


def _state(session: Session, notice: Notice) -> str | None:
    contract = session.get(Contract, _subject(notice))
    return None if contract is None else contract.state


def amendment_is_pending(session: Session, notice: Notice) -> bool:
    """It waits for signatures or consents. A notice of an earlier release does not name it."""
    id_ = notice.data.get("amendment_id")
    amendment = None if id_ is None else session.get(ContractAmendment, UUID(id_))
    return id_ is None or (amendment is not None and amendment.state == AmendmentState.PENDING)


def lacks_signature(session: Session, notice: Notice) -> bool:
    """One party has signed what the notice is about, and the other has not."""
    if notice.data.get("amendment_id") is not None:
        return amendment_is_pending(session, notice)
    given = select(ContractSignature.id).where(
        ContractSignature.contract_id == notice.subject_id,
        ContractSignature.amendment_id.is_(None),
        ContractSignature.void_at.is_(None),
    )
    return is_draft(session, notice) and session.scalar(given.limit(1)) is not None


def awaits_signatures(session: Session, notice: Notice) -> bool:
    """A draft whose shares are all confirmed."""
    unconfirmed = select(ContractShare.id).where(
        ContractShare.contract_id == notice.subject_id, ContractShare.confirmed_at.is_(None)
    )
    return is_draft(session, notice) and session.scalar(unconfirmed.limit(1)) is None
