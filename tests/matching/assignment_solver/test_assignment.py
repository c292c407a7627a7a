"""Assignments keep every rule, are the best there is, and say what is in the way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.assignment_solver.metrics import AssignmentMetrics, metrics
from app.matching.assignment_solver.problem import AssignmentProblem, ManagerSlots, PairToAssign
from app.matching.assignment_solver.result import assign, greedy
from app.matching.assignment_solver.shortages import (
    REASONS,
    DroppedAssignment,
    DropReason,
    ExtraCandidates,
    ExtraCapacity,
    ShortageReason,
)

ROUNDING = 1e-5

laws = settings(max_examples=60, deadline=None)
exhaustive = settings(max_examples=40, deadline=None)


@st.composite
def problems(draw: st.DrawFn, *, pairs: int = 6, managers: int = 4) -> AssignmentProblem:
    """Scarce on purpose: few places, conflicts, fixed assignments that may be impossible or of no candidate."""
    manager_ids = [f"m{n}" for n in range(draw(st.integers(1, managers)))]
    pair_ids = [f"p{n}" for n in range(draw(st.integers(1, pairs)))]
    value = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
    quota = st.tuples(st.integers(0, 2), st.integers(0, 2))
    asked = []
    for id_ in pair_ids:
        least, further = draw(quota)
        asked.append(
            PairToAssign(
                id_, draw(st.dictionaries(st.sampled_from(manager_ids), value)), least, least + further
            )
        )
    any_given = st.tuples(st.sampled_from(pair_ids), st.sampled_from(manager_ids))
    return AssignmentProblem(
        pairs=asked,
        managers=[
            ManagerSlots(id_, draw(st.integers(0, 3)), draw(st.integers(0, 2)), draw(st.integers(0, 2)))
            for id_ in manager_ids
        ],
        conflicts=draw(st.frozensets(any_given, max_size=4)),
        fixed=draw(st.frozensets(any_given, max_size=3)),
        load_weight=draw(st.sampled_from([0.0, 0.1, 0.7])),
    )


def rank(figures: AssignmentMetrics) -> tuple[int, int, int, float]:
    """What comes first when two assignments are compared: fixed, least numbers, least loads, value less load."""
    return figures.fixed_kept, -figures.missing, -figures.missing_load, figures.net_value


def at_least(better: AssignmentMetrics, other: AssignmentMetrics) -> bool:
    return rank(better) >= (*rank(other)[:3], rank(other)[3] - ROUNDING)


def every_allowed(problem: AssignmentProblem) -> Iterator[tuple[tuple[str, str], ...]]:
    """All assignments that break no hard rule."""
    edges = {(pair.id, manager) for pair in problem.pairs for manager in pair.values} | set(problem.fixed)
    edges -= set(problem.conflicts)
    most = {pair.id: pair.most for pair in problem.pairs}
    free = {manager.id: manager.free for manager in problem.managers}
    for size in range(len(edges) + 1):
        for some in combinations(sorted(edges), size):
            of_pair, of_manager = Counter(p for p, _ in some), Counter(m for _, m in some)
            if all(of_pair[p] <= most[p] for p in of_pair) and all(
                of_manager[m] <= free[m] for m in of_manager
            ):
                yield some


class TestLaws:
    @laws
    @given(problems())
    def test_no_one_above_capacity_no_conflict_no_pair_above_its_most(
        self, problem: AssignmentProblem
    ) -> None:
        for answer in (assign(problem), greedy(problem)):
            figures = answer.metrics
            assert (figures.capacity_breaches, figures.conflicts, figures.excess) == (0, 0, 0)
            assert len(set(answer.given)) == len(answer.given)
            candidates = {(pair.id, manager) for pair in problem.pairs for manager in pair.values}
            assert set(answer.given) <= candidates | set(problem.fixed)

    @laws
    @given(problems())
    def test_never_behind_greedy_under_the_same_rules(self, problem: AssignmentProblem) -> None:
        assert at_least(assign(problem).metrics, greedy(problem).metrics)

    @laws
    @given(problems())
    def test_more_value_than_greedy_where_nothing_else_counts(self, problem: AssignmentProblem) -> None:
        free = replace(
            problem,
            pairs=[replace(pair, least=0) for pair in problem.pairs],
            managers=[replace(manager, least=0) for manager in problem.managers],
            fixed=frozenset(),
            load_weight=0.0,
        )
        assert assign(free).metrics.total_value >= greedy(free).metrics.total_value - ROUNDING

    @laws
    @given(problems(), st.randoms(use_true_random=False))
    def test_the_order_of_input_changes_nothing(self, problem: AssignmentProblem, random: Random) -> None:
        shuffled = replace(
            problem,
            pairs=[
                replace(pair, values=dict(_shuffled(list(pair.values.items()), random)))
                for pair in _shuffled(list(problem.pairs), random)
            ],
            managers=_shuffled(list(problem.managers), random),
            fixed=_shuffled(sorted(problem.fixed), random),
        )
        assert assign(shuffled) == assign(problem)
        assert greedy(shuffled) == greedy(problem)

    @exhaustive
    @given(problems(pairs=3, managers=3))
    def test_as_good_as_the_best_of_all_there_are(self, problem: AssignmentProblem) -> None:
        best = max((metrics(problem, some) for some in every_allowed(problem)), key=rank)
        found = assign(problem).metrics
        assert rank(found)[:3] == rank(best)[:3]
        assert found.net_value == pytest.approx(best.net_value, abs=ROUNDING)

    @laws
    @given(problems())
    def test_fixed_assignments_are_kept_or_reported(self, problem: AssignmentProblem) -> None:
        answer = assign(problem)
        reported = {(one.pair_id, one.manager_id): one.reason for one in answer.dropped}
        assert set(problem.fixed) - set(answer.given) == reported.keys()
        for place, reason in reported.items():
            assert (reason is DropReason.CONFLICT) == (place in problem.conflicts)

    @laws
    @given(problems())
    def test_every_pair_that_falls_short_is_listed_once(self, problem: AssignmentProblem) -> None:
        answer = assign(problem)
        listed = [shortage.pair_id for shortage in answer.short]
        expected = [
            pair.id
            for pair in sorted(problem.pairs, key=lambda pair: pair.id)
            if len(answer.managers_of(pair.id)) < max(pair.least, min(1, pair.most))
        ]
        assert listed == expected
        assert sum(answer.reasons.values()) == len(listed)

    @laws
    @given(problems())
    def test_the_places_asked_for_suffice_and_are_the_fewest(self, problem: AssignmentProblem) -> None:
        """Without conflict among the fixed: a place more for a manager could otherwise bring one of them back."""
        problem = replace(problem, fixed=assign(problem).given[:1])
        answer = assign(problem)
        if answer.relief is None:
            assert answer.metrics.missing == 0
            return
        asked = sum(place.more for place in answer.relief.places)
        unreachable = sum(more.more for more in answer.relief.candidates)
        assert asked + unreachable == answer.metrics.missing
        assert assign(_relieved(problem, answer.relief.places)).metrics.missing == unreachable
        for place in answer.relief.places:
            less = [
                replace(one, more=one.more - (one == place), capacity=one.capacity - (one == place))
                for one in answer.relief.places
            ]
            assert assign(_relieved(problem, less)).metrics.missing == unreachable + 1

    @laws
    @given(problems())
    def test_a_bottleneck_is_one(self, problem: AssignmentProblem) -> None:
        """Its managers are full to the last place, and its pairs' missing places are all that capacity withholds."""
        answer = assign(problem)
        if answer.relief is None:
            return
        load = Counter(manager for _, manager in answer.given)
        free = {manager.id: manager.free for manager in problem.managers}
        for bottleneck in answer.relief.bottlenecks:
            assert all(load[id_] == free[id_] for id_ in bottleneck.manager_ids)
            assert bottleneck.places == sum(free[id_] for id_ in bottleneck.manager_ids)
        withheld = sum(place.more for place in answer.relief.places)
        assert sum(bottleneck.missing for bottleneck in answer.relief.bottlenecks) == withheld


