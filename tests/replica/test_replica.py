"""Lists and searches from a replica that is behind: writers read what they wrote, others what it has."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from app.accounts.models import Role
from app.bootstrap.services import build_services, close
from app.database import Database
from app.replica.replica import Replica
from app.replica.requests import COOKIE, HEADER
from app.settings import Settings
from tests.replica.standby import Standby, standby_of
from tests.support.builders.achievements import achievement_payload
from tests.support.callers import log_in_on
from tests.support.embedders import BigramEmbedder
from tests.support.http import create, ok
from tests.support.services import demo_settings


@pytest.fixture
def standby(postgres_url: str) -> Iterator[Standby]:
    with standby_of(postgres_url) as running:
        yield running


@pytest.fixture
def app(standby: Standby, postgres_url: str, tmp_path: Any, assembled: Any) -> Iterator[Any]:
    settings = demo_settings(
        home=tmp_path / "home",
        database_url=postgres_url,
        database_read_url=standby.url(),
        model=str(tmp_path / "no-model"),
        worker_in_service=False,
        log_json=False,
    )
    assembled.state.services = build_services(settings, embedder=BigramEmbedder())
    yield assembled
    close(assembled.state.services)


def test_writers_read_what_they_wrote_whatever_the_replica_has(
    app: Any, standby: Standby, postgres_url: str
) -> None:
    services = app.state.services
    settings = services[Settings]
    owner = log_in_on(app, settings, Role.INSTITUTION)
    stranger = TestClient(app)

    def titles(client: Any, **headers: str) -> list[str]:
        return [one["title"] for one in ok(client.get("/v1/achievements", headers=headers))["items"]]

    assert titles(stranger) == []
    standby.pause()
    answer = create(owner, "achievements", achievement_payload(title="低温电解液的制备"))
    assert answer["state"] == "published"
    written = int(owner.cookies[COOKIE])
    # Who wrote it, by the cookie or by the header of the answer, and who may have written something.
    assert titles(owner) == ["低温电解液的制备"]
    assert ok(owner.get("/v1/achievements", params={"q": "电解液"}))["items"]
    bare = log_in_on(app, settings, Role.INSTITUTION)
    assert titles(bare) == ["低温电解液的制备"]
    assert titles(bare, **{HEADER: str(written)}) == ["低温电解液的制备"]
    assert titles(bare, **{HEADER: "no number"}) == ["低温电解液的制备"]
    # Others read what the replica has, which is not older than the setting says.
    assert titles(stranger) == titles(bare, **{HEADER: "0"}) == []
    strict = Replica(services[Database], standby.url(), connections=2, policy={}, lag=timedelta(0))
    with services[Database].reading() as primary, strict.reading(0, primary) as session:
        assert session is primary
    strict.dispose()
    standby.resume()
    standby.catch_up()
    with services[Database].reading() as primary, services[Replica].reading(written, primary) as session:
        assert _is_on_replica(session)
    assert titles(stranger) == titles(owner) == ["低温电解液的制备"]


def _is_on_replica(session: Any) -> bool:
    return bool(session.connection().exec_driver_sql("SELECT pg_is_in_recovery()").scalar())


@pytest.mark.parametrize("url", [None, "sqlite:///x.db"])
def test_only_postgresql_has_replicas(url: str | None) -> None:
    with pytest.raises(ValidationError, match="SANKU_DATABASE_READ_URL needs PostgreSQL"):
        Settings(_env_file=None, database_url=url, database_read_url="postgresql://replica/sanku")
    with pytest.raises(ValidationError, match="SANKU_DATABASE_READ_URL needs PostgreSQL"):
        Settings(
            _env_file=None, database_url="postgresql://primary/sanku", database_read_url="sqlite:///x.db"
        )


def test_a_server_that_is_no_replica_is_refused_and_one_that_is_away_is_not_asked(postgres_url: str) -> None:
    primary = Database(postgres_url)
    options: dict[str, Any] = {"connections": 1, "policy": {}, "lag": timedelta(seconds=5)}
    no_replica = Replica(primary, postgres_url, **options)
    with pytest.raises(RuntimeError, match="is no streaming replica"):
        no_replica.check()
    with primary.reading() as known, no_replica.reading(0, known) as session:
        assert not _is_on_replica(session)
    away = Replica(primary, "postgresql+psycopg://postgres@/none?host=/nowhere", **options)
    away.check()
    with primary.reading() as known, away.reading(0, known) as session:
        assert session is known
    for one in (no_replica, away, primary):
        one.dispose()
