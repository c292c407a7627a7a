"""What only an index outside the database can get wrong, on the server of Milvus Lite."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from milvus_lite.adapter.grpc.server import start_server_in_thread
from pydantic import ValidationError

from app.database import Database
from app.errors import Unavailable
from app.libraries.record.enums import RecordKind
from app.matching.index import IndexFilter, open_index
from app.matching.index.milvus.collections import forget_positions
from app.matching.index.milvus.engine import Engine
from app.matching.index.milvus.vectors import MilvusIndex
from app.settings import Settings
from app.settings.index_address import MilvusAddress
from tests.matching.index.vector_stores import (
    DIMENSION,
    MODEL,
    assert_same,
    expected,
    put,
    remove,
    some,
    store,
    unit,
)

ALL = IndexFilter(RecordKind.ACHIEVEMENT)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


@contextmanager
def milvus(folder: Path, port: int = 0) -> Iterator[int]:
    """A server on this port; 0 for any."""
    server, engine, bound = start_server_in_thread(str(folder / "milvus"), port=port)
    yield bound
    server.stop(grace=None).wait()
    engine.close()


def opened(database: Database, folder: Path, port: int) -> MilvusIndex:
    """As a process that starts."""
    settings = Settings(_env_file=None, home=folder, index=f"milvus://127.0.0.1:{port}")
    index = open_index(settings, database, MODEL, DIMENSION)
    assert isinstance(index, MilvusIndex)
    return index


def test_what_is_stored_while_milvus_is_away_is_found_when_it_is_back(
    database: Database, tmp_path: Path
) -> None:
    kept, gone, changed, added = some(4)
    store(database, kept, gone, changed)
    with milvus(tmp_path) as port:
        index, other = opened(database, tmp_path, port), opened(database, tmp_path, port)
        with database.reading() as session:
            assert_same(
                index.search(session, unit(0), 5, ALL), expected([kept, gone, changed], unit(0), 5, ALL)
            )
            assert index.status(session)["behind"] == 0
    store(database, added, new := replace(changed, seed=900))
    remove(database, gone.record_id)
    with database.reading() as session, pytest.raises(Unavailable) as refused:
        index.search(session, unit(0), 5, ALL)
    assert int(refused.value.headers["Retry-After"]) > 0
    late = opened(database, tmp_path, port)
    with milvus(tmp_path, port), database.reading() as session:
        for each in (other, index, late):
            assert_same(each.search(session, unit(0), 5, ALL), expected([kept, new, added], unit(0), 5, ALL))
        assert index.differences() == []
        for each in (other, index, late):
            each.close()


def test_a_copy_that_differs_is_found_and_filled_again(database: Database, tmp_path: Path) -> None:
    lost, stale, kept = some(3)
    store(database, lost, stale, kept)
    engine = Engine(MilvusAddress(str(tmp_path / "milvus.db"), "", is_file=True), None)
    index = MilvusIndex(engine, database, MODEL, DIMENSION, lock_file=str(tmp_path / "lock"))
    with database.reading() as session:
        index.search(session, unit(0), 5, ALL)
    name = engine.call(lambda client: next(n for n in client.list_collections() if "vectors" in n))
    engine.call(lambda client: client.delete(name, ids=[lost.record_id.hex]))
    assert index.differences() == [lost.record_id]
    forget_positions(engine)
    with database.unit_of_work() as session:
        put(session, stale)
    assert index.differences() == []
    index.close()


@pytest.mark.parametrize(
    "address",
    [
        "milvus://admin:Geheim7@host:19530",
        "milvus://host?token=Geheim7",
        "redis://Geheim7",
        "milvus:///Geheim7.sqlite",
    ],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, index=address)
    assert "SANKU_INDEX" in str(refused.value) or ".db" in str(refused.value)
    assert "Geheim7" not in str(refused.value)


def test_addresses() -> None:
    assert MilvusAddress.of("milvus://host") == MilvusAddress("http://host:19530", "default", is_file=False)
    secured = MilvusAddress.of("milvus+tls://[::1]:443/sanku")
    assert secured == MilvusAddress("https://[::1]:443", "sanku", is_file=False)
    assert MilvusAddress.of("milvus:///a/b.db") == MilvusAddress("/a/b.db", "", is_file=True)
