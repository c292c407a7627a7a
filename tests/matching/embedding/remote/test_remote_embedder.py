"""The embed server and those who ask it: the same vectors, bounds, departures, outages and servers that do not fit."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.accounts.models import Role
from app.errors import Outage
from app.load_limits.turn import CURRENT, Holder, Turn, TurnEnded
from app.load_limits.turns import Busy
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.remote.address import EmbedAddress, listen_on_file
from app.matching.embedding.remote.calls import Calls
from app.matching.embedding.remote.client import (
    EmbeddingFailed,
    EmbedServerAway,
    RemoteEmbedder,
    WrongEmbedServer,
)
from app.matching.embedding.remote.opening import open_embedder
from app.matching.space import SIDES, Floats
from app.settings import Settings
from tests.matching.embedding.remote.running import PATIENCE, QUEUE, EmbedServer, embed_server, small_embedder
from tests.support.callers import LogIn
from tests.support.http import refused
from tests.support.services import demo_settings

SECRET = SecretStr("a shared secret of more than 32 characters")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbedServer]:
    path = tmp_path_factory.mktemp("embed") / "embed.sock"
    with embed_server(path, demo_settings(embed_secret=SECRET)) as running:
        yield running


@pytest.fixture
def remote(server: EmbedServer) -> Iterator[RemoteEmbedder]:
    embedder = open_embedder(demo_settings(embed_url=server.url, embed_secret=SECRET))
    assert isinstance(embedder, RemoteEmbedder)
    yield embedder
    embedder.close()


@pytest.fixture
def opened(server: EmbedServer) -> Iterator[Callable[..., RemoteEmbedder]]:
    """An embedder with other settings than those that fit."""
    known, made = small_embedder(), list[RemoteEmbedder]()

    def open_other(
        *, model_id: str = known.model_id, secret: SecretStr = SECRET, patience: timedelta | None = None
    ) -> RemoteEmbedder:
        calls = Calls(EmbedAddress.parse(server.url), secret)
        made.append(
            RemoteEmbedder(
                calls,
                model_id=model_id,
                text_model_id="multilingual-e5-small",
                dimension=known.dimension,
                patience=patience,
            )
        )
        return made[-1]

    yield open_other
    for embedder in made:
        embedder.close()


def test_vectors_are_those_of_the_servers_embedder_bit_by_bit(remote: RemoteEmbedder) -> None:
    local = small_embedder()
    texts = [f"第{i}种低温电解液的需求，" + "要求稳定" * (i % 60) for i in range(150)]
    seen: list[tuple[int, int]] = []
    found = remote.embed_queries(texts, on_progress=lambda done, total: seen.append((done, total)))
    assert np.array_equal(found, local.embed_queries(texts))
    assert len(seen) > 2 and seen[-1] == (150, 150)
    assert np.array_equal(remote.embed_passages(texts), local.embed_passages(texts))
    assert np.array_equal(remote.embed_profiles(texts), local.embed_profiles(texts))
    for side in SIDES:
        assert np.array_equal(remote.embed_sentences(side, texts), local.embed_sentences(side, texts))
        assert remote.vector_traits(side, found[:3]) == local.vector_traits(side, found[:3])
    assert (remote.model_id, remote.dimension) == (local.model_id, local.dimension)
    assert remote.embed_queries([]).shape == (0, local.dimension)
    assert remote.embed_sentences("query", []).shape == (0, local.sentence_dimension)
    with pytest.raises(ValueError, match="text 1 is blank"):
        remote.embed_passages(["有内容", " "])


def test_a_text_that_breaks_the_model_is_no_outage(remote: RemoteEmbedder) -> None:
    """Otherwise a worker would try it without end."""
    with pytest.raises(EmbeddingFailed) as caught:
        remote.embed_queries(["打破模型的文本"])
    assert not isinstance(caught.value, Outage)
    assert remote.embed_queries(["下一条"]).shape == (1, remote.dimension)


@pytest.fixture
def ask(server: EmbedServer, remote: RemoteEmbedder) -> Iterator[Callable[[str], tuple[Turn, Future[Any]]]]:
    """`ask(user)` asks within a turn of this user, in a thread; the model holds it."""
    server.text.open.clear()
    with ThreadPoolExecutor(QUEUE + 1) as threads:

        def asked(user: str) -> tuple[Turn, Future[Any]]:
            turn, context = Turn(Holder(user, f"organisation of {user}"), 600), copy_context()
            context.run(CURRENT.set, turn)
            return turn, threads.submit(context.run, remote.embed_queries, [f"{user} 的问题"])

        yield asked
        server.text.open.set()


def test_a_full_queue_refuses_at_once_and_a_departure_makes_room(
    server: EmbedServer, ask: Callable[[str], tuple[Turn, Future[Any]]]
) -> None:
    """One user gets half of the places; what nobody waits for any more ends at the server."""
    asked = [ask("a"), ask("a"), ask("b"), ask("c")]
    for _ in asked:
        assert server.text.held.acquire(timeout=PATIENCE)
    for user in ("a", "d"):
        error = ask(user)[1].exception(PATIENCE)
        assert isinstance(error, Busy) and int(error.headers["Retry-After"]) >= 1
    asked[0][0].give_up()
    assert isinstance(asked[0][1].exception(PATIENCE), TurnEnded)
    assert server.text.left.acquire(timeout=PATIENCE)
    server.text.open.set()
    assert [one.result(PATIENCE).shape for _, one in asked[1:]] == [(1, 896)] * 3
    assert ask("d")[1].result(PATIENCE).shape == (1, 896)


def test_a_worker_or_command_waits_for_a_server_that_comes_back(
    server: EmbedServer, remote: RemoteEmbedder, opened: Callable[..., RemoteEmbedder]
) -> None:
    before = remote.embed_queries(["重启之前"])
    server.stop()
    asked = threading.Event()

    def ask() -> Floats:
        asked.set()
        return remote.embed_queries(["重启之前"])

    with ThreadPoolExecutor(1) as threads:
        asking = threads.submit(ask)
        assert asked.wait(PATIENCE)
        server.start()
        assert np.array_equal(asking.result(PATIENCE), before)
    server.stop()
    with pytest.raises(EmbedServerAway) as caught:
        opened(patience=timedelta(0)).embed_queries(["一直没有服务"])
    assert isinstance(caught.value, Outage)
    server.start()


def test_what_does_not_fit_is_refused_with_the_reason(
    server: EmbedServer, opened: Callable[..., RemoteEmbedder]
) -> None:
    other_model = opened(model_id="other-model+use-multilingual-3.3")
    for ask in (other_model.check, lambda: other_model.embed_queries(["文本"])):
        with pytest.raises(WrongEmbedServer, match="other-model"):
            ask()
    with pytest.raises(WrongEmbedServer, match="SANKU_EMBED_SECRET"):
        opened(secret=SecretStr("another secret of more than 32 characters")).check()
    with pytest.raises(RuntimeError, match="another server listens"):
        listen_on_file(server.path)
    assert server.path.stat().st_mode & 0o777 == 0o600


class TestTheService:
    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    @pytest.fixture
    def model_path(self, tmp_path: Path) -> Path:
        return tmp_path / "no-model"

    @pytest.fixture
    def settings(self, settings: Settings, server: EmbedServer) -> Settings:
        return settings.model_copy(update={"model": None, "embed_url": server.url, "embed_secret": SECRET})

    @pytest.fixture
    def embedder(self) -> None:
        """The one of the settings."""

    def test_it_says_that_the_server_is_away_and_goes_on_when_it_is_back(
        self, app: Any, client: TestClient, log_in: LogIn, server: EmbedServer
    ) -> None:
        services = app.state.services
        services[Embedder].load()
        assert client.get("/readyz").json() == {
            "ready": True,
            "checks": {"model": True, "database": True, "index": True},
        }
        caller = log_in(Role.ENTERPRISE)
        question = {"text": "化工储罐的水性防腐涂料半年就起泡"}
        assert caller.post("/v1/matches/text", json=question).status_code == 200
        server.stop()
        answer = caller.post("/v1/matches/text", json=question)
        refused(answer, 503, "embedding_unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json()["checks"] == {"model": False, "database": True, "index": True}
        assert caller.get("/v1/demands").status_code == 200
        server.start()
        assert caller.post("/v1/matches/text", json=question).status_code == 200
