"""The walkthrough of the API guide, driven by the client over a real connection."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.database import Database
from sanku.client import Client, Conflict, Forbidden, Invalid, NotFound, Outdated, Upload, models
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.days import day
from tests.support.scenario import Scenario

ACHIEVEMENT = cast(models.AchievementCreate, achievement_payload())
DEMAND = cast(models.DemandCreate, demand_payload())
MANAGER = cast(models.ManagerCreate, manager_payload())
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_from_a_demand_to_a_signed_contract(app: Any, address: str, log_in: Callable[..., Caller]) -> None:
    def client_of(caller: Caller) -> Client:
        return Client(address, token=caller.http.headers["Authorization"].removeprefix("Bearer "))

    people = [log_in(role) for role in (Role.ENTERPRISE, Role.INSTITUTION, Role.MANAGER)]
    with client_of(people[0]) as company, client_of(people[1]) as university, client_of(people[2]) as broker:
        achievement = university.achievements.create(ACHIEVEMENT).body
        manager = broker.managers.create(MANAGER).body

        # 0–1: the text is checked, a demand is posted, once, however often it is sent
        checked = company.demands.check(cast(models.DemandCheck, DEMAND)).body
        assert checked["clarity"]["score"] > 0
        with pytest.raises(Invalid) as wrong:
            company.demands.create({**DEMAND, "fields": ["no such field"], "region": "?"})
        assert {fault.field for fault in wrong.value.faults} >= {"fields", "region"}
        posted = company.demands.create(DEMAND, idempotency_key="story-demand-1")
        again = company.demands.create(DEMAND, idempotency_key="story-demand-1")
        assert (again.replayed, again.body) == (True, posted.body)
        demand = posted.body
        changed = company.demands.change(
            demand["id"], {"expected_goal": "盐雾不少于1200小时"}, if_match=posted
        )
        with pytest.raises(Outdated) as outdated:
            company.demands.change(demand["id"], {"region": "370102"}, if_match=posted)
        assert outdated.value.etag == changed.etag
        assert [one["id"] for one in company.demands.list_all(mine=True, limit=1)] == [demand["id"]]

        # 2–3: its matches, and managers for the best of them
        matches = company.matching.demand_matches(demand["id"], limit=5).body
        assert [item["record"]["id"] for item in matches["items"]] == [achievement["id"]]
        recommended = company.matching.recommendations(
            demand_id=demand["id"], achievement_id=achievement["id"]
        ).body
        assert recommended["items"][0]["manager"]["id"] == manager["id"]

        # 4–5: the inbox, and its answers
        of_pair = (UUID(manager["id"]), UUID(demand["id"]), UUID(achievement["id"]))
        Scenario(app.state.services[Database]).push(*of_pair)
        (push,) = broker.pushes.list_inbox_all()
        broker.pushes.mark_read(push["id"])
        later = broker.pushes.later(
            push["id"], {"until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
        )
        assert later.body["snoozed_until"]
        engagement_id = str(broker.pushes.accept(push["id"]).body["engagement_id"])
        with pytest.raises(Conflict) as answered:
            broker.pushes.decline(push["id"], {"reason": "price"})
        assert answered.value.code == "push_state"

        # 6–7: consent, the work, a contract that both sides sign
        for party in (company, university):
            seen = party.engagements.get(engagement_id).body
            mine = next(one["id"] for one in seen["participants"] if one["mine"])
            party.engagements.consent(engagement_id, mine)
        broker.engagements.move(engagement_id, {"to": "contacted", "note": "已与双方电话联系"})
        file = broker.engagements.add_file(engagement_id, Upload("测试报告.pdf", PDF, "application/pdf")).body
        kept = company.engagements.download_file(engagement_id, file["id"])
        assert (kept.content, kept.name) == (PDF, "测试报告.pdf")
        draft = broker.contracts.create(
            {
                "engagement_id": engagement_id,
                "kind": "development",
                "title": "防腐涂料开发",
                "deal_amount_wan": "120.00",
                "technology_amount_wan": "100.00",
                "starts_on": day(),
                "ends_on": day(300),
            }
        )
        contract_id = draft.body["id"]
        broker.contracts.confirm_share(contract_id)
        for party in (company, university):
            signed = party.contracts.sign(
                contract_id, {"signed_on": day()}, if_match=party.contracts.get(contract_id)
            )
        assert signed.body["state"] == "signed"

        # 8–10: preferences, feedback, channels; and what is not theirs
        preferences = broker.pushes.get_preferences()
        broker.pushes.put_preferences({"frequency": "weekly"}, if_match=preferences)
        with pytest.raises(NotFound) as unmatched:  # its words alone make no match
            company.feedback.answer_for_demand(
                demand["id"], achievement["id"], {"interested": False, "reason": "price"}
            )
        assert unmatched.value.code == "no_match"
        assert university.feedback.achievement_feedback(achievement["id"]).body["reasons"] == []
        channel = broker.channels.add({"kind": "mail"})
        assert [one["id"] for one in broker.channels.list_all()] == [channel.body["id"]]
        assert broker.notices.count().body["unread"] >= 0
        with pytest.raises(Forbidden):
            broker.audit.list()
        with pytest.raises(NotFound):
            company.channels.get(channel.body["id"])
