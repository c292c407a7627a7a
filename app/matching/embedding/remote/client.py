"""The remote embedder: asks the embed server for vectors, so that its process holds no model."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import httpx
import numpy as np
import structlog

from app.errors import Outage, SankuError
from app.load_limits.turn import CURRENT, DeadlineExceeded, check_turn
from app.load_limits.turns import Busy
from app.matching.embedding.aligned_encoder import DIMENSION, batches
from app.matching.embedding.background import background_of, shipped_background
from app.matching.embedding.embedder import Floats, OnProgress
from app.matching.embedding.remote import wire
from app.matching.embedding.remote.calls import Calls
from app.matching.embedding.text_models import ModelNotReady
from app.matching.space import Background, Side, VectorTraits

log = structlog.get_logger(__name__)

RETRY_AFTER = {"Retry-After": "5"}
PATIENCE = timedelta(seconds=30)
"""How long a worker or a command waits for a server that is away or full, counted from when it was first missed."""
PAUSE = 0.5
WATCH_EVERY = 2.0
"""Seconds between two looks whether the server is ready."""
SECONDS = 600.0
"""The longest wait for an answer without a turn."""
TEXTS, CHARACTERS = 64, 8_000
"""Of one request at most, unless one batch of the aligned encoder has more."""


class EmbedServerAway(Outage):
    """The embed server does not answer; try again in a few seconds."""

    code = "embedding_unavailable"
    zh = "向量服务暂不可用，请几秒后重试。"


class WrongEmbedServer(Outage):
    """The embed server does not fit this process: another model, another version or another secret."""

    code = "wrong_embed_server"
    zh = "向量服务与本进程的设置不符（模型、版本或密钥）。"


class EmbeddingFailed(SankuError):
    """The embed server could not embed these texts; its log says why."""

    code = "embedding_failed"
    zh = "向量服务无法处理这些文本，原因见其日志。"


class RemoteEmbedder:
    """The same vectors as the embedder in the server's process, bit by bit. Thread-safe.

    A request, which has a turn, gets an error at once when the server is away or full; a worker or a command waits for
    `patience` first.
    """

    def __init__(
        self,
        calls: Calls,
        *,
        model_id: str,
        text_model_id: str,
        dimension: int | None,
        patience: timedelta | None = None,
    ) -> None:
        """
        Args:
            model_id: the joint vectors that this process expects; a server with others is refused.
            text_model_id: the text model among them, for its background.
            dimension: of the vectors, if it is known without the server.
            patience: default: `PATIENCE`.
        """
        self._calls = calls
        self._model_id = model_id
        self._text_model_id = text_model_id
        self._dimension = dimension
        self._patience = (PATIENCE if patience is None else patience).total_seconds()
        self._away_since: float | None = None
        self._ready = self._missed = False
        self._watching = False
        self._lock = threading.Lock()
        self._found: Background | None = None

    @property
    def model_id(self) -> str:
        return self._model_id

    @property
    def dimension(self) -> int:
        if self._dimension is None:
            self._dimension = self.check().dimension
        return self._dimension

    @property
    def ready(self) -> bool:
        """Whether the server had the model loaded a moment ago; kept up to date from `load` on."""
        return self._ready

    def load(self) -> None:
        """Watch the server from now on, and read what this process needs of it.

        Raises:
            EmbedServerAway, WrongEmbedServer: see `check`.
        """
        with self._lock:
            if not self._watching:
                self._watching = True
                self._calls.spawn(self._watch)
        self.check(patient=False)
        _ = self._background

    def check(self, *, patient: bool = True) -> wire.Identity:
        """What the server serves; unless `patient`, it is not waited for.

        Raises:
            EmbedServerAway: it does not answer, or not with this process's secret.
            WrongEmbedServer: its vectors are others than this process expects.
        """
        answer = (self._asked if patient else self._answered)("GET", "/v1/identity")
        self._ready = bool(answer.json().get("ready"))
        return self._identity(answer)

    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._records("queries", texts, on_progress)

    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._records("passages", texts, on_progress)

    def embed_profiles(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._records("profiles", texts, on_progress)

    def embed_sentences(self, side: Side, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        return np.concatenate([self._part("sentences", part, DIMENSION, side) for part in _parts(texts)])

    def vector_traits(self, side: Side, vectors: Floats) -> list[VectorTraits]:
        return self._background.vector_traits(side, vectors)

    def close(self) -> None:
        self._calls.close()

    def _records(self, kind: wire.Kind, texts: Sequence[str], on_progress: OnProgress | None) -> Floats:
        for row, text in enumerate(texts):
            if not text.strip():
                raise ValueError(f"text {row} is blank: it has no meaning to embed")
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        done = 0
        for part in _parts(texts):
            vectors[done : done + len(part)] = self._part(kind, part, self.dimension)
            done += len(part)
            if on_progress:
                on_progress(done, len(texts))
        return vectors

    def _part(
        self, kind: wire.Kind, texts: Sequence[str], dimension: int, side: Side | None = None
    ) -> Floats:
        check_turn()
        body = json.dumps({"kind": kind, "texts": list(texts), "side": side}).encode()
        answer = self._asked("POST", "/v1/vectors", body)
        try:
            found = wire.unpacked(answer.content)
        except (ValueError, EOFError) as error:
            raise EmbedServerAway(headers=RETRY_AFTER) from error
        if found.shape != (len(texts), dimension):
            raise WrongEmbedServer(
                f"The embed server gave vectors of {found.shape}, not {(len(texts), dimension)}."
            )
        return found

    @property
    def _background(self) -> Background:
        with self._lock:
            if self._found is None:
                self._found = shipped_background(self._text_model_id)
            if self._found is None:
                answer = self._asked("GET", "/v1/background")
                self._found = background_of(wire.unpacked_arrays(answer.content))
            return self._found

    def _asked(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        """A good answer. Without a turn it is waited for as long as `patience` allows."""
        while True:
            try:
                answer = self._answered(method, path, content)
            except (EmbedServerAway, Busy, ModelNotReady) as error:
                if CURRENT.get() is not None:
                    raise
                if not self._is_patient():
                    # For a worker all of these are the same: it tries again later.
                    raise EmbedServerAway(
                        error.message_en, error.message_zh, headers=error.headers
                    ) from error
                time.sleep(PAUSE)
            else:
                self._away_since = None
                return answer

    def _is_patient(self) -> bool:
        """Whether to ask once more. Patience is for the outage, not for the call: what follows it fails fast."""
        self._away_since = self._away_since or time.monotonic()
        return time.monotonic() - self._away_since < self._patience

    def _answered(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        turn = CURRENT.get()
        seconds = SECONDS if turn is None else turn.remaining
        headers = self._headers() | {wire.SECONDS_HEADER: f"{seconds:.3f}"}
        if turn is not None:
            headers |= {
                wire.USER_HEADER: turn.holder.id,
                wire.ORGANISATION_HEADER: turn.holder.organisation,
            }
        try:
            answer = self._calls.ask(method, path, content=content, headers=headers, seconds=seconds + 1)
        except httpx.TransportError as error:
            self._ready = False
            check_turn()
            if not self._missed:
                log.warning("embed_server_away", error=f"{type(error).__name__}: {error}")
            self._missed = True
            raise EmbedServerAway(headers=RETRY_AFTER) from error
        self._missed = False
        if answer.status_code != 200:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: httpx.Response) -> SankuError:
        problem = _problem(answer)
        code, message = problem.get("code", ""), problem.get("message_en")
        log.warning("embed_server_refused", status=answer.status_code, code=code, error=message)
        if answer.status_code == 500:
            return EmbeddingFailed()
        headers = {"Retry-After": answer.headers.get("Retry-After", RETRY_AFTER["Retry-After"])}
        if answer.status_code in (502, 503, 504):
            known = {error.code: error for error in (Busy, DeadlineExceeded, ModelNotReady)}
            return known.get(code, EmbedServerAway)(headers=headers)
        # How the service is set up is the log's and the command line's, not a user's.
        words = (message, problem.get("message_zh")) if CURRENT.get() is None else ()
        return WrongEmbedServer(*words, headers=headers)

    def _identity(self, answer: httpx.Response) -> wire.Identity:
        try:
            found = wire.Identity.from_dict(answer.json())
        except (ValueError, KeyError, TypeError) as error:
            raise WrongEmbedServer(
                "What answers at SANKU_EMBED_URL is no embed server of this version."
            ) from error
        wanted = (self._model_id, DIMENSION, wire.PROTOCOL)
        if (found.model_id, found.sentence_dimension, found.protocol) != wanted:
            raise WrongEmbedServer(
                f"The embed server has the model {found.model_id} (protocol {found.protocol}), but this process "
                f"expects {self._model_id} (protocol {wire.PROTOCOL}): give both the same SANKU_MODEL and version.",
                f"向量服务的模型为 {found.model_id}（协议 {found.protocol}），本进程需要 {self._model_id}"
                f"（协议 {wire.PROTOCOL}）：两者的 SANKU_MODEL 和版本须一致。",
            )
        return found

    def _headers(self) -> dict[str, str]:
        return {wire.MODEL_HEADER: self._model_id, wire.PROTOCOL_HEADER: str(wire.PROTOCOL)}

    async def _watch(self) -> None:
        while True:
            ready = await self._is_ready()
            if ready != self._ready:
                log.info("embed_server_ready" if ready else "embed_server_not_ready")
            self._ready = ready
            await asyncio.sleep(WATCH_EVERY)

    async def _is_ready(self) -> bool:
        try:
            answer = await self._calls.asked(
                "GET", "/v1/identity", headers=self._headers(), seconds=WATCH_EVERY
            )
            return bool(self._identity(answer) and answer.json()["ready"])
        except (httpx.TransportError, WrongEmbedServer, KeyError, ValueError):
            return False


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in their order, in requests that end where a batch of the aligned encoder ends: its vectors depend by a
    rounding on what is read with them, and are the same as for all texts in one call."""
    start = end = size = 0
    for batch in batches(texts) if texts else ():
        characters = sum(map(len, batch))
        if end > start and (end + len(batch) - start > TEXTS or size + characters > CHARACTERS):
            yield texts[start:end]
            start, size = end, 0
        end, size = end + len(batch), size + characters
    if end > start:
        yield texts[start:end]


def _problem(answer: httpx.Response) -> dict[str, str]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
