"""What every route stands on: health, metrics, the API's description, access rules, limits, and honest commits."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, make_url, select, text

from app import database_schema
from app.accounts.access.authentication import current_principal, logged_in
from app.accounts.models import Organisation, Role
from app.database import Database
from app.events.outbox import Event
from app.libraries.demands.models import Demand
from app.main import create_app
from app.settings import DEMO_SECRET, Settings
from tests.builders.accounts import bearer, make_user

PROBLEM = "application/problem+json"

# Routes that ask nobody who they are; everything else depends on a principal.
PUBLIC = {
    "/": "leads to the API's page",
    "/docs": "the API's page",
    "/openapi.json": "the API's description",
    "/healthz": "asked by what runs the service",
    "/readyz": "asked by what runs the service",
    "/metrics": "figures without names",
    "/v1/auth/token": "the credentials are the request",
    "/v1/auth/refresh": "the credentials are the request",
    "/v1/auth/logout": "the credentials are the request",
}

# Other words for what DESIGN calls achievement, demand, manager, pair, match, recommendation, push, engagement.
SYNONYMS = re.compile(
    r"suppl(y|ies)|offers?|results?|requirements?|needs?|requests?|brokers?|agents?|"
    r"couples?|matchings?|suggestions?|notifications?|messages?|deals?|dockings?|cooperations?"
)

REGISTRATION: dict[str, Any] = {
    "organisation": {"name": "济南历山密封件有限公司", "kind": "enterprise", "region": "370102"},
    "user": {"email": "seal@example.com", "name": "王芳", "password": "Quancheng-72-spring"},
    "role": "enterprise",
}
DEMAND: dict[str, Any] = {
    "title": "高压球阀密封副耐磨涂层研发",
    "main_problem": "现用密封副在含砂介质中三个月即磨损泄漏,需要更耐磨的涂层及其制备工艺。",
    "fields": ["404"],
    "region": "370112",
    "deadline": (datetime.now(UTC) + timedelta(days=300)).date().isoformat(),
    "cooperation_modes": ["joint_development"],
}


@pytest.fixture
def enterprise(client: TestClient, database: Database, settings: Settings) -> dict[str, str]:
    """The headers of an enterprise's user."""
    with database.unit_of_work() as session:
        return bearer(session, settings, make_user(session, role=Role.ENTERPRISE))


