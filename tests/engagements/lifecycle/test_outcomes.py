"""What engagements came to, as ranking sees it: managers' success, and the record of an achievement's owner."""

from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.database import now
from app.engagements.lifecycle import outcomes
from app.engagements.lifecycle.outcomes import outcomes_of_managers, records_of_owners
from app.engagements.models import Engagement
from app.matching.managers.shrinkage import Tally, above_the_mean
from tests.conftest import Caller
from tests.engagements.town import LogIn, Town, day, ok
from tests.faults.launcher import BigramEmbedder
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload


@pytest.fixture(scope="session")
def embedder() -> Any:
    """Equal texts are equally near by any embedding."""
    return BigramEmbedder()


def brokered(town: Town, owner: UUID, stage: str, reason: str | None = None, **values: Any) -> None:
    """An engagement on an older achievement of that owner came so far."""
    demand_id, achievement_id = town.world.demand(), town.world.achievement(owner=owner, **values)
    with town.database.unit_of_work() as session:
        session.add(
            Engagement(
                number=f"DJ-{achievement_id.hex[-12:]}",
                demand_id=demand_id,
                achievement_id=achievement_id,
                manager_id=town.lead_id,
                stage=stage,
                ended_reason=reason,
                stage_since=now(),
            )
        )


def scores(caller: Caller, demand: dict[str, Any]) -> dict[str, float]:
    """Achievement → score, the best first."""
    items = ok(caller.get(f"/v1/demands/{demand['id']}/matches"))["items"]
    return {item["record"]["id"]: item["score"] for item in items}


def test_a_landed_engagement_raises_its_managers_success(town: Town) -> None:
    with town.database.reading() as session:
        assert outcomes_of_managers(session, [town.lead_id]) == {}
    town.open()  # under way: neither good nor bad
    meeting, other = town.agreed().reach("negotiating"), town.open()
    ok(other.move("ended", reason="price"))
    with town.database.reading() as session:
        before = outcomes_of_managers(session, [town.lead_id])
    contract = meeting.signed()
    ok(meeting.move("signed"))
    landing = {"landed_on": day(), "landed_in_jinan": True}
    ok(town.bureau.post(f"/v1/contracts/{contract['id']}/land", json=landing))
    ok(meeting.move("landed"))
    with town.database.reading() as session:
        after = outcomes_of_managers(session, [town.lead_id])
    assert (before, after) == ({town.lead_id: Tally(0.0, 1.0)}, {town.lead_id: Tally(1.0, 1.0)})
    assert above_the_mean(after)[town.lead_id] > above_the_mean(before)[town.lead_id]


def test_what_was_undone_or_taken_back_says_nothing(town: Town) -> None:
    owner = town.institution.organisation_id
    for reason in ("undone", "record_unavailable"):
        brokered(town, owner, "ended", reason)
    brokered(town, owner, "landed", publish_mode="confidential")
    with town.database.reading() as session:
        assert records_of_owners(session, [owner]) == {}


def test_of_few_engagements_and_of_many_owners_records_are_the_same(
    town: Town, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = [log_in(Role.INSTITUTION).organisation_id for _ in range(3)]
    for stage, reason in (("landed", None), ("landed", None), ("ended", "price"), ("ended", "undone")):
        brokered(town, owners[0], stage, reason)
    brokered(town, owners[1], "ended", "price")
    brokered(town, owners[2], "landed")
    with town.database.reading() as session:
        few = records_of_owners(session, owners[:2])
        monkeypatch.setattr(outcomes, "_FEW", 0)
        many = records_of_owners(session, owners[:2])
    assert few == pytest.approx(many)
    assert few[owners[0]] > 0.5 > few[owners[1]]
    assert few.keys() == set(owners[:2])


def test_of_equal_achievements_the_one_whose_owner_landed_more_comes_first(town: Town, log_in: LogIn) -> None:
    sellers = [log_in(Role.INSTITUTION) for _ in range(3)]
    hidden = {"publish_mode": "confidential"}
    forms = (achievement_payload(), achievement_payload(), achievement_payload(**hidden))
    first, second, secret = (
        ok(seller.post("/v1/achievements", json=form), 201)["id"]
        for seller, form in zip(sellers, forms, strict=True)
    )
    demand = ok(town.enterprise.post("/v1/demands", json=demand_payload()), 201)
    neutral = scores(town.enterprise, demand)
    assert neutral[first] == neutral[second]
    for seller in sellers[1:]:
        brokered(town, seller.organisation_id, "landed")
    brokered(town, sellers[0].organisation_id, "ended", "price")
    ranked = scores(town.enterprise, demand)
    assert ranked[second] > neutral[second] == neutral[first] > ranked[first]
    assert next(iter(ranked)) == second
    assert ranked[secret] == neutral[secret]  # else a score would tell whose it is
    back = ok(sellers[1].get(f"/v1/achievements/{second}/matches"))["items"]
    assert [item["score"] for item in back if item["record"]["id"] == demand["id"]] == [
        pytest.approx(ranked[second], abs=1e-3)
    ]
