"""How fast records are stored in bulk, beside a bare insert of the same rows in the same run.

    python scripts/bench/loading/bulk.py DIR [--records 5000] [--database URL] [--profile FILE]

DIR is in interchange format; what its achievements lack (owner, region, TRL …) is filled with the same values for all.
Vectors are made, of the same sizes as those of the two models, so nothing waits for a model. Each rate is records a
second: the whole of `bulk.create_many`; the same without the indexer's `prepare` (sentences, figures, vectors); and an
empty store into which SQLAlchemy Core inserts the rows that the load made, in transactions of the same size.
"""

import argparse
import cProfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from app.accounts.access.principal import SYSTEM
from app.accounts.models import OrganisationKind
from app.accounts.organisations.lookup import organisation_by_name
from app.database import Base, Database
from app.database_schema import migrate
from app.libraries import bulk
from app.libraries.datasets import mapping
from app.libraries.datasets.dataset import read_dataset
from app.libraries.datasets.loading import BATCH_SIZE
from app.libraries.record.enums import RecordKind
from app.matching.embedding.embedder import SingleSpace
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.space import Side
from app.settings import Settings

DEFAULTS = {
    "field": "40",
    "region": "370100",
    "owner_org": "基准测试大学",
    "owner_type": "university",
    "trl": 6,
    "transfer_modes": ["licence"],
}
WHOLE, SENTENCE = 896, 512
FOLLOWED = ("achievements", "record_versions", "record_codes", "search_documents", "audit_entries", "events")
EMBEDDED = ("embeddings", "record_vectors")


class MadeVectors(SingleSpace):
    """Unit vectors from a table, in the sizes of the joint model."""

    model_id = "made"
    dimension = WHOLE

    def __init__(self) -> None:
        chosen = np.random.default_rng(20261130)
        self._rows = {size: _unit(chosen.normal(size=(1000, size))) for size in (WHOLE, SENTENCE)}

    def embed_queries(self, texts: Sequence[str], *, on_progress: Any = None) -> NDArray[np.float32]:
        del on_progress
        return self._rows[WHOLE][[len(text) % 1000 for text in texts]]

    embed_passages = embed_queries

    def embed_sentences(self, side: Side, texts: Sequence[str]) -> NDArray[np.float32]:
        del side
        return self._rows[SENTENCE][[len(text) % 1000 for text in texts]]


def _unit(rows: Any) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True)
class Seconds:
    """Time by the clock, and of this process's CPU."""

    wall: float
    cpu: float

    def plus(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall + other.wall, self.cpu + other.cpu)

    def without(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall - other.wall, self.cpu - other.cpu)


class Clock:
    """Started when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def passed(self) -> Seconds:
        return Seconds(time.perf_counter() - self._wall, time.process_time() - self._cpu)


class Timed:
    """The indexer, with the time of `prepare` apart."""

    def __init__(self, indexer: MatchingIndexer) -> None:
        self._indexer = indexer
        self.preparing = Seconds(0.0, 0.0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._indexer, name)

    def prepare(self, records: Any, *, on_progress: Any = None) -> Any:
        started = Clock()
        prepared = self._indexer.prepare(records, on_progress=on_progress)
        self.preparing = self.preparing.plus(started.passed())
        return prepared


@contextmanager
def _store(url: str | None) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="sanku-bulk-") as folder:
        database = Database(url or f"sqlite:///{folder}/sanku.db")
        migrate(database)
        yield database
        database.dispose()


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--database", help="an empty PostgreSQL database; default: SQLite")
    parser.add_argument("--bare", help="another one, for the bare insert")
    parser.add_argument("--profile", type=Path)
    arguments = parser.parse_args()
    rows = read_dataset(arguments.directory).achievements[: arguments.records]
    with _store(arguments.database) as database:
        _load(database, rows, arguments.profile)
        with _store(arguments.bare) as bare:
            _insert(database, bare)


def _load(database: Database, rows: Sequence[Any], profile: Path | None) -> None:
    with database.unit_of_work() as session:
        owner = organisation_by_name(
            session, principal=SYSTEM, name="基准测试大学", kind=OrganisationKind.UNIVERSITY, region="370100"
        ).id
    payloads = [
        (str(row.data["id"]), mapping.achievement_payload(row.data, lambda *_: owner, DEFAULTS))
        for row in rows
    ]
    settings = Settings(_env_file=None, demo=True)
    indexer = Timed(MatchingIndexer(database, MadeVectors()))
    _create(database, indexer, settings, payloads[:BATCH_SIZE])
    indexer.preparing = Seconds(0.0, 0.0)
    profiler = cProfile.Profile(time.process_time)
    if profile:
        profiler.enable()
    started = Clock()
    stored = 0
    for start in range(BATCH_SIZE, len(payloads), BATCH_SIZE):
        stored += _create(database, indexer, settings, payloads[start : start + BATCH_SIZE])
    taken = started.passed()
    if profile:
        profiler.disable()
        profiler.dump_stats(profile)
    _print("load, vectors made", stored, taken)
    _print("of it, storing", stored, taken.without(indexer.preparing))


def _create(database: Database, indexer: Any, settings: Settings, batch: Sequence[Any]) -> int:
    outcome = bulk.create_many(database, indexer, settings, RecordKind.ACHIEVEMENT, batch, principal=SYSTEM)
    return len(outcome.stored)


def _insert(source: Database, target: Database) -> None:
    """The rows of the tables that a load writes, each table by multi-row inserts, in transactions of a batch."""
    tables = [table for table in Base.metadata.sorted_tables if table.name in (*FOLLOWED, *EMBEDDED)]
    with source.reading() as session:
        organisations = session.execute(select(Base.metadata.tables["organisations"])).mappings().all()
        rows = {table: [dict(row) for row in session.execute(select(table)).mappings()] for table in tables}
    with target.unit_of_work() as session:
        session.execute(Base.metadata.tables["organisations"].insert(), [dict(row) for row in organisations])
    count = len(rows[Base.metadata.tables["achievements"]])
    started = Clock()
    for start in range(0, count, BATCH_SIZE):
        with target.unit_of_work() as session:
            for table, all_rows in rows.items():
                share = len(all_rows) / count
                part = all_rows[round(start * share) : round(min(start + BATCH_SIZE, count) * share)]
                if part:
                    session.execute(table.insert(), part)
    _print("bare insert of the same rows", count, started.passed())


def _print(name: str, records: int, seconds: Seconds) -> None:
    print(  # noqa: T201
        f"{name:30} {records / seconds.wall:8.0f} records/s, {records / seconds.cpu:8.0f} by this process's CPU time",
        flush=True,
    )


if __name__ == "__main__":
    main()
