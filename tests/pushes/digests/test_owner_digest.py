"""News for owners: what fits their records, once, at their hour."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select

from app.bootstrap.workers import build_job_runner, build_worker
from app.database import Database, now
from app.libraries.achievements.models import Achievement
from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.models import Pair
from app.pushes.digests.models import OwnerDigest
from app.pushes.digests.owner_digest import announce_owner_digests, headline, make_owner_digest
from app.pushes.preferences.models import OwnerPreference
from app.pushes.preferences.working_time import local
from tests.support.callers import Caller, LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario


def actual(database: Database, organisation_id: UUID) -> list[OwnerDigest]:
    with database.reading() as session:
        query = select(OwnerDigest).where(OwnerDigest.organisation_id == organisation_id)
        found = list(session.scalars(query.order_by(OwnerDigest.day)))
        session.expunge_all()
        return found


def wish(scenario: Scenario, organisation_id: UUID, **wishes: Any) -> None:
    base = {"frequency": "daily", "digest_hour": 0, "on_days_off": True}
    with scenario.database.unit_of_work() as session:
        session.merge(OwnerPreference(organisation_id=organisation_id, **base | wishes))


def yesterday(scenario: Scenario) -> None:
    """Move all rankings and notifications so far back by a day."""
    with scenario.database.unit_of_work() as session:
        for pair in session.scalars(select(Pair)):
            pair.computed_at -= timedelta(days=1)
        for digest in session.scalars(select(OwnerDigest).order_by(OwnerDigest.day)):
            digest.day -= timedelta(days=1)
            session.flush()


def make(scenario: Scenario, organisation_id: UUID) -> bool:
    with scenario.database.unit_of_work() as session:
        return make_owner_digest(session, organisation_id, policy=scenario.policy) is not None


def announce(scenario: Scenario) -> int:
    with scenario.database.unit_of_work() as session:
        return announce_owner_digests(session, policy=scenario.policy)


@pytest.fixture
def enterprise(scenario: Scenario) -> UUID:
    organisation_id = scenario.organisation()
    wish(scenario, organisation_id)
    return organisation_id


def test_both_sides_are_notified_of_a_match(scenario: Scenario, enterprise: UUID) -> None:
    university = scenario.organisation()
    wish(scenario, university)
    demand = scenario.demand(owner=enterprise)
    achievements = [scenario.achievement(owner=university) for _ in range(3)]
    for n, achievement in enumerate(achievements):
        scenario.rank_pair(demand, achievement, 0.6 + n / 10)
    scenario.rank_pair(demand, scenario.achievement(), 0.4)
    assert announce(scenario) == 0  # ranked after the hour
    yesterday(scenario)
    assert announce(scenario) == 2
    assert announce(scenario) == 0  # they still wait
    scenario.work()
    [mine] = actual(scenario.database, enterprise)
    assert mine.day == local(now()).date()
    assert mine.items == [
        {
            "kind": "demand",
            "record_id": str(demand),
            "count": 3,
            "others": [str(id_) for id_ in reversed(achievements)],
        }
    ]
    [theirs] = actual(scenario.database, university)
    assert {(item["kind"], item["record_id"], item["count"]) for item in theirs.items} == {
        ("achievement", str(id_), 1) for id_ in achievements
    }
    messages = {one.subject_id: one.payload for one in scenario.events("message.due")}
    assert messages[enterprise]["kind"] == "owner_digest"
    assert messages[enterprise]["ids"] == {
        "owner_digest_id": str(mine.id),
        "demand_ids": [str(demand)],
        "achievement_ids": [],
    }
    assert set(messages[university]["ids"]["achievement_ids"]) == {str(id_) for id_ in achievements}


def test_the_same_message_is_not_sent_twice(scenario: Scenario, enterprise: UUID) -> None:
    demand = scenario.demand(owner=enterprise)
    scenario.rank_pair(demand, scenario.achievement())
    yesterday(scenario)
    assert make(scenario, enterprise)
    assert not make(scenario, enterprise)
    yesterday(scenario)
    assert not make(scenario, enterprise)
    fresh = scenario.achievement()
    scenario.rank_pair(demand, fresh)
    yesterday(scenario)
    assert make(scenario, enterprise)
    assert [item["others"] for item in actual(scenario.database, enterprise)[-1].items] == [[str(fresh)]]


def test_a_pair_that_was_ranked_again_is_no_news(scenario: Scenario, enterprise: UUID) -> None:
    demand, achievement = scenario.demand(owner=enterprise), scenario.achievement()
    scenario.rank_pair(demand, achievement)
    yesterday(scenario)
    assert make(scenario, enterprise)
    scenario.unrank_pair(demand, achievement)
    scenario.rank_pair(demand, achievement, 0.95)
    yesterday(scenario)
    assert not make(scenario, enterprise)


@pytest.mark.parametrize("wishes", [{"frequency": "none"}, {"minimum_score": 0.9}])
def test_who_wants_no_news_gets_none(scenario: Scenario, enterprise: UUID, wishes: dict[str, Any]) -> None:
    wish(scenario, enterprise, **wishes)
    scenario.rank_pair(scenario.demand(owner=enterprise), scenario.achievement(), 0.8)
    yesterday(scenario)
    assert not make(scenario, enterprise)
    announce(scenario)
    assert [one.subject_id for one in scenario.events("owner_digest.due")].count(enterprise) == 0


def test_withdrawn_and_own_matches_are_no_news(scenario: Scenario, enterprise: UUID) -> None:
    demand = scenario.demand(owner=enterprise)
    gone = scenario.achievement()
    scenario.rank_pair(demand, gone)
    scenario.rank_pair(demand, scenario.achievement(owner=enterprise))
    with scenario.database.unit_of_work() as session:
        session.get_one(Achievement, gone).state = "withdrawn"
    yesterday(scenario)
    assert not make(scenario, enterprise)


def test_a_match_to_which_its_owners_are_invited_already_is_no_news(app: Any, log_in: LogIn) -> None:
    """Before either has consented; where it came to nothing, it is a match like others."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    owners = [one.organisation_id for one in (scenario.enterprise, scenario.institution)]
    for owner in owners:
        wish(scenario, owner)
    case = scenario.open_engagement()
    scenario.rank_pair(case.demand_id, case.achievement_id)
    yesterday(scenario)
    assert announce(scenario) == 0
    assert [make(scenario, owner) for owner in owners] == [False, False]
    ok(case.move("ended", reason="other"))
    assert [make(scenario, owner) for owner in owners] == [True, True]


