"""The embed server: one embedder for all processes of one or more machines, over HTTP.

Requests come from the service itself: they carry the id of the model that they expect, how long somebody waits, and for
whom, so that the model works next for those for whom it has done least, in whatever process they asked.
"""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, get_args

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from app.accounts.access.metrics_readers import MetricsReaders
from app.errors import BadRequest, Conflict, SankuError, TooLarge, Unauthenticated
from app.errors.handlers import error_of, problem_response
from app.load_limits.turn import CURRENT, Holder, Turn
from app.load_limits.turns import TurnLimits, Turns, departure
from app.matching.embedding.background import arrays_of
from app.matching.embedding.embedder import Floats
from app.matching.embedding.joint_embedder import JointEmbedder
from app.matching.embedding.remote import wire
from app.matching.space import SIDES
from app.observability import Metrics

log = structlog.get_logger(__name__)

SECONDS = 600.0
"""The longest that a request may take."""
_BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class _Server:
    embedder: JointEmbedder
    secret: SecretStr | None
    turns: Turns
    metrics: Metrics
    readers: MetricsReaders
    threads: Callable[[], CapacityLimiter]

    async def authenticated(self, request: Request) -> None:
        """
        Raises:
            Unauthenticated: the request lacks the shared secret.
        """
        if self.secret is None:
            return
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.secret.get_secret_value().encode()):
            raise Unauthenticated(
                "SANKU_EMBED_SECRET is not the embed server's.", "SANKU_EMBED_SECRET 与向量服务不一致。"
            )

    def identity(self) -> wire.Identity:
        """Asks for the dimension, for which a model without a manifest has to be loaded."""
        return wire.Identity(
            self.embedder.model_id, self.embedder.dimension, self.embedder.sentence_dimension
        )

    def check_model(self, request: Request) -> None:
        """
        Raises:
            Conflict: the caller expects other vectors.
        """
        wanted = request.headers.get(wire.MODEL_HEADER), request.headers.get(wire.PROTOCOL_HEADER)
        if wanted != (self.embedder.model_id, str(wire.PROTOCOL)):
            raise Conflict(
                f"This embed server has the model {self.embedder.model_id}, not {wanted[0]}.",
                f"向量服务的模型为 {self.embedder.model_id}，而非 {wanted[0]}。",
                code="other_model",
            )

    async def in_turn(self, request: Request, work: Callable[[], Floats]) -> Floats:
        """The result of `work`, done in a thread within a turn; given up when the client has gone.

        Raises:
            Busy: the queue is full.
        """
        gone = asyncio.create_task(departure(request))
        try:
            async with self.turns.turn(_holder(request), gone) as admitted:
                turn = Turn(admitted.holder, _seconds(request))
                gone.add_done_callback(lambda _: turn.give_up())
                context = copy_context()
                context.run(CURRENT.set, turn)
                return await to_thread.run_sync(context.run, work, limiter=self.threads())
        finally:
            gone.cancel()


def embed_app(
    embedder: JointEmbedder, readers: MetricsReaders, *, secret: SecretStr | None = None, queue: int = 64
) -> FastAPI:
    """The application of the embed server.

    Args:
        readers: who reads the metrics, where a secret is needed at all.
        secret: what every request must carry; None if only this user's processes reach the server.
        queue: requests that work and wait at a time, half of them without a user or of one user; others are refused at
            once.
    """
    metrics = Metrics()
    limits = TurnLimits(slots=queue, waiting=0, per_holder=queue, per_organisation=queue, seconds=SECONDS)
    found: list[CapacityLimiter] = []

    def threads() -> CapacityLimiter:
        if not found:  # it belongs to the event loop
            found.append(CapacityLimiter(queue))
        return found[0]

    server = _Server(embedder, secret, Turns(limits, metrics), metrics, readers, threads)
    app = FastAPI(
        title="Sanku embed server", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_loading(server)
    )
    app.add_exception_handler(Exception, _refused)
    app.add_exception_handler(SankuError, _refused)
    _add_routes(app, server)
    return app


def _add_routes(app: FastAPI, server: _Server) -> None:
    closed = [Depends(server.authenticated)]

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        ready = server.embedder.ready
        return JSONResponse({"ready": ready, "checks": {"model": ready}}, 200 if ready else 503)

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        if server.secret is not None:
            server.readers.check(request)
        return Response(generate_latest(server.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/v1/identity", dependencies=closed)
    async def identity() -> dict[str, Any]:
        found = await to_thread.run_sync(server.identity)
        return {**found.as_dict(), "ready": server.embedder.ready}

    @app.get("/v1/background", dependencies=closed)
    async def background(request: Request) -> Response:
        server.check_model(request)
        found = await to_thread.run_sync(lambda: arrays_of(server.embedder.background))
        return Response(wire.packed_arrays(found), media_type=_BINARY)

    @app.post("/v1/vectors", dependencies=closed)
    async def vectors(request: Request) -> Response:
        server.check_model(request)
        asked = await _texts(request)
        rows = await server.in_turn(request, lambda: embedded(server.embedder, asked))
        return Response(wire.packed(rows), media_type=_BINARY)


def embedded(embedder: JointEmbedder, asked: wire.Texts) -> Floats:
    """The vectors of the texts, as the embedder gives them in its own process."""
    if asked.kind == "sentences":
        assert asked.side is not None
        return embedder.embed_sentences(asked.side, asked.texts)
    embed = {
        "queries": embedder.embed_queries,
        "passages": embedder.embed_passages,
        "profiles": embedder.embed_profiles,
    }[asked.kind]
    return embed(asked.texts)


def _loading(server: _Server) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(to_thread.run_sync(_load, server))
        yield
        loading.cancel()

    return lifespan


def _load(server: _Server) -> None:
    try:
        server.embedder.load()
        log.info("model_loaded", model=server.embedder.model_id)
    except SankuError as error:
        # It is not ready, and every request for vectors says why.
        log.error("model_not_loaded", error=str(error))


async def _refused(request: Request, error: Exception) -> Response:
    known = error_of(error)
    if known.status == 500:
        log.error("embedding_failed", exc_info=error)
    return problem_response(known, request)


async def _texts(request: Request) -> wire.Texts:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > wire.MOST_BYTES:
            raise TooLarge(
                f"The body exceeds {wire.MOST_BYTES} bytes.", f"请求体超过 {wire.MOST_BYTES} 字节。"
            )
    try:
        given = json.loads(bytes(body))
        kind, texts, side = given["kind"], given["texts"], given.get("side")
        is_whole = isinstance(texts, list) and all(isinstance(one, str) and one.strip() for one in texts)
        if not is_whole or len(texts) > wire.MOST_TEXTS or kind not in get_args(wire.Kind):
            raise ValueError("no texts")
        if (side not in SIDES) if kind == "sentences" else side is not None:
            raise ValueError("sentences have a side")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRequest("The body is no list of texts.", "请求体不是文本列表。") from error
    return wire.Texts(kind, tuple(texts), side)


def _holder(request: Request) -> Holder:
    return Holder(
        request.headers.get(wire.USER_HEADER, ""), request.headers.get(wire.ORGANISATION_HEADER, "")
    )


def _seconds(request: Request) -> float:
    try:
        wanted = float(request.headers.get(wire.SECONDS_HEADER, SECONDS))
    except ValueError:
        wanted = SECONDS
    return min(max(wanted, 0.0), SECONDS)
