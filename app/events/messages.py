"""Messages to recipients: `enqueue_message` emits the event `message.due`.

The event carries ids only. The content is rendered at each attempt, from the present rows and as the recipient may see
them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.events.catalogue import MessageDue
from app.events.outbox import Event, emit

Ids = Mapping[str, UUID | str | Sequence[UUID | str]]


class MessageKind(StrEnum):
    """The subject of a message, and the ids that it carries.

    push: `push_id`. digest: `push_ids`, or none for all actionable pushes. owner_digest: `demand_ids` and
    `achievement_ids` of the organisation. task_reminder: `engagement_id`, `task_id`.
    notice: `notice_id`.
    closing_request: `demand_id` or `achievement_id` of the organisation. test: `address_id` of a channel or
    an endpoint, or none for all. account_link: none, its recipient is the link. The service itself sends the last two:
    verify (`address_id`) asks users to confirm their mailbox, endpoint_disabled (`endpoint_id`) notifies an
    organisation that its webhook was disabled.
    """

    PUSH = "push"
    DIGEST = "digest"
    OWNER_DIGEST = "owner_digest"
    TASK_REMINDER = "task_reminder"
    NOTICE = "notice"
    CLOSING_REQUEST = "closing_request"
    ACCOUNT_LINK = "account_link"
    TEST = "test"
    VERIFY = "verify"
    ENDPOINT_DISABLED = "endpoint_disabled"


def enqueue_message(
    session: Session,
    *,
    kind: MessageKind,
    ids: Ids | None = None,
    manager_id: UUID | None = None,
    user_id: UUID | None = None,
    organisation_id: UUID | None = None,
    account_link_id: UUID | None = None,
    available_at: datetime | None = None,
    held_for: str | None = None,
) -> Event:
    """Enqueue a message to exactly one recipient, on every channel that the recipient has enabled; the link of an
    account goes to its mailbox alone.

    It is sent from `available_at` on, by default now. On each channel, messages to one recipient arrive in the order of
    these calls. With `held_for`, the quiet hours that it waits for, it is decided again when it is released.

    Raises:
        ValueError: not exactly one recipient is given.
    """
    recipients = {
        "manager_id": manager_id,
        "user_id": user_id,
        "organisation_id": organisation_id,
        "account_link_id": account_link_id,
    }
    named = {name: id_ for name, id_ in recipients.items() if id_ is not None}
    if len(named) != 1:
        raise ValueError("a message has exactly one recipient")
    ((name, recipient_id),) = named.items()
    due = MessageDue(
        subject_id=recipient_id, kind=kind, recipient={name: recipient_id}, ids=ids or {}, held_for=held_for
    )
    return emit(session, due, available_at=available_at)
