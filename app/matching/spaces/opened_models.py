"""The embedding models that a process has open: its own, and that of the second space while there is one."""

import threading
from collections.abc import Collection

from app.errors import Unavailable
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.joint_embedder import joint_model_id
from app.matching.embedding.remote.address import EmbedAddress
from app.matching.embedding.remote.calls import Calls
from app.matching.embedding.remote.client import RemoteEmbedder
from app.matching.embedding.remote.opening import open_embedder
from app.matching.spaces.lifecycle import ModelSource
from app.settings import Settings


class ModelReplaced(Unavailable):
    """The directory of an embedding model holds another model than the store's vectors are of."""

    code = "model_replaced"
    zh = "向量模型目录中的模型与库中向量所用的模型不同。"


class OpenedModels:
    """Each model is opened once. Thread-safe."""

    def __init__(self, settings: Settings, own: Embedder) -> None:
        """`own` is the model that the settings name."""
        self._settings = settings
        self._own = own
        self._opened: dict[str, Embedder] = {}
        self._lock = threading.Lock()

    @property
    def of_settings(self) -> ModelSource:
        """What the settings name."""
        return ModelSource(self._own.model_id, self._settings.model_path, self._settings.embed_url)

    def of(self, model: ModelSource) -> Embedder:
        """
        Raises:
            ModelReplaced: what lies at its source is another model.
            EmbedServerAway, WrongEmbedServer: see `open_embedder`.
        """
        if model.model_id == self._own.model_id:
            return self._own
        with self._lock:
            if model.model_id not in self._opened:
                self._opened[model.model_id] = open_model(self._settings, model)
            return self._opened[model.model_id]

    def forget_others(self, model_ids: Collection[str]) -> None:
        """Close models that are not among these."""
        with self._lock:
            for model_id in self._opened.keys() - set(model_ids):
                close_embedder(self._opened.pop(model_id))


def open_model(settings: Settings, model: ModelSource) -> Embedder:
    """See `OpenedModels.of`."""
    if model.embed_url is not None:
        # The model's files need not be on this machine.
        embedder: Embedder = RemoteEmbedder(
            Calls(EmbedAddress.parse(model.embed_url), settings.embed_secret),
            model_id=model.model_id,
            text_model_id=model.model_id.removesuffix(joint_model_id("")),
            dimension=None,
        )
        _ = embedder.dimension
        return embedder
    embedder = open_embedder(settings.model_copy(update={"model": model.source, "embed_url": None}))
    if embedder.model_id != model.model_id:
        raise ModelReplaced(
            f"{model.source} holds {embedder.model_id}, not {model.model_id}.",
            f"{model.source} 中的模型是 {embedder.model_id}，而不是 {model.model_id}。",
        )
    return embedder


def close_embedder(embedder: Embedder) -> None:
    if isinstance(embedder, RemoteEmbedder):
        embedder.close()
