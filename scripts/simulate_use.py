"""Twelve months of use, simulated on a judged directory, and what the ranker learns from them.

    python scripts/simulate_use.py JUDGED_DIR MODEL_DIR --out FILE.json [--home DIR] [--replicas N]

`scripts/plots/learning.py FILE.json` makes the table and the chart of what comes out.


What is real: the features (the pipeline's own, made once and kept in HOME), the log of lists, the judgements, the
training, its comparison and promotion: the same functions that the service and `sanku train` call, on a database.
What is simulated: the people. Only they know the directory's grades.

- Each replica keeps a third of the demands for the end: they are never shown, and every month's ranker is measured on
  them (nDCG@10). The others arrive month by month, each to be seen by some managers for two months.
- A manager sees the first 20 of the ranker that is active in that month, without the achievements that do not concern
  them (a random 30%), and looks at position k with probability k^-1.
- What was looked at is taken up with a probability by its grade, and else declined half the time, with a reason by
  grade and by the term that fails; some reasons say nothing (known already, no capacity). Some of what was taken up
  becomes a contract two weeks later.
- At each month's end the ranker is trained. Arms: never; learning (as built); naive (no correction of positions). What
  answers changes only where the training promotes its model; what it tried is measured too.
- Two starts: the shipped ranker, which was fitted on judged sets of this kind already, and a deliberately weak one.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from app import database_schema
from app.accounts.access.principal import SYSTEM
from app.accounts.models import Organisation
from app.database import Database, new_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.embedding.remote.opening import open_embedder
from app.matching.evaluation import metrics
from app.matching.feedback.impressions import ShownPair, record_impression
from app.matching.feedback.judgements import judge
from app.matching.feedback.models import TrainingRun
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.ranker import Ranker, load_ranker
from app.matching.ranking.registry import ActiveRanker
from app.matching.training.judged_sets import JudgedPairs, judged_pairs, shipped_directory
from app.matching.training.trainer import settle, train
from app.settings import Settings

MONTHS = 12
SHOWN = 20
MANAGERS, VIEWERS, MONTHS_SHOWN = 12, 6, 2
STEEPNESS = 1.0
UNCONCERNED = 0.3
TAKEN_UP = {0: 0.02, 1: 0.12, 2: 0.5, 3: 0.75}
DECLINES = 0.5
CONTRACT = {2: 0.1, 3: 0.25}
KEPT_FOR_THE_END = 1 / 3
SURFACE = "demand_matches"
ARMS = ("never", "learning", "naive")
# Of the shipped ranker's weights, what the weak start keeps.
WEAKENED = {
    "words": 6.0,
    "whole": 0.05,
    "aligned": 0.0,
    "translated": 0.0,
    "foreign": 0.0,
    "hubness": 0.0,
    "solution": 0.0,
    "price": 0.0,
    "trl": 0.0,
    "mode": 0.0,
}
# A term's feature below this fails, as people see it; the reason they then give.
TERM_REASONS = {"price": "price", "trl": "too_early", "mode": "terms"}

# Start → arm → replica → a row a month.
Results = dict[str, dict[str, list[list[dict[str, Any]]]]]


@dataclass(frozen=True)
class Town:
    """The judged pairs: features by name and grades, by numbers of demand and achievement."""

    demands: tuple[str, ...]
    achievements: tuple[str, ...]
    features: list[dict[int, dict[str, float]]]
    grades: NDArray[np.int64]

    @classmethod
    def of(cls, judged: JudgedPairs) -> "Town":
        demands = tuple(dict.fromkeys(judged.demands))
        achievements = tuple(dict.fromkeys(judged.achievements))
        rows = {key: number for number, key in enumerate(demands)}
        columns = {key: number for number, key in enumerate(achievements)}
        grades = np.zeros((len(demands), len(achievements)), np.int64)
        features: list[dict[int, dict[str, float]]] = [{} for _ in demands]
        for demand, achievement, known, grade in zip(
            judged.demands, judged.achievements, judged.features, judged.grades, strict=True
        ):
            row, column = rows[demand], columns[achievement]
            features[row][column] = dict(known)
            grades[row, column] = grade
        return cls(demands, achievements, features, grades)

    def ranked(self, ranker: Ranker, demand: int) -> list[tuple[int, float]]:
        """Achievements with their scores, the best first."""
        scored = [(one, ranker.score(known)) for one, known in self.features[demand].items()]
        return sorted(scored, key=lambda one: (-one[1], one[0]))

    def ndcg(self, ranker: Ranker, demands: Sequence[int]) -> dict[str, float]:
        rankings = {
            self.demands[demand]: [self.achievements[one] for one, _ in self.ranked(ranker, demand)]
            for demand in demands
        }
        grades = {
            self.demands[demand]: {
                self.achievements[one]: int(grade) for one, grade in enumerate(self.grades[demand]) if grade
            }
            for demand in demands
        }
        return metrics.ndcg(rankings, grades)


@dataclass
class World:
    """One arm of one replica: a database, the ids of its records, and its ranker."""

    town: Town
    database: Database
    active: ActiveRanker
    demand_ids: list[UUID]
    achievement_ids: list[UUID]
    managers: list[UUID]

    def present(self) -> Ranker:
        with self.database.reading() as session:
            return self.active.current(session)


def build(town: Town, start: Ranker, folder: Path) -> World:
    database = Database(f"sqlite:///{folder / 'use.db'}")
    database_schema.migrate(database)
    with database.unit_of_work() as session:
        owner = Organisation(id=new_id(), name="单位", kind="enterprise", region="370100")
        session.add(owner)
        session.flush()
        ids = []
        for model, letter, keys in ((Demand, "D", town.demands), (Achievement, "A", town.achievements)):
            rows = [
                model(id=new_id(), number=f"S-{letter}-{number}", owner_org_id=owner.id, title=key)
                for number, key in enumerate(keys)
            ]
            session.add_all(rows)
            ids.append([row.id for row in rows])
    return World(town, database, ActiveRanker(start), ids[0], ids[1], [new_id() for _ in range(MANAGERS)])


def use_one_month(world: World, demands: Sequence[int], month: int, draws: np.random.Generator) -> None:
    """Everybody's looking and answering in that month, day by day."""
    ranker = world.present()
    with world.database.unit_of_work() as session:
        for demand in demands:
            ranked = world.town.ranked(ranker, demand)
            for viewer in draws.choice(MANAGERS, VIEWERS, replace=False):
                at = month_start(month) + timedelta(days=float(draws.uniform(0, 12)))
                concerned = draws.random(len(world.town.achievements)) >= UNCONCERNED
                looks = draws.random(SHOWN)
                answers = draws.random((len(world.town.achievements), 3))
                shown = [one for one in ranked if concerned[one[0]]][:SHOWN]
                pairs = [
                    ShownPair(
                        position,
                        world.demand_ids[demand],
                        world.achievement_ids[achievement],
                        score,
                        world.town.features[demand][achievement],
                    )
                    for position, (achievement, score) in enumerate(shown, 1)
                ]
                record_impression(
                    session,
                    surface=SURFACE,
                    viewer_id=world.managers[viewer],
                    subject_id=world.demand_ids[demand],
                    pairs=pairs,
                    model_version=ranker.version,
                    at=at,
                )
                for position, (achievement, _) in enumerate(shown, 1):
                    if looks[position - 1] >= position**-STEEPNESS:
                        continue
                    grade = int(world.town.grades[demand, achievement])
                    known = world.town.features[demand][achievement]
                    for signal, reason, days in answer_of(grade, known, answers[achievement]):
                        judge(
                            session,
                            demand_id=world.demand_ids[demand],
                            achievement_id=world.achievement_ids[achievement],
                            actor_id=world.managers[viewer],
                            signal=signal,
                            reason=reason,
                            at=at + timedelta(minutes=position, days=days),
                        )


