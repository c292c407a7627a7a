"""Engagements whose consent waits for the bureau, and what their people see of it."""

from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Role
from app.notifications.notices.models import Notice
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.http import create, ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

_NUMBERS = count()


def _name() -> str:
    """A name that is like no other, and no word of a record."""
    number = next(_NUMBERS)
    return f"济南{chr(0x7401 + number)}{chr(0x7501 + number)}阀门制造有限公司"


def reviews(scenario: Scenario, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(
        scenario.operator.get("/v1/engagement-reviews", params={"state": state})
    )["items"]
    return found


def decided(scenario: Scenario, review: dict[str, Any], verdict: str, **expected: Any) -> Any:
    body = {"verdict": verdict, "reason": "两单位信用代码不同，无股权关系"}
    answer = scenario.operator.post(f"/v1/engagement-reviews/{review['id']}/decision", json=body)
    if expected:
        return refused(answer, 409, expected["code"])
    return ok(answer)


def notified(scenario: Scenario, *types: str) -> list[str]:
    """The types of notices of reviews so far, in their order."""
    with scenario.database.reading() as session:
        query = select(Notice.type).where(Notice.type.in_(types)).order_by(Notice.id)
        return list(session.scalars(query))


def hidden_demand(
    scenario: Scenario, name: str | None = None, *, owner: Caller | None = None, **manager: Any
) -> tuple[EngagementCase, Caller, Caller, str]:
    """An engagement about a hidden demand, its owner, and a manager with ties who leads it."""
    owner = owner or scenario.log_in(
        Role.ENTERPRISE, organisation_id=scenario.organisation(name=name or _name())
    )
    demand_id = UUID(create(owner, "demands", demand_payload(publish_mode="confidential"))["id"])
    achievement_id = scenario.achievement(owner=scenario.institution.organisation_id)
    spy = scenario.log_in(Role.MANAGER)
    spy_id = create(spy, "managers", manager_payload(capacity=20))["id"]
    declare(spy, spy_id, **manager)
    pushed = ok(spy.post(f"/v1/pushes/{scenario.push(UUID(spy_id), demand_id, achievement_id)}/accept"))
    return EngagementCase(scenario, pushed["engagement_id"], (demand_id, achievement_id)), owner, spy, spy_id


def declare(manager: Caller, manager_id: str, **ties: Any) -> None:
    path = f"/v1/managers/{manager_id}"
    tag = {"If-Match": manager.get(path).headers["ETag"]}
    ok(manager.patch(path, json={"declared_conflicts": [ties] if ties else []}, headers=tag))


def state_of(case: EngagementCase, side: str, caller: Caller) -> str:
    (found,) = [one["state"] for one in case.seen(caller)["participants"] if one.get("side") == side]
    return str(found)


def shown(case: EngagementCase, spy: Caller) -> list[Any]:
    """What a manager can see move: consents, counts, and their own notices."""
    read = case.seen(spy)
    people = sorted((one["role"], one["state"]) for one in read["participants"])
    notices = [one["type"] for one in ok(spy.get("/v1/notices"))["items"]]
    return [
        people,
        read["version"],
        read["stage"],
        sorted(set(notices)),
        len(ok(spy.get("/v1/pushes"))["items"]),
    ]


def change(caller: Caller, path: str, **values: Any) -> None:
    """Change what the path names, as it is now."""
    ok(caller.patch(path, json=values, headers={"If-Match": caller.get(path).headers["ETag"]}))
