"""Properties of the rule engine, over every combination of facts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.pushes.eligibility.facts import PairEligibility, PushFacts
from app.pushes.eligibility.rules import acceptance_violations, pending_violations, violations
from app.pushes.models import OCCUPYING, PENDING, PushState

TODAY = date(2026, 6, 30)
ORGS = ("a", "a1", "a2", "b", "c")
FAMILY = {"a1": "a", "a2": "a"}

orgs = st.sampled_from(ORGS)
org_lists = st.lists(orgs, max_size=3).map(tuple)
days = st.none() | st.integers(-2, 2).map(lambda n: TODAY + timedelta(days=n))
states = st.sampled_from(["draft", "submitted", "published", "closed", "withdrawn"])


@st.composite
def facts(draw: st.DrawFn) -> PushFacts:
    demand_owner, owner = draw(orgs), draw(orgs)
    pair = PairEligibility(
        demand=DemandFacts(
            id="d",
            owner_org=demand_owner,
            party_orgs=(demand_owner,),
            deadline=draw(days),
            excluded_orgs=draw(org_lists),
        ),
        achievement=AchievementFacts(id="x", owner_org=owner, party_orgs=(owner, *draw(org_lists))),
        today=TODAY,
        score=draw(st.none() | st.floats(0, 1)),
        threshold=draw(st.floats(0, 1)),
        demand_state=draw(states),
        achievement_state=draw(states),
        demand_valid_until=draw(days),
        achievement_valid_until=draw(days),
        org_family=FAMILY,
        occupied=draw(st.integers(0, 4)),
        slots=draw(st.integers(1, 3)),
        ranked_fully=draw(st.booleans()),
        owner_refused=draw(st.booleans()),
    )
    manager = ManagerFacts(
        id="m",
        capacity=draw(st.integers(0, 3)),
        open_load=draw(st.integers(0, 3)),
        affiliations=draw(org_lists),
        declared_conflicts=draw(st.lists(st.sampled_from([*ORGS, "d", "x", "y"]), max_size=2).map(tuple)),
    )
    return PushFacts(
        pair,
        manager,
        manager_state=draw(states),
        manager_valid_until=draw(days),
        accepts_pushes=draw(st.booleans()),
        earlier=draw(st.none() | st.sampled_from(list(PushState))),
    )


def head(org: str) -> str:
    return FAMILY.get(org, org)


def related(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    return bool({head(org) for org in first} & {head(org) for org in second})


def may_be_pushed(push: PushFacts) -> bool:
    """The rules once more, stated differently: as one condition for a push."""
    pair, manager = push.pair, push.manager
    parties = (*pair.demand.party_orgs, *pair.achievement.party_orgs)
    ends = (
        pair.demand.deadline,
        pair.demand_valid_until,
        pair.achievement_valid_until,
        push.manager_valid_until,
    )
    return (
        {pair.demand_state, pair.achievement_state, push.manager_state} == {"published"}
        and all(day is None or day >= TODAY for day in ends)
        and not related(pair.demand.party_orgs, pair.achievement.party_orgs)
        and not related(pair.demand.excluded_orgs, pair.achievement.party_orgs)
        and not related(manager.affiliations, parties)
        and not related(manager.declared_conflicts, (*parties, "d", "x"))
        and pair.score is not None
        and pair.score >= pair.threshold
        and push.accepts_pushes
        and manager.open_load < manager.capacity
        and push.earlier is None
        and pair.occupied < pair.slots
        and not pair.owner_refused
    )


@given(facts())
def test_the_engine_forbids_exactly_what_the_rules_forbid(push: PushFacts) -> None:
    assert (violations(push) == []) == may_be_pushed(push)


@given(facts())
def test_what_may_be_pushed_may_stand_and_be_accepted(push: PushFacts) -> None:
    if not violations(push):
        assert pending_violations(push) == []
        assert acceptance_violations(push) == []


@given(facts(), st.sampled_from(list(PushState)))
def test_whatever_came_of_an_earlier_push_there_is_no_second(push: PushFacts, earlier: PushState) -> None:
    codes = {rule.code for rule in violations(replace(push, earlier=earlier))}
    assert codes & {"declined_before", "pushed_before"}


@given(facts())
def test_every_violation_says_why_in_both_languages(push: PushFacts) -> None:
    for rule in (*violations(push), *pending_violations(push), *acceptance_violations(push)):
        assert rule.code.replace("_", "").isalpha()
        assert len(rule.code) <= 30  # the width of Push.ended_reason
        assert rule.zh
        assert rule.en


@given(facts(), st.integers(0, 3), st.integers(0, 4))
def test_more_load_or_more_pushes_never_allow_more(push: PushFacts, load: int, occupied: int) -> None:
    worse = replace(
        push,
        manager=replace(push.manager, open_load=push.manager.open_load + load),
        pair=replace(push.pair, occupied=push.pair.occupied + occupied),
    )
    assert {rule.code for rule in violations(push)} <= {rule.code for rule in violations(worse)}


def test_a_deadline_counts_through_its_own_day() -> None:
    pair = PairEligibility(
        demand=DemandFacts(id="d", owner_org="a", party_orgs=("a",), deadline=TODAY),
        achievement=AchievementFacts(id="x", owner_org="b", party_orgs=("b",)),
        today=TODAY,
        score=0.5,
        threshold=0.5,
    )
    push = PushFacts(pair, ManagerFacts(id="m", capacity=1))
    assert violations(push) == []
    late = replace(push, pair=replace(pair, today=TODAY + timedelta(days=1)))
    assert [rule.code for rule in violations(late)] == ["demand_expired"]


@pytest.mark.parametrize("state", PENDING)
def test_live_pushes_hold_a_place(state: PushState) -> None:
    assert state in OCCUPYING
