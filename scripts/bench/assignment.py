"""Assigning 5,000 pairs among 1,000 managers: seconds, value beside greedy, breaches, fairness.

    python scripts/bench/assignment.py [--pairs 5000] [--managers 1000] [--candidates 20] [--seed 1] [--json]

The problem is made: a manager has a point in a space of 8 dimensions and a skill, a pair has a point; the nearest by
likeness and skill are the candidates, so that some managers are wanted by many. A third of the pairs is strong (1–3
managers), the others take 0–2. Capacities are 2–12 with part of each in use already; 3% of the candidates are in
conflict; for 5% of the pairs one of the candidates is fixed. `tight` is that; `ample` has the same managers with four
times the capacity, `scarce` with a fifth of the free places, so that not every strong pair can have a manager.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from app.matching.assignment_solver.problem import AssignmentProblem, ManagerSlots, PairToAssign
from app.matching.assignment_solver.result import Assignment, assign, greedy

FIXED_SHARE, CONFLICT_SHARE, STRONG_SHARE = 0.05, 0.03, 1 / 3
COLUMNS = (
    "problem",
    "way",
    "seconds",
    "assigned",
    "value",
    "net value",
    "fixed kept",
    "strong without",
    "breaches",
    "conflicts",
    "Gini",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("pairs", 5000), ("managers", 1000), ("candidates", 20), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    tight = make(asked.pairs, asked.managers, asked.candidates, asked.seed)
    ample = replace(tight, managers=[replace(m, capacity=4 * m.capacity) for m in tight.managers])
    scarce = replace(
        tight, managers=[replace(m, load=m.capacity - (m.free + 2) // 5) for m in tight.managers]
    )
    rows = []
    for name, problem in (("ample", ample), ("tight", tight), ("scarce", scarce)):
        for weight in (0.0, problem.load_weight):
            weighted = replace(problem, load_weight=weight)
            for way in (greedy, assign):
                rows.append(measure(f"{name}, load weight {weight:g}", way, weighted))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if asked.json:
        sys.stdout.write(json.dumps({"rows": rows, "peak_mib": peak}, indent=2) + "\n")
    else:
        sys.stdout.write(table(rows) + f"\nPeak memory {peak:.0f} MiB.\n")


def make(pairs: int, managers: int, candidates: int, seed: int) -> AssignmentProblem:
    numbers = np.random.default_rng(seed)
    chance = random.Random(seed)  # noqa: S311 — a made problem, no secret
    of_managers, of_pairs = numbers.normal(size=(managers, 8)), numbers.normal(size=(pairs, 8))
    of_managers /= np.linalg.norm(of_managers, axis=1, keepdims=True)
    of_pairs /= np.linalg.norm(of_pairs, axis=1, keepdims=True)
    skill = numbers.normal(scale=0.6, size=managers)
    fit = 1 / (1 + np.exp(-(3 * of_pairs @ of_managers.T + skill - 2.5)))
    nearest = np.argsort(-fit, axis=1)[:, :candidates]
    asked = []
    for row in range(pairs):
        worth = 0.4 + 0.6 * chance.random()
        values = {f"m{m:05}": round(float(fit[row, m]) * worth, 6) for m in nearest[row]}
        strong = chance.random() < STRONG_SHARE
        asked.append(PairToAssign(f"p{row:06}", values, 1 if strong else 0, 3 if strong else 2))
    capacities = [chance.randint(2, 12) for _ in range(managers)]
    places = [
        ManagerSlots(f"m{row:05}", capacity, chance.randint(0, capacity // 2))
        for row, capacity in enumerate(capacities)
    ]
    edges = [(pair.id, manager) for pair in asked for manager in pair.values]
    conflicts = frozenset(chance.sample(edges, int(len(edges) * CONFLICT_SHARE)))
    fixed = frozenset(
        (pair.id, chance.choice(sorted(pair.values)))
        for pair in chance.sample(asked, int(pairs * FIXED_SHARE))
    )
    return AssignmentProblem(asked, places, conflicts, fixed - conflicts)


def measure(
    name: str, way: Callable[[AssignmentProblem], Assignment], problem: AssignmentProblem
) -> dict[str, Any]:
    began = time.perf_counter()
    answer = way(problem)
    seconds = time.perf_counter() - began
    relief = answer.relief
    return {
        "problem": name,
        "way": way.__name__,
        "seconds": seconds,
        **asdict(answer.metrics),
        "reasons": answer.reasons,
        "more_places": sum(place.more for place in relief.places) if relief else 0,
        "bottlenecks": len(relief.bottlenecks) if relief else 0,
    }


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- " * len(COLUMNS) + "|"]
    for row in rows:
        lines.append(
            f"| {row['problem']} | {row['way']} | {row['seconds']:.2f} | {row['assigned']:,} "
            f"| {row['total_value']:.1f} | {row['net_value']:.1f} | {row['fixed_kept']} | {row['missing']} "
            f"| {row['capacity_breaches']} | {row['conflicts']} | {row['gini']:.3f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
