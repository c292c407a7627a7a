"""What follows from the bureau's findings, and what ends a review without one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update

from app.accounts.models import AuditEntry, Role
from app.database import now
from app.engagements.models import Engagement
from app.engagements.reviews.models import EngagementReview
from app.engagements.reviews.upkeep import refresh_all, remind
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from tests.engagements.reviews.cases import (
    change,
    decided,
    declare,
    hidden_demand,
    notified,
    reviews,
    state_of,
)
from tests.support.callers import Caller
from tests.support.http import ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

Drain = Callable[[], int]


def tied_case(scenario: Scenario, drain: Drain) -> tuple[EngagementCase, Caller, Caller, str]:
    case, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    return case, owner, spy, spy_id


def test_an_owner_who_was_told_to_decline_is_asked_again_once_it_is_cleared(
    scenario: Scenario, drain: Drain
) -> None:
    case, owner, spy, _ = tied_case(scenario, drain)
    refused(case.answer(owner, "consent"), 409, "under_review")
    decided(scenario, reviews(scenario)[0], "confirm")
    drain()
    decided(scenario, reviews(scenario, "confirmed")[0], "clear")
    drain()
    assert notified(scenario, "participant.may_take_part") == ["participant.may_take_part"]
    told = ok(owner.get("/v1/notices?limit=1"))["items"][0]
    assert told["type"] == "participant.may_take_part"
    # They were asked to decline: a consent of before does not count behind their back.
    assert state_of(case, "demand", spy) == "invited"
    for asked in ("请答复对接", "现已撤销该认定", "也不会自动恢复", "在对接页面点击“同意参与”"):
        assert asked in told["zh"]
    assert "does not come back by itself" in told["en"] and told["path"] == case.path
    case.consent(owner)
    assert state_of(case, "demand", spy) == "consented"


def test_a_review_ends_with_the_answer_of_who_declines(scenario: Scenario, drain: Drain) -> None:
    """Nothing waits for the bureau any more, and it is not reminded of it; asked again, it waits again."""
    case, owner, spy, _ = tied_case(scenario, drain)
    refused(case.answer(owner, "consent"), 409, "under_review")
    ok(case.answer(owner, "decline"), 204)
    drain()
    assert reviews(scenario) == []
    with scenario.database.unit_of_work() as session:
        session.execute(update(EngagementReview).values(opened_at=now() - timedelta(days=30)))
        assert remind(session, older_than=timedelta(days=3), moment=now()) == 0
    ok(case.invite(spy, "entrepreneur"))
    drain()
    (waiting,) = reviews(scenario)
    assert waiting["asked_at"] is None
    refused(case.answer(owner, "consent"), 409, "under_review")


@pytest.mark.parametrize("verdict", ["clear", "confirm"])
def test_nothing_is_decided_about_an_engagement_that_has_ended(
    scenario: Scenario, drain: Drain, verdict: str
) -> None:
    """Nor does a consent wait without end that was asked for before."""
    case, owner, spy, _ = tied_case(scenario, drain)
    refused(case.answer(owner, "consent"), 409, "under_review")
    (waiting,) = reviews(scenario)
    ok(case.move("ended", spy, reason="other"))
    decided(scenario, waiting, verdict, code="engagement_closed")
    drain()
    assert reviews(scenario) == []
    own = next(one for one in case.seen(owner)["participants"] if one.get("mine"))
    assert own.get("review") is None
    refused(
        scenario.operator.post(
            f"/v1/engagement-reviews/{waiting['id']}/decision",
            json={"verdict": verdict, "reason": "两单位无关"},
        ),
        409,
        "already_decided",
    )


def test_a_finding_about_who_takes_part_already_tells_them_to_leave(scenario: Scenario, drain: Drain) -> None:
    """A tie that comes after the consent: the demand excludes a manager's organisation later."""
    case = scenario.open_engagement()
    employer = scenario.organisation(name="济南某对手有限公司")
    friend, friend_id = scenario.manager_with_login(owner=employer)
    case.join(friend, friend_id)
    scenario.change(Demand, case.demand_id, excluded_orgs=["济南某对手有限公司"])
    with scenario.database.unit_of_work() as session:
        refresh_all(session, select(Engagement))
    drain()
    (waiting,) = [one for one in reviews(scenario) if one["part"] == "manager"]
    decided(scenario, waiting, "confirm")
    drain()
    assert notified(scenario, "participant.should_leave") == ["participant.should_leave"]
    notices = [one["type"] for one in ok(friend.get("/v1/notices"))["items"]]
    assert "participant.should_leave" in notices
    assert "participant.should_leave" not in str(ok(scenario.lead.get("/v1/notices")))
    own = next(one for one in case.seen(friend)["participants"] if one.get("mine"))
    assert (own["state"], own["review"]) == ("consented", "refused")
    scenario.change(Demand, case.demand_id, excluded_orgs=[])
    decided(scenario, reviews(scenario, "confirmed")[0], "clear")
    drain()
    told = ok(friend.get("/v1/notices?limit=1"))["items"][0]
    assert told["type"] == "participant.may_stay" and told["zh"].endswith("您无需办理。")
    ok(case.answer(friend, "leave"), 204)


