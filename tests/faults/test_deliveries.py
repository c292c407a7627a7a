"""A worker process is killed in the middle of delivering: nothing is lost, and everything keeps its order and id."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.crowd import Workers, crowd, work_off

pytestmark = pytest.mark.slow


def test_what_a_killed_worker_was_delivering_arrives_once_more_and_in_order(
    database_url: str, tmp_path: Path
) -> None:
    with crowd(
        database_url,
        tmp_path / "home",
        managers=10,
        failing_every=5,
        mail_pauses=[timedelta(milliseconds=50)] * 3,
        webhook_pauses=[timedelta(milliseconds=50)] * 3,
        webhook_disable_after=timedelta(hours=1),  # a disabled endpoint gets no new deliveries to count
        worker_lease=timedelta(seconds=3),
    ) as town:
        town.seed(managers=10, pushes=100)
        workers = Workers(town.settings, processes=2, couriers=8)
        work_off(town, workers, kills=1, seconds=600)
        workers.end()
        counted = town.check()
    assert workers.killed == 1
    assert (counted["deliveries"], counted["dead"]) == (200, 20)
