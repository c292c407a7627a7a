"""Bulk creation: valid records are stored and published, invalid ones refused by row."""

from typing import Any

from app.accounts.access.principal import SYSTEM
from app.database import Database
from app.libraries import bulk
from app.libraries.record.enums import RecordKind
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient


def test_rows_good_and_bad(
    scenario: Scenario,
    database: Database,
    settings: Settings,
    indexer: RecordingIndexer,
    operator: UserClient,
) -> None:
    owner = str(scenario.registered_organisation().id)
    good = achievement_payload(owner_org_id=owner)
    rows: list[tuple[str, dict[str, Any]]] = [
        ("A1", good),
        ("A2", good | {"trl": 99}),
        ("A3", good | {"title": "第三项成果", "ip_list": [{"type": "other", "number": "X1"}]}),
        ("A4", good | {"fields": []}),
        ("A5", achievement_payload()),
        ("A6", good | {"draft": True}),
    ]

    def load() -> bulk.BulkResult:
        return bulk.create_many(database, indexer, settings, RecordKind.ACHIEVEMENT, rows, principal=SYSTEM)

    outcome = load()
    assert list(outcome.stored) == ["A1", "A3", "A6"]
    assert {ref: [fault.field for fault in faults] for ref, faults in outcome.refused.items()} == {
        "A2": ["trl"],
        "A4": ["fields"],
        "A5": ["owner_org_id"],
    }
    assert [record.number[-6:] for record in outcome.stored.values()] == ["000001", "000002", "000003"]
    assert len(indexer.findable) == 2
    assert scenario.event_names() == ["achievement.published"] * 2
    with database.reading() as session:
        present = bulk.present_sources(session, RecordKind.ACHIEVEMENT, [ref for ref, _ in rows])
    assert present == {"A1", "A3", "A6"}
    third = operator.get(f"/v1/achievements/{outcome.stored['A3'].id}").json()
    assert (third["source"], third["source_ref"]) == ("import", "A3")
    assert len(operator.get("/v1/achievements", q="第三项").json()["items"]) == 1


def test_managers_without_users(
    scenario: Scenario, database: Database, settings: Settings, indexer: RecordingIndexer
) -> None:
    posts = [
        {"organisation_id": scenario.registered_organisation().id, "is_primary": n == 0} for n in range(2)
    ]
    payload = manager_payload(affiliations=posts, owner_org_id=posts[0]["organisation_id"], languages=[])
    rows = [("M1", payload), ("M2", payload | {"title": "王立"})]
    outcome = bulk.create_many(database, indexer, settings, RecordKind.MANAGER, rows, principal=SYSTEM)
    assert outcome.refused == {}
    assert len(outcome.stored) == 2


def test_nothing_is_nothing(database: Database, settings: Settings, indexer: RecordingIndexer) -> None:
    outcome = bulk.create_many(database, indexer, settings, RecordKind.DEMAND, [], principal=SYSTEM)
    assert (outcome.stored, outcome.refused) == ({}, {})
