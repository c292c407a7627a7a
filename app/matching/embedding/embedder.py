"""The embedder: texts to unit vectors with any sentence-transformers model. torch is imported with the first text."""

import hashlib
import re
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.load_limits.fair_thread import Batchable, FairThread
from app.matching.embedding.model_files import read_manifest
from app.matching.embedding.text_models import TextModel, load_model
from app.matching.space import Side, VectorTraits

Floats = NDArray[np.float32]
OnProgress = Callable[[int, int], None]

# Small batches keep a layer's activations in the processor's cache and need next to no padding: at least 1.4
# times the texts per second of fixed batches of 32. A GPU wants large ones.
CPU_BATCH_TOKENS = 1024
GPU_BATCH_TOKENS = 32_768
# Characters of several callers in one batch. On a CPU eight short questions take 0.6 times as long together, but nobody
# shall wait for much more than their own.
CPU_JOINED = 256
GPU_JOINED = 32_768
# Texts whose lengths are compared for batching; a query may have to wait for this many texts plus one batch.
_SORT_WINDOW = 512
_E5_NAME = re.compile(r"\be5-(small|base|large)(?!.*instruct)", re.IGNORECASE)


class Embedder(Protocol):
    """Vectors are float32 [n, dimension] with length 1, in the order of the texts.

    `model_id` names the weights: vectors of two ids must never be compared. A blank text is a ValueError.
    `on_progress` receives (texts done, all texts), in the calling thread. Demands are queries, achievements passages,
    managers profiles. Sentences may have a smaller dimension of their own: then the last components of a record's
    vector, taken alone, lie in the space of sentences.
    """

    @property
    def model_id(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def ready(self) -> bool:
        """Whether the next text is embedded without loading a model first."""

    def load(self) -> None: ...

    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats: ...

    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats: ...

    def embed_profiles(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats: ...

    def embed_sentences(self, side: Side, texts: Sequence[str]) -> Floats: ...

    def vector_traits(self, side: Side, vectors: Floats) -> list[VectorTraits]: ...


class SingleSpace(ABC):
    """What an embedder of one model shares: sentences in the space of records, and nothing known of a background."""

    @property
    def ready(self) -> bool:
        return True

    def load(self) -> None:
        return None

    def embed_profiles(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self.embed_passages(texts, on_progress=on_progress)

    def embed_sentences(self, side: Side, texts: Sequence[str]) -> Floats:
        return self.embed_queries(texts) if side == "query" else self.embed_passages(texts)

    def vector_traits(self, side: Side, vectors: Floats) -> list[VectorTraits]:
        del side
        return [VectorTraits() for _ in vectors]

    @abstractmethod
    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats: ...

    @abstractmethod
    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats: ...


class SentenceTransformerEmbedder(SingleSpace):
    """A sentence-transformers model from a directory, or from a hub if `model` is a hub id.

    Thread-safe: one thread owns the model and processes the callers' batches, those of the least served first, so that
    a query waits for one batch of a bulk load, not for all of it. The model is loaded with the first text.

    Args:
        model: directory, or hub id such as "BAAI/bge-m3"; a path that does not exist never reaches a hub.
        device: torch device; default: a GPU if available.
        batch_tokens: maximum tokens in a batch, including padding (a single text may be longer).
        threads: torch's threads in this process; default: torch's own choice.
        cache_size: number of vectors in the LRU cache.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        device: str | None = None,
        batch_tokens: int | None = None,
        threads: int | None = None,
        cache_size: int = 20_000,
    ) -> None:
        self._local = _is_path(model)
        self._source = str(Path(model).expanduser().resolve()) if self._local else str(model)
        self._device = device
        self._batch_tokens = batch_tokens
        self._threads = threads
        self._cache = _VectorCache(cache_size)
        # torch keeps a pool of worker threads per calling thread, so one thread makes all calls.
        self._owner = FairThread("embedder")
        self._model: TextModel | None = None
        self._warm = False
        self._model_id, self._dimension = stated_model(model)

    @property
    def model_id(self) -> str:
        return self._model_id

    @property
    def dimension(self) -> int:
        """Read from a directory that `prepare_model` wrote; any other model must be loaded first.

        Raises:
            ModelNotReady: see `load`.
        """
        if self._dimension is None:
            self._dimension = self._owner.run(lambda: self._loaded().dimension, size=1)
        return self._dimension

    @property
    def ready(self) -> bool:
        return self._warm

    def load(self) -> None:
        """Load the model now and run it once, so that the first query need not wait.

        Raises:
            ModelNotReady: the directory is missing or incomplete, or the hub does not have the model.
        """
        self._encoded(["预热"], "query")

    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed(texts, "query", on_progress)

    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._embed(texts, "passage", on_progress)

    def _embed(self, texts: Sequence[str], side: Side, on_progress: OnProgress | None) -> Floats:
        for row, text in enumerate(texts):
            if not text.strip():
                raise ValueError(f"text {row} is blank: it has no meaning to embed")
        vectors = np.empty((len(texts), self.dimension), np.float32)
        wanted: dict[bytes, list[int]] = {}
        for row, text in enumerate(texts):
            key = _key(side, text)
            cached = self._cache.get(key)
            if cached is None:
                wanted.setdefault(key, []).append(row)
            else:
                vectors[row] = cached
        done = len(texts) - sum(map(len, wanted.values()))
        keys = list(wanted)
        for batch, fresh in self._batches([texts[wanted[key][0]] for key in keys], side):
            for position, vector in zip(batch, fresh, strict=True):
                vectors[wanted[keys[position]]] = vector
                self._cache.put(keys[position], vector)
                done += len(wanted[keys[position]])
            if on_progress:
                on_progress(done, len(texts))
        if on_progress and not keys:
            on_progress(done, len(texts))
        return vectors

    def _batches(self, texts: list[str], side: Side) -> Iterator[tuple[list[int], Floats]]:
        """Yields (positions in `texts`, their vectors), one batch of the owning thread at a time."""
        for start in range(0, len(texts), _SORT_WINDOW):
            window = texts[start : start + _SORT_WINDOW]
            lengths, budget = self._owner.run(partial(self._measure, window, side), size=1)
            for batch in batches_by_length(lengths, budget):
                chosen = [window[i] for i in batch]
                yield [start + i for i in batch], self._encoded(chosen, side)

    def _measure(self, texts: list[str], side: Side) -> tuple[list[int], int]:
        """Token count of each text for the model, and the batch budget of its device."""
        if len(texts) == 1:
            return [1], 1  # a single query is one batch, whatever its length
        model = self._loaded()
        prompt = _prompt(model, self._source, side)
        usual = CPU_BATCH_TOKENS if model.on_cpu else GPU_BATCH_TOKENS
        return model.token_counts([prompt + text for text in texts]), self._batch_tokens or usual

    def _encoded(self, texts: list[str], side: Side) -> Floats:
        """The vectors of one batch, which the owning thread may read together with the texts of others."""
        batch = Batchable(side, texts, partial(self._encode, side=side), self._room)
        return np.asarray(self._owner.run_batch(batch, size=sum(map(len, texts))), np.float32)

    def _room(self) -> int:
        """Characters of texts of several callers that are read together."""
        return CPU_JOINED if self._model is None or self._model.on_cpu else GPU_JOINED

    def _encode(self, texts: list[str], side: Side) -> Floats:
        model = self._loaded()
        encoded = model.encode(texts, _prompt(model, self._source, side))
        self._warm = True
        return encoded

    def _loaded(self) -> TextModel:
        """Called in the owning thread only."""
        if self._model is None:
            self._model = load_model(
                self._source, local=self._local, device=self._device, threads=self._threads
            )
        return self._model


def batches_by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions in batches of similar length, longest first, so that a lack of memory shows at once.

    The longest length times the number of texts of a batch stays within `budget`, except for a single text.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        count = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + count]
        start += count


class _VectorCache:
    """Thread-safe LRU cache of vectors."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._vectors: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Floats | None:
        with self._lock:
            vector = self._vectors.get(key)
            if vector is not None:
                self._vectors.move_to_end(key)
            return vector

    def put(self, key: bytes, vector: Floats) -> None:
        with self._lock:
            # A copy, because a row of a batch would keep the whole batch in memory.
            self._vectors[key] = vector.copy()
            self._vectors.move_to_end(key)
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)


def _key(side: Side, text: str) -> bytes:
    return hashlib.sha256(f"{side}\0{text}".encode()).digest()


def stated_model(model: str | Path) -> tuple[str, int | None]:
    """The id of a model and its dimension, as far as they are known without loading it."""
    path = Path(model).expanduser().resolve()
    is_local = _is_path(model)
    manifest = read_manifest(path) if is_local else {}
    return str(manifest.get("model_id", path.name if is_local else model)), manifest.get("dimension")


def _is_path(model: str | Path) -> bool:
    if isinstance(model, Path) or model.startswith((".", "~")):
        return True
    return Path(model).is_absolute() or Path(model).is_dir()


def _prompt(model: TextModel, source: str, side: Side) -> str:
    """The model's prompt. E5 was trained with these two, which its published directories do not include."""
    names = ["query"] if side == "query" else ["passage", "document"]
    own = next((model.prompts[name] for name in names if model.prompts.get(name)), "")
    return own or (f"{side}: " if _E5_NAME.search(source) else "")