def test_a_consent_does_not_count_in_the_name_of_who_has_left(scenario: Scenario, drain: Drain) -> None:
    """The organisation is asked again, and a colleague answers."""
    case, owner, spy, _ = tied_case(scenario, drain)
    colleague = scenario.log_in(Role.ENTERPRISE, organisation_id=owner.organisation_id)
    refused(case.answer(owner, "consent"), 409, "under_review")
    path = f"/v1/users/{owner.user_id}"
    change(scenario.operator, path, active=False)
    decided(scenario, reviews(scenario)[0], "clear")
    drain()
    assert state_of(case, "demand", spy) == "invited"
    asked = ok(colleague.get("/v1/notices?limit=1"))["items"][0]
    assert asked["type"] == "participant.colleague_asked"
    assert "代为同意的人员已不能再作答复" in asked["zh"] and "may no longer answer" in asked["en"]
    case.consent(colleague)
    assert state_of(case, "demand", spy) == "consented"


def test_a_manager_who_has_no_free_slot_by_then_is_asked_again(scenario: Scenario, drain: Drain) -> None:
    case, owner, spy, _ = hidden_demand(scenario)
    employer = scenario.organisation(name="济南某对手有限公司")
    friend, friend_id = scenario.manager_with_login(owner=employer)
    ok(case.invite(spy, "manager", manager_id=str(friend_id)))
    change(owner, f"/v1/demands/{case.demand_id}", excluded_orgs=["济南某对手有限公司"])
    drain()
    refused(case.answer(friend, "consent"), 409, "under_review")
    change(owner, f"/v1/demands/{case.demand_id}", excluded_orgs=[])
    scenario.change(Manager, friend_id, capacity=0)
    drain()
    (waiting,) = [one for one in reviews(scenario) if one["part"] == "manager"]
    decided(scenario, waiting, "clear")
    drain()
    (asked,) = [
        one for one in ok(friend.get("/v1/notices"))["items"] if one["type"] == "participant.asked_again"
    ]
    assert "在办对接已达上限" in asked["zh"] and "条件具备后重新点击“同意参与”" in asked["zh"]
    own = next(one for one in case.seen(friend)["participants"] if one.get("mine"))
    assert (own["state"], own.get("review")) == ("invited", None)


def test_a_consent_that_was_cleared_just_before_the_end_waits_no_longer(
    scenario: Scenario, drain: Drain
) -> None:
    case, owner, spy, _ = tied_case(scenario, drain)
    refused(case.answer(owner, "consent"), 409, "under_review")
    decided(scenario, reviews(scenario)[0], "clear")
    ok(case.move("ended", spy, reason="other"))
    drain()
    own = next(one for one in case.seen(owner)["participants"] if one.get("mine"))
    assert (own["state"], own.get("review")) == ("invited", None)


def test_an_owner_who_lifts_their_exclusion_may_consent_in_spite_of_an_earlier_finding(
    scenario: Scenario, drain: Drain
) -> None:
    case, owner, _, _ = hidden_demand(scenario)
    path = f"/v1/demands/{case.demand_id}"
    change(owner, path, excluded_orgs=[str(scenario.institution.organisation_id)])
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    decided(scenario, reviews(scenario)[0], "confirm")
    drain()
    refused(case.answer(owner, "consent"), 409, "review_confirmed")
    change(owner, path, excluded_orgs=[])
    drain()
    case.consent(owner)


def test_what_the_bureau_writes_stays_with_the_review(scenario: Scenario, drain: Drain) -> None:
    """It may name a hidden owner: neither the trail nor the decision about two organisations repeats it, and the
    database has it encrypted. An earlier finding is kept when the bureau thinks again."""
    case, _owner, _, _ = tied_case(scenario, drain)
    (waiting,) = reviews(scenario)
    told = "配偶持有该单位股份，见来函"
    path = f"/v1/engagement-reviews/{waiting['id']}/decision"
    ok(scenario.operator.post(path, json={"verdict": "confirm", "reason": told}))
    ok(scenario.operator.post(path, json={"verdict": "clear", "reason": "已书面披露"}))
    (cleared,) = reviews(scenario, "cleared")
    assert "已书面披露" in cleared["reason"]
    assert told in cleared["reason"]
    with scenario.database.reading() as session:
        trail = session.scalars(
            select(AuditEntry.details).where(AuditEntry.subject_id == UUID(case.id))
        ).all()
        stored = session.scalars(text("SELECT reason FROM engagement_reviews")).all()
    assert "clear demand" in trail
    assert not any(told in line or "披露" in line for line in trail)
    assert stored
    assert not any("披露" in one for one in stored)


def test_the_list_asks_as_little_for_many_reviews_as_for_few(scenario: Scenario, drain: Drain) -> None:
    counts = []
    reviews(scenario)
    for many in (1, 3):
        for _ in range(many):
            case, owner, _, _ = tied_case(scenario, drain)
            refused(case.answer(owner, "consent"), 409, "under_review")
        asked: list[str] = []

        def note(*args: Any, asked: list[str] = asked) -> None:
            asked.append(args[2])

        event.listen(scenario.database.engine, "before_cursor_execute", note)
        assert reviews(scenario)
        event.remove(scenario.database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]
