"""When a pair comes back to a manager who had it."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.pushes.eligibility.repush_policy import (
    NEVER,
    RESOLVED_BY_FIELDS,
    RESOLVED_BY_SCORE,
    EndedAttempt,
    may_repush,
)
from app.pushes.inbox import service as inbox
from app.pushes.models import OCCUPYING, PushState
from app.pushes.planning.revision import expire_due
from app.pushes.policy import RepushPolicy
from app.vocabularies import vocabulary
from tests.support.scenario import Scenario

POLICY = RepushPolicy(max_attempts=3, min_score_gain=0.1)
FIELDS = sorted(
    {name for names in RESOLVED_BY_FIELDS.values() for name in names} | {"contact_name", "keywords"}
)
ended = st.builds(
    EndedAttempt,
    state=st.sampled_from(PushState),
    round=st.integers(1, 4),
    pair_score=st.floats(0, 1),
    reason=st.none() | st.sampled_from(vocabulary("decline_reasons").codes),
)


def test_every_reason_has_its_law() -> None:
    assert {*RESOLVED_BY_FIELDS, *RESOLVED_BY_SCORE, *NEVER} == set(vocabulary("decline_reasons").codes)
    assert (
        not (RESOLVED_BY_FIELDS.keys() & RESOLVED_BY_SCORE)
        and not (RESOLVED_BY_FIELDS.keys() & NEVER)
        and not (RESOLVED_BY_SCORE & NEVER)
    )


def test_the_fields_are_columns() -> None:
    columns = {column.key for model in (Demand, Achievement) for column in model.__table__.columns}
    assert {name for names in RESOLVED_BY_FIELDS.values() for name in names} <= columns


@given(last=ended, score=st.floats(0, 1), changed=st.sets(st.sampled_from(FIELDS)))
def test_nothing_comes_back_unchanged_too_often_or_from_a_manager_who_has_it(
    last: EndedAttempt, score: float, changed: set[str]
) -> None:
    if may_repush(last, score=score, changed=changed, policy=POLICY):
        assert changed
        assert last.round < POLICY.max_attempts
        assert last.state not in OCCUPYING
        assert last.state is not PushState.DECLINED or last.reason not in NEVER


@given(last=ended, score=st.floats(0, 1), rise=st.floats(0, 1), changed=st.sets(st.sampled_from(FIELDS)))
def test_a_better_score_or_more_change_never_keeps_it_away(
    last: EndedAttempt, score: float, rise: float, changed: set[str]
) -> None:
    if may_repush(last, score=score, changed=changed, policy=POLICY):
        assert may_repush(last, score=min(1.0, score + rise), changed=changed | {"trl"}, policy=POLICY)


@pytest.mark.parametrize(
    ("reason", "changed", "rise", "returns"),
    [
        ("price", {"price_max_wan"}, 0.0, True),
        ("price", {"summary"}, 0.3, False),
        ("too_early", {"trl"}, 0.0, True),
        ("unclear_text", {"summary"}, 0.0, True),
        ("outside_need", {"summary"}, 0.05, False),
        ("outside_need", {"summary"}, 0.1, True),
        ("already_known", {"summary", "trl", "price_max_wan"}, 0.5, False),
        ("conflict", {"summary"}, 0.5, False),
        ("capacity", {"summary"}, 0.5, False),
    ],
)
def test_a_change_must_meet_the_reason(reason: str, changed: set[str], rise: float, returns: bool) -> None:
    last = EndedAttempt(PushState.DECLINED, 1, 0.6, reason)
    assert may_repush(last, score=0.6 + rise, changed=changed, policy=POLICY) is returns


def decline(scenario: Scenario, push_id: UUID, manager_id: UUID, reason: str) -> None:
    with scenario.database.unit_of_work() as session:
        inbox.decline(session, push_id, principal=scenario.as_manager(manager_id), reason=reason)


def test_a_lower_price_brings_a_declined_pair_back_in_the_same_row(scenario: Scenario) -> None:
    manager = scenario.manager()
    demand, achievement = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [first] = scenario.pushes()
    decline(scenario, first.id, manager, "price")
    scenario.rewrite(Achievement, achievement, summary="更清楚的简介")
    scenario.work()
    assert scenario.states() == ["declined"]
    scenario.rewrite(Achievement, achievement, price_max_wan=50)
    scenario.work()
    [again] = scenario.pushes()
    assert (again.id, again.state, again.round) == (first.id, "new", 2)
    assert (again.decline_reason, again.answered_at, again.read_at) == (None, None, None)
    assert again.pushed_at > first.pushed_at
    assert again.created_at == first.created_at
    assert [(one.round, one.outcome, one.reason) for one in scenario.push_attempts()] == [
        (1, "declined", "price"),
        (2, None, None),
    ]


def test_a_pair_comes_back_only_so_often(scenario: Scenario) -> None:
    manager = scenario.manager()
    demand, achievement = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    for price in (90, 80, 70, 60):
        [push] = scenario.pushes()
        if push.state == "new":
            decline(scenario, push.id, manager, "price")
        scenario.rewrite(Achievement, achievement, price_max_wan=price)
        scenario.work()
    [push] = scenario.pushes()
    assert (push.round, push.state) == (3, "declined")


def test_an_unanswered_pair_comes_back_when_its_score_rose(scenario: Scenario) -> None:
    scenario.manager()
    demand, achievement = scenario.ranked_pair(score=0.6)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes()
    scenario.age_push(push.id, timedelta(days=40))
    with scenario.database.unit_of_work() as session:
        expire_due(session)
    for score, state in ((0.65, "expired"), (0.75, "new")):
        scenario.rank_pair(demand, achievement, score)
        scenario.rewrite(Demand, demand, main_problem=f"{score}")
        scenario.work()
        assert scenario.states() == [state]


def test_a_pair_that_is_good_again_after_a_change_is_pushed_again(scenario: Scenario) -> None:
    scenario.manager()
    demand, achievement = scenario.ranked_pair()
    scenario.emit_event("demand.published", demand)
    scenario.work()
    for score, state in ((0.3, "cancelled"), (0.8, "new")):
        scenario.rank_pair(demand, achievement, score)
        scenario.rewrite(Demand, demand, main_problem=f"{score}")
        scenario.work()
        assert scenario.states() == [state]
    assert scenario.pushes()[0].round == 2