def _shuffled(items: list[Any], random: Random) -> list[Any]:
    random.shuffle(items)
    return items


def _relieved(problem: AssignmentProblem, places: Sequence[ExtraCapacity]) -> AssignmentProblem:
    capacity = {place.manager_id: place.capacity for place in places}
    return replace(
        problem,
        managers=[replace(m, capacity=capacity.get(m.id, m.capacity)) for m in problem.managers],
    )


def two_for_one_place(**changes: Any) -> AssignmentProblem:
    problem = AssignmentProblem(
        pairs=[PairToAssign("p1", {"m1": 0.9}, 1, 3), PairToAssign("p2", {"m1": 0.8}, 1, 3)],
        managers=[ManagerSlots("m1", capacity=4, load=3), ManagerSlots("m2", capacity=5)],
    )
    return replace(problem, **changes)


class TestExamples:
    def test_greedy_takes_the_best_and_loses(self) -> None:
        problem = AssignmentProblem(
            pairs=[PairToAssign("p1", {"m1": 0.9, "m2": 0.8}, 0, 1), PairToAssign("p2", {"m1": 0.8}, 0, 1)],
            managers=[ManagerSlots("m1", 1), ManagerSlots("m2", 1)],
            load_weight=0.0,
        )
        assert greedy(problem).given == (("p1", "m1"),)
        assert assign(problem).given == (("p1", "m2"), ("p2", "m1"))

    def test_the_idle_manager_gets_the_pair_if_nearly_as_good(self) -> None:
        def chosen(busy: float, idle: float) -> tuple[str, ...]:
            pair = PairToAssign("p", {"busy": busy, "idle": idle}, 1, 1)
            places = [ManagerSlots("busy", 10, 9), ManagerSlots("idle", 10)]
            return assign(AssignmentProblem([pair], places)).managers_of("p")

        assert chosen(0.75, 0.70) == ("idle",)
        assert chosen(0.85, 0.70) == ("busy",)

    def test_equal_managers_share_equally_by_capacity(self) -> None:
        pairs = [PairToAssign(f"p{n}", {"large": 0.5, "small": 0.5}, 1, 1) for n in range(6)]
        answer = assign(AssignmentProblem(pairs, [ManagerSlots("large", 8), ManagerSlots("small", 4)]))
        assert Counter(manager for _, manager in answer.given) == {"large": 4, "small": 2}
        assert answer.metrics.gini == 0

    def test_full_candidates_are_named_with_the_place_that_helps(self) -> None:
        answer = assign(two_for_one_place())
        assert answer.given == (("p1", "m1"),)
        assert [(one.pair_id, one.reason, one.full) for one in answer.short] == [
            ("p2", ShortageReason.CANDIDATES_FULL, 1)
        ]
        assert answer.relief is not None
        assert answer.relief.places == (ExtraCapacity("m1", more=1, capacity=5),)
        (bottleneck,) = answer.relief.bottlenecks
        assert (bottleneck.pair_ids, bottleneck.manager_ids) == (("p1", "p2"), ("m1",))
        assert (bottleneck.places, bottleneck.missing) == (1, 1)

    def test_conflicts_that_leave_nobody_are_counted(self) -> None:
        answer = assign(two_for_one_place(conflicts={("p2", "m1")}))
        assert answer.reasons == {ShortageReason.NO_CANDIDATE_LEFT: 1}
        assert answer.short[0].in_conflict == 1
        assert answer.relief is not None
        assert answer.relief.candidates == (ExtraCandidates("p2", more=1, in_conflict=1),)
        assert answer.relief.places == ()

    def test_too_few_places_in_total(self) -> None:
        answer = assign(two_for_one_place(managers=[ManagerSlots("m1", 1)]))
        assert answer.reasons == {ShortageReason.NO_CAPACITY_IN_TOTAL: 1}

    def test_a_pair_of_little_value_is_left_where_load_costs_more(self) -> None:
        pair = PairToAssign("p", {"m": 0.05})
        answer = assign(AssignmentProblem([pair], [ManagerSlots("m", 10, 9)]))
        assert answer.reasons == {ShortageReason.NOT_WORTH_THE_LOAD: 1}
        assert answer.relief is None

    def test_an_overloaded_manager_needs_more_than_one_place(self) -> None:
        answer = assign(two_for_one_place(managers=[ManagerSlots("m1", capacity=2, load=5)]))
        assert answer.relief is not None
        assert answer.relief.places == (ExtraCapacity("m1", more=2, capacity=7),)

    def test_a_fixed_assignment_stays_when_another_is_worth_more(self) -> None:
        assert assign(two_for_one_place(fixed={("p2", "m1")})).given == (("p2", "m1"),)

    def test_impossible_fixed_assignments_are_dropped_with_the_reason(self) -> None:
        both = two_for_one_place(fixed={("p1", "m1"), ("p2", "m1"), ("p1", "m2")}, conflicts={("p1", "m2")})
        assert assign(both).dropped == (
            DroppedAssignment("p1", "m2", DropReason.CONFLICT),
            DroppedAssignment("p2", "m1", DropReason.MANAGER_FULL),
        )
        few = two_for_one_place(
            pairs=[PairToAssign("p1", {"m1": 0.9, "m2": 0.1}, 1, 1)], fixed=[("p1", "m1"), ("p1", "m2")]
        )
        assert assign(few).dropped == (DroppedAssignment("p1", "m2", DropReason.PAIR_HAS_ENOUGH),)

    def test_a_pair_that_a_manager_holds_already_is_not_without_one(self) -> None:
        full = [ManagerSlots("m", 1, 1)]
        without, held = (PairToAssign("p", {"m": 0.5}, held=number) for number in (0, 1))
        assert [short.reason for short in assign(AssignmentProblem([without], full)).short] == [
            ShortageReason.CANDIDATES_FULL
        ]
        answer = assign(AssignmentProblem([held], full))
        assert (answer.short, answer.metrics.unassigned) == ((), 0)
        answer = assign(AssignmentProblem([replace(held, least=1)], full))
        assert [(short.least, short.assigned) for short in answer.short] == [(1, 0)]

    def test_nothing_to_assign(self) -> None:
        answer = assign(AssignmentProblem([], []))
        assert (answer.given, answer.short, answer.relief) == ((), (), None)
        assert answer.metrics.gini == 0

    def test_metrics_count_what_breaks_the_rules(self) -> None:
        problem = two_for_one_place(
            conflicts={("p1", "m1")}, pairs=[PairToAssign(f"p{n}", {"m1": 0.5}, 0, 0) for n in (1, 2)]
        )
        figures = metrics(problem, [("p1", "m1"), ("p2", "m1")])
        assert (figures.capacity_breaches, figures.conflicts, figures.excess) == (1, 1, 2)

    def test_every_reason_has_both_languages(self) -> None:
        assert REASONS.keys() == set(ShortageReason)


@pytest.mark.parametrize(
    "problem",
    [
        AssignmentProblem([PairToAssign("p", {}), PairToAssign("p", {})], []),
        AssignmentProblem([], [ManagerSlots("m", 1), ManagerSlots("m", 1)]),
        AssignmentProblem([], [ManagerSlots("m", -1)]),
        AssignmentProblem([PairToAssign("p", {"nobody": 0.5})], []),
        AssignmentProblem([PairToAssign("p", {"m": float("nan")})], [ManagerSlots("m", 1)]),
        AssignmentProblem([PairToAssign("p", {"m": -0.1})], [ManagerSlots("m", 1)]),
        AssignmentProblem([PairToAssign("p", {}, least=2, most=1)], []),
        AssignmentProblem([], [], fixed=[("p", "m")]),
        AssignmentProblem([], [], load_weight=float("inf")),
    ],
)
def test_what_makes_no_sense_is_refused(problem: AssignmentProblem) -> None:
    with pytest.raises(ValueError, match=r"."):
        assign(problem)
