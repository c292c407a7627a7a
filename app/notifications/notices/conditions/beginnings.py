"""Whether a reader was notified of the beginning of what a notice ends; those who were not hear of no end."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import OrganisationDecision
from app.engagements.contract_models import (
    AmendedShare,
    ContractAmendment,
    ContractSignature,
    ContractVersion,
)
from app.engagements.models import Participant, ParticipantState
from app.events.catalogue import MessageDue
from app.events.messages import MessageKind
from app.events.outbox import Event
from app.notifications.models import ChannelAddress, Delivery, DeliveryState, Message
from app.notifications.notices.models import Notice, NoticeReading

Heard = Callable[[Session, Notice, Principal], bool]
Recipients = Callable[[Session, Notice], Collection[UUID]]


def after(
    *types: str, key: str = "subject_id", knows: Heard | None = None, announced_to: Recipients | None = None
) -> Heard:
    """The reader has heard of an earlier notice of one of these types about the same thing.

    It was sent to them or is on its way, they have read it in the inbox, they did themselves what it tells or `knows`
    says that they know it, or nobody has notified them of a beginning at all.

    Args:
        key: names in the notices' data what both are about.
        announced_to: to whom the beginning was announced, where it was another recipient; the same one otherwise.
    """

    def heard(session: Session, notice: Notice, reader: Principal) -> bool:
        about = notice.data.get(key)
        recipients = [notice.recipient_id] if announced_to is None else announced_to(session, notice)
        query = select(Notice).where(
            Notice.recipient_id.in_(recipients), Notice.type.in_(types), Notice.id < notice.id
        )
        earlier = [one for one in session.scalars(query) if about is not None and one.data.get(key) == about]
        if not earlier or (knows is not None and knows(session, notice, reader)):
            return True
        if reader.user_id is not None and _did_or_read(session, earlier, reader.user_id):
            return True
        states = _deliveries(session, earlier, reader)
        if states:
            return states != {DeliveryState.DROPPED}
        # Another recipient's message reached those who belonged to it when it was sent.
        return not _is_held(session, earlier) and (announced_to is None or not _is_sent(session, earlier))

    return heard


def _did_or_read(session: Session, earlier: Collection[Notice], user_id: UUID) -> bool:
    if any(one.actor_id == user_id for one in earlier):
        return True
    readings = select(NoticeReading.notice_id).where(
        NoticeReading.user_id == user_id, NoticeReading.notice_id.in_([one.id for one in earlier])
    )
    return session.scalar(readings.limit(1)) is not None


def _deliveries(session: Session, earlier: Collection[Notice], reader: Principal) -> set[str]:
    """The states in which the messages of these notices to the reader are; none of those that were deleted as old."""
    ids = [{"notice_id": str(one.id)} for one in earlier]
    own = select(ChannelAddress.id).where(ChannelAddress.user_id == reader.user_id)
    query = (
        select(Message.ids, Delivery.state)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(
            Message.kind == MessageKind.NOTICE,
            Message.recipient_id.in_({one.recipient_id for one in earlier}),
            or_(Delivery.address_id.in_(own), Delivery.address_id == reader.api_key_id),
        )
    )
    return {state for message_ids, state in session.execute(query) if message_ids in ids}


def _is_sent(session: Session, earlier: Collection[Notice]) -> bool:
    """Whether one of their messages was sent to anybody, as far as that is remembered."""
    ids = [{"notice_id": str(one.id)} for one in earlier]
    query = select(Message.ids).where(
        Message.kind == MessageKind.NOTICE, Message.recipient_id.in_({one.recipient_id for one in earlier})
    )
    return any(message_ids in ids for message_ids in session.scalars(query))


def _is_held(session: Session, earlier: Collection[Notice]) -> bool:
    """Whether their messages wait for the end of quiet hours."""
    ids = [{"notice_id": str(one.id)} for one in earlier]
    query = select(Event.payload).where(
        Event.subject_id.in_({one.recipient_id for one in earlier}),
        Event.name == MessageDue.name,
        Event.done_at.is_(None),
        Event.dead_at.is_(None),
    )
    return any(payload["ids"] in ids for payload in session.scalars(query))


def takes_part(session: Session, notice: Notice, _: Principal) -> bool:
    """The recipient has consented to the engagement, whether or not the invitation was still to be sent."""
    query = select(Participant.id).where(
        Participant.engagement_id == notice.subject_id,
        Participant.state == ParticipantState.CONSENTED,
        or_(
            Participant.manager_id == notice.recipient_id,
            Participant.user_id == notice.recipient_id,
            Participant.organisation_id == notice.recipient_id,
        ),
    )
    return session.scalar(query.limit(1)) is not None


def has_answered_amendment(session: Session, notice: Notice, reader: Principal) -> bool:
    """The reader has proposed or signed it, or consented to their share of it."""
    id_ = notice.data.get("amendment_id")
    if id_ is None or reader.user_id is None:
        return id_ is None
    people = (
        select(ContractAmendment.proposed_by).where(ContractAmendment.id == UUID(id_)),
        select(ContractSignature.signed_by).where(ContractSignature.amendment_id == UUID(id_)),
        select(AmendedShare.consented_by).where(AmendedShare.amendment_id == UUID(id_)),
    )
    return any(reader.user_id in session.scalars(query).all() for query in people)


def has_worked_on_contract(session: Session, notice: Notice, reader: Principal) -> bool:
    """The reader has drafted, changed, confirmed or signed it."""
    query = select(ContractVersion.id).where(
        ContractVersion.contract_id == notice.subject_id, ContractVersion.changed_by == reader.user_id
    )
    return reader.user_id is not None and session.scalar(query.limit(1)) is not None


def merged_organisations(session: Session, notice: Notice) -> Collection[UUID]:
    """Both organisations of the merge that the notice is about: the people of both were notified as one."""
    id_ = notice.data.get("decision_id")
    decision = None if id_ is None else session.get(OrganisationDecision, UUID(id_))
    return () if decision is None else (decision.first_id, decision.second_id)
