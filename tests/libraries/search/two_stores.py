"""The libraries of a small city on SQLite and on PostgreSQL: the records and queries of the search benchmark."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.api import router as accounts
from app.accounts.models import Role
from app.database import Database
from app.errors.handlers import install_handlers
from app.libraries.api import router
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.search.synonyms import SynonymFile
from app.services import Services
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.demands import demand_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient
from tests.support.services import admit_everybody

DATA = Path(__file__).resolve().parent / "data"
PAGE = 20

_NAMES = """
    济南泽垚科技有限公司 济南趵突光电有限公司 章丘华岭重工有限公司 济南鲁衡机械有限公司 历山新材料有限公司
    济南云翠金属有限公司 齐州能源材料有限公司 济南清源环境工程有限公司 泉城生态修复有限公司
    济南智坊信息技术有限公司 济南明湖软件有限公司 岱北理工大学 济南百草堂生物有限公司 济南正衡认证有限公司
    臺灣泰昌機電有限公司 济南恒曜能源有限公司 济南合纵装备研究院
"""
OWNERS = dict(zip("ABCDEFGHIJKLMNOPQ", _NAMES.split(), strict=True))


@dataclass(frozen=True)
class Store:
    """A filled store: its clients, and the key of each record by id (and back)."""

    scenario: Scenario
    operator: UserClient
    anonymous: UserClient
    ids: dict[str, str]
    numbers: dict[str, str]

    def search(self, query: str, *, who: UserClient | None = None, **params: Any) -> dict[str, Any]:
        """One answer of the list of demands."""
        answer = (who or self.operator).get("/v1/demands", q=query, **{"limit": PAGE} | params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def found(self, query: str, **params: Any) -> list[str]:
        """The keys of the found records, best first."""
        keys = {id_: key for key, id_ in self.ids.items()}
        return [keys[item["id"]] for item in self.search(query, **params)["items"]]


@dataclass(frozen=True)
class BenchmarkQuery:
    """A query of the benchmark. `part`: `seen` while the search was written, or `held_out`."""

    part: str
    kind: str
    text: str
    expected: frozenset[str]


def rows(name: str) -> list[dict[str, str]]:
    """The lines of a file of the benchmark."""
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def queries(store: Store) -> list[BenchmarkQuery]:
    """`#l1` stands for the reference number of a record, `@A` for all records of an owner, `-` for nothing."""
    owners = {owner: {row["id"] for row in rows("records.tsv") if row["owner"] == owner} for owner in OWNERS}
    found = []
    for row in rows("queries.tsv"):
        text = store.numbers[row["query"][1:]] if row["query"].startswith("#") else row["query"]
        expected: set[str] = set()
        for key in row["expected"].split():
            expected |= owners[key[1:]] if key.startswith("@") else {key} - {"-"}
        found.append(BenchmarkQuery(row["part"], row["kind"], text, frozenset(expected)))
    return found


@contextmanager
def filled_store(url: str, home: Path) -> Iterator[Store]:
    """A store with the records of the benchmark."""
    database = Database(url)
    settings = Settings(_env_file=None, home=home, database_url=url, demo=True)
    with TestClient(_app(database, settings)) as client:
        scenario = Scenario(database, settings, http=client)
        operator = scenario.user_client(Role.OPERATOR)
        owners = {key: str(scenario.registered_organisation(name=name).id) for key, name in OWNERS.items()}
        ids, numbers = {}, {}
        for row in rows("records.tsv"):
            payload = demand_payload(
                title=row["title"],
                keywords=row["keywords"].split(";"),
                main_problem=row["body"],
                owner_org_id=owners[row["owner"]],
            )
            made = operator.create("demands", payload)
            ids[row["id"]], numbers[row["id"]] = made["id"], made["number"]
        yield Store(scenario, operator, scenario.anonymous_client, ids, numbers)
    database.dispose()


def _app(database: Database, settings: Settings) -> FastAPI:
    app = FastAPI()
    install_handlers(app)
    app.state.services = services = Services()
    services[Database] = database
    services[Settings] = settings
    services[Indexer] = RecordingIndexer()
    services[SynonymFile] = SynonymFile(settings)
    admit_everybody(services)
    services[Disclosure] = Disclosure(manager_of_user, lambda _session, _principal: NOTHING_OPENED)
    app.include_router(accounts)
    app.include_router(router)
    return app
