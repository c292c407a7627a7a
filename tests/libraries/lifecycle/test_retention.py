"""Versions of records: what was replaced long ago goes, what the record is and was since stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.accounts.models import Role
from app.database import Database, now
from app.libraries.record.models import RecordVersion
from app.schedule import JOBS
from app.services import Services
from app.settings import Settings
from tests.support.builders.demands import demand_payload
from tests.support.http import ok
from tests.support.scenario import Scenario

YEAR = timedelta(days=365)


def change(user: Any, demand: dict[str, Any], title: str) -> dict[str, Any]:
    answer = user.patch(f"/v1/demands/{demand['id']}", {"title": title}, if_match=f'"{demand["version"]}"')
    changed: dict[str, Any] = ok(answer)
    return changed


def versions(user: Any, demand: dict[str, Any]) -> list[int]:
    items = ok(user.get(f"/v1/demands/{demand['id']}/versions"))["items"]
    return sorted(one["version"] for one in items)


def forget(database: Database, settings: Settings) -> None:
    services = Services()
    services[Settings], services[Database] = settings, database
    (job,) = [job for job in JOBS if job.name == "forget_versions"]
    job.execute(services)


def test_only_what_was_replaced_before_the_period_is_deleted(
    scenario: Scenario, database: Database, settings: Settings
) -> None:
    owner = scenario.user_client(Role.ENTERPRISE)
    demand = owner.create("demands", demand_payload())
    for title in ("第二个名称", "第三个名称", "第四个名称"):
        demand = change(owner, demand, title)
    untouched = owner.create("demands", demand_payload())
    before = versions(owner, demand)
    assert len(before) == 4
    # Entered five years ago, changed four years and one year ago, and now.
    for number, years in zip(before, (5, 4, 1, 0), strict=True):
        at(database, demand, number, years)
    at(database, untouched, 1, 9)

    forget(database, settings)
    assert versions(owner, demand) == before[1:], "the second was the record three years ago"
    assert versions(owner, untouched) == [1], "the newest is the record"
    assert ok(owner.get(f"/v1/demands/{demand['id']}"))["title"] == "第四个名称"
    forget(database, settings.model_copy(update={"version_retention": timedelta(days=181)}))
    assert versions(owner, demand) == before[2:]


def at(database: Database, demand: dict[str, Any], version: int, years: int) -> None:
    with database.unit_of_work() as session:
        row = RecordVersion.record_id == UUID(demand["id"]), RecordVersion.version == version
        session.execute(update(RecordVersion).where(*row).values(changed_at=now() - years * YEAR))
