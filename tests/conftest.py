"""Real parts for every test: a migrated SQLite file, a real PostgreSQL with pgvector, the real embedding model."""

import gc
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Bytecode is kept even where the system says otherwise (here and in `pytest_configure`): each process that a test
# starts would compile a thousand modules, a quarter of its start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from functools import partial

from app.accounts.models import Role
from app.database import Database
from app.encryption.keys import use_keys
from app.observability import configure_logging
from app.settings import Settings
from tests.support import postgresql
from tests.support.callers import Caller, LogIn, log_in_on
from tests.support.paths import MEMORY_DISK, SHARED_DATA
from tests.support.postgresql import DatabasePool
from tests.support.reuse.event_loop import shared_event_loop
from tests.support.reuse.statements import share_compiled_statements
from tests.support.reuse.vectors import KeptAligned, KeptText, VectorFile
from tests.support.reuse.whole_answers import read_answers_whole
from tests.support.services import demo_settings

if MEMORY_DISK is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))  # `tmp_path` lies there

# The same examples each time, so that a red run can be repeated; HYPOTHESIS_PROFILE=explore looks for new ones.
# A busy machine is no fault.
UNHURRIED: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("repeatable", derandomize=True, **UNHURRIED)
hypothesis.settings.register_profile("explore", **UNHURRIED)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
hypothesis.settings.load_profile(PROFILE)
if PROFILE == "repeatable":
    # Not the constants of the modules that happen to be imported: they would make the examples depend on the other
    # tests of a process, which would parse all of `app` for them when it starts.
    providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """A test that talks to the outside scenario would depend on it."""
    real_connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        real_connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = real_connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def made_once() -> Iterator[None]:
    """What would cost most of a test's time, and knows nothing of the test."""
    use_keys(demo_settings())
    with pytest.MonkeyPatch.context() as patch, shared_event_loop():
        share_compiled_statements(patch)
        read_answers_whole(patch)
        yield


@pytest.fixture(autouse=True)
def quiet_logs() -> None:
    """Warnings and errors only, in the form that production writes. For each test: a command line that ran in the
    test before has left its own standard error behind, closed."""
    configure_logging(level="WARNING", as_json=True)


def _create_schema(database: Database) -> None:
    from app import database_schema

    database_schema.migrate(database)


POSTGRES = ("postgresql", "pgvector")
"""Parameters, or what they begin with, that stand for PostgreSQL."""


gc.disable()  # until everything is imported, of which next to nothing is garbage


def pytest_configure() -> None:
    sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """Modules stay until the end: the garbage collector need not look at them after every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by what a test uses, so that nobody has to remember them."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if "postgres_url" in fixtures or any(
            str(value).startswith(POSTGRES) for value in parameters.values()
        ):
            item.add_marker(pytest.mark.postgresql)
        if "model_dir" in fixtures:
            item.add_marker(pytest.mark.model)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    _create_schema(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_pool() -> Iterator[DatabasePool]:
    """Databases on a real PostgreSQL server, for this test process alone."""

    def create_schema(url: str) -> None:
        database = Database(url)
        _create_schema(database)
        database.dispose()

    with postgresql.server(MEMORY_DISK) as address:
        yield DatabasePool(address, create_schema)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "sanku.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_pool: DatabasePool) -> Iterator[str]:
    name = postgres_pool.take()
    yield postgres_pool.url(name)
    postgres_pool.give_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, model_path: Path) -> Settings:
    return demo_settings(
        home=tmp_path / "home",
        database_url=database_url,
        model=str(model_path),
        worker_in_service=False,
        log_json=False,
    )


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The prepared embedding model, in a cache that outlives the run: preparing it is safe to repeat."""
    from app.matching.embedding.model_files import prepare_model

    cache = Path(os.environ.get("SANKU_TEST_CACHE", "~/.cache/sanku-test")).expanduser()
    return prepare_model(cache / "models" / "multilingual-e5-small", progress=lambda *_: None)


@pytest.fixture
def model_path(model_dir: Path) -> Path:
    """What the settings name as the model. Folders whose tests embed nothing that matters name one that is absent."""
    return model_dir


@pytest.fixture(scope="session")
def embedder(model_dir: Path) -> Iterator[Any]:
    """What the service embeds with. The models read only what no run has asked of them yet."""
    from app.matching.embedding.aligned_encoder import UniversalSentenceEncoder
    from app.matching.embedding.background import shipped_background
    from app.matching.embedding.embedder import SentenceTransformerEmbedder
    from app.matching.embedding.joint_embedder import JointEmbedder

    text, aligned = SentenceTransformerEmbedder(model_dir), UniversalSentenceEncoder()
    file = VectorFile(model_dir.parents[1] / "vectors", f"{text.model_id}+{aligned.name}")
    background = shipped_background(text.model_id)
    assert background is not None
    yield JointEmbedder(KeptText(text, file), KeptAligned(aligned, file), lambda: background)
    file.close()


@pytest.fixture(scope="session")
def jinan_data() -> Path:
    path = SHARED_DATA / "jinan"
    if not path.exists():
        pytest.skip("the evaluation data is not beside this checkout (../shared/data)")
    return path


@pytest.fixture(scope="session")
def assembled() -> Any:
    """Routes are worked out when they first answer, which takes longer than most answers."""
    from app.main import assemble

    return assemble()


@pytest.fixture
def app(settings: Settings, embedder: Any, assembled: Any) -> Iterator[Any]:
    """The real service on a database of its own; its worker runs when a test calls `drain`."""
    from app.bootstrap.services import build_services, close

    assembled.state.services = services = build_services(settings, embedder=embedder)
    yield assembled
    close(services)


@pytest.fixture
def client(app: Any) -> Iterator[Any]:
    """A stranger: nobody logged in. Server errors are answers, as for a real client."""
    from fastapi.testclient import TestClient

    with TestClient(app, raise_server_exceptions=False) as stranger:
        yield stranger


@pytest.fixture
def drain(app: Any) -> Callable[[], int]:
    """Let the worker do all that is due; answers how many events it settled."""
    from app.bootstrap.workers import build_worker

    worker = build_worker(app.state.services)

    def run() -> int:
        settled: int = worker.run_until_idle()
        return settled

    return run


@pytest.fixture
def log_in(app: Any, settings: Settings) -> LogIn:
    """`log_in(Role.ENTERPRISE, name="…")` → a client of a new user (in a new organisation unless one is given)."""
    return partial(log_in_on, app, settings)


@pytest.fixture
def as_operator(log_in: LogIn) -> Caller:
    return log_in(Role.OPERATOR)


@pytest.fixture
def as_enterprise(log_in: LogIn) -> Caller:
    return log_in(Role.ENTERPRISE)


@pytest.fixture
def as_institution(log_in: LogIn) -> Caller:
    return log_in(Role.INSTITUTION)


@pytest.fixture
def as_manager(log_in: LogIn) -> Caller:
    return log_in(Role.MANAGER)


@pytest.fixture
def as_stranger(client: Any) -> Any:
    return client
