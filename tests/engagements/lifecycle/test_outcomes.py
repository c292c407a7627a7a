"""What engagements came to, as ranking sees it: managers' success, and the record of an achievement's owner."""

from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.database import now
from app.engagements.lifecycle import outcomes
from app.engagements.lifecycle.outcomes import outcomes_of_managers, success_rates_of_owners
from app.engagements.models import Engagement
from app.matching.managers.track_records import Tally, above_the_mean
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.callers import Caller, LogIn
from tests.support.days import day
from tests.support.http import ok
from tests.support.scenario import Scenario


def brokered(scenario: Scenario, owner: UUID, stage: str, reason: str | None = None, **values: Any) -> None:
    """An engagement on an older achievement of that owner came so far."""
    demand_id, achievement_id = scenario.demand(), scenario.achievement(owner=owner, **values)
    with scenario.database.unit_of_work() as session:
        session.add(
            Engagement(
                number=f"DJ-{achievement_id.hex[-12:]}",
                demand_id=demand_id,
                achievement_id=achievement_id,
                manager_id=scenario.lead_id,
                stage=stage,
                ended_reason=reason,
                stage_since=now(),
            )
        )


def scores(caller: Caller, demand: dict[str, Any]) -> dict[str, float]:
    """Achievement → score, the best first."""
    items = ok(caller.get(f"/v1/demands/{demand['id']}/matches"))["items"]
    return {item["record"]["id"]: item["score"] for item in items}


def test_a_landed_engagement_raises_its_managers_success(scenario: Scenario) -> None:
    with scenario.database.reading() as session:
        assert outcomes_of_managers(session, [scenario.lead_id]) == {}
    scenario.open_engagement()  # under way: neither good nor bad
    meeting, other = scenario.agreed_engagement().reach("negotiating"), scenario.open_engagement()
    ok(other.move("ended", reason="price"))
    with scenario.database.reading() as session:
        before = outcomes_of_managers(session, [scenario.lead_id])
    contract = meeting.signed()
    ok(meeting.move("signed"))
    landing = {"landed_on": day(), "landed_in_jinan": True}
    ok(scenario.operator.post(f"/v1/contracts/{contract['id']}/land", json=landing))
    ok(meeting.move("landed"))
    with scenario.database.reading() as session:
        after = outcomes_of_managers(session, [scenario.lead_id])
    assert (before, after) == ({scenario.lead_id: Tally(0.0, 1.0)}, {scenario.lead_id: Tally(1.0, 1.0)})
    assert above_the_mean(after)[scenario.lead_id] > above_the_mean(before)[scenario.lead_id]


def test_what_was_undone_or_taken_back_says_nothing(scenario: Scenario) -> None:
    owner = scenario.institution.organisation_id
    for reason in ("undone", "record_unavailable"):
        brokered(scenario, owner, "ended", reason)
    brokered(scenario, owner, "landed", publish_mode="confidential")
    with scenario.database.reading() as session:
        assert success_rates_of_owners(session, [owner]) == {}


def test_of_few_engagements_and_of_many_owners_records_are_the_same(
    scenario: Scenario, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = [log_in(Role.INSTITUTION).organisation_id for _ in range(3)]
    for stage, reason in (("landed", None), ("landed", None), ("ended", "price"), ("ended", "undone")):
        brokered(scenario, owners[0], stage, reason)
    brokered(scenario, owners[1], "ended", "price")
    brokered(scenario, owners[2], "landed")
    with scenario.database.reading() as session:
        few = success_rates_of_owners(session, owners[:2])
        monkeypatch.setattr(outcomes, "_FEW_ENGAGEMENTS", 0)
        many = success_rates_of_owners(session, owners[:2])
    assert few == pytest.approx(many)
    assert few[owners[0]] > 0.5 > few[owners[1]]
    assert few.keys() == set(owners[:2])


def test_of_equal_achievements_the_one_whose_owner_landed_more_comes_first(
    scenario: Scenario, log_in: LogIn
) -> None:
    sellers = [log_in(Role.INSTITUTION) for _ in range(3)]
    hidden = {"publish_mode": "confidential"}
    forms = (achievement_payload(), achievement_payload(), achievement_payload(**hidden))
    first, second, secret = (
        ok(seller.post("/v1/achievements", json=form), 201)["id"]
        for seller, form in zip(sellers, forms, strict=True)
    )
    demand = ok(scenario.enterprise.post("/v1/demands", json=demand_payload()), 201)
    owners = dict(zip((first, second, secret), sellers, strict=True))
    neutral = scores_from_the_other_side(owners, demand)
    assert neutral[first] == neutral[second]
    for seller in sellers[1:]:
        brokered(scenario, seller.organisation_id, "landed")
    brokered(scenario, sellers[0].organisation_id, "ended", "price")
    ranked = scores_from_the_other_side(owners, demand)
    assert ranked[second] > neutral[second] == neutral[first] > ranked[first]
    assert ranked[secret] == neutral[secret]  # else a score would tell whose it is
    shown, apart = ok(scenario.enterprise.get(f"/v1/demands/{demand['id']}/matches"))["items"]
    assert shown["record"]["id"] == second
    assert shown["similar"] == [first]
    # A confidential record is nobody's copy: else the list would tell whose it is.
    assert (apart["record"]["id"], apart["similar"]) == (secret, [])
    assert shown["score"] == pytest.approx(ranked[second], abs=1e-3)


def scores_from_the_other_side(owners: dict[str, Caller], demand: dict[str, Any]) -> dict[str, float]:
    """The demand's score with each achievement, as its owner sees it: in the demand's list they are one answer."""
    return {
        achievement: next(
            item["score"]
            for item in ok(owner.get(f"/v1/achievements/{achievement}/matches"))["items"]
            if item["record"]["id"] == demand["id"]
        )
        for achievement, owner in owners.items()
    }
