"""Events of notifications: a message to send, and one delivery of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MessageDue(DomainEvent):
    """A message to the subject. `recipient` has one entry, the recipient's kind with its id; for `kind` and `ids` see
    `app.events.messages.MessageKind`."""

    name: ClassVar = "message.due"

    subject_id: UUID
    kind: str
    recipient: Mapping[str, UUID]
    ids: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeliveryDue(DomainEvent):
    """A delivery (the subject) is due; `recipient` is ``{"id": …}``, by which workers order their locks."""

    name: ClassVar = "delivery.due"

    subject_id: UUID
    recipient: Mapping[str, UUID]
