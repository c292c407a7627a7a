"""Bulk creation: valid records are stored and published, invalid ones refused by row."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.accounts.access.principal import SYSTEM, Principal
from app.accounts.models import Role
from app.database import Base, Database
from app.libraries import bulk
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
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


ORGANISATIONS = ("济南泽垚泵阀铸造有限公司", "岱北涂层研究院")


def _payloads(owner: str, other: str) -> dict[RecordKind, list[dict[str, Any]]]:
    return {
        RecordKind.ACHIEVEMENT: [
            achievement_payload(owner_org_id=owner),
            achievement_payload(
                owner_org_id=owner,
                publish_mode="confidential",
                co_org_ids=[other],
                indicators=[{"name": "盐雾", "op": ">=", "value": 1200, "unit": "h"}],
                price_min_wan="12.50",
                keywords=["涂层", "防腐"],
                completed_by=[{"name": "林若溪"}],
            ),
            achievement_payload(owner_org_id=owner, draft=True, trl=None, scenarios="储罐\n桥梁"),
        ],
        RecordKind.DEMAND: [
            demand_payload(owner_org_id=owner, excluded_orgs=[ORGANISATIONS[1]], budget_max_wan=120),
            demand_payload(owner_org_id=owner, publish_mode="confidential", expected_goal="耐盐雾≥1000h"),
        ],
        RecordKind.MANAGER: [
            manager_payload(
                affiliations=[{"organisation_id": owner, "is_primary": True}],
                certificates=[{"level": "primary"}],
                languages=["zh", "en"],
            )
        ],
    }


def test_what_is_loaded_is_what_the_api_stores(
    scenario: Scenario,
    database: Database,
    settings: Settings,
    indexer: RecordingIndexer,
    operator: UserClient,
) -> None:
    """Row by row in every table, apart from ids, numbers and times."""
    owner, other = (str(scenario.registered_organisation(name=name).id) for name in ORGANISATIONS)
    bureau = Principal(
        user_id=operator.user.id, organisation_id=operator.user.organisation_id, role=Role.OPERATOR
    )
    for kind, payloads in _payloads(owner, other).items():
        sourced = [(f"S{row}", payload | {"source": "import"}) for row, payload in enumerate(payloads)]
        posted = [
            operator.create(LIBRARIES[kind].plural, payload | {"source_ref": ref})["id"]
            for ref, payload in sourced
        ]
        outcome = bulk.create_many(database, indexer, settings, kind, sourced, principal=bureau)
        assert outcome.refused == {}
        for one, loaded in zip(posted, outcome.stored.values(), strict=True):
            by_api = _rows_about(database, UUID(one))
            assert _rows_about(database, loaded.id) == by_api
            assert by_api["record_versions"]
            assert by_api["search_documents"]
            assert by_api["record_codes"]
            assert indexer.findable.get(loaded.id) == indexer.findable.get(UUID(one))


def _rows_about(database: Database, id_: UUID) -> dict[str, list[dict[str, Any]]]:
    """Everything that is stored about a record, by table; ids, numbers and times are left out or named."""
    found: dict[str, list[dict[str, Any]]] = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            of_record = [
                table.c[name] for name in ("record_id", "subject_id", "manager_id") if name in table.c
            ]
            if any(table.name == library.plural for library in LIBRARIES.values()):
                of_record = [table.c.id]
            if not of_record:
                continue
            rows = session.execute(select(table).where(or_(*(column == id_ for column in of_record))))
            found[table.name] = [_plain(row, id_) for row in rows.mappings()]
    number = next(row["number"] for name in found for row in found[name] if "number" in row)
    told = (
        json.dumps(found, default=str, ensure_ascii=False).replace(number, "NUMBER").replace(str(id_), "ID")
    )
    named: dict[str, list[dict[str, Any]]] = json.loads(told)
    return named


_OWN = {"id", "head_tokens", "address", "drawn", "seq"}


def _plain(value: Any, id_: UUID) -> Any:
    """The row without what no two rows share: its own id, times, and the words of its number."""
    if isinstance(value, list):
        return [_plain(one, id_) for one in value]
    if not isinstance(value, Mapping):
        return value
    of_search = "head_tokens" in value
    return {
        str(name): _plain(one, id_)
        for name, one in value.items()
        if name not in _OWN
        and not (of_search and name == "number")
        and not str(name).endswith(("_at", "_number"))
        and not isinstance(one, datetime)
    }
