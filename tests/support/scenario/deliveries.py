"""Messages that are due, and what became of their deliveries."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import now
from app.events import messages
from app.events.messages import MessageKind
from app.events.outbox import Event
from app.notifications.models import Delivery, DeliveryAttempt
from tests.support.scenario.pushes import Pushes


class Deliveries(Pushes):
    """Messages about pushes, and their deliveries."""

    def enqueue_message(self, kind: MessageKind, **values: Any) -> UUID:
        with self.database.unit_of_work() as session:
            return messages.enqueue_message(session, kind=kind, **values).id

    def push_with_message(self, manager_id: UUID, *, score: float = 0.8, **demand: Any) -> UUID:
        """A push, and the message about it that is due."""
        push_id = self.push(manager_id, self.demand(**demand), score=score)
        return self.enqueue_message(MessageKind.PUSH, manager_id=manager_id, ids={"push_id": push_id})

    def deliveries(self, **where: Any) -> list[Delivery]:
        with self.database.reading() as session:
            query = select(Delivery).filter_by(**where).order_by(Delivery.message_id, Delivery.channel)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def delivery_attempts(self, delivery_id: UUID) -> list[DeliveryAttempt]:
        with self.database.reading() as session:
            query = select(DeliveryAttempt).filter_by(delivery_id=delivery_id).order_by(DeliveryAttempt.id)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def pass_time(self, by: timedelta) -> None:
        """Whatever waits for a time within `by` is due."""
        with self.database.unit_of_work() as session:
            for event in session.scalars(select(Event).where(Event.done_at.is_(None))):
                event.available_at = min(event.available_at, max(now(), event.available_at - by))
