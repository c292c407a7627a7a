"""The joint embedder: a text model and the aligned encoder as one embedder of records."""

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from app.load_limits.turn import check_turn
from app.matching.embedding.aligned_encoder import NAME, AlignedEncoder, UniversalSentenceEncoder
from app.matching.embedding.background import estimated_background, shipped_background
from app.matching.embedding.embedder import Embedder, Floats, OnProgress, SentenceTransformerEmbedder
from app.matching.embedding.model_files import aligned_table
from app.matching.space import Background, Side, VectorTraits, language_of
from app.settings import Settings

# Incremented with every change that gives the same text another joint vector.
FORMAT = 3
# The same for the background of another model.
BACKGROUND_FORMAT = 1


class JointEmbedder:
    """One pass of the text model for a record, and the aligned encoder for the record and its sentences.

    The text model ranks better within a language; across languages its vectors are apart by an offset, which is
    subtracted, and the aligned encoder is better. The inner product of two records is the mean of both cosines. Demands
    of few words are expanded, see `Background.expanded`.
    """

    def __init__(self, text: Embedder, aligned: AlignedEncoder, background: Callable[[], Background]) -> None:
        """`background` is called once, before the first text: it may have to be estimated."""
        self._text = text
        self._aligned = aligned
        self._find_background = background
        self._found: Background | None = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return joint_model_id(self._text.model_id, self._aligned.name)

    @property
    def dimension(self) -> int:
        return self._text.dimension + self._aligned.dimension

    @property
    def sentence_dimension(self) -> int:
        return self._aligned.dimension

    @property
    def ready(self) -> bool:
        return self._text.ready and self._found is not None

    def load(self) -> None:
        """Load both models now, so that the first query need not wait.

        Raises:
            ModelNotReady: the text model's directory is missing or incomplete.
        """
        self._aligned.encode(["预热"])
        self._text.load()
        _ = self.background

    def embed_queries(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._joint("query", texts, self._text.embed_queries, on_progress)

    def embed_passages(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._joint("passage", texts, self._text.embed_passages, on_progress)

    def embed_profiles(self, texts: Sequence[str], *, on_progress: OnProgress | None = None) -> Floats:
        return self._joint("profile", texts, self._text.embed_passages, on_progress)

    def embed_sentences(self, side: Side, texts: Sequence[str]) -> Floats:
        return self.background.centred_aligned(side, self._aligned.encode(texts))

    def vector_traits(self, side: Side, vectors: Floats) -> list[VectorTraits]:
        return self.background.vector_traits(side, vectors)

    @property
    def background(self) -> Background:
        """What is usual for vectors of these models."""
        with self._lock:
            if self._found is None:
                self._found = self._find_background()
            return self._found

    def _joint(
        self,
        side: Side,
        texts: Sequence[str],
        embed: Callable[..., Floats],
        on_progress: OnProgress | None,
    ) -> Floats:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        text = embed(texts, on_progress=on_progress)
        check_turn()
        vectors = self.background.joint(
            side, text, [language_of(one) for one in texts], self._aligned.encode(texts)
        )
        return self.background.expanded(vectors, texts) if side == "query" else vectors


def joint_model_id(text_model_id: str, aligned: str = NAME) -> str:
    """The id of joint vectors, which names the models and how they are joined."""
    return f"{text_model_id}+{aligned}.{FORMAT}"


def open_local_embedder(settings: Settings) -> JointEmbedder:
    """The embedder of the settings, in this process.

    The background of a model that is not the default is estimated with its first text, and kept in the home directory.
    """
    text = SentenceTransformerEmbedder(
        settings.model_path, device=settings.model_device, threads=settings.model_threads
    )
    return joint_with_background(
        text, settings.home_path / "models", table=Path(settings.model_path) / aligned_table()
    )


def joint_with_background(text: Embedder, folder: Path, *, table: Path | None = None) -> JointEmbedder:
    """A text model with the aligned encoder and its background, which is shipped or kept in `folder`."""
    aligned = UniversalSentenceEncoder(table)
    name = re.sub(r"[^A-Za-z0-9.@-]+", "-", text.model_id)

    def background() -> Background:
        known = shipped_background(text.model_id)
        return known or estimated_background(
            text, aligned, folder / f"background-{name}.{BACKGROUND_FORMAT}.npz"
        )

    return JointEmbedder(text, aligned, background)
