"""The picture of the network: drawn where it is shown, and its large script asked for nowhere else."""

from collections.abc import Callable
from typing import Any

from app.accounts.models import Role
from app.database import Database
from app.engagements.models import Engagement
from app.pushes.recommender import Recommender
from tests.support.scenario import Scenario


def test_the_script_of_charts_is_asked_for_where_the_picture_is_shown(
    app: Any, visitor: Callable[..., Any]
) -> None:
    scenario = Scenario(app.state.services[Database])
    app.state.services[Recommender] = scenario.matcher
    opened = Engagement(
        number="JN-E-2026-000001",
        demand_id=scenario.demand(fields=["0101"], region="370102"),
        achievement_id=scenario.achievement(),
        manager_id=scenario.manager(title="周济民"),
    )
    with scenario.database.unit_of_work() as session:
        session.add(opened)
    someone = visitor(Role.OPERATOR, width=360)
    asked: list[str] = []
    someone.page.on(
        "request", lambda request: asked.append(request.url) if "echarts" in request.url else None
    )
    someone.open("/bureau/network")
    someone.check()
    assert asked == []
    someone.page.set_viewport_size({"width": 1440, "height": 900})
    someone.page.wait_for_selector(".network svg")
    assert len(asked) == 1
    someone.check()
