"""Settings of the embedding model, of ranking, and of learning from use."""

from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, Field


class IndexKind(StrEnum):
    """Where the indexes of vectors and words are."""

    MEMORY = "memory"
    DATABASE = "database"


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
    index: IndexKind = Field(
        default=IndexKind.MEMORY,
        description="Indexes of vectors and words: `memory` of each process, about 3 kB a record, or `database` (only "
        "PostgreSQL: pgvector and GIN), which takes no memory and many times as long.",
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