def answer_of(
    grade: int, known: dict[str, float], draws: NDArray[np.float64]
) -> list[tuple[str, str | None, int]]:
    """What a manager who looked at a pair does: (signal, reason, days later)."""
    if draws[0] < TAKEN_UP[grade]:
        accepted: list[tuple[str, str | None, int]] = [("accepted", None, 0)]
        if draws[1] < CONTRACT.get(grade, 0.0):
            accepted += [("engagement_opened", None, 1), ("contract_signed", None, 14)]
        return accepted
    if draws[1] >= DECLINES:
        return []
    if draws[2] < 0.2:
        return [("declined", "already_known" if draws[2] < 0.1 else "capacity", 0)]
    failing = [reason for name, reason in TERM_REASONS.items() if known.get(name, 0.0) < 0]
    if grade >= 2:
        return [("declined", failing[0] if failing else "other", 0)]
    return [("declined", "outside_need" if draws[2] < 0.7 else "no_benefit", 0)]


def month_start(month: int) -> datetime:
    return datetime(2026, month + 1, 1, tzinfo=UTC)


def learn(world: World, month: int, start: Ranker, guard: JudgedPairs, *, correct_bias: bool) -> str:
    """The month's training, as `sanku train` does it; returns its decision."""
    with world.database.reading() as session:
        trained = train(
            session,
            present=world.active.current(session),
            start=start,
            judged=guard,
            until=month_start(month) + timedelta(days=28),
            correct_bias=correct_bias,
        )
    with world.database.unit_of_work() as session:
        return settle(session, trained, shipped=start, principal=SYSTEM).decision


