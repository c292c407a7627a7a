"""Training from end to end: what is promoted, what is not, and that the comparison looks only ahead."""

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.access.principal import SYSTEM
from app.database import Database
from app.matching.feedback.models import TrainingRun
from app.matching.ranking.models import RankerActivation, RankerModel
from app.matching.ranking.ranker import Ranker
from app.matching.ranking.registry import ActiveRanker
from app.matching.training.examples import Example, collect_examples
from app.matching.training.folds import LEAST_DEMANDS, by_time
from app.matching.training.job import TrainingOptions, run_training
from app.matching.training.judged_sets import JudgedPairs
from app.matching.training.promotion import later_demands
from app.matching.training.trainer import PromotionDecision, Trained, settle, train
from tests.matching.training.test_fit import AT, example
from tests.matching.training.usage import BY_CHANCE, BY_MEANING, END, build, live


def trained_on(database: Database, present: Ranker, judged: JudgedPairs | None = None) -> Trained:
    with database.reading() as session:
        return train(session, present=present, start=present, judged=judged, until=END)


def test_a_better_model_is_promoted_and_answers(database: Database) -> None:
    live(database, build(database, demands=36, achievements=8), BY_CHANCE)
    trained = trained_on(database, BY_CHANCE)
    gap = trained.report["later_demands"]
    assert trained.decision is PromotionDecision.PROMOTED
    assert gap["interval"][0] >= 0
    assert gap["candidate"] > gap["present"] + 0.05
    with database.unit_of_work() as session:
        settle(session, trained, shipped=BY_CHANCE, principal=SYSTEM)
    with database.reading() as session:
        assert ActiveRanker(BY_CHANCE).current(session) == trained.candidate
        model = session.scalars(select(RankerModel).where(RankerModel.state == "trained")).one()
        run = session.scalars(select(TrainingRun)).one()
        assert (model.parent, run.candidate, run.decision) == (BY_CHANCE.version, model.version, "promoted")
        assert model.metrics["later_demands"] == gap


def test_the_next_training_compares_on_what_the_promoted_one_has_not_seen(database: Database) -> None:
    live(database, build(database, demands=36, achievements=8), BY_CHANCE)
    first = trained_on(database, BY_CHANCE)
    assert first.candidate is not None
    with database.unit_of_work() as session:
        settle(session, first, shipped=BY_CHANCE, principal=SYSTEM)
    again = trained_on(database, first.candidate)
    # Of 36 demands the first comparison used the last 22; the newest third of them was not learned from.
    assert again.decision is PromotionDecision.TOO_FEW


def test_a_good_model_is_not_replaced_by_one_of_noise(database: Database) -> None:
    town = build(database, demands=30, achievements=6)
    live(database, town, BY_MEANING, relevant=lambda _: 0.5)
    trained = trained_on(database, BY_MEANING)
    assert trained.decision is PromotionDecision.NOT_BETTER
    with database.unit_of_work() as session:
        settle(session, trained, shipped=BY_MEANING, principal=SYSTEM)
    with database.reading() as session:
        assert ActiveRanker(BY_MEANING).current(session) is BY_MEANING
        assert session.scalars(select(RankerModel.state)).all() == ["refused"]


def test_what_loses_on_the_judged_set_is_not_promoted(database: Database) -> None:
    """Use says that meaning matters; the judged set says, of every demand, that words do."""
    live(database, build(database, demands=36, achievements=8), BY_CHANCE)
    rows = [
        (f"D{number}", f"A{number}-{place}", {"whole": -0.5 * place, "words": 0.5 * place}, 3 * place)
        for number in range(20)
        for place in (0, 1)
    ]
    judged = JudgedPairs(
        tuple(row[0] for row in rows),
        tuple(row[1] for row in rows),
        tuple(row[2] for row in rows),
        grades=np.array([row[3] for row in rows]),
    )
    assert trained_on(database, BY_CHANCE, judged).decision is PromotionDecision.WORSE_ON_JUDGED
    assert trained_on(database, BY_CHANCE).decision is PromotionDecision.PROMOTED