def count_of(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def described(client: TestClient, _descriptions: list[Any]) -> dict[str, Any]:
    """The API's description; the same for every application, so made once."""
    if not _descriptions:
        _descriptions.append(client.get("/openapi.json").json())
    found: dict[str, Any] = _descriptions[0]
    return found


@pytest.fixture(scope="module")
def _descriptions() -> list[Any]:
    return []


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


class TestHealth:
    def test_a_running_service_is_alive_and_ready(self, client: TestClient) -> None:
        assert client.get("/healthz").json() == {"status": "ok"}
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["ready"] is True
        assert set(answer.json()["checks"]) == {"model", "database", "index"}

    def test_without_its_database_it_is_alive_and_not_ready(
        self, client: TestClient, database_url: str
    ) -> None:
        """The container is kept, the traffic is sent elsewhere; and no route answers as if all were well."""
        client.app.state.database.dispose()  # type: ignore[attr-defined]  # TestClient types its app as a callable
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


class TestRequests:
    def test_every_answer_carries_a_request_id(self, client: TestClient) -> None:
        first, second = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))
        assert first != second
        assert client.get("/nowhere").headers["X-Request-ID"]

    def test_a_callers_harmless_id_is_kept_and_any_other_replaced(self, client: TestClient) -> None:
        kept = client.get("/healthz", headers={"X-Request-ID": "order-66.a"})
        assert kept.headers["X-Request-ID"] == "order-66.a"
        for harmful in ("two words", "x" * 65, 'a"b', "{}"):
            answer = client.get("/healthz", headers={"X-Request-ID": harmful})
            assert answer.headers["X-Request-ID"] != harmful

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "/nowhere", 404), ("PUT", "/healthz", 405), ("POST", "/v1/register", 422)],
    )
    def test_what_the_framework_refuses_is_a_problem_too(
        self, client: TestClient, method: str, path: str, status: int
    ) -> None:
        answer = client.request(method, path, json={})
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        problem = answer.json()
        assert problem["status"] == status
        assert problem["message_zh"]
        assert problem["message_en"]

    @pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"[1,", b'{"a": 1} x', b"\x00"])
    def test_a_body_that_is_no_json_is_a_problem(self, client: TestClient, body: bytes) -> None:
        answer = client.post("/v1/register", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code in (400, 422), answer.headers["content-type"]) == (True, PROBLEM)

    @pytest.mark.parametrize("chunked", [False, True])
    def test_ten_megabytes_are_refused_and_store_nothing(
        self, client: TestClient, database: Database, chunked: bool
    ) -> None:
        """With a length it is refused unread; without one, when the limit is passed."""
        before = count_of(database, Organisation)
        piece = b" " * 100_000
        pieces = (piece for _ in range(100))
        answer = client.post(
            "/v1/register",
            content=pieces if chunked else piece * 100,
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
        assert answer.json()["code"] == "too_large"
        assert count_of(database, Organisation) == before

    def test_a_body_within_the_limit_may_come_in_pieces(self, client: TestClient) -> None:
        answer = client.post(
            "/v1/auth/refresh",
            content=(piece for piece in (b'{"refresh_token":', b'"unknown"}')),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (401, 422)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
class TestDescription:
    def test_the_page_needs_nothing_from_elsewhere(self, client: TestClient) -> None:
        """The service must be usable in a network that reaches no content delivery network."""
        page = client.get("/docs")
        assert page.status_code == 200
        assert not re.search(r"https?://|[\"']//", page.text)
        assets = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page.text)
        assert len(assets) >= 3
        for asset in assets:
            assert client.get(asset).status_code == 200, asset
        assert client.get("/", follow_redirects=False).headers["location"] == "/docs"

    def test_operations_have_names_fit_for_a_generated_client(self, described: dict[str, Any]) -> None:
        ids = [operation["operationId"] for _, operation in operations(described)]
        assert len(ids) == len(set(ids))
        assert not [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]

    def test_every_operation_has_a_summary_and_says_what_may_go_wrong(
        self, described: dict[str, Any]
    ) -> None:
        for name, operation in operations(described):
            assert operation.get("summary"), name
            if operation.keys() & {"parameters", "requestBody"}:
                problems = [
                    answer
                    for status, answer in operation["responses"].items()
                    if status.startswith("4") and PROBLEM in answer.get("content", {})
                ]
                assert problems, name

    def test_every_json_body_has_an_example(self, described: dict[str, Any]) -> None:
        bare = [
            name
            for name, operation in operations(described)
            for kind, body in operation.get("requestBody", {}).get("content", {}).items()
            if kind == "application/json" and not _exemplified(body["schema"], described)
        ]
        assert not bare

    def test_every_example_is_valid(self, client: TestClient) -> None:
        """What a reader copies from the description must be taken."""
        tried = 0
        for route in iter_route_contexts(client.app.routes):  # type: ignore[attr-defined]  # typed as a callable
            for field in getattr(getattr(route, "dependant", None), "body_params", ()):
                body = TypeAdapter(field.field_info.annotation)
                for example in body.json_schema().get("examples", []):
                    body.validate_python(example)
                    tried += 1
        assert tried >= 6

    def test_paths_use_the_projects_words(self, described: dict[str, Any]) -> None:
        segments = {part for path in described["paths"] for part in re.split(r"[/_-]", path)}
        assert not [part for part in segments if SYNONYMS.fullmatch(part)]
        assert {"achievements", "demands", "managers", "matches", "pushes"} <= segments
        assert not [name for name in database_schema.metadata().tables if SYNONYMS.search(name)]


def _exemplified(node: dict[str, Any], described: dict[str, Any]) -> bool:
    """Whether the schema, or each of its required properties, shows an example; closed choices show themselves."""
    if "$ref" in node:
        return _exemplified(described["components"]["schemas"][node["$ref"].rpartition("/")[2]], described)
    if node.keys() & {"example", "examples", "enum", "const", "default", "format"}:
        return True
    choices = node.get("anyOf", []) + node.get("oneOf", []) + node.get("allOf", [])
    if choices:
        return any(_exemplified(choice, described) for choice in choices)
    if node.get("type") == "array":
        return _exemplified(node.get("items", {}), described)
    if node.get("type") == "object":
        properties = node.get("properties", {})
        asked = node.get("required") or list(properties)
        return all(_exemplified(properties[name], described) for name in asked)
    return node.get("type") in ("boolean", "integer", "number")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_every_route_has_an_access_rule(client: TestClient) -> None:
    """A route without a principal must stand in the list above, with its reason."""
    app = client.app
    assert isinstance(app, FastAPI)
    open_routes = set()
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if not {current_principal, logged_in} & set(_dependencies(dependant)):
            open_routes.add(str(route.path))
    assert {path for path in open_routes if not path.startswith("/static/")} == PUBLIC.keys()


def _dependencies(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies if dependant is not None else ():
        yield one.call
        yield from _dependencies(one)


class TestCommits:
    """A commit can fail after everything before it went well: then the answer is no success and nothing is there.

    A deferred foreign key makes it fail for real, on both databases, in the last moment.
    """

    def test_a_failed_commit_is_no_success(self, client: TestClient, database: Database) -> None:
        before = count_of(database, Organisation)
        _fail_commits_that_insert_into(database, "organisations")
        answer = client.post("/v1/register", json=REGISTRATION)
        assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
        assert count_of(database, Organisation) == before

    def test_a_failed_commit_publishes_nothing(
        self, client: TestClient, database: Database, enterprise: dict[str, str]
    ) -> None:
        before = count_of(database, Event)
        _fail_commits_that_insert_into(database, "demands")
        answer = client.post("/v1/demands", json=DEMAND, headers=enterprise)
        assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
        assert count_of(database, Demand) == 0
        assert count_of(database, Event) == before
        listed = client.get("/v1/demands")
        assert listed.json()["items"] == []

    def test_after_the_fault_the_same_request_succeeds(
        self, client: TestClient, database: Database, enterprise: dict[str, str]
    ) -> None:
        """The failed one left neither a lock nor a half-kept Idempotency-Key."""
        headers = enterprise | {"Idempotency-Key": "seal-coating-1"}
        _fail_commits_that_insert_into(database, "demands")
        assert client.post("/v1/demands", json=DEMAND, headers=headers).status_code == 409
        _stop_failing(database, "demands")
        answer = client.post("/v1/demands", json=DEMAND, headers=headers)
        assert answer.status_code == 201, answer.text
        assert "Idempotency-Replayed" not in answer.headers
        assert count_of(database, Demand) == 1


def _fail_commits_that_insert_into(database: Database, table: str) -> None:
    statements = [
        "CREATE TABLE nowhere (id INTEGER PRIMARY KEY)",
        "CREATE TABLE dangling (id INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED)",
    ]
    if database.is_sqlite:
        statements.append(
            f"CREATE TRIGGER fail_commit AFTER INSERT ON {table} BEGIN INSERT INTO dangling VALUES (1); END"
        )
    else:
        statements += [
            "CREATE FUNCTION dangle() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO dangling VALUES (1); RETURN NULL; END $$",
            f"CREATE TRIGGER fail_commit AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION dangle()",
        ]
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _stop_failing(database: Database, table: str) -> None:
    with database.engine.begin() as connection:
        where = "" if database.is_sqlite else f" ON {table}"
        connection.exec_driver_sql(f"DROP TRIGGER fail_commit{where}")


class TestSchema:
    def test_migrations_make_what_the_models_say(self, database: Database) -> None:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"include_object": database_schema.is_ours, "compare_type": True}
            )
            assert compare_metadata(context, database_schema.metadata()) == []

    def test_migrating_again_changes_nothing(self, database: Database) -> None:
        assert database_schema.is_current(database)
        database_schema.migrate(database)
        assert database_schema.is_current(database)

    def test_an_unprepared_database_is_told_of_at_start(self, tmp_path: Path, embedder: Any) -> None:
        settings = Settings(
            _env_file=None, home=tmp_path, database_url=f"sqlite:///{tmp_path}/empty.db", demo=True
        )
        with pytest.raises(RuntimeError, match="sanku init"):
            create_app(settings, embedder=embedder)


class TestSecrets:
    @pytest.mark.parametrize("weak", [DEMO_SECRET, "short", "x" * 31, ""])
    def test_a_weak_signing_key_is_refused(self, weak: str) -> None:
        with pytest.raises(ValidationError, match="32 or more random characters"):
            Settings(_env_file=None, secret_key=weak)  # type: ignore[arg-type]  # as the environment gives it

    def test_without_a_signing_key_the_service_does_not_start(self, tmp_path: Path, embedder: Any) -> None:
        with pytest.raises(RuntimeError, match="signing key"):
            create_app(Settings(_env_file=None, home=tmp_path), embedder=embedder)

    def test_a_signing_key_is_never_shown(self) -> None:
        key = "k3y-" * 10
        settings = Settings(_env_file=None, secret_key=key)  # type: ignore[arg-type]  # as the environment gives it
        assert key not in repr(settings)
        assert key not in settings.model_dump_json()