def live(
    town: Town, start: Ranker, arm: str, guard: JudgedPairs, seed: int, folder: Path
) -> list[dict[str, Any]]:
    """One arm of one replica: a row for the start and each month."""
    draws = np.random.default_rng(seed)
    order = draws.permutation(len(town.demands))
    kept = round(len(order) * KEPT_FOR_THE_END)
    future, arriving = order[:kept].tolist(), np.array_split(order[kept:], MONTHS)
    world = build(town, start, folder)
    rows = [row_of(world, future, 0, "")]
    for month in range(MONTHS):
        # The people draw alike in all arms: what differs is what they are shown.
        people = np.random.default_rng([seed, month])
        present = [one for part in arriving[max(0, month + 1 - MONTHS_SHOWN) : month + 1] for one in part]
        if arm == "never":  # whatever people do, nothing changes
            rows.append(row_of(world, future, month + 1, ""))
            continue
        use_one_month(world, present, month, people)
        decision = learn(world, month, start, guard, correct_bias=arm == "learning")
        rows.append(row_of(world, future, month + 1, decision))
    world.database.dispose()
    return rows


def row_of(world: World, future: Sequence[int], month: int, decision: str) -> dict[str, Any]:
    """How good the ranker is that answers at the month's end, and the one that was tried then, promoted or not."""
    with world.database.reading() as session:
        last = session.scalar(select(TrainingRun).order_by(TrainingRun.id.desc()).limit(1))
        report = last.report if last else {}
    tried = Ranker.from_dict(report["candidate"]) if "candidate" in report else None
    return {
        "month": month,
        "judgements": report.get("judgements"),
        "eta": report.get("position_bias", {}).get(SURFACE, {}).get("eta"),
        "decision": decision,
        "ndcg": mean_ndcg(world.town, world.present(), future),
        "tried": mean_ndcg(world.town, tried, future) if tried else None,
    }


def mean_ndcg(town: Town, ranker: Ranker, demands: Sequence[int]) -> float:
    return float(np.mean(list(town.ndcg(ranker, demands).values())))


def weak_ranker(shipped: Ranker) -> Ranker:
    """Weak on purpose: it goes by words in common, and hardly by meaning, hubness or terms."""
    weights = {name: weight * WEAKENED.get(name, 1.0) for name, weight in shipped.weights.items()}
    return replace(shipped, version="weak-start", base=-3.0, weights=weights)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judged", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/sanku-simulation"))
    parser.add_argument("--replicas", type=int, default=8)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings = Settings(_env_file=None, home=options.home, demo=True, model=str(options.model))
    embedder = open_embedder(settings)

    def say(done: int, total: int) -> None:
        sys.stderr.write(f"\rembedded {done}/{total} ")

    town = Town.of(judged_pairs(settings, embedder, options.judged, on_progress=say))
    guard = judged_pairs(settings, embedder, shipped_directory(), on_progress=say)
    shipped = load_ranker()
    starts = {"weak": weak_ranker(shipped), "shipped": shipped}
    results: Results = {name: {arm: [] for arm in ARMS} for name in starts}
    for seed in range(options.replicas):
        for name, start in starts.items():
            for arm in ARMS:
                with tempfile.TemporaryDirectory(prefix="sanku-use-") as folder:
                    results[name][arm].append(live(town, start, arm, guard, seed, Path(folder)))
        sys.stderr.write(f"\rreplica {seed + 1}/{options.replicas}\n")
        # After each replica, so that an interrupted run has reported its results until then.
        keep(results, shipped, options.out)


def keep(results: Results, shipped: Ranker, out: Path) -> None:
    document = {"ranker": shipped.version, "features": [one.name for one in FEATURES], "replicas": results}
    out.write_text(json.dumps(document, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
