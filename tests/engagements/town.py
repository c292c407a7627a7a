"""People around one pair: who owns the demand and the achievement, managers, investors, the bureau; all over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.clock import local_now
from app.database import Database
from app.libraries.managers.models import Manager
from tests.conftest import Caller
from tests.pushes.world import World
from tests.support.builders.pushes import make_push

LogIn = Callable[..., Caller]


def day(days: int = 0) -> str:
    """A day in Jinan, from today."""
    return (local_now().date() + timedelta(days=days)).isoformat()


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, (answer.status_code, answer.text)
    return answer.json() if answer.content else None


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["message_zh"] and problem["message_en"]
    return problem


def wrong_fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


class Town:
    """Records are put in the tables as they are: no text is embedded, no pair is ranked."""

    def __init__(self, database: Database, log_in: LogIn) -> None:
        self.world = World(database)
        self.database = database
        self.log_in = log_in
        self.bureau = log_in(Role.OPERATOR)
        self.enterprise = log_in(Role.ENTERPRISE)
        self.institution = log_in(Role.INSTITUTION)
        self.lead, self.lead_id = self.manager(capacity=3)

    def manager(self, **values: Any) -> tuple[Caller, UUID]:
        """A logged-in manager and his published record."""
        caller = self.log_in(Role.MANAGER)
        manager_id = self.world.manager(owner=caller.organisation_id, **values)
        with self.database.unit_of_work() as session:
            session.get_one(Manager, manager_id).user_id = caller.user_id
        return caller, manager_id

    def pair(self, **demand: Any) -> tuple[UUID, UUID]:
        contacts = {"contact_name": "王珊", "contact_phone": "13905310000"}
        demand_id = self.world.demand(owner=self.enterprise.organisation_id, **(contacts | demand))
        achievement_id = self.world.achievement(
            owner=self.institution.organisation_id,
            contact_name="周若川",
            contact_phone="13800000001",
            fields=["401"],
        )
        return demand_id, achievement_id

    def push(self, key: tuple[UUID, UUID], manager_id: UUID | None = None) -> UUID:
        with self.database.unit_of_work() as session:
            push = make_push(
                session, manager_id=manager_id or self.lead_id, demand_id=key[0], achievement_id=key[1]
            )
            return push.id

    def open(self, **demand: Any) -> "Meeting":
        """The lead accepts a push: a new engagement, to which nobody else has consented."""
        key = self.pair(**demand)
        pushed = ok(self.lead.post(f"/v1/pushes/{self.push(key)}/accept"))
        return Meeting(self, pushed["engagement_id"], key)

    def agreed(self, **demand: Any) -> "Meeting":
        """One to which both sides have consented."""
        meeting = self.open(**demand)
        meeting.consent(self.enterprise)
        meeting.consent(self.institution)
        return meeting


class Meeting:
    """One engagement, and what its people do with it."""

    def __init__(self, town: Town, engagement_id: str, key: tuple[UUID, UUID]) -> None:
        self.town = town
        self.id = engagement_id
        self.path = f"/v1/engagements/{engagement_id}"
        self.demand_id, self.achievement_id = key

    def seen(self, caller: Caller | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = ok((caller or self.town.lead).get(self.path))
        return answer

    def mine(self, caller: Caller) -> str:
        """The id of the caller's participation."""
        (found,) = [one["id"] for one in self.seen(caller)["participants"] if one.get("mine")]
        return str(found)

    def answer(self, caller: Caller, verb: str) -> Any:
        return caller.post(f"{self.path}/participants/{self.mine(caller)}/{verb}")

    def consent(self, caller: Caller) -> None:
        ok(self.answer(caller, "consent"))

    def move(self, to: str, caller: Caller | None = None, **more: Any) -> Any:
        body = {"to": to, "note": f"进入 {to}"} | more
        return (caller or self.town.lead).post(f"{self.path}/moves", json=body)

    def reach(self, stage: str) -> "Meeting":
        """Move along up to `stage`, which needs no contract."""
        for step in ("contacted", "meeting", "negotiating"):
            ok(self.move(step))
            if step == stage:
                break
        return self

    def invite(self, caller: Caller, role: str, **whom: Any) -> Any:
        return caller.post(f"{self.path}/participants", json={"role": role} | whom)

    def join(self, manager: Caller, manager_id: UUID) -> None:
        """A second manager, invited by the lead, who consents."""
        ok(self.invite(self.town.lead, "manager", manager_id=str(manager_id)))
        self.consent(manager)

    def contract(self, caller: Caller | None = None, **values: Any) -> Any:
        body = {
            "engagement_id": self.id,
            "kind": "development",
            "title": "耐磨涂层开发",
            "deal_amount_wan": "120.00",
            "technology_amount_wan": "100.00",
            "starts_on": day(),
            "ends_on": day(300),
        } | values
        return (caller or self.town.lead).post("/v1/contracts", json=body)

    def signed(self, **values: Any) -> dict[str, Any]:
        """A contract of this engagement, drafted and signed by the lead."""
        contract = ok(self.contract(**values), 201)
        signed: dict[str, Any] = ok(
            self.town.lead.post(f"/v1/contracts/{contract['id']}/sign", json={"signed_on": day()})
        )
        return signed

    def records(self, caller: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
        """The demand and the achievement as their own pages show them to the caller."""
        return (
            ok(caller.get(f"/v1/demands/{self.demand_id}")),
            ok(caller.get(f"/v1/achievements/{self.achievement_id}")),
        )
