"""What people do with matches → judgements, by the real services and the real worker's table of handlers."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.matching.feedback.models import Judgement
from tests.engagements.town import LogIn, Town, ok
from tests.faults.launcher import BigramEmbedder


@pytest.fixture(scope="session")
def embedder() -> Any:
    return BigramEmbedder()


def said(town: Town) -> set[tuple[str, str | None, UUID]]:
    """Signal, reason and actor of all that counts."""
    with town.database.reading() as session:
        rows = session.scalars(select(Judgement).where(Judgement.taken_back_at.is_(None)))
        return {(row.signal, row.reason, row.actor_id) for row in rows}


def test_each_thing_that_is_said_is_kept_and_what_is_undone_is_taken_back(
    app: Any, log_in: LogIn, drain: Any
) -> None:
    town = Town(app.state.database, log_in)
    key = town.pair()
    town.world.pair(*key)
    push = f"/v1/pushes/{town.push(key)}"
    company, lead = town.enterprise.organisation_id, town.lead_id

    ok(town.lead.post(f"{push}/decline", json={"reason": "price"}))
    drain()
    assert said(town) == {("declined", "price", lead)}
    ok(town.lead.post(f"{push}/undo"))
    drain()
    assert said(town) == set()
    engagement = ok(town.lead.post(f"{push}/accept"))["engagement_id"]
    answer = f"/v1/demands/{key[0]}/matches/{key[1]}/answer"
    given = town.enterprise.put(answer, json={"interested": True})
    ok(given)
    drain()
    opened = {("accepted", None, lead), ("engagement_opened", None, lead)}
    assert said(town) == opened | {("owner_interested", None, company)}
    changed = {"interested": False, "reason": "too_early"}
    ok(town.enterprise.put(answer, json=changed, headers={"If-Match": given.headers["ETag"]}))
    body = {"demand_id": str(key[0]), "achievement_id": str(key[1]), "category": "wrong_topic"}
    report = ok(town.institution.post("/v1/match-reports", json=body), 201)
    ok(
        town.lead.post(
            f"/v1/engagements/{engagement}/moves",
            json={"to": "ended", "note": "价格谈不拢", "reason": "price"},
        )
    )
    drain()
    assert said(town) == opened | {
        ("owner_declined", "too_early", company),
        ("reported", "wrong_topic", UUID(report["id"])),
        ("engagement_ended", "price", lead),
    }
