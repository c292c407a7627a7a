"""SIGKILL anywhere between publishing and pushing: after a restart every push is there, and none twice."""

import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.accounts.models import Role
from app.bootstrap.services import close
from app.bootstrap.workers import build_worker
from app.database import Database, now
from app.events.outbox import Event
from app.pushes.models import Push
from tests.faults import launcher
from tests.faults.processes import exit_of
from tests.support.builders.accounts import bearer, make_user
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload

pytestmark = pytest.mark.slow

POINTS = [
    ("published", ""),
    *((point, "demand.published") for point in ("claimed", "planned", "applied", "committed")),
    *((point, "pairs.ranked") for point in ("claimed", "planned", "applied", "committed")),
]


class Service:
    """The service as it runs in this process, before the crash and after the restart."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home
        self.settings = launcher.settings_for(url, home)
        self.app = launcher.service(self.settings)
        self.database: Database = self.app.state.services[Database]
        self.http = TestClient(self.app)

    def user(self, role: Role) -> dict[str, str]:
        with self.database.unit_of_work() as session:
            return bearer(session, self.settings, make_user(session, role=role))

    def post(self, path: str, headers: dict[str, str], payload: dict[str, Any]) -> UUID:
        response = self.http.post(path, json=payload, headers=headers)
        assert response.status_code == 201, response.text
        return UUID(response.json()["id"])

    def work(self) -> None:
        build_worker(self.app.state.services).run_until_idle()

    def let_leases_run_out(self) -> None:
        """As if the dead process's lease time had passed."""
        with self.database.unit_of_work() as session:
            for event in session.scalars(select(Event).where(Event.leased_until.is_not(None))):
                event.leased_until = now() - timedelta(seconds=1)


OTHER_COATING = {
    "title": "化工储罐用耐盐雾水性防腐涂料",
    "summary": "水性涂料挥发物不超标,半年不起泡脱落,耐盐雾的水性防腐体系已用于化工储罐。",
}


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Any:
    """Two achievements and three managers, published and handled; nothing to push yet."""
    service = Service(database_url, tmp_path / "home")
    university = service.user(Role.INSTITUTION)
    achievements = [
        service.post("/v1/achievements", university, achievement_payload(**texts))
        for texts in ({"title": "水性环氧防腐涂层制备技术"}, OTHER_COATING)
    ]
    brokers = [service.user(Role.MANAGER) for _ in range(3)]
    managers = [
        service.post("/v1/managers", broker, manager_payload(title=name))
        for broker, name in zip(brokers, ("林若溪", "周远", "许砚"), strict=True)
    ]
    service.work()
    yield service, achievements, dict(zip(managers, brokers, strict=True))
    close(service.app.state.services)


@pytest.mark.parametrize(("point", "event_name"), POINTS)
def test_no_push_is_lost_or_doubled(town: Any, point: str, event_name: str) -> None:
    service, achievements, managers = town
    company = service.user(Role.ENTERPRISE)
    demand = demand_payload()
    ended = exit_of(launcher.run, service.url, service.home, demand, company, point, event_name)
    assert ended == -signal.SIGKILL

    service.let_leases_run_out()
    service.work()
    with service.database.reading() as session:
        keys = session.execute(select(Push.manager_id, Push.achievement_id)).all()
        # A message for a manager's calm hours waits for them.
        unfinished = session.scalars(
            select(Event.name).where(Event.done_at.is_(None), Event.available_at <= now())
        ).all()
    pushed = Counter((key.manager_id, key.achievement_id) for key in keys)
    assert pushed == Counter((manager, achievement) for manager in managers for achievement in achievements)
    assert unfinished == []
    for headers in managers.values():
        items = service.http.get("/v1/inbox", headers=headers).json()["items"]
        assert sorted(item["achievement"]["id"] for item in items) == sorted(map(str, achievements))


def test_a_second_crash_over_the_same_event_changes_nothing(town: Any) -> None:
    service, achievements, managers = town
    for point in ("applied", "planned"):
        company, demand = service.user(Role.ENTERPRISE), demand_payload()
        ended = exit_of(launcher.run, service.url, service.home, demand, company, point, "pairs.ranked")
        assert ended == -signal.SIGKILL
        service.let_leases_run_out()
    service.work()
    with service.database.reading() as session:
        keys = session.execute(select(Push.manager_id, Push.demand_id, Push.achievement_id)).all()
        demands = {key.demand_id for key in keys}
    assert len(demands) == 2
    assert len(keys) == len(set(keys)) == 2 * len(managers) * len(achievements)
