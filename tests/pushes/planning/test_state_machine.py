"""Publish, withdraw, change, answer, expire and plan in any order, twice, and interrupted: what never may happen."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from app.engagements.lifecycle.workload import open_engagement_counts
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.pushes.inbox import service as inbox
from app.pushes.inbox.undo import undo
from app.pushes.models import OCCUPYING, PENDING, Push
from app.pushes.planning.overdue_reassignment import mark_overdue
from app.pushes.planning.pair_plan import PairPlan
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.revision import expire_due
from app.pushes.planning.writer import write_pushes
from app.pushes.queries import good_pairs_of
from tests.support.scenario import Scenario
from tests.support.state_machines import DatabaseMachine, run_machine

pytestmark = pytest.mark.slow

index = st.integers(0, 2)
MODELS = (Demand, Achievement, Manager)


class PushMachine(DatabaseMachine):
    """Three demands, achievements and managers. Expectations are derived from the rows, without the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.scenario = Scenario(self.database)
        self.plans: list[list[PairPlan]] = []
        self.seen: dict[UUID, str] = {}
        self.rounds: dict[UUID, int] = {}
        self.shown: dict[UUID, tuple[Any, ...]] = {}
        self.logged: dict[UUID, list[tuple[int, str]]] = {}
        self.undone = Counter[tuple[UUID, UUID]]()
        self.idle = True

    @initialize(capacities=st.lists(st.integers(0, 2), min_size=3, max_size=3))
    def build(self, capacities: list[int]) -> None:
        scenario = self.scenario
        self.owners = [scenario.organisation() for _ in range(3)]
        self.demands = [scenario.demand(owner=self.owners[n]) for n in range(3)]
        self.achievements = [scenario.achievement() for _ in range(3)]
        self.managers = [scenario.manager(fit=0.9 - n / 10, capacity=capacities[n]) for n in range(3)]
        for demand in self.demands:
            for n, achievement in enumerate(self.achievements):
                scenario.rank_pair(demand, achievement, 0.45 + n / 10)
            scenario.emit_event("demand.published", demand)
        self.idle = False

    def record(self, model: type, n: int) -> UUID:
        rows: dict[type, list[UUID]] = {
            Demand: self.demands,
            Achievement: self.achievements,
            Manager: self.managers,
        }
        return rows[model][n]

    @rule(model=st.sampled_from(MODELS), n=index, state=st.sampled_from(["published", "withdrawn", "closed"]))
    def set_state(self, model: type, n: int, state: str) -> None:
        self.scenario.set_state(model, self.record(model, n), state)
        self.idle = False

    @rule(model=st.sampled_from(MODELS), n=index)
    def change(self, model: type, n: int) -> None:
        self.scenario.change(model, self.record(model, n), keywords=["新"])
        self.idle = False

    @rule(n=index, accepts=st.booleans(), capacity=st.integers(0, 2))
    def change_manager(self, n: int, accepts: bool, capacity: int) -> None:
        self.scenario.change(Manager, self.managers[n], accepts_pushes=accepts, capacity=capacity)
        self.idle = False

    @rule(manager=index, demand=index)
    def declare_conflict(self, manager: int, demand: int) -> None:
        entry = {"organisation_id": str(self.owners[demand])}
        self.scenario.change(Manager, self.managers[manager], declared_conflicts=[entry])
        self.idle = False

    @rule(demand=index, achievement=index, score=st.sampled_from([0.2, 0.6, 0.9]))
    def rank(self, demand: int, achievement: int, score: float) -> None:
        self.scenario.rank_pair(self.demands[demand], self.achievements[achievement], score)
        self.scenario.emit_event("pairs.ranked", self.demands[demand])
        self.idle = False

    @rule(verb=st.sampled_from(["accept", "decline", "later", "read"]), n=st.integers(0, 30))
    def answer(self, verb: str, n: int) -> None:
        pushes = self.scenario.pushes()
        if not pushes:
            return
        push = pushes[n % len(pushes)]
        me = self.scenario.as_manager(push.manager_id)
        before = self.facts()
        try:
            with self.scenario.database.unit_of_work() as session:
                if verb == "accept":
                    inbox.accept(session, push.id, principal=me)
                elif verb == "decline":
                    inbox.decline(session, push.id, principal=me, reason="terms")
                    self.idle = False
                elif verb == "later":
                    inbox.postpone(session, push.id, principal=me, until=push.created_at + timedelta(days=2))
                else:
                    inbox.mark_read(session, push.id, principal=me)
        except Conflict:
            return
        assert push.state in PENDING
        if verb == "accept":
            assert before.load.get(push.manager_id, 0) < before.managers[push.manager_id].capacity
            assert before.fit_to_stand(push.demand_id, push.achievement_id, push.manager_id)

    @rule(n=st.integers(0, 30))
    def expire(self, n: int) -> None:
        pushes = self.scenario.pushes()
        if pushes:
            self.scenario.age_push(pushes[n % len(pushes)].id, timedelta(days=31))
        with self.scenario.database.unit_of_work() as session:
            expire_due(session)
        self.idle = False

    @rule(n=st.integers(0, 30))
    def undo(self, n: int) -> None:
        answered = [one for one in self.scenario.pushes() if one.state in ("accepted", "declined")]
        if not answered:
            return
        push = answered[n % len(answered)]
        me = self.scenario.as_manager(push.manager_id)
        before = self.facts()
        try:
            with self.scenario.database.unit_of_work() as session:
                undo(session, push.id, principal=me, policy=self.scenario.policy)
        except Conflict:
            return
        assert before.fit_to_stand(push.demand_id, push.achievement_id, push.manager_id)
        self.seen[push.id] = "read"
        self.undone[push.demand_id, push.achievement_id] += 1
        self.idle = False

    @rule(n=st.integers(0, 30))
    def let_the_time_to_answer_pass(self, n: int) -> None:
        pushes = self.scenario.pushes()
        with self.scenario.database.unit_of_work() as session:
            if pushes:
                found = session.get_one(Push, pushes[n % len(pushes)].id)
                found.answer_due_at = found.pushed_at
            session.flush()
            mark_overdue(session)
        self.idle = False

    @rule(n=index)
    def plan_for_later(self, n: int) -> None:
        with self.scenario.database.reading() as session:
            pairs = session.scalars(good_pairs_of(self.demands[n], self.scenario.policy)).all()
            self.plans.append(plan_pairs(session, self.scenario.matcher, pairs, policy=self.scenario.policy))

    @precondition(lambda self: self.plans)
    @rule(n=st.integers(0, 5), keep=st.booleans())
    def write_an_old_plan(self, n: int, keep: bool) -> None:
        plans = self.plans[n % len(self.plans)] if keep else self.plans.pop(n % len(self.plans))
        with self.scenario.database.unit_of_work() as session:
            write_pushes(session, plans, policy=self.scenario.policy)

    @rule()
    def work_one(self) -> None:
        self.scenario.work(limit=1)

    @rule()
    def work(self) -> None:
        self.scenario.work()
        self.idle = True

    def facts(self) -> "Rows":
        return Rows(self.scenario)

    @invariant()
    def every_change_is_in_the_inbox_log(self) -> None:
        """What the manager's screen shows of a push has changed: the stream has a newer number for it."""
        shown = {
            push.id: (
                push.state,
                push.snoozed_until,
                push.ended_reason,
                push.rank_score,
                push.demand_version,
                push.achievement_version,
            )
            for push in self.scenario.pushes()
        }
        logged = self.scenario.inbox_log()
        for push_id, columns in shown.items():
            if push_id not in self.shown:
                assert logged[push_id][0][1] == "new"
            elif columns != self.shown[push_id]:
                assert logged[push_id][-1][0] > self.logged[push_id][-1][0]
        self.shown, self.logged = shown, logged

    @invariant()
    def nothing_is_pushed_twice_or_against_the_rules(self) -> None:
        rows = self.facts()
        keys = [(push.manager_id, push.demand_id, push.achievement_id) for push in rows.pushes]
        assert len(keys) == len(set(keys))
        held = [(push.demand_id, push.achievement_id) for push in rows.pushes if push.state in OCCUPYING]
        # After an undone decline another manager may have read the pair; then both keep it.
        assert all(held.count(key) <= self.scenario.policy.slots_per_pair + self.undone[key] for key in held)
        for push in rows.pushes:
            before = self.seen.get(push.id)
            if before is None:
                assert push.state == "new"
                assert rows.fit_to_push(push.demand_id, push.achievement_id, push.manager_id)
            elif before not in PENDING and push.round == self.rounds[push.id]:
                assert push.state == before
            self.seen[push.id] = push.state
            self.rounds[push.id] = push.round

    @invariant()
    def whatever_waits_may_stand_once_the_events_are_worked_off(self) -> None:
        if not self.idle:
            return
        rows = self.facts()
        for push in rows.pushes:
            if push.state in PENDING:
                assert rows.fit_to_stand(push.demand_id, push.achievement_id, push.manager_id)


