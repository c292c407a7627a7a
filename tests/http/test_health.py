"""Health, readiness and metrics."""

import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from app.database import Database
from tests.support.http import PROBLEM


class TestHealth:
    def test_a_running_service_is_alive_and_ready(self, client: TestClient, embedder: Any) -> None:
        embedder.load()  # the service does it in a thread after its start
        assert client.get("/healthz").json() == {"status": "ok"}
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["ready"] is True
        assert set(answer.json()["checks"]) == {"model", "database", "index"}

    def test_without_its_database_it_is_alive_and_not_ready(
        self, client: TestClient, database_url: str, embedder: Any
    ) -> None:
        """The container is kept, the traffic is sent elsewhere; and no route answers as if all were well."""
        embedder.load()
        client.app.state.services[Database].dispose()  # type: ignore[attr-defined]  # TestClient types its app as a callable
        _take_away(database_url)
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {
            "ready": False,
            "checks": {"model": True, "database": False, "index": False},
        }
        refused = client.get("/v1/demands")
        assert (refused.status_code, refused.headers["content-type"]) == (503, PROBLEM)
        assert "sanku_http_request_seconds_count" in client.get("/metrics").text

    def test_metrics_tell_of_requests_events_and_the_index(self, client: TestClient) -> None:
        client.get("/healthz")
        answer = client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        assert (
            'sanku_http_request_seconds_count{method="GET",route="/healthz",status="200"} 1.0' in answer.text
        )
        for name in ("sanku_events_waiting", "sanku_events_dead", "sanku_index_position"):
            assert re.search(rf"^{name} [0-9.]+$", answer.text, flags=re.MULTILINE), name

    def test_an_unknown_path_makes_no_label_of_its_own(self, client: TestClient) -> None:
        """A scanner would otherwise fill the memory with series."""
        client.get("/no/such/place/1")
        assert "/no/such/place" not in client.get("/metrics").text


def _take_away(database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        path.unlink()
        path.mkdir()
        return
    admin = Database(url.set(database="postgres").render_as_string(hide_password=False))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": url.database},
        )
    admin.dispose()
