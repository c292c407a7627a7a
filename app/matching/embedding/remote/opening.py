"""The embedder of the settings: in this process, or the one of the embed server."""

import structlog

from app.matching.embedding.aligned_encoder import DIMENSION
from app.matching.embedding.embedder import Embedder, stated_model
from app.matching.embedding.joint_embedder import joint_model_id, open_local_embedder
from app.matching.embedding.model_files import DIMENSION as DEFAULT_DIMENSION
from app.matching.embedding.model_files import MODEL_ID
from app.matching.embedding.remote.address import EmbedAddress
from app.matching.embedding.remote.calls import Calls
from app.matching.embedding.remote.client import EmbedServerAway, RemoteEmbedder
from app.settings import Settings

log = structlog.get_logger(__name__)


def open_embedder(settings: Settings) -> Embedder:
    """
    Raises:
        WrongEmbedServer: the embed server has other vectors than the settings ask for.
        EmbedServerAway: it does not answer, and only it knows the dimension of the vectors.
    """
    if settings.embed_url is None:
        return open_local_embedder(settings)
    text_model, dimension = stated_model(settings.model_path)
    if settings.model is None:  # which need not be on this machine
        text_model, dimension = MODEL_ID, DEFAULT_DIMENSION
    embedder = RemoteEmbedder(
        Calls(EmbedAddress.parse(settings.embed_url), settings.embed_secret),
        model_id=joint_model_id(text_model),
        text_model_id=text_model,
        dimension=None if dimension is None else dimension + DIMENSION,
    )
    if dimension is None:
        _ = embedder.dimension
    return embedder


def check_at_start(embedder: Embedder) -> None:
    """Refuse to start beside an embed server with another model; one that is away may come back.

    Raises:
        WrongEmbedServer: it has other vectors than the settings ask for.
    """
    if isinstance(embedder, RemoteEmbedder):
        try:
            embedder.check(patient=False)
        except EmbedServerAway as error:
            log.warning("started_without_embed_server", error=str(error))
