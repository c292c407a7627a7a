"""Preferences and caps of a manager: rules that prevent new pushes and nothing else."""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.database import Database, now
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.pushes.eligibility.facts import PairEligibility, PushFacts, RecentPushes
from app.pushes.eligibility.rules import pending_violations, violations
from app.pushes.inbox import service as inbox
from app.pushes.models import PENDING
from app.pushes.preferences.service import Preferences
from app.pushes.preferences.working_time import local
from app.settings import Settings
from tests.pushes.world import World


def push(world: World, score: float = 0.7, **demand: Any) -> tuple[UUID, UUID]:
    key = world.demand(**demand), world.achievement()
    world.pair(*key, score)
    world.tell("demand.published", key[0])
    world.work()
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


def test_who_had_enough_today_leaves_it_to_the_next(world: World) -> None:
    best, following = world.manager(fit=0.9, capacity=9), world.manager(fit=0.5, capacity=9)
    world.prefer(best, per_day=2)
    third = [push(world) for _ in range(3)][-1]
    assert len(world.pushes(manager_id=best)) == 2
    assert len(world.pushes(manager_id=following)) == 3
    world.pass_days(1)
    world.tell("demand.published", third[0])
    world.work()
    assert len(world.pushes(manager_id=best)) == 3


def test_a_manager_who_wants_other_fields_does_not_stand_in_the_way(world: World) -> None:
    """However many managers there are who do not want it, the pair finds the one who does."""
    for _ in range(12):
        world.prefer(world.manager(fit=0.9), fields=["801"])
    willing = world.manager(fit=0.3)
    push(world, fields=["401"])
    assert [one.manager_id for one in world.pushes()] == [willing]


class Weeks(RuleBasedStateMachine):
    """Pushes, answers, changed records, preferences and nights in any order. Days are counted from the rows."""

    template: Path
    PER_DAY, PER_WEEK = 3, 6

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.mkdtemp()
        path = Path(self.directory) / "weeks.db"
        shutil.copyfile(self.template, path)
        rules = Settings(
            _env_file=None,
            demo=True,
            pushes_per_day=self.PER_DAY,
            pushes_per_week=self.PER_WEEK,
            push_rounds=9,
        )
        self.world = World(Database(f"sqlite:///{path}"), rules)

    def teardown(self) -> None:
        self.world.database.dispose()
        shutil.rmtree(self.directory)

    @initialize()
    def begin(self) -> None:
        self.managers = [self.world.manager(capacity=90) for _ in range(2)]
        self.keys = [push(self.world)]

    @rule(count=st.integers(1, 3))
    def push(self, count: int) -> None:
        self.keys += [push(self.world) for _ in range(count)]

    @rule(days=st.sampled_from([1, 1, 2, 5]))
    def nights(self, days: int) -> None:
        self.world.pass_days(days)

    @rule(n=st.integers(0, 50))
    def decline(self, n: int) -> None:
        live = [one for one in self.world.pushes() if one.state in PENDING]
        if live:
            one = live[n % len(live)]
            me = self.world.as_manager(one.manager_id)
            with self.world.database.unit_of_work() as session:
                try:
                    inbox.decline(session, one.id, principal=me, reason="price")
                except Conflict:
                    return
            self.world.work()

    @rule(n=st.integers(0, 50))
    def cheaper(self, n: int) -> None:
        """Brings back what was declined, in the same row: a new round counts as much as a new push."""
        self.world.rewrite(Achievement, self.keys[n % len(self.keys)][1], price_max_wan=n)
        self.world.work()

    @rule(n=st.integers(0, 1))
    def newcomer(self, n: int) -> None:
        self.world.tell("manager.published", self.managers[n])
        self.world.work()

    @invariant()
    def nobody_is_given_more_than_the_caps(self) -> None:
        for manager in self.managers:
            days = Counter(
                local(one.pushed_at).date() for one in self.world.rounds() if one.manager_id == manager
            )
            assert all(count <= self.PER_DAY for count in days.values())
            for day in days:
                week = sum(days[day - timedelta(days=n)] for n in range(7))
                assert week <= self.PER_WEEK

    @invariant()
    def an_inbox_shows_no_pair_twice(self) -> None:
        keys = [(one.manager_id, one.demand_id, one.achievement_id) for one in self.world.pushes()]
        assert len(keys) == len(set(keys))
        rounds = Counter(one.push_id for one in self.world.rounds())
        assert rounds == {one.id: one.round for one in self.world.pushes()}


def test_no_sequence_exceeds_the_caps(sqlite_template: Path) -> None:
    Weeks.template = sqlite_template
    run_state_machine_as_test(
        Weeks,
        settings=settings(
            max_examples=4, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
