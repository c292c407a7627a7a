"""A manager at their pages: a browser that is logged in, with a record in the talent library and pushes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.database import Database
from app.libraries.managers.models import Manager
from app.settings import Settings
from tests.support.scenario import Scenario
from tests.web.readers import Reader, ReaderOf

REASONS: dict[str, Any] = {
    "pair": {
        "one_line_zh": "内容高度相符，1 处语句对应",
        "one_line_en": "a strong match in content",
        "sentences": [{"demand": "管道腐蚀快", "achievement": "一种涂层", "similarity": 0.8}],
        "figures": [],
        "groups": [],
        "features": [],
        "terms": [{"code": "trl", "state": "holds", "zh": "成熟度满足", "en": "mature enough"}],
    },
    "manager": {"zh": ["经手过相近项目：涂层转让"], "en": ["brokered similar work"]},
}


@dataclass(frozen=True)
class ManagerDesk:
    """A manager's browser, their record, and the scenario around them."""

    reader: Reader
    manager_id: UUID
    scenario: Scenario

    def push(self, title: str = "解决管道腐蚀", **values: Any) -> UUID:
        """A push of a new pair to this manager."""
        demand_id = self.scenario.demand(title=title)
        return self.scenario.push(
            self.manager_id, demand_id, self.scenario.achievement(), **{"reasons": REASONS} | values
        )

    def state_of(self, push_id: UUID) -> str:
        (state,) = self.scenario.states(id=push_id)
        return state


def manager_desk(app: Any, settings: Settings, reader: ReaderOf, **manager: Any) -> ManagerDesk:
    """A new manager with a record of their own."""
    who = reader(Role.MANAGER)
    scenario = Scenario(app.state.services[Database], settings)
    manager_id = scenario.manager(owner=who.organisation_id, **manager)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = who.user_id
    return ManagerDesk(who, manager_id, scenario)
