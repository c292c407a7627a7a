"""Preferences and caps of a manager: rules that prevent new pushes and nothing else."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from app.database import now
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.pushes.eligibility.facts import PairEligibility, PushFacts, RecentPushes
from app.pushes.eligibility.rules import pending_violations, violations
from app.pushes.inbox import service as inbox
from app.pushes.models import PENDING
from app.pushes.preferences.values import Preferences
from app.pushes.preferences.working_time import local
from tests.support.scenario import Scenario
from tests.support.services import demo_settings
from tests.support.state_machines import DatabaseMachine, run_machine


def push(scenario: Scenario, score: float = 0.7, **demand: Any) -> tuple[UUID, UUID]:
    key = scenario.demand(**demand), scenario.achievement()
    scenario.rank_pair(*key, score)
    scenario.emit_event("demand.published", key[0])
    scenario.work()
    return key


@pytest.mark.parametrize(
    ("wishes", "records", "code"),
    [
        ({"fields": ["40"]}, {"fields": ["801"]}, "preference_field"),
        ({"fields": ["40"]}, {"fields": ["401"]}, None),
        ({"fields": ["401"]}, {"fields": ["40"]}, None),
        ({"fields": ["401"]}, {"fields": ["402"]}, "preference_field"),
        ({"fields": ["401"]}, {"fields": []}, None),
        ({"regions": ["370200"]}, {"region": "370100"}, "preference_region"),
        ({"regions": ["370000"]}, {"region": "370102"}, None),
        ({"languages": ["zh"]}, {"language": "en"}, "preference_language"),
        ({"languages": ["zh", "en"]}, {"language": "en"}, None),
        ({"minimum_score": 0.9}, {}, "preference_score"),
        ({"minimum_score": 0.7}, {}, None),
    ],
)
def test_a_push_goes_to_whom_it_suits(
    wishes: dict[str, Any], records: dict[str, Any], code: str | None
) -> None:
    """Both sides are alike; a preference is reported by its code, and never ends a pending push."""
    pair = PairEligibility(
        DemandFacts("d", **{"region": "370100"} | _facts(records)),
        AchievementFacts("a", **{"region": "370100"} | _facts(records)),
        today=local(now()).date(),
        score=0.7,
        threshold=0.5,
    )
    facts = PushFacts(pair, ManagerFacts("m", capacity=1), preferences=Preferences(**wishes))
    assert [rule.code for rule in violations(facts)] == ([code] if code else [])
    assert pending_violations(facts) == []


def _facts(records: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in records.items()}


@given(
    given_=st.builds(RecentPushes, st.integers(0, 9), st.integers(0, 30)),
    caps=st.tuples(st.integers(1, 9), st.integers(1, 30)),
    own=st.tuples(st.none() | st.integers(1, 9), st.none() | st.integers(1, 30)),
)
def test_the_lower_of_both_caps_counts(
    given_: RecentPushes, caps: tuple[int, int], own: tuple[int | None, int | None]
) -> None:
    pair = PairEligibility(
        DemandFacts("d"), AchievementFacts("a"), today=local(now()).date(), score=0.7, threshold=0.5
    )
    facts = PushFacts(
        pair,
        ManagerFacts("m", capacity=1),
        recent=given_,
        per_day=caps[0],
        per_week=caps[1],
        preferences=Preferences(per_day=own[0], per_week=own[1]),
    )
    day, week = (min(cap, wish or cap) for cap, wish in zip(caps, own, strict=True))
    expected = {
        code
        for code, over in (("manager_day_cap", given_.day >= day), ("manager_week_cap", given_.week >= week))
        if over
    }
    assert {rule.code for rule in violations(facts)} == expected


def test_a_manager_at_the_daily_cap_leaves_the_push_to_the_next(scenario: Scenario) -> None:
    best, following = scenario.manager(fit=0.9, capacity=9), scenario.manager(fit=0.5, capacity=9)
    scenario.prefer(best, per_day=2)
    third = [push(scenario) for _ in range(3)][-1]
    assert len(scenario.pushes(manager_id=best)) == 2
    assert len(scenario.pushes(manager_id=following)) == 3
    scenario.pass_days(1)
    scenario.emit_event("demand.published", third[0])
    scenario.work()
    assert len(scenario.pushes(manager_id=best)) == 3


def test_a_manager_who_wants_other_fields_does_not_stand_in_the_way(scenario: Scenario) -> None:
    """However many managers there are who do not want it, the pair finds the one who does."""
    for _ in range(12):
        scenario.prefer(scenario.manager(fit=0.9), fields=["801"])
    willing = scenario.manager(fit=0.3)
    push(scenario, fields=["401"])
    assert [one.manager_id for one in scenario.pushes()] == [willing]


class CapMachine(DatabaseMachine):
    """Pushes, answers, changed records, preferences and nights in any order. Days are counted from the rows."""

    PER_DAY, PER_WEEK = 3, 6

    def __init__(self) -> None:
        super().__init__()
        rules = demo_settings(
            pushes_per_day=self.PER_DAY,
            pushes_per_week=self.PER_WEEK,
            push_rounds=9,
        )
        self.scenario = Scenario(self.database, rules)

    @initialize()
    def begin(self) -> None:
        self.managers = [self.scenario.manager(capacity=90) for _ in range(2)]
        self.keys = [push(self.scenario)]

    @rule(count=st.integers(1, 3))
    def push(self, count: int) -> None:
        self.keys += [push(self.scenario) for _ in range(count)]

    @rule(days=st.sampled_from([1, 1, 2, 5]))
    def nights(self, days: int) -> None:
        self.scenario.pass_days(days)

    @rule(n=st.integers(0, 50))
    def decline(self, n: int) -> None:
        live = [one for one in self.scenario.pushes() if one.state in PENDING]
        if live:
            one = live[n % len(live)]
            me = self.scenario.as_manager(one.manager_id)
            with self.scenario.database.unit_of_work() as session:
                try:
                    inbox.decline(session, one.id, principal=me, reason="price")
                except Conflict:
                    return
            self.scenario.work()

    @rule(n=st.integers(0, 50))
    def cheaper(self, n: int) -> None:
        """Brings back what was declined, in the same row: a new round counts as much as a new push."""
        self.scenario.rewrite(Achievement, self.keys[n % len(self.keys)][1], price_max_wan=n)
        self.scenario.work()

    @rule(n=st.integers(0, 1))
    def newcomer(self, n: int) -> None:
        self.scenario.emit_event("manager.published", self.managers[n])
        self.scenario.work()

    @invariant()
    def nobody_is_given_more_than_the_caps(self) -> None:
        for manager in self.managers:
            days = Counter(
                local(one.pushed_at).date()
                for one in self.scenario.push_attempts()
                if one.manager_id == manager
            )
            assert all(count <= self.PER_DAY for count in days.values())
            for day in days:
                week = sum(days[day - timedelta(days=n)] for n in range(7))
                assert week <= self.PER_WEEK

    @invariant()
    def an_inbox_shows_no_pair_twice(self) -> None:
        keys = [(one.manager_id, one.demand_id, one.achievement_id) for one in self.scenario.pushes()]
        assert len(keys) == len(set(keys))
        rounds = Counter(one.push_id for one in self.scenario.push_attempts())
        assert rounds == {one.id: one.round for one in self.scenario.pushes()}


@pytest.mark.slow
def test_no_sequence_exceeds_the_caps(sqlite_template: Path) -> None:
    run_machine(CapMachine, sqlite_template, runs=4, steps=12)
