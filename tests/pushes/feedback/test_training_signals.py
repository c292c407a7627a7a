"""What people do with matches → judgements, by the real services and the real worker's table of handlers."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import Database
from app.matching.feedback.models import Judgement
from tests.support.callers import LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario


def said(scenario: Scenario) -> set[tuple[str, str | None, UUID]]:
    """Signal, reason and actor of all that counts."""
    with scenario.database.reading() as session:
        rows = session.scalars(select(Judgement).where(Judgement.taken_back_at.is_(None)))
        return {(row.signal, row.reason, row.actor_id) for row in rows}


def test_each_thing_that_is_said_is_kept_and_what_is_undone_is_taken_back(
    app: Any, log_in: LogIn, drain: Any
) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    key = scenario.contactable_pair()
    scenario.rank_pair(*key)
    push = f"/v1/pushes/{scenario.push_to_lead(key)}"
    company, lead = scenario.enterprise.organisation_id, scenario.lead_id

    ok(scenario.lead.post(f"{push}/decline", json={"reason": "price"}))
    drain()
    assert said(scenario) == {("declined", "price", lead)}
    ok(scenario.lead.post(f"{push}/undo"))
    drain()
    assert said(scenario) == set()
    engagement = ok(scenario.lead.post(f"{push}/accept"))["engagement_id"]
    answer = f"/v1/demands/{key[0]}/matches/{key[1]}/answer"
    given = scenario.enterprise.put(answer, json={"interested": True})
    ok(given)
    drain()
    opened = {("accepted", None, lead), ("engagement_opened", None, lead)}
    assert said(scenario) == opened | {("owner_interested", None, company)}
    changed = {"interested": False, "reason": "too_early"}
    ok(scenario.enterprise.put(answer, json=changed, headers={"If-Match": given.headers["ETag"]}))
    body = {"demand_id": str(key[0]), "achievement_id": str(key[1]), "category": "wrong_topic"}
    report = ok(scenario.institution.post("/v1/match-reports", json=body), 201)
    ok(
        scenario.lead.post(
            f"/v1/engagements/{engagement}/moves",
            json={"to": "ended", "note": "价格谈不拢", "reason": "price"},
        )
    )
    drain()
    assert said(scenario) == opened | {
        ("owner_declined", "too_early", company),
        ("reported", "wrong_topic", UUID(report["id"])),
        ("engagement_ended", "price", lead),
    }
