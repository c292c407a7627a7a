"""Settings of the embedding model, of ranking, and of learning from use."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator

from app.settings.index_address import IndexKind, checked_index


class EmbeddingSettings(BaseModel):
    """Embedding model"""

    model: str | None = Field(
        default=None,
        description="A sentence-transformers directory or hub id. Default: the prepared multilingual-e5-small.",
    )
    model_device: str | None = Field(
        default=None,
        description="Device of the model: `cpu`, `cuda`, `cuda:1` … Default: a GPU where there is one.",
    )
    model_threads: int | None = Field(
        default=None, description="torch's threads in one process. Default: torch's choice."
    )
    embed_url: str | None = Field(
        default=None,
        description="Where `sanku embed-server` is, `unix:///path` or `http(s)://host:port`; services, workers and "
        "commands then load no model. Default: each process has its own.",
    )
    embed_secret: SecretStr | None = Field(
        default=None,
        description="Secret shared with the embed server, 32 or more random characters; required but for `unix:`.",
    )
    embed_queue: int = Field(
        default=64,
        ge=2,
        le=10_000,
        description="Requests at the embed server at a time; further ones are answered 503 with `Retry-After` at once. "
        "One user, and all workers together, have half of them.",
    )

    @model_validator(mode="after")
    def refuse_open_embed_server(self) -> Self:
        """Texts may be confidential, and anybody could occupy the model."""
        if self.embed_url is None:
            return self
        scheme = self.embed_url.split("://")[0]
        if scheme not in ("unix", "http", "https"):
            raise ValueError("SANKU_EMBED_URL is neither unix:///path nor http(s)://host:port")
        secret = "" if self.embed_secret is None else self.embed_secret.get_secret_value()
        if len(secret) < 32 and (secret or scheme != "unix"):
            raise ValueError(
                "SANKU_EMBED_SECRET must have 32 or more random characters (密钥至少 32 个随机字符); "
                "it is required unless SANKU_EMBED_URL is unix:///path"
            )
        return self


class MatchingSettings(BaseModel):
    """Matching"""

    reranker: str | None = Field(
        default=None,
        description="A cross-encoder that reads the first 30 pairs of a list again: a directory, or an id fetched by "
        "`sanku model prepare --reranker`. It needs `sanku model refit`. Default: none.",
    )
    match_candidates: int = Field(
        default=80,
        ge=10,
        le=2000,
        description="Candidates by vectors of all languages, and half as many by words, that are scored for one query.",
    )
    index: Annotated[str, AfterValidator(checked_index)] = Field(
        default=IndexKind.MEMORY.value,
        description="Indexes of vectors and words: `memory` of each process, about 3 kB a record; `database` (only "
        "PostgreSQL: pgvector and GIN), which takes no memory and many times as long; or Milvus, a search engine "
        "of its own: `milvus://host:port/database`, `milvus+tls://…`, or `milvus:///path/file.db` for a trial in one "
        "process.",
    )
    index_token: SecretStr | None = Field(
        default=None, description="Milvus' token: `user:password`, or a key of its cloud service."
    )
    candidates_memory_mb: int = Field(
        default=512,
        ge=0,
        le=100_000,
        description="Memory of each process for cached candidates, about 7 kB each. 0 reads them for every answer.",
    )
    keep_exposures: bool = Field(
        default=True,
        description="Record which lists were shown, for training: by organisation or manager, never by user.",
    )
    exposure_retention: timedelta = Field(
        default=timedelta(days=400), description="How long recorded lists are kept."
    )
    train_every: timedelta | None = Field(
        default=None,
        description="How often the worker trains the ranker (`P1D`). Default: only `sanku train` does.",
    )
