"""Reviews of engagements whose records, owners and ends change meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from app.accounts.models import Role
from app.engagements.reviews.models import EngagementReview
from app.engagements.reviews.upkeep import remind
from tests.engagements.reviews.cases import (
    change,
    decided,
    declare,
    hidden_demand,
    notified,
    reviews,
    state_of,
)
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.http import create, ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

Drain = Callable[[], int]


def own(case: EngagementCase, caller: Caller) -> tuple[str, str | None]:
    found = next(one for one in case.seen(caller)["participants"] if one.get("mine"))
    return found["state"], found.get("review")


def test_each_of_two_sides_waits_for_its_own_finding(scenario: Scenario, drain: Drain) -> None:
    """Both owners are hidden, and the manager is tied to both: one finding does not answer for the other."""
    first = scenario.log_in(
        Role.ENTERPRISE, organisation_id=scenario.organisation(name="济南琢光液压有限公司")
    )
    second = scenario.log_in(
        Role.INSTITUTION, organisation_id=scenario.organisation(name="岱阳特种陶瓷研究院")
    )
    demand_id = UUID(create(first, "demands", demand_payload(publish_mode="confidential"))["id"])
    achievement_id = UUID(
        create(second, "achievements", achievement_payload(publish_mode="confidential"))["id"]
    )
    spy = scenario.log_in(Role.MANAGER)
    spy_id = UUID(create(spy, "managers", manager_payload(capacity=20))["id"])
    pushed = ok(spy.post(f"/v1/pushes/{scenario.push(spy_id, demand_id, achievement_id)}/accept"))
    case = EngagementCase(scenario, pushed["engagement_id"], (demand_id, achievement_id))
    ties = [{"organisation_id": str(one.organisation_id)} for one in (first, second)]
    change(spy, f"/v1/managers/{spy_id}", declared_conflicts=ties)
    drain()
    assert sorted(one["part"] for one in reviews(scenario)) == ["achievement", "demand"]
    refused(case.answer(first, "consent"), 409, "under_review")
    refused(case.answer(second, "consent"), 409, "under_review")
    found = {one["part"]: one for one in reviews(scenario)}
    decided(scenario, found["demand"], "clear")
    drain()
    assert (own(case, first), own(case, second)) == (("consented", None), ("invited", "waiting"))
    assert case.seen(spy)["agreed_at"] is None
    decided(scenario, found["achievement"], "confirm")
    drain()
    assert own(case, second) == ("invited", "refused")
    assert len(reviews(scenario, "cleared")) == len(reviews(scenario, "confirmed")) == 1


def test_a_record_that_is_withdrawn_and_published_again_is_answered_anew(
    scenario: Scenario, drain: Drain
) -> None:
    case, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    path = f"/v1/demands/{case.demand_id}"
    for steps, expected in ((["withdraw"], []), (["restore", "submit"], ["demand"])):
        for step in steps:
            ok(owner.post(f"{path}/{step}", headers={"If-Match": owner.get(path).headers["ETag"]}))
        drain()
        assert [one["part"] for one in reviews(scenario)] == expected
    assert own(case, owner) == ("invited", None)
    refused(case.answer(owner, "consent"), 409, "under_review")
    decided(scenario, reviews(scenario)[0], "clear")
    drain()
    assert state_of(case, "demand", spy) == "consented"


def test_organisations_that_are_merged_and_told_apart_again(scenario: Scenario, drain: Drain) -> None:
    """The hidden owner turns out to be the manager's organisation, and then does not."""
    like = scenario.organisation(name="济南柱川液压油杠有限公司")
    case, owner, spy, _ = hidden_demand(scenario, "济南柱川液压油缸有限公司", organisation_id=str(like))
    refused(case.answer(owner, "consent"), 409, "under_review")
    body = {
        "kept_id": str(owner.organisation_id),
        "other_id": str(like),
        "verdict": "same",
        "note": "重复登记",
    }
    merged = ok(scenario.operator.post("/v1/organisations/duplicates", json=body), 201)
    drain()
    (waiting,) = reviews(scenario)
    assert [(tie["possible"], tie["removable"]) for tie in waiting["ties"]] == [(False, True)]
    ok(scenario.operator.post(f"/v1/organisations/duplicates/{merged['id']}/undo"))
    drain()
    (waiting,) = reviews(scenario)
    assert [(tie["possible"], tie["removable"]) for tie in waiting["ties"]] == [(True, True)]
    decided(scenario, waiting, "clear")
    drain()
    assert state_of(case, "demand", spy) == "consented"
    assert notified(scenario, "participant.consent_in_force") == ["participant.consent_in_force"]


def test_what_the_bureau_waived_outlives_a_merge(scenario: Scenario, drain: Drain) -> None:
    """A certain tie is cleared; then the owner's organisation is merged into another row, and taken out again."""
    case, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    decided(scenario, reviews(scenario)[0], "clear")
    drain()
    assert state_of(case, "demand", spy) == "consented"
    gone, merges = str(owner.organisation_id), []
    for mark in "甪甯":
        kept = str(scenario.organisation(name=f"济南{mark}川阀门制造有限公司"))
        body = {"kept_id": kept, "other_id": gone, "verdict": "same", "note": "重复登记"}
        merges.append(ok(scenario.operator.post("/v1/organisations/duplicates", json=body), 201)["id"])
        gone = kept
    drain()
    assert reviews(scenario) == []
    for merge in reversed(merges):
        ok(scenario.operator.post(f"/v1/organisations/duplicates/{merge}/undo"))
        drain()
        assert reviews(scenario) == []
    assert notified(scenario, "participant.should_leave") == []


def test_nobody_is_reminded_of_days_on_which_nobody_works(scenario: Scenario, drain: Drain) -> None:
    """Opened before the holiday of the National Day, over which mails wait for its end: one reminder, not three."""
    _, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    with scenario.database.unit_of_work() as session:
        session.execute(update(EngagementReview).values(opened_at=datetime(2026, 9, 30, 2, tzinfo=UTC)))
    counts = []
    for month, day in ((10, 3), (10, 4), (10, 6), (10, 7), (10, 13), (10, 13), (10, 14)):
        with scenario.database.unit_of_work() as session:
            moment = datetime(2026, month, day, 3, tzinfo=UTC)
            counts.append(remind(session, older_than=timedelta(days=3), moment=moment))
    assert counts == [0, 0, 0, 0, 1, 0, 0]
