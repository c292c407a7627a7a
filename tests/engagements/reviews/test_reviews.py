"""A consent that waits because of a tie: the bureau is notified, decides once, and what was asked for then happens."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.accounts.access.principal import SYSTEM
from app.accounts.models import Organisation, OrganisationDecision
from app.database import now
from app.engagements.reviews.models import EngagementReview
from app.engagements.reviews.upkeep import remind
from app.statistics.open_work import waiting_work
from tests.engagements.reviews.cases import (
    decided,
    declare,
    hidden_demand,
    notified,
    reviews,
    shown,
    state_of,
)
from tests.support.builders.demands import demand_payload
from tests.support.http import create, ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

Drain = Callable[[], int]

NAME, LIKE = "济南柱川液压油缸有限公司", "济南柱川液压油杠有限公司"
CODE = "91370102YY000001X4"


def test_a_possible_tie_is_decided_once_and_the_consent_follows(scenario: Scenario, drain: Drain) -> None:
    """The bureau finds two organisations of like names to be different: the consent that waited counts, without another
    word of anybody, and the list of duplicates knows the decision."""
    like = scenario.organisation(name=LIKE)
    case, owner, spy, _ = hidden_demand(scenario, NAME, organisation_id=str(like))
    (waiting,) = reviews(scenario)
    assert (waiting["part"], waiting["engagement_id"], waiting["asked_at"]) == ("demand", case.id, None)
    assert [tie["possible"] for tie in waiting["ties"]] == [True]
    assert set(waiting["ties"][0]["organisations"]) == {NAME, LIKE}

    for _ in range(3):
        refused(case.answer(owner, "consent"), 409, "under_review")
    drain()
    assert notified(scenario, "engagement.to_review") == ["engagement.to_review"], (
        "once, however often they ask"
    )
    own = next(one for one in case.seen(owner)["participants"] if one.get("mine"))
    assert (own["state"], own["review"]) == ("invited", "waiting")
    assert not any(one.get("review") for one in case.seen(spy)["participants"])
    assert state_of(case, "demand", spy) == "invited"
    (waiting,) = reviews(scenario)
    assert waiting["asked_at"]
    refused(spy.get("/v1/engagement-reviews"), 403, "forbidden")

    decided(scenario, waiting, "clear")
    assert reviews(scenario) == []
    drain()
    assert state_of(case, "demand", spy) == "consented"
    assert notified(scenario, "participant.consent_in_force") == ["participant.consent_in_force"]
    case.consent(scenario.institution)
    assert case.seen(spy)["agreed_at"]
    with scenario.database.reading() as session:
        assert session.scalars(select(OrganisationDecision.verdict)).all() == ["different"]
    decided(scenario, waiting, "confirm", code="already_decided")


def test_what_a_manager_takes_back_moves_nothing_that_they_see(scenario: Scenario, drain: Drain) -> None:
    """Who enters ties and takes them back would else see at which one the hidden owner's consent comes."""
    seen = []
    for is_tied in (True, False):
        other = scenario.organisation()
        case, owner, spy, spy_id = hidden_demand(scenario)
        declare(spy, spy_id, organisation_id=str(owner.organisation_id if is_tied else other))
        drain()
        steps = []
        if is_tied:
            refused(case.answer(owner, "consent"), 409, "under_review")
        steps.append(shown(case, spy))
        declare(spy, spy_id)
        drain()
        steps.append(shown(case, spy))
        seen.append(steps)
        if is_tied:
            (waiting,) = reviews(scenario)
            assert waiting["ties"] == []
            decided(scenario, waiting, "clear")
            drain()
            assert state_of(case, "demand", spy) == "consented", "at the moment that the bureau chooses"
    assert seen[0] == seen[1], "a tie to the owner, and one to somebody else, look the same"


