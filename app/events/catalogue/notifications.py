"""Events of notifications: a message to send, and one delivery of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MessageDue(DomainEvent):
    """A message to the subject. `recipient` has one entry, the recipient's kind with its id; for `kind` and `ids` see
    `app.events.messages.MessageKind`. `held_for` is set for a message that waited: the quiet hours that held it."""

    name: ClassVar = "message.due"

    subject_id: UUID
    kind: str
    recipient: Mapping[str, UUID]
    ids: Mapping[str, Any]
    held_for: str | None = None

    def payload(self) -> dict[str, Any]:
        """Without `held_for` for a message that did not wait, as most do not."""
        stored = super().payload()
        return {name: value for name, value in stored.items() if name != "held_for" or value is not None}


@dataclass(frozen=True, kw_only=True)
class DeliveryDue(DomainEvent):
    """A delivery (the subject) is due; `recipient` is ``{"id": …}``, by which workers order their locks."""

    name: ClassVar = "delivery.due"

    subject_id: UUID
    recipient: Mapping[str, UUID]
