"""People around one pair: the owners of the demand and the achievement, and the leading manager."""

from functools import cached_property
from typing import Any
from uuid import UUID

from tests.support.callers import Caller
from tests.support.days import day
from tests.support.http import ok, sign
from tests.support.scenario.people import People
from tests.support.scenario.pushes import Pushes


class Engagements(People, Pushes):
    """Engagements over HTTP, from the accepted push on."""

    @cached_property
    def _lead(self) -> tuple[Caller, UUID]:
        return self.manager_with_login(capacity=3)

    @property
    def lead(self) -> Caller:
        return self._lead[0]

    @property
    def lead_id(self) -> UUID:
        return self._lead[1]

    def contactable_pair(self, **demand: Any) -> tuple[UUID, UUID]:
        contacts = {"contact_name": "王珊", "contact_phone": "13905310000"}
        demand_id = self.demand(owner=self.enterprise.organisation_id, **(contacts | demand))
        achievement_id = self.achievement(
            owner=self.institution.organisation_id,
            contact_name="周若川",
            contact_phone="13800000001",
            fields=["401"],
        )
        return demand_id, achievement_id

    def push_to_lead(self, key: tuple[UUID, UUID]) -> UUID:
        return self.push(self.lead_id, *key)

    def open_engagement(self, **demand: Any) -> "EngagementCase":
        """The lead accepts a push: a new engagement, to which nobody else has consented."""
        key = self.contactable_pair(**demand)
        pushed = ok(self.lead.post(f"/v1/pushes/{self.push_to_lead(key)}/accept"))
        return EngagementCase(self, pushed["engagement_id"], key)

    def agreed_engagement(self, **demand: Any) -> "EngagementCase":
        """One to which both sides have consented."""
        case = self.open_engagement(**demand)
        case.consent(self.enterprise)
        case.consent(self.institution)
        return case


class EngagementCase:
    """One engagement, and what its people do with it."""

    def __init__(self, scenario: "Engagements", engagement_id: str, key: tuple[UUID, UUID]) -> None:
        self.scenario = scenario
        self.id = engagement_id
        self.path = f"/v1/engagements/{engagement_id}"
        self.demand_id, self.achievement_id = key

    def seen(self, caller: Caller | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = ok((caller or self.scenario.lead).get(self.path))
        return answer

    def participation_of(self, caller: Caller) -> str:
        """The id of the caller's participation."""
        (found,) = [one["id"] for one in self.seen(caller)["participants"] if one.get("mine")]
        return str(found)

    def answer(self, caller: Caller, verb: str) -> Any:
        return caller.post(f"{self.path}/participants/{self.participation_of(caller)}/{verb}")

    def consent(self, caller: Caller) -> None:
        ok(self.answer(caller, "consent"))

    def move(self, to: str, caller: Caller | None = None, **more: Any) -> Any:
        body = {"to": to, "note": f"进入 {to}"} | more
        return (caller or self.scenario.lead).post(f"{self.path}/moves", json=body)

    def reach(self, stage: str) -> "EngagementCase":
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
        ok(self.invite(self.scenario.lead, "manager", manager_id=str(manager_id)))
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
        return (caller or self.scenario.lead).post("/v1/contracts", json=body)

    def signed(self, **values: Any) -> dict[str, Any]:
        """A contract of this engagement, drafted by the lead and signed by both parties."""
        return self.sign_both(ok(self.contract(**values), 201))

    def sign_both(self, contract: dict[str, Any]) -> dict[str, Any]:
        """The contract after the signatures of both parties."""
        ok(sign(self.scenario.enterprise, contract["id"], day()))
        signed: dict[str, Any] = ok(sign(self.scenario.institution, contract["id"], day()))
        return signed

    def records(self, caller: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
        """The demand and the achievement as their own pages show them to the caller."""
        return (
            ok(caller.get(f"/v1/demands/{self.demand_id}")),
            ok(caller.get(f"/v1/achievements/{self.achievement_id}")),
        )
