"""The order of a recipient's deliveries, whatever order the worker meets their events in; and what faults leave."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.bootstrap import build_worker
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


def test_a_message_that_was_addressed_late_still_goes_first(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    """As when its worker died with it in hand, and another worked on the next one meanwhile."""
    endpoint(as_manager.organisation_id)
    first, second, third = (scenario.push_with_message(manager) for _ in range(3))
    with scenario.database.unit_of_work() as session:
        held = session.get_one(Event, first)
        held.attempts, held.leased_until = 1, now() + timedelta(minutes=1)
    drain()
    assert arrived(receiver) == []
    assert [row.state for row in scenario.deliveries()] == ["waiting", "waiting"]
    with scenario.database.unit_of_work() as session:
        session.get_one(Event, first).leased_until = now() - timedelta(seconds=1)
    drain()
    assert arrived(receiver) == [str(first), str(second), str(third)]


def test_a_message_for_later_holds_up_nothing(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    later, at_once = scenario.push_with_message(manager), scenario.push_with_message(manager)
    with scenario.database.unit_of_work() as session:
        session.get_one(Event, later).available_at = now() + timedelta(hours=8)
    drain()
    assert arrived(receiver) == [str(at_once)]


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


def test_after_a_dead_one_the_next_goes(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    first = scenario.push_with_message(manager)
    second = scenario.push_with_message(manager)
    receiver.answer = lambda call: Answer(500 if str(first) in call.headers["webhook-id"] else 200)
    for _ in range(11):
        drain()
        scenario.pass_time(timedelta(hours=27))
    drain()
    assert [row.state for row in scenario.deliveries()] == ["dead", "delivered"]
    assert arrived(receiver) == [str(first)] * 10 + [str(second)]


def test_a_message_done_twice_is_there_once(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    message_id = scenario.push_with_message(manager)
    drain()
    with scenario.database.unit_of_work() as session:
        session.get_one(Event, message_id).done_at = None
    drain()
    assert (len(scenario.deliveries()), arrived(receiver)) == (1, [str(message_id)])


def test_a_try_whose_worker_died_is_in_the_log(
    app: Any,
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    scenario.push_with_message(manager)
    build_worker(app.state.services).run_until_idle(limit=1)  # it is addressed, and not sent yet
    with scenario.database.unit_of_work() as session:
        session.execute(
            update(Event)
            .where(Event.name == "delivery.due")
            .values(attempts=1, leased_until=now() - timedelta(seconds=1))
        )
    drain()
    [row] = scenario.deliveries()
    log = scenario.delivery_attempts(row.id)
    assert [(entry.number, entry.result) for entry in log] == [(1, "lost"), (2, "delivered")]


def test_what_a_fault_left_standing_is_set_going_again(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    """The event of the first delivery is dead: a fault of the service itself. Nothing else resumes its ordering key."""
    endpoint(as_manager.organisation_id)
    scenario.push_with_message(manager)
    second = scenario.push_with_message(manager)
    with scenario.database.unit_of_work() as session:
        for event in session.scalars(select(Event).where(Event.name == MessageDue.name)):
            event.available_at = now() + timedelta(hours=1)
    receiver.answer = lambda _: Answer(500)
    scenario.pass_time(timedelta(hours=2))
    drain()
    with scenario.database.unit_of_work() as session:
        session.execute(
            update(Event).where(Event.name == "delivery.due", Event.done_at.is_(None)).values(dead_at=now())
        )
    receiver.answer = lambda _: Answer(200)
    receiver.calls.clear()
    assert drain() == 0
    with scenario.database.unit_of_work() as session:
        assert requeue_lost(session) == 1
    drain()
    assert arrived(receiver) == [str(second)]
    assert [(row.state, row.last_error) for row in scenario.deliveries()] == [
        ("dead", "event_dead"),
        ("delivered", None),
    ]
    with scenario.database.unit_of_work() as session:
        assert requeue_lost(session) == 0


def test_the_log_ends_after_its_time_but_not_what_is_under_way(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    endpoint: Endpoint,
    receiver: Receiver,
    drain: Drain,
) -> None:
    endpoint(as_manager.organisation_id)
    receiver.answer = lambda _: Answer(200 if len(receiver.calls) == 1 else 500)
    _, under_way = scenario.push_with_message(manager), scenario.push_with_message(manager)
    drain()
    with scenario.database.unit_of_work() as session:
        session.execute(update(Message).values(created_at=now() - timedelta(days=91)))
        delete_old_deliveries(session, older_than=timedelta(days=90))
    with scenario.database.reading() as session:
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