class Rows:
    """The rows, and what the rules say about them, stated plainly."""

    def __init__(self, scenario: Scenario) -> None:
        self.pushes = scenario.pushes()
        with scenario.database.reading() as session:
            self.demands = {row.id: row for row in session.query(Demand)}
            self.achievements = {row.id: row for row in session.query(Achievement)}
            self.managers = {row.id: row for row in session.query(Manager)}
            self.load = open_engagement_counts(session, list(self.managers))
            session.expunge_all()

    def fit_to_stand(self, demand_id: UUID, achievement_id: UUID, manager_id: UUID) -> bool:
        demand, achievement = self.demands[demand_id], self.achievements[achievement_id]
        manager = self.managers[manager_id]
        conflicts = {entry["organisation_id"] for entry in manager.declared_conflicts}
        return {demand.state, achievement.state, manager.state} == {RecordState.PUBLISHED} and str(
            demand.owner_org_id
        ) not in conflicts

    def fit_to_push(self, demand_id: UUID, achievement_id: UUID, manager_id: UUID) -> bool:
        manager = self.managers[manager_id]
        return (
            self.fit_to_stand(demand_id, achievement_id, manager_id)
            and manager.accepts_pushes
            and self.load.get(manager_id, 0) < manager.capacity
        )


def test_no_order_of_events_pushes_what_must_not_be_pushed(sqlite_template: Path) -> None:
    run_machine(PushMachine, sqlite_template, runs=10, steps=25)
