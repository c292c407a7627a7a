"""Concurrent requests: real threads on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from app.database import Database
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import RecordVersion
from app.libraries.record.reference_numbers import next_numbers
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.demands import demand_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient


def together(*calls: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(call) for call in calls]]


def let_two_meet(indexer: RecordingIndexer) -> None:
    """From now on, two requests both read, check and embed before either starts to write."""
    barrier, prepare = Barrier(2, timeout=120), indexer.prepare

    def wait(records: Any, **_: Any) -> Any:
        barrier.wait()
        return prepare(records)

    indexer.prepare = wait  # type: ignore[method-assign]


def test_of_two_changes_one_wins(
    scenario: Scenario, enterprise: UserClient, indexer: RecordingIndexer
) -> None:
    made = enterprise.create("demands", demand_payload())
    path = f"/v1/demands/{made['id']}"
    let_two_meet(indexer)
    answers = together(
        lambda: enterprise.patch(path, {"title": "第一人改的名称"}, If_Match='"1"'),
        lambda: enterprise.patch(path, {"title": "第二人改的名称"}, If_Match='"1"'),
    )
    by_status = {answer.status_code: answer for answer in answers}
    assert set(by_status) == {200, 412}
    assert by_status[412].headers["ETag"] == '"2"'
    assert enterprise.get(path).json()["title"] == by_status[200].json()["title"]
    assert scenario.event_names(made["id"]) == ["demand.published", "demand.changed"]
    with scenario.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecordVersion)) == 2


def test_one_key_makes_one_record(scenario: Scenario, enterprise: UserClient) -> None:
    payload = demand_payload()
    first = enterprise.post("/v1/demands", payload, Idempotency_Key="order-0001")
    again = enterprise.post("/v1/demands", payload, Idempotency_Key="order-0001")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    for header in ("Location", "ETag"):
        assert first.headers[header] == again.headers[header]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = enterprise.post("/v1/demands", demand_payload(title="另一个需求"), Idempotency_Key="order-0001")
    assert other.status_code == 422
    assert other.json()["errors"][0]["code"] == "key_reused"
    assert len(enterprise.get("/v1/demands", mine=True).json()["items"]) == 1


def test_one_key_at_the_same_moment(
    scenario: Scenario, enterprise: UserClient, indexer: RecordingIndexer
) -> None:
    let_two_meet(indexer)

    def send() -> Any:
        return enterprise.post("/v1/demands", demand_payload(), Idempotency_Key="order-0002")

    statuses = sorted(answer.status_code for answer in together(send, send))
    assert statuses in ([201, 201], [201, 409])  # the second repeats the answer, or is asked to try again
    with scenario.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Demand)) == 1
    assert len(indexer.findable) == 1


def test_a_refused_request_keeps_no_key(enterprise: UserClient) -> None:
    bad = enterprise.post("/v1/demands", demand_payload(region=None), Idempotency_Key="order-0003")
    good = enterprise.post("/v1/demands", demand_payload(), Idempotency_Key="order-0003")
    assert (bad.status_code, good.status_code) == (422, 201)


def test_numbers_are_given_once(database: Database) -> None:
    def take() -> list[str]:
        numbers = []
        for _ in range(5):
            with database.unit_of_work() as session:
                numbers += next_numbers(session, RecordKind.DEMAND)
        return numbers

    taken = [number for numbers in together(take, take, take, take) for number in numbers]
    assert sorted(int(number[-6:]) for number in taken) == list(range(1, 21))


def test_an_undone_transaction_gives_its_number_back(database: Database) -> None:
    def fail() -> None:
        with database.unit_of_work() as session:
            next_numbers(session, RecordKind.DEMAND, count=3)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.unit_of_work() as session:
        assert next_numbers(session, RecordKind.DEMAND)[0].endswith("-000001")


@pytest.mark.parametrize("tag", [None, '"2"', 'W/"7"', "1"])
def test_a_change_needs_the_present_etag(enterprise: UserClient, tag: str | None) -> None:
    path = f"/v1/demands/{enterprise.create('demands', demand_payload())['id']}"
    answer = enterprise.patch(path, {"min_trl": 4}, **({"If_Match": tag} if tag else {}))
    assert answer.status_code == {None: 428, "1": 400}.get(tag, 412)
    if tag != "1":
        assert answer.headers["ETag"] == '"1"'
