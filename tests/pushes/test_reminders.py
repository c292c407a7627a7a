"""A task's day becomes a message to one recipient, at a time that suits him; it names ids and no party."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.events import emit
from app.pushes.calendar import local
from tests.pushes.world import World


def remind(world: World, name: str, **recipient: UUID) -> dict[str, Any]:
    """What the event says for a participant, who has one to three of these ids."""
    ids = {"task_id": uuid4(), "engagement_id": uuid4()}
    nobody = {"user_id": None, "organisation_id": None, "manager_id": None}
    payload = {"title": "寄送样品"} | nobody | {key: str(id_) for key, id_ in (ids | recipient).items()}
    with world.database.unit_of_work() as session:
        emit(session, name, subject_id=ids["task_id"], payload=payload)
    world.work()
    return {key: str(id_) for key, id_ in ids.items()}


@pytest.mark.parametrize("name", ["task.due", "task.overdue"])
@pytest.mark.parametrize(
    ("named", "told"),
    [
        (("manager_id",), "manager_id"),
        (("organisation_id",), "organisation_id"),
        (("user_id", "organisation_id"), "user_id"),
    ],
)
def test_a_reminder_goes_to_the_nearest_recipient(
    world: World, name: str, named: tuple[str, ...], told: str
) -> None:
    recipient = {key: uuid4() for key in named}
    ids = remind(world, name, **recipient)
    [message] = world.events("message.due")
    assert message.payload == {
        "kind": "task_reminder",
        "recipient": {told: str(recipient[told])},
        "ids": ids,
    }


def test_a_reminder_waits_for_the_end_of_the_quiet_hours(world: World) -> None:
    manager = world.manager()
    awake = local(datetime.now(UTC)) + timedelta(hours=2)
    start, end = (awake + timedelta(minutes=1)).strftime("%H:%M"), awake.strftime("%H:%M")
    world.prefer(manager, quiet_from=start, quiet_until=end)
    remind(world, "task.due", manager_id=manager)
    [message] = world.events("message.due")
    assert message.available_at == awake.replace(second=0, microsecond=0).astimezone(UTC)
