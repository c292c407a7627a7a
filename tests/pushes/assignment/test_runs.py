"""Assignments that are carried out: by the bureau, in the night, once, whatever happens to the worker."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.clock import JINAN_TIME, local_now
from app.database import Database
from app.events.catalogue import AssignmentDue
from app.events.domain_event import ClaimedEvent
from app.libraries.managers.models import Manager
from app.pushes.assignment.models import AssignmentRun
from app.pushes.assignment.runs import CATCH_UP, execute_run, plan_run, start_nightly
from app.pushes.models import Push
from app.pushes.recommender import Recommender
from app.schedule import scheduled_jobs
from app.settings import Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.scenario import Scenario

NIGHT = datetime(2026, 11, 26, 3, 0, tzinfo=JINAN_TIME)


@pytest.fixture
def served(app: Any) -> Scenario:
    database: Database = app.state.services[Database]
    scenario = Scenario(database)
    app.state.services[Recommender] = scenario.matcher
    return scenario


def started(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.post("/v1/assignments/run", json=body)
    assert answer.status_code == 202, answer.text
    actual: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/v1/assignments/runs/{actual['id']}"
    return actual


def result(caller: Caller, run: dict[str, Any]) -> dict[str, Any]:
    answer = caller.get(f"/v1/assignments/runs/{run['id']}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def places(items: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(item["demand_id"], item["achievement_id"], item["manager_id"]) for item in items}


def due(run: AssignmentRun) -> ClaimedEvent:
    return ClaimedEvent(run.id, AssignmentDue.name, run.id, {}, 1, run.id)


def test_a_run_pushes_what_the_dry_run_said_and_the_next_one_adds_nothing(
    served: Scenario, as_operator: Caller
) -> None:
    for fit in (0.9, 0.7):
        served.manager(fit=fit, capacity=2)
    for score in (0.9, 0.8, 0.6):
        served.ranked_pair(score)
    said = as_operator.post("/v1/assignments/plan", json={}).json()
    run = started(as_operator)
    assert (run["state"], run["pushes"], run["finished_at"]) == ("due", 0, None)
    served.work()
    done = result(as_operator, run)
    assert (done["state"], done["pairs"], done["pushes"], done["unassigned"]) == ("done", 3, 4, 0)
    assert places(done["answer"]["written"]) == places(said["added"])
    assert (done["answer"]["before"], done["answer"]["after"]) == (said["present"], said["planned"])
    pushes = as_operator.get("/v1/pushes").json()["items"]
    assert {item["id"] for item in pushes} == {item["push_id"] for item in done["answer"]["written"]}
    assert all(item["reasons"]["manager"] for item in pushes)

    again = started(as_operator)
    served.work()
    actual = result(as_operator, again)
    assert (actual["pushes"], actual["answer"]["kept"], len(served.pushes())) == (0, 4, 4)
    listed = as_operator.get("/v1/assignments/runs", params={"limit": 1}).json()
    assert [item["id"] for item in listed["items"]] == [again["id"]]
    rest = as_operator.get("/v1/assignments/runs", params={"cursor": listed["next_cursor"]}).json()
    assert [item["id"] for item in rest["items"]] == [run["id"]]


def test_through_the_real_service_a_run_fills_what_became_free(
    log_in: Callable[..., Caller], as_operator: Caller, drain: Callable[[], int]
) -> None:
    """A manager with capacity 1 is full during one engagement; when it ends, a run assigns them the next pair."""
    buyer = log_in(Role.ENTERPRISE)
    done = buyer.post("/v1/demands", json=demand_payload()).json()
    # It says what the demand says, so that any embedder finds the pair good.
    answer = achievement_payload(title=done["title"], summary=done["main_problem"])
    log_in(Role.INSTITUTION).post("/v1/achievements", json=answer)
    person = log_in(Role.MANAGER)
    manager = person.post("/v1/managers", json=manager_payload(fields=["405"], capacity=1)).json()["id"]
    drain()
    [push] = as_operator.get("/v1/pushes").json()["items"]
    assert person.post(f"/v1/pushes/{push['id']}/accept").status_code == 200
    waits = log_in(Role.ENTERPRISE).post("/v1/demands", json=demand_payload()).json()

    run = started(as_operator)
    drain()
    actual = result(as_operator, run)
    assert (actual["state"], actual["pairs"], actual["pushes"], actual["unassigned"]) == ("done", 2, 0, 1)
    [short] = actual["answer"]["short"]
    assert (short["demand_id"], short["reason"]) == (waits["id"], "no_capacity_in_total")
    assert actual["answer"]["relief"]["places"] == [{"manager_id": manager, "more": 1, "capacity": 2}]

    closing = buyer.post(f"/v1/demands/{done['id']}/close", headers={"If-Match": '"1"'})
    assert closing.status_code == 200, closing.text
    run = started(as_operator)
    drain()
    actual = result(as_operator, run)
    assert (actual["pairs"], actual["pushes"], actual["answer"]["short"]) == (1, 1, [])
    [item] = person.get("/v1/inbox").json()["items"]
    assert item["demand"]["id"] == waits["id"]
    assert item["id"] == actual["answer"]["written"][0]["push_id"]


def test_nobody_gets_more_who_has_as_many_waiting_as_his_capacity(
    served: Scenario, as_operator: Caller
) -> None:
    """Pushes by event count accepted pairs; an assignment also counts pending ones, and moves nothing."""
    popular = served.manager(fit=0.9, capacity=1)
    keys = [served.ranked_pair(score) for score in (0.9, 0.8, 0.75)]
    for key in keys:
        served.emit_event("demand.published", key[0])
    served.work()
    assert len(served.pushes(manager_id=popular)) == 3
    other = served.manager(fit=0.6, capacity=2)
    served.ranked_pair(0.7)
    said = as_operator.post("/v1/assignments/plan", json={}).json()
    run = started(as_operator)
    served.work()
    actual = result(as_operator, run)
    assert places(actual["answer"]["written"]) == places(said["added"])
    assert actual["answer"]["not_written"] == [] == said["ended"]
    assert (actual["answer"]["kept"], actual["pushes"]) == (3, 2)
    assert len(served.pushes(manager_id=popular)) == 3
    assert {push.manager_id for push in served.pushes()} == {popular, other}
    # What was there breaks a capacity in the figures before and after alike: nothing was added to it.
    assert (
        actual["answer"]["before"]["capacity_breaches"] == actual["answer"]["after"]["capacity_breaches"] == 2
    )


def test_what_is_in_the_way_is_named_with_counts_and_what_would_help(
    served: Scenario, as_operator: Caller
) -> None:
    only = served.manager(fit=0.8, capacity=1)
    best, *others = (served.ranked_pair(score) for score in (0.9, 0.8, 0.7))
    run = started(as_operator)
    served.work()
    done = result(as_operator, run)
    answer = done["answer"]
    assert [item["demand_id"] for item in answer["written"]] == [str(best[0])]
    assert {item["demand_id"] for item in answer["short"]} == {str(demand) for demand, _ in others}
    assert answer["reasons"] == {"no_capacity_in_total": 2}
    assert all(item["zh"] and item["en"] and item["full"] == 1 for item in answer["short"])
    assert answer["relief"] == {
        "places": [{"manager_id": str(only), "more": 2, "capacity": 3}],
        "candidates": [],
        "bottlenecks": [{"pairs": 3, "manager_ids": [str(only)], "places": 1, "missing": 2}],
    }
    assert done["unassigned"] == 2


def test_a_pair_whose_only_candidates_are_in_conflict_says_so(served: Scenario, as_operator: Caller) -> None:
    owner = served.organisation()
    own = served.demand(owner=owner), served.achievement()
    served.rank_pair(*own)
    served.manager(posts=[owner])
    run = started(as_operator)
    served.work()
    done = result(as_operator, run)
    [short] = done["answer"]["short"]
    assert (short["reason"], short["candidates"], short["in_conflict"]) == ("no_candidate_left", 0, 1)
    [more] = done["answer"]["relief"]["candidates"]
    assert (more["demand_id"], more["more"], more["in_conflict"]) == (str(own[0]), 1, 1)
    assert (done["pushes"], done["unassigned"], done["answer"]["after"]["conflicts"]) == (0, 1, 0)


def test_a_repeated_request_starts_one_run(served: Scenario, as_operator: Caller) -> None:
    headers = {"Idempotency-Key": "the-first-night"}
    first, second = (
        as_operator.post("/v1/assignments/run", json={"limit": 5}, headers=headers) for _ in range(2)
    )
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(as_operator.get("/v1/assignments/runs").json()["items"]) == 1
    other = as_operator.post("/v1/assignments/run", json={"limit": 6}, headers=headers)
    assert other.status_code == 422


def test_runs_are_the_bureaus(
    served: Scenario, as_operator: Caller, as_manager: Caller, as_enterprise: Caller, as_stranger: Caller
) -> None:
    run = started(as_operator)
    for caller, status in ((as_manager, 403), (as_enterprise, 403), (as_stranger, 401)):
        assert caller.post("/v1/assignments/run", json={}).status_code == status
        assert caller.get("/v1/assignments/runs").status_code == status
        assert caller.get(f"/v1/assignments/runs/{run['id']}").status_code == status
    assert as_operator.post("/v1/assignments/run", json={"limit": 0}).status_code == 422
    assert as_operator.post("/v1/assignments/run", json={"keep": False}).status_code == 422
    assert as_operator.get(f"/v1/assignments/runs/{served.demand()}").status_code == 404


def test_two_runs_at_once_never_give_a_place_twice(scenario: Scenario) -> None:
    scenario.manager(capacity=1, fit=0.9)
    scenario.manager(capacity=1, fit=0.8)
    scenario.ranked_pair(0.9)
    with scenario.database.unit_of_work() as session:
        runs = [AssignmentRun(pairs_limit=10) for _ in range(2)]
        session.add_all(runs)
        session.flush()
        events = [due(run) for run in runs]
    with scenario.database.reading() as session:
        first = plan_run(scenario.services, session, events[0])
    scenario.ranked_pair(0.95)
    with scenario.database.reading() as session:
        second = plan_run(
            scenario.services, session, events[1]
        )  # knows one pair more, and gives it the same managers
    for event, plan in zip(events, (first, second), strict=True):
        with scenario.database.unit_of_work() as session:
            execute_run(scenario.services, session, event, plan)
    assert len(scenario.pushes()) == 2
    scenario.work()  # the second is computed again, and finds all slots occupied
    assert len(scenario.pushes()) == 2
    with scenario.database.reading() as session:
        assert set(session.scalars(select(AssignmentRun.state))) == {"done"}


def test_a_run_whose_worker_died_is_done_once(scenario: Scenario) -> None:
    scenario.manager(capacity=3)
    scenario.ranked_pair()
    with scenario.database.unit_of_work() as session:
        run = AssignmentRun(pairs_limit=10)
        session.add(run)
        session.flush()
        event = due(run)

    def carry_out(*, killed: bool = False) -> None:
        with scenario.database.reading() as session:
            plan = plan_run(scenario.services, session, event)
        with scenario.database.unit_of_work() as session:
            execute_run(scenario.services, session, event, plan)
            if killed:
                raise KeyboardInterrupt  # before the end of the transaction

    with scenario.database.reading() as session:
        plan_run(scenario.services, session, event)  # and its worker is gone
    with pytest.raises(KeyboardInterrupt):
        carry_out(killed=True)
    assert scenario.pushes() == []
    carry_out()
    carry_out()
    assert len(scenario.pushes()) == 1


def test_a_push_forbidden_in_the_meantime_is_not_written_and_is_reported(scenario: Scenario) -> None:
    gone, stays = scenario.manager(fit=0.9), scenario.manager(fit=0.8)
    key = scenario.ranked_pair()
    with scenario.database.unit_of_work() as session:
        run = AssignmentRun(pairs_limit=10)
        session.add(run)
        session.flush()
        event = due(run)
    with scenario.database.reading() as session:
        plan = plan_run(scenario.services, session, event)
    scenario.set_state(Manager, gone, "withdrawn")
    with scenario.database.unit_of_work() as session:
        execute_run(scenario.services, session, event, plan)
    with scenario.database.reading() as session:
        run = session.scalars(select(AssignmentRun)).one()
        [push] = session.scalars(select(Push)).all()
        assert (push.manager_id, push.demand_id) == (stays, key[0])
        assert (run.assigned, run.pushes) == (2, 1)
        [refused] = run.answer["not_written"]
        assert (refused["manager_id"], refused["reason"]) == (str(gone), "manager_not_published")


@pytest.mark.parametrize(
    ("moment", "starts"),
    [
        (NIGHT - timedelta(minutes=1), False),
        (NIGHT, True),
        (NIGHT + CATCH_UP - timedelta(minutes=1), True),
        (NIGHT + CATCH_UP, False),
        (NIGHT + timedelta(hours=12), False),
    ],
)
def test_the_night_has_its_hours(scenario: Scenario, moment: datetime, starts: bool) -> None:
    with scenario.database.unit_of_work() as session:
        run = start_nightly(session, hour=3, limit=50, moment=moment)
    assert (run is not None) == starts


def test_a_night_runs_once_and_the_next_night_again(scenario: Scenario) -> None:
    scenario.manager()
    scenario.ranked_pair()
    for minutes in (0, 5, 60):
        with scenario.database.unit_of_work() as session:
            start_nightly(session, hour=3, limit=50, moment=NIGHT + timedelta(minutes=minutes))
        scenario.work()
    with scenario.database.unit_of_work() as session:
        start_nightly(session, hour=3, limit=50, moment=NIGHT + timedelta(days=1))
    scenario.work()
    with scenario.database.reading() as session:
        runs = session.scalars(select(AssignmentRun).order_by(AssignmentRun.night)).all()
        assert [(run.night, run.state, run.pushes) for run in runs] == [
            (NIGHT.date(), "done", 1),
            (NIGHT.date() + timedelta(days=1), "done", 0),
        ]


def test_of_two_workers_at_once_one_starts_the_night(scenario: Scenario) -> None:
    together = threading.Barrier(2)
    began = []

    def work() -> None:
        together.wait()
        with scenario.database.unit_of_work() as session:
            began.append(start_nightly(session, hour=3, limit=50, moment=NIGHT) is not None)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(began) == [False, True]
    with scenario.database.reading() as session:
        assert len(session.scalars(select(AssignmentRun)).all()) == 1


@pytest.mark.parametrize("wanted", [True, False])
def test_the_worker_has_the_night_among_its_jobs(app: Any, wanted: bool) -> None:
    services = app.state.services
    services[Settings] = services[Settings].model_copy(
        update={"assignment_nightly": wanted, "assignment_hour": local_now().hour}
    )
    [job] = [job for job in scheduled_jobs(services[Settings]) if job.name == "assign_nightly"]
    job.execute(services)
    with services[Database].reading() as session:
        assert len(session.scalars(select(AssignmentRun)).all()) == wanted
