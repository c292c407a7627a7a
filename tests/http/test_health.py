"""Health, readiness and metrics."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url, text

from app.database import Database
from app.settings import Settings
from tests.support.http import ON_ONE_DATABASE, PROBLEM, metrics_of, refused


def near(client: TestClient, address: str = "127.0.0.1") -> TestClient:
    """The same service, asked from this address."""
    return TestClient(client.app, client=(address, 50_000))


@ON_ONE_DATABASE
class TestReadersOfMetrics:
    TOKEN = "t" * 40

    @pytest.fixture
    def settings(self, settings: Settings, request: pytest.FixtureRequest) -> Settings:
        return settings.model_copy(update=getattr(request, "param", {}))

    @pytest.mark.parametrize(
        "address", ["10.1.2.3", "192.168.1.7", "203.0.113.9", "2001:db8::1", "testclient"]
    )
    def test_nobody_else_reads_them_unless_told(self, client: TestClient, address: str) -> None:
        refused(near(client, address).get("/metrics"), 403, "forbidden")
        assert near(client, "::1").get("/metrics").status_code == 200

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_what_an_unnamed_proxy_on_the_machine_forwards_does_not_count_as_near(
        self, client: TestClient, header: str
    ) -> None:
        refused(near(client).get("/metrics", headers={header: "127.0.0.1"}), 403, "forbidden")

    @pytest.mark.parametrize("header", ["Forwarded", "X-Real-IP"])
    @pytest.mark.parametrize("settings", [{"trusted_proxies": ["127.0.0.1"]}], indirect=True)
    def test_a_named_proxy_that_tells_the_client_in_a_header_nobody_reads_is_not_near(
        self, client: TestClient, header: str
    ) -> None:
        refused(near(client).get("/metrics", headers={header: "203.0.113.9"}), 403, "forbidden")
        assert near(client).get("/metrics").status_code == 200

    @pytest.mark.parametrize("settings", [{"metrics_networks": ["10.1.0.0/16"]}], indirect=True)
    def test_networks_of_a_monitor_are_a_setting(self, client: TestClient) -> None:
        assert near(client, "10.1.255.3").get("/metrics").status_code == 200
        assert near(client, "::ffff:10.1.255.3").get("/metrics").status_code == 200
        for elsewhere in ("10.2.0.1", "127.0.0.1"):
            refused(near(client, elsewhere).get("/metrics"), 403, "forbidden")

    @pytest.mark.parametrize(
        "settings", [{"metrics_networks": [], "metrics_token": SecretStr(TOKEN)}], indirect=True
    )
    def test_a_token_opens_them_from_everywhere_and_no_other_does(self, client: TestClient) -> None:
        given = {"Authorization": f"Bearer {self.TOKEN}"}
        assert near(client, "203.0.113.9").get("/metrics", headers=given).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {self.TOKEN}x"}):
            refused(near(client).get("/metrics", headers=wrong), 403, "forbidden")


def test_a_setting_that_is_no_network_or_a_short_token_is_refused(tmp_path: Path) -> None:
    for wrong in ({"metrics_networks": "10.1.0.0/16, prometheus"}, {"metrics_token": "short"}):
        with pytest.raises(ValidationError):
            Settings(_env_file=None, home=tmp_path, **wrong)  # type: ignore[arg-type]


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
        if database_url.startswith("sqlite"):  # an open file would live on without its name
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
        assert "sanku_http_request_seconds_count" in metrics_of(client)

    def test_metrics_tell_of_requests_events_and_the_index(self, client: TestClient) -> None:
        client.get("/healthz")
        answer = near(client).get("/metrics")
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
        assert "/no/such/place" not in metrics_of(client)


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