def test_a_confirmed_review_asks_the_owner_to_decline_and_says_no_more(
    scenario: Scenario, drain: Drain
) -> None:
    case, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    (waiting,) = reviews(scenario)
    decided(scenario, waiting, "confirm")
    drain()
    assert notified(scenario, "participant.should_decline") == ["participant.should_decline"]
    refused(case.answer(owner, "consent"), 409, "review_confirmed")
    assert state_of(case, "demand", spy) == "invited", "to others, somebody who has not answered"
    assert "核查" not in str(ok(spy.get("/v1/notices")))
    (confirmed,) = reviews(scenario, "confirmed")
    assert confirmed["reason"] == "两单位信用代码不同，无股权关系"
    assert confirmed["reason"] not in owner.get(case.path).text

    decided(scenario, confirmed, "clear")  # thought again: the interest is disclosed to both
    case.consent(owner)
    assert state_of(case, "demand", spy) == "consented"


def test_what_an_owner_excludes_is_not_the_bureaus_to_clear(scenario: Scenario, drain: Drain) -> None:
    """Taken over later, excluded later: the review opens by the event, and closes when the owner lifts it."""
    rival = scenario.organisation(name="济南某竞争企业有限公司")
    with scenario.database.unit_of_work() as session:
        session.get_one(Organisation, rival).uscc = CODE
    demand_id = UUID(create(scenario.enterprise, "demands", demand_payload(excluded_orgs=[CODE]))["id"])
    achievement_id = scenario.achievement(owner=scenario.institution.organisation_id)
    push_id = scenario.push_to_lead((demand_id, achievement_id))
    pushed = ok(scenario.lead.post(f"/v1/pushes/{push_id}/accept"))
    case = EngagementCase(scenario, pushed["engagement_id"], (demand_id, achievement_id))
    drain()
    assert reviews(scenario) == []
    path = f"/v1/organisations/{scenario.institution.organisation_id}"
    tag = {"If-Match": scenario.operator.get(path).headers["ETag"]}
    ok(scenario.operator.patch(path, json={"parent_id": str(rival)}, headers=tag))
    drain()
    (waiting,) = reviews(scenario)
    assert [tie["removable"] for tie in waiting["ties"]] == [False]
    decided(scenario, waiting, "clear", code="not_removable")
    refused(case.answer(scenario.enterprise, "consent"), 409, "under_review")

    path = f"/v1/demands/{demand_id}"
    tag = {"If-Match": scenario.enterprise.get(path).headers["ETag"]}
    ok(scenario.enterprise.patch(path, json={"excluded_orgs": []}, headers=tag))
    drain()
    assert reviews(scenario) == []
    assert state_of(case, "demand", scenario.lead) == "consented", "they need not click again"


def test_a_review_that_waits_is_counted_and_remembered(scenario: Scenario, drain: Drain) -> None:
    """Closed with its engagement; a manager who joins has the hidden owner asked anew, also one whose consent waits."""
    case, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    assert [one["part"] for one in reviews(scenario)] == ["demand"]
    long = timedelta(days=3)
    for days, expected in ((0, 0), (30, 1), (30, 1)):
        with scenario.database.unit_of_work() as session:
            session.execute(update(EngagementReview).values(opened_at=now() - timedelta(days=days)))
            remind(session, older_than=long, moment=now())
        drain()
        assert notified(scenario, "engagement.review_overdue") == ["engagement.review_overdue"] * expected
    with scenario.database.reading() as session:
        desk = {one.code: one.number for one in waiting_work(session, principal=SYSTEM)}
    assert desk["engagement_reviews"] == 1

    friend, friend_id = scenario.manager_with_login(capacity=3)
    ok(case.invite(spy, "manager", manager_id=str(friend_id)))
    case.consent(friend)
    own = next(one for one in case.seen(owner)["participants"] if one.get("mine"))
    assert own.get("review") is None
    refused(case.answer(owner, "consent"), 409, "under_review")

    ok(case.move("ended", spy, reason="other"))
    drain()
    assert reviews(scenario) == []
    assert [one["state"] for one in reviews(scenario, "lapsed")] == ["lapsed"]
