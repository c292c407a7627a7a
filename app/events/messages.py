"""What is to be told to somebody outside: the event `message.due`, which anybody may emit by `enqueue_message`.

The event carries ids only. What the message says is read when it is sent, from the rows as they are then and as the
recipient may see them.
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
    """What a message is about, and which ids it names.

    push: `push_id`. digest: `push_ids`, or none for all that wait in the inbox. owner_digest: `demand_ids` and
    `achievement_ids` of the organisation. task_reminder: `engagement_id`, `task_id`. test: `address_id` of a channel or
    an endpoint, or nothing for all. The last two are the service's own: verify (`address_id`) asks whether a mailbox
    is the user's, endpoint_disabled (`endpoint_id`) tells an organisation that its webhook was given up.
    """

    PUSH = "push"
    DIGEST = "digest"
    OWNER_DIGEST = "owner_digest"
    TASK_REMINDER = "task_reminder"
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
    available_at: datetime | None = None,
) -> Event:
    """Let a message go out to exactly one recipient, on every channel that the recipient has enabled, from
    `available_at` on (now, when left out). Messages to one recipient arrive on each channel in the order of this call.

    Raises:
        ValueError: not exactly one recipient is named.
    """
    recipients = {"manager_id": manager_id, "user_id": user_id, "organisation_id": organisation_id}
    named = {name: id_ for name, id_ in recipients.items() if id_ is not None}
    if len(named) != 1:
        raise ValueError("a message has exactly one recipient")
    ((name, recipient_id),) = named.items()
    due = MessageDue(subject_id=recipient_id, kind=kind, recipient={name: recipient_id}, ids=ids or {})
    return emit(session, due, available_at=available_at)
