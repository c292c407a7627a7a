"""What places reserved for newcomers cost and bring: attention, regret in fit, what is known of the newcomers after.

    python scripts/bench/exploration.py [--pairs 3000] [--managers 120] [--seeds 10] [--shares 0,0.05,0.15,0.3] [--json]

A made town. A manager has a fit for each pair (a logit, drawn about a level of their own) and takes up pushes with a
chance that nobody knows. A third of them are newcomers: without brokered work their level is lower, by `HANDICAP`. Each
pair goes to the first three of its list, ranked as the service ranks (fit, history, reserved places); they answer, and
the next pair is ranked with what they answered. Runs of one seed differ in the share alone.

`newcomers' share`: of first pushes (the first place of each pair) and of all pushes. `regret in fit`: mean score of the
three with the highest, less that of the three chosen, over all pairs. `known`: newcomers with as many pushes as make
one no longer new; `half known after`: pairs until half of them are (all pairs, if they never are). `error`: mean
distance between a newcomer's rate as ranked and the true one. `accepted, late`: share of pushes accepted in the last
third of the pairs.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.managers.score import shipped_model
from app.matching.managers.track_records import (
    FIT_FLOOR,
    PushHistory,
    Tally,
    above_the_mean,
    group_mean,
    shrunk_rate,
    with_newcomers,
)
from app.matching.ranking.ranker import logistic

NEWCOMERS, PLACES = 1 / 3, 3
HANDICAP = 1.0
# Of the others it is known what they do: so many answers, at their own rate.
KNOWN_PUSHES = 40
LEVEL, SPREAD_OF_LEVELS, SPREAD_OF_PAIRS = -0.5, 0.7, 1.2

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Town:
    """Fit by pair and manager (logits), chance of each manager to accept, and who is a newcomer."""

    fit: Array
    accepts: Array
    newcomer: NDArray[np.bool_]
    answers: Array


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--managers", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--shares", default="0,0.05,0.15,0.3")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for share in map(float, asked.shares.split(",")):
        runs = [simulate(town(asked.pairs, asked.managers, seed), share) for seed in range(asked.seeds)]
        rows.append(
            {"share": share} | {name: mean_and_error([run[name] for run in runs]) for name in runs[0]}
        )
    if asked.json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    for row in rows:
        summary = "  ".join(
            f"{name} {value[0]:.3f} ± {value[1]:.3f}" for name, value in row.items() if name != "share"
        )
        sys.stdout.write(f"share {row['share']:.2f}  {summary}\n")


def town(pairs: int, managers: int, seed: int) -> Town:
    random = np.random.default_rng(seed)
    newcomer = np.arange(managers) < round(managers * NEWCOMERS)
    level = random.normal(LEVEL, SPREAD_OF_LEVELS, managers) - HANDICAP * newcomer
    return Town(
        fit=level + random.normal(0, SPREAD_OF_PAIRS, (pairs, managers)),
        accepts=random.beta(4, 4, managers),
        newcomer=newcomer,
        answers=random.random((pairs, managers)),
    )


def simulate(town: Town, share: float) -> dict[str, float]:
    pairs, managers = town.fit.shape
    weight = shipped_model().weights["acceptance"]
    good = np.where(town.newcomer, 0.0, KNOWN_PUSHES * town.accepts)
    bad = np.where(town.newcomer, 0.0, KNOWN_PUSHES * (1 - town.accepts))
    pushes = np.where(town.newcomer, 0, KNOWN_PUSHES)
    chosen = np.zeros((pairs, PLACES), dtype=np.int64)
    accepted = np.zeros((pairs, PLACES), dtype=np.bool_)
    regret, known = np.zeros(pairs), np.zeros(pairs)
    for pair in range(pairs):
        rates = above_the_mean({one: Tally(good[one], bad[one]) for one in range(managers)})
        scores = [logistic(town.fit[pair, one] + weight * rates[one]) for one in range(managers)]
        chosen[pair] = first_places(scores, pushes, pair, share)
        best = sorted(scores, reverse=True)[:PLACES]
        regret[pair] = np.mean(best) - np.mean([scores[one] for one in chosen[pair]])
        accepted[pair] = town.answers[pair, chosen[pair]] < town.accepts[chosen[pair]]
        good[chosen[pair]] += accepted[pair]
        bad[chosen[pair]] += ~accepted[pair]
        pushes[chosen[pair]] += 1
        known[pair] = np.mean([not PushHistory(int(count)).is_new for count in pushes[town.newcomer]])
    mean = group_mean(float(good.sum()), float((good + bad).sum()))
    guessed = np.array([shrunk_rate(Tally(good[one], bad[one]), mean) for one in range(managers)])
    late = slice(2 * pairs // 3, None)
    return {
        "newcomers' share of first": float(town.newcomer[chosen[:, 0]].mean()),
        "of all": float(town.newcomer[chosen].mean()),
        "regret in fit": float(regret.mean()),
        "known": float(known[-1]),
        "half known after": float(np.argmax(known >= 0.5)) + 1 if known[-1] >= 0.5 else float(pairs),
        "error": float(np.abs(guessed - town.accepts)[town.newcomer].mean()),
        "accepted, late": float(accepted[late].mean()),
    }


def first_places(scores: Sequence[float], pushes: NDArray[np.int64], pair: int, share: float) -> list[int]:
    ranked = sorted(range(len(scores)), key=lambda one: -scores[one])
    placed = with_newcomers(
        ranked,
        eligible=lambda one: PushHistory(int(pushes[one])).is_new and scores[one] >= FIT_FLOOR,
        seed=f"pair {pair}",
        share=share,
    )
    return [place.one for place in placed[:PLACES]]


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean over the seeds, and its standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(
        values
    ) > 1 else 0.0


if __name__ == "__main__":
    main()
