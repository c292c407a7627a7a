"""The order of a recipient's deliveries, whatever order the worker meets their events in; and what faults leave."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.bootstrap.workers import build_worker
from app.database import Database, now
from app.events.catalogue import DeliveryDue, MessageDue
from app.events.domain_event import ClaimedEvent
from app.events.outbox import Event
from app.notifications.channels.base import Channel
from app.notifications.delivery.attempt import DeliveryContext, build_delivery_context
from app.notifications.delivery.maintenance import delete_old_deliveries, requeue_lost
from app.notifications.handlers import attempt_delivery
from app.notifications.models import ChannelKind, Delivery, Message
from app.settings import Settings
from tests.support.callers import Caller
from tests.support.scenario import Scenario
from tests.support.servers import Answer, Receiver
from tests.support.services import make_services

Endpoint = Callable[..., dict[str, Any]]
Drain = Callable[[], int]


def arrived(receiver: Receiver) -> list[str]:
    return [call.headers["webhook-id"].removeprefix("msg_") for call in receiver.calls]


@dataclass(frozen=True)
class Subscription:
    """A manager whose organisation has an endpoint that leads to the receiver."""

    scenario: Scenario
    manager: UUID
    receiver: Receiver
    drain: Drain

    def push(self) -> UUID:
        """Push a new pair to the manager; the id of the message."""
        message_id: UUID = self.scenario.push_with_message(self.manager)
        return message_id

    def arrived(self) -> list[str]:
        return arrived(self.receiver)


@pytest.fixture
def subscribed(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> Subscription:
    endpoint(as_manager.organisation_id)
    return Subscription(scenario, manager, receiver, drain)


def test_a_message_that_was_addressed_late_still_goes_first(subscribed: Subscription) -> None:
    """As when its worker died with it in hand, and another worked on the next one meanwhile."""
    first, second, third = (subscribed.push() for _ in range(3))
    with subscribed.scenario.database.unit_of_work() as session:
        held = session.get_one(Event, first)
        held.attempts, held.leased_until = 1, now() + timedelta(minutes=1)
    subscribed.drain()
    assert subscribed.arrived() == []
    assert [row.state for row in subscribed.scenario.deliveries()] == ["waiting", "waiting"]
    with subscribed.scenario.database.unit_of_work() as session:
        session.get_one(Event, first).leased_until = now() - timedelta(seconds=1)
    subscribed.drain()
    assert subscribed.arrived() == [str(first), str(second), str(third)]


def test_a_message_for_later_holds_up_nothing(subscribed: Subscription) -> None:
    later, at_once = subscribed.push(), subscribed.push()
    with subscribed.scenario.database.unit_of_work() as session:
        session.get_one(Event, later).available_at = now() + timedelta(hours=8)
    subscribed.drain()
    assert subscribed.arrived() == [str(at_once)]


def test_lanes_do_not_wait_for_each_other(
    scenario: Scenario, manager: UUID, as_manager: Caller, endpoint: Endpoint, receiver: Receiver, drain: Drain,
    with_mail: Callable[[Caller], str], mailbox: Any,
) -> None:  # fmt: skip
    endpoint(as_manager.organisation_id)
    with_mail(as_manager)
    colleague = scenario.manager(owner=as_manager.organisation_id)
    receiver.answer = lambda call: Answer(500 if str(manager) in call.body else 200)
    scenario.push_with_message(manager)
    scenario.push_with_message(manager)
    free = scenario.push_with_message(colleague)
    drain()
    assert len(mailbox.letters) == 2  # the manager's mail does not wait for the webhook
    assert str(free) in arrived(receiver)
    states = {row.recipient_id: row.state for row in scenario.deliveries(channel="webhook")}
    assert states[colleague] == "delivered"


def test_after_a_dead_one_the_next_goes(subscribed: Subscription) -> None:
    first = subscribed.push()
    second = subscribed.push()
    subscribed.receiver.answer = lambda call: Answer(500 if str(first) in call.headers["webhook-id"] else 200)
    for _ in range(11):
        subscribed.drain()
        subscribed.scenario.pass_time(timedelta(hours=27))
    subscribed.drain()
    assert [row.state for row in subscribed.scenario.deliveries()] == ["dead", "delivered"]
    assert subscribed.arrived() == [str(first)] * 10 + [str(second)]


def test_a_message_handled_twice_is_delivered_once(subscribed: Subscription) -> None:
    message_id = subscribed.push()
    subscribed.drain()
    with subscribed.scenario.database.unit_of_work() as session:
        session.get_one(Event, message_id).done_at = None
    subscribed.drain()
    assert (len(subscribed.scenario.deliveries()), subscribed.arrived()) == (1, [str(message_id)])


def test_an_attempt_whose_worker_died_is_in_the_log(app: Any, subscribed: Subscription) -> None:
    subscribed.push()
    build_worker(app.state.services).run_until_idle(limit=1)  # it is addressed, and not sent yet
    with subscribed.scenario.database.unit_of_work() as session:
        session.execute(
            update(Event)
            .where(Event.name == "delivery.due")
            .values(attempts=1, leased_until=now() - timedelta(seconds=1))
        )
    subscribed.drain()
    [row] = subscribed.scenario.deliveries()
    log = subscribed.scenario.delivery_attempts(row.id)
    assert [(entry.number, entry.result) for entry in log] == [(1, "lost"), (2, "delivered")]


def test_deliveries_blocked_by_a_fault_resume(subscribed: Subscription) -> None:
    """The event of the first delivery is dead: a fault of the service itself. Nothing else resumes its ordering key."""
    subscribed.push()
    second = subscribed.push()
    with subscribed.scenario.database.unit_of_work() as session:
        for event in session.scalars(select(Event).where(Event.name == MessageDue.name)):
            event.available_at = now() + timedelta(hours=1)
    subscribed.receiver.answer = lambda _: Answer(500)
    subscribed.scenario.pass_time(timedelta(hours=2))
    subscribed.drain()
    with subscribed.scenario.database.unit_of_work() as session:
        session.execute(
            update(Event).where(Event.name == "delivery.due", Event.done_at.is_(None)).values(dead_at=now())
        )
    subscribed.receiver.answer = lambda _: Answer(200)
    subscribed.receiver.calls.clear()
    assert subscribed.drain() == 0
    with subscribed.scenario.database.unit_of_work() as session:
        assert requeue_lost(session) == 1
    subscribed.drain()
    assert subscribed.arrived() == [str(second)]
    assert [(row.state, row.last_error) for row in subscribed.scenario.deliveries()] == [
        ("dead", "event_dead"),
        ("delivered", None),
    ]
    with subscribed.scenario.database.unit_of_work() as session:
        assert requeue_lost(session) == 0


def test_the_log_ends_after_its_time_but_not_what_is_under_way(subscribed: Subscription) -> None:
    subscribed.receiver.answer = lambda _: Answer(200 if len(subscribed.receiver.calls) == 1 else 500)
    _, under_way = subscribed.push(), subscribed.push()
    subscribed.drain()
    with subscribed.scenario.database.unit_of_work() as session:
        session.execute(update(Message).values(created_at=now() - timedelta(days=91)))
        delete_old_deliveries(session, older_than=timedelta(days=90))
    with subscribed.scenario.database.reading() as session:
        assert list(session.scalars(select(Message.id))) == [under_way]
        assert list(session.scalars(select(Delivery.message_id))) == [under_way]


def test_channels_are_opened_once_and_not_for_each_message(
    app: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Settings] = []

    def opening(settings: Settings) -> dict[ChannelKind, Channel]:
        opened.append(settings)
        return {}

    monkeypatch.setattr("app.notifications.delivery.attempt.build_channels", opening)
    services = make_services(app.state.services[Database], settings)
    services[DeliveryContext] = build_delivery_context(settings)
    event = ClaimedEvent(uuid4(), DeliveryDue.name, uuid4(), payload={}, attempts=1, lease=uuid4())
    for _ in range(3):
        with app.state.services[Database].reading() as session:
            attempt_delivery(services, session, event)
    assert len(opened) == 1
