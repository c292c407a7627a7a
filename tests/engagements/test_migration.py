"""What was accepted before there were engagements becomes one when the database is brought to the newest schema."""

from importlib import util
from typing import Any

from sqlalchemy import select

from app import database_schema
from app.database import Database, now
from app.engagements.lifecycle.workload import open_engagement_counts
from app.engagements.models import Engagement, Participant, StageMove
from app.libraries.demands.models import Demand
from app.libraries.record.reference_numbers import take_numbers
from app.pushes.inbox import service as inbox
from app.pushes.models import Push, PushState
from tests.support.paths import REPOSITORY
from tests.support.scenario import Scenario


def migration() -> Any:
    path = REPOSITORY / "migrations" / "versions" / "20261126_engagements.py"
    spec = util.spec_from_file_location("engagements_migration", path)
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_accepted_pushes_in_hand_become_engagements(database: Database) -> None:
    database_schema.metadata()
    scenario = Scenario(database)
    manager = scenario.manager(capacity=2)
    for _ in range(3):
        key = scenario.ranked_pair()
        scenario.emit_event("demand.published", key[0])
    scenario.work()
    kept, taken_back, waiting = scenario.pushes()
    with database.unit_of_work() as session:
        for one in (kept, taken_back):
            push = session.get_one(Push, one.id)
            push.state, push.answered_at = PushState.ACCEPTED, now()
    scenario.set_state(Demand, taken_back.demand_id, "withdrawn")
    open_engagements = migration().open_engagements
    for _ in range(2):  # the second time there is nothing left to do
        with database.engine.execution_options(sanku_write=True).begin() as connection:
            open_engagements(connection)
    with database.unit_of_work() as session:
        [row] = session.scalars(select(Engagement))
        assert (row.push_id, row.stage, row.number[-6:]) == (kept.id, "proposed", "000001")
        seats = session.scalars(select(Participant).order_by(Participant.id)).all()
        assert [(seat.role, seat.side, seat.state) for seat in seats] == [
            ("manager", None, "consented"),
            ("entrepreneur", "demand", "invited"),
            ("scientist", "achievement", "invited"),
        ]
        assert session.scalars(select(StageMove.to_stage)).all() == ["proposed"]
        assert open_engagement_counts(session, [manager]) == {manager: 1}
        assert take_numbers(session, "DJ", prefix="DJ")[0].endswith("000002")
        inbox.accept(session, waiting.id, principal=scenario.as_manager(manager))
