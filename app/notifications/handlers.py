"""Event handlers of notifications: routing of messages, and attempts at deliveries.

`MessageDue` creates a message and one delivery for each address; each delivery has an event `DeliveryDue` of its own.
A worker may die at any point: the attempt is then repeated with the same ids, so that receivers recognise duplicates.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.organisations.merges.kept import kept_id
from app.events.catalogue import DeliveryDue, LoginMailboxConfirmed, MessageDue
from app.events.domain_event import ClaimedEvent, DomainEvent, subject_id_of
from app.events.messages import MessageKind
from app.events.outbox import emit
from app.notifications.addresses.service import confirm_login_mailbox
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.delivery.attempt import CompletedAttempt, DeliveryContext, Skip, prepare
from app.notifications.delivery.ordering import lock_recipient, start_next
from app.notifications.delivery.outcome import apply_result, end_delivery, log_attempt, log_lost_attempts
from app.notifications.delivery.release import release
from app.notifications.delivery.routing import addresses_of
from app.notifications.models import Delivery, DeliveryState, Message
from app.notifications.notices.service import make_notices
from app.observability.traces import SpanKind, Tracer
from app.pushes.policy import current_policy
from app.services import Services
from app.settings import Settings

OUTBOUND: Sequence[type[DomainEvent]] = (MessageDue, DeliveryDue)
"""The events whose handlers wait for external servers; a concurrent worker handles them."""


def route_message(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Create the message, and a delivery for each enabled address, if it is still to be sent.

    The message has the id of the event, so a repetition creates nothing.
    """
    due = MessageDue.of(event)
    ((recipient_kind, recipient_id),) = due.recipient.items()
    if recipient_kind == "organisation_id":  # merged while the message waited
        recipient_id = kept_id(session, recipient_id)
        due = replace(due, recipient={recipient_kind: recipient_id})
    kind, ids = MessageKind(due.kind), dict(due.ids)
    lock_recipient(session, recipient_id)
    if session.get(Message, event.id) is None and _is_released(services, session, event, due):
        session.add(
            Message(id=event.id, kind=kind, recipient_kind=recipient_kind, recipient_id=recipient_id, ids=ids)
        )
        session.flush()
        for channel, address_id in addresses_of(
            session, kind, recipient_kind=recipient_kind, recipient_id=recipient_id, ids=ids
        ):
            session.add(
                Delivery(
                    message_id=event.id, recipient_id=recipient_id, channel=channel, address_id=address_id
                )
            )
        session.flush()
    start_next(session, recipient_id)


def _is_released(services: Services, session: Session, event: ClaimedEvent, due: MessageDue) -> bool:
    """Whether the message is sent now; one that has to wait longer is requested again for then."""
    policy = current_policy(session, services)
    decided = release(session, due, requested_at=event.emitted_at, policy=policy)
    if decided.until is not None:
        emit(session, replace(due, held_for=decided.held_for), available_at=decided.until)
    return decided.send


def use_confirmed_mailbox(services: Services, session: Session, event: ClaimedEvent) -> None:
    """A mailbox that was confirmed for the login is confirmed for messages, too."""
    confirmed = LoginMailboxConfirmed.of(event)
    user = session.get(User, confirmed.subject_id)
    if user is not None:
        confirm_login_mailbox(session, LinkSigner(services[Settings]), user, is_new=confirmed.is_new)


def notify_people(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Tell the people who have to act or are affected, as the table of notices says."""
    make_notices(session, event)


def attempt_delivery(
    services: Services, session: Session, event: ClaimedEvent
) -> Skip | CompletedAttempt | None:
    """Send the delivery if it is still due."""
    threshold = current_policy(session, services).threshold
    prepared = prepare(session, subject_id_of(event), services[DeliveryContext], threshold=threshold)
    session.close()  # returns the connection to the pool: a receiver may be slow
    if prepared is None or isinstance(prepared, Skip):
        return prepared
    with services[Tracer].span(
        "send", kind=SpanKind.CLIENT, attributes={"sanku.channel": prepared.channel.kind}
    ):
        return prepared.send()


def record_attempt(
    services: Services, session: Session, event: ClaimedEvent, attempt: Skip | CompletedAttempt | None
) -> None:
    """Log the attempt, finish or retry the delivery, and start the next one to its address."""
    delivery_id = subject_id_of(event)
    recipient_id: UUID | None = session.scalar(
        select(Delivery.recipient_id).where(Delivery.id == delivery_id)
    )
    if recipient_id is None:
        return
    lock_recipient(session, recipient_id)
    delivery = session.get_one(Delivery, delivery_id, populate_existing=True)
    log_lost_attempts(session, delivery, event)
    if isinstance(attempt, CompletedAttempt):
        log_attempt(session, delivery, attempt)
        if delivery.state == DeliveryState.DUE:
            apply_result(session, delivery, attempt.outcome, services[DeliveryContext], services[Settings])
    elif isinstance(attempt, Skip) and delivery.state == DeliveryState.DUE:
        end_delivery(session, delivery, attempt.state, attempt.reason)
    session.flush()
    start_next(session, recipient_id, address_id=delivery.address_id)


def recipient_order(event: ClaimedEvent) -> tuple[str, str]:
    """The order in which a batch of events is applied: by recipient, whose lock each takes, then by age."""
    ((_, recipient),) = event.payload["recipient"].items()
    return str(recipient), str(event.id)