def test_two_workers_tell_once(scenario: Scenario, enterprise: UUID) -> None:
    scenario.rank_pair(scenario.demand(owner=enterprise), scenario.achievement())
    yesterday(scenario)
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        make(scenario, enterprise)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(actual(scenario.database, enterprise)) == 1
    assert len(scenario.events("message.due")) == 1


def test_the_news_in_words() -> None:
    assert headline("demand", 3, "管道防腐") == (
        "3 项技术成果与您的需求《管道防腐》匹配",
        "3 achievements match your demand “管道防腐”",
    )
    assert headline("achievement", 1, "涂层") == (
        "您的技术成果《涂层》与 1 项技术需求匹配",
        "your achievement “涂层” matches 1 demand",
    )


def test_over_http(app: Any, as_enterprise: Caller, as_institution: Caller, as_operator: Caller) -> None:
    """By the jobs and handlers of the service itself."""
    scenario = Scenario(app.state.services[Database])
    wish(scenario, as_enterprise.organisation_id)
    scenario.rank_pair(scenario.demand(owner=as_enterprise.organisation_id), scenario.achievement(), 0.99)
    yesterday(scenario)
    assert "announce_owner_digests" in build_job_runner(app.state.services).run_due()
    build_worker(app.state.services).run_until_idle()
    [digest] = as_enterprise.get("/v1/owner-digests").json()["items"]
    assert digest["items"][0]["zh"] == "1 项技术成果与您的需求《解决管道腐蚀》匹配"
    assert as_institution.get("/v1/owner-digests").json()["items"] == []
    assert len(as_operator.get("/v1/owner-digests").json()["items"]) >= 1


def alike(scenario: Scenario, *achievements: UUID) -> None:
    """Give the achievements the same vector, as texts that say the same have."""
    with scenario.database.unit_of_work() as session:
        for id_ in achievements:
            vector_store.store_vectors(
                session,
                [
                    vector_store.vector_row(
                        record_id=id_,
                        kind=RecordKind.ACHIEVEMENT,
                        model_id="made up",
                        text_hash="0" * 64,
                        vector=np.eye(4, dtype=np.float32)[0],
                        sentences=[],
                        sentence_vectors=np.zeros((0, 4), np.float32),
                    )
                ],
            )


def test_copies_of_one_achievement_are_one_match_and_a_later_copy_is_no_news(
    scenario: Scenario, enterprise: UUID
) -> None:
    demand = scenario.demand(owner=enterprise)
    first, second, third, other = (scenario.achievement() for _ in range(4))
    alike(scenario, first, second, third)
    for achievement, score in ((first, 0.7), (second, 0.9), (other, 0.6)):
        scenario.rank_pair(demand, achievement, score=score)
    yesterday(scenario)
    assert make(scenario, enterprise)
    (digest,) = actual(scenario.database, enterprise)
    assert [(item["count"], item["others"]) for item in digest.items] == [(2, [str(second), str(other)])]
    scenario.rank_pair(demand, third, score=0.95)
    yesterday(scenario)
    assert not make(scenario, enterprise)
    announce(scenario)  # digests of the other owners may be due, by the time of the test
    assert enterprise not in {event.subject_id for event in scenario.events("owner_digest.due")}