def test_too_little_use_trains_nothing(database: Database) -> None:
    live(database, build(database, demands=4, achievements=4), BY_CHANCE)
    trained = trained_on(database, BY_CHANCE)
    assert (trained.decision, trained.candidate) == (PromotionDecision.TOO_FEW, None)
    with database.unit_of_work() as session:
        settle(session, trained, shipped=BY_CHANCE, principal=SYSTEM)
    with database.reading() as session:
        assert session.scalars(select(TrainingRun.decision)).all() == ["too_few"]
        assert session.scalars(select(RankerModel)).all() == []


def test_a_switch_during_the_training_is_not_overrun(database: Database) -> None:
    live(database, build(database, demands=36, achievements=8), BY_CHANCE)
    first, second = trained_on(database, BY_CHANCE), trained_on(database, BY_CHANCE)
    assert first.candidate == second.candidate  # the same judgements make the same model
    with database.unit_of_work() as session:
        assert settle(session, first, shipped=BY_CHANCE, principal=SYSTEM).decision == "promoted"
    with database.unit_of_work() as session:
        assert settle(session, second, shipped=BY_CHANCE, principal=SYSTEM).decision == "overtaken"
    with database.reading() as session:
        assert session.scalars(select(RankerActivation.why).order_by(RankerActivation.seq)).all() == [
            "shipped",
            "promote",
        ]


def test_a_dry_run_writes_nothing(database: Database) -> None:
    live(database, build(database, demands=36, achievements=8), BY_CHANCE)
    report = run_training(database, BY_CHANCE, TrainingOptions(judged=None, dry_run=True))
    assert report["decision"] == "promoted"
    with database.reading() as session:
        for table in (TrainingRun, RankerModel, RankerActivation):
            assert session.scalars(select(table)).all() == []


@pytest.mark.parametrize("seed", range(6))
def test_a_model_is_never_promoted_that_loses_on_later_demands(sqlite_url: str, seed: int) -> None:
    """Towns of every kind: people who go by meaning, by chance words, or by nothing."""
    database = Database(sqlite_url)
    tastes = [
        lambda known: 0.8 if known["whole"] > 0 else 0.2,
        lambda known: 0.8 if known["words"] > 0 else 0.2,
        lambda _: 0.4,
    ]
    start = (BY_CHANCE, BY_MEANING)[seed % 2]
    live(
        database,
        build(database, demands=24, achievements=6, viewers=2),
        start,
        relevant=tastes[seed % 3],
        seed=seed,
    )
    trained = trained_on(database, start)
    later, newest = trained.report["later_demands"], trained.report["newest_demands"]
    better = later["interval"][0] >= 0 and later["difference"] > 0 and newest["difference"] >= 0
    assert (trained.decision is PromotionDecision.PROMOTED) == better
    database.dispose()


def rows(days: list[tuple[int, int]]) -> list[Example]:
    """(demand, day shown), as examples in order of time."""
    found = [
        Example(
            UUID(int=demand + 1), UUID(int=number), UUID(int=0), {}, 1.0, 1.0, AT + timedelta(days=day), True
        )
        for number, (demand, day) in enumerate(days)
    ]
    return sorted(found, key=lambda one: one.at)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), max_size=150), st.integers(0, 60) | st.none()
)
def test_each_fold_learns_from_before_and_tries_on_after(
    days: list[tuple[int, int]], after: int | None
) -> None:
    examples = rows(days)
    moment = None if after is None else AT + timedelta(days=after)
    folds = by_time(examples, after=moment)
    tried = [one.demand_id for fold in folds for one in fold.later]
    assert not folds or len(set(tried)) >= LEAST_DEMANDS
    for fold in folds:
        begin = min(one.at for one in fold.later)
        assert all(one.at < begin for one in fold.learned)
        assert not {one.demand_id for one in fold.learned} & {one.demand_id for one in fold.later}
        assert moment is None or begin >= moment


def test_judgements_of_terms_alone_say_nothing_of_relevance() -> None:
    price = example(0.0, features={"price": -1.0}, judged_features=frozenset({"price"}))
    assert later_demands(BY_CHANCE, BY_MEANING, [price]).gap().demands == 0


def test_harvest_is_the_same_every_time(database: Database) -> None:
    live(database, build(database, demands=3, achievements=4), BY_CHANCE)
    with database.reading() as session:
        assert collect_examples(session, until=END) == collect_examples(session, until=END)
