"""Tables of matching: vectors, and the pairs ranked with them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    Sequence,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.database import Base, Identified, now, transaction_log_ddl

# Half precision changes an inner product of unit vectors by less than 0.001 and halves the largest column.
SENTENCE_TYPE = np.dtype("<f2")

Vector = NDArray[np.float32]

# Little-endian on every machine: the bytes may move to another one.
_STORED = np.dtype("<f4")
# What pgvector sends: its number of dimensions and an unused number of two bytes each, then the components.
_SENT, _SENT_HEADER = np.dtype(">f4"), 4


class Float32Bytes(TypeDecorator[Vector]):
    """One vector, stored as little-endian float32 bytes on both databases."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Vector | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else np.ascontiguousarray(value, dtype=_STORED).tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> Vector | None:
        del dialect
        return None if value is None else np.frombuffer(value, dtype=_STORED)


class _SentVector(VECTOR):
    """pgvector's type whose values are read as the bytes that `vector_send` gives."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        del dialect, coltype


class SearchableVector(Float32Bytes):
    """One vector: pgvector's type on PostgreSQL, which searches it in place; bytes on SQLite.

    The column has no fixed dimension, because models differ; a search filters by model first. PostgreSQL sends a vector
    as its bytes: reading the text of 900 numbers takes more time than ranking with them.
    """

    cache_ok = True

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return _Sent(column)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(_SentVector() if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Vector | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "postgresql":
            return super().process_bind_param(value, dialect)
        return np.ascontiguousarray(value, dtype=np.float32)

    def process_result_value(self, value: Any, dialect: Dialect) -> Vector | None:
        if value is None or dialect.name != "postgresql":
            return super().process_result_value(value, dialect)
        return np.frombuffer(value, dtype=_SENT, offset=_SENT_HEADER).astype(np.float32)


class _Sent(FunctionElement[Any]):
    """The bytes of a vector, whichever type the database keeps it in."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(_Sent)
def _as_stored(element: _Sent, compiler: SQLCompiler, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(_Sent, "postgresql")
def _as_sent(element: _Sent, compiler: SQLCompiler, **options: Any) -> str:
    return f"vector_send({compiler.process(element.clauses, **options)})"


class Embedding(Base):
    """The vector of a text under one model: no text is embedded twice. The hash covers model, prompt and text."""

    __tablename__ = "embeddings"

    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    model_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    vector: Mapped[Vector] = mapped_column(Float32Bytes)


# PostgreSQL only. On SQLite writers queue, so the next number is the highest plus one.
RECORD_VECTORS_SEQ = Sequence("record_vectors_seq", metadata=Base.metadata, data_type=BigInteger)


KEEP_VECTORS_INLINE = "ALTER TABLE record_vectors ALTER COLUMN vector SET STORAGE MAIN"
VECTOR_LOG = transaction_log_ddl(
    "search_fts_vectors", of="record_vectors", key="record_id", key_type="uuid", columns=("seq",)
)


class RecordVector(Base):
    """Index entry of a record that is or was published, in the space of one model: one row for each model of
    `EmbeddingSpace`, or one row where the store has one model. A reader names its model.

    `of_change` is the number of the change that the row reflects: its own where it is None, else that of the row of
    another space from which it was filled. So a row is up to date if no other space has an active row of a later
    change.

    `seq` increases with every change, so that a follower reads only changes. A withdrawn record stays as an inactive
    row with a new number, so that followers see the withdrawal. `field_codes` is ``|401|402|``. `valid_until` is the
    last day on which the record is matched. `sentence_vectors` is n × the dimension of sentences,
    float16, little-endian; `traits` is a ``traits.Traits`` as a dictionary.

    Small columns come first: SQLite reads a row from its start and stops at the last requested column.
    """

    __tablename__ = "record_vectors"
    __table_args__ = (
        Index("ix_record_vectors_kind", "kind", "active", "model_id", "language"),
        # All that tells whether a space lacks something, so that a look reads no vectors.
        Index("ix_record_vectors_change", "record_id", "model_id", "active", "of_change", "seq"),
    )

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    active: Mapped[bool] = mapped_column(default=True)
    model_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    of_change: Mapped[int | None] = mapped_column(BigInteger)
    text_hash: Mapped[str] = mapped_column(String(64))
    owner_org_id: Mapped[UUID | None]
    field_codes: Mapped[str] = mapped_column(Text, default="")
    region: Mapped[str | None] = mapped_column(String(6))
    trl: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(String(8))
    valid_until: Mapped[date | None]
    vector: Mapped[Vector] = mapped_column(SearchableVector)
    sentences: Mapped[list[str]] = mapped_column(default=list)
    sentence_vectors: Mapped[bytes] = mapped_column(LargeBinary)
    traits: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class SpaceState(StrEnum):
    """`serving` answers; `filling` becomes complete in the background; `kept` has served, and could at once again."""

    SERVING = "serving"
    FILLING = "filling"
    KEPT = "kept"


class EmbeddingSpace(Base):
    """The space of one embedding model. Without any row, the store has one space: that of `SANKU_MODEL`.

    `source` is the model's directory or hub id, as `SANKU_MODEL` takes it, and `embed_url` the embed server that has
    it, if one does. `held`: a complete space waits for a command instead of serving. `changed_at` is when the state
    last changed, and `found` the number of records that were in the space already when its filling began.
    """

    __tablename__ = "embedding_spaces"
    __table_args__ = (
        Index(
            "uq_embedding_spaces_serving",
            "state",
            unique=True,
            postgresql_where=text("state = 'serving'"),
            sqlite_where=text("state = 'serving'"),
        ),
    )

    model_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    embed_url: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    held: Mapped[bool] = mapped_column(default=False)
    found: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now)


# Creating the tables from the metadata also creates the type; migrations create the extension themselves.
@event.listens_for(RecordVector.__table__, "before_create")
def _create_extension(_target: Any, connection: Connection, **_: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")


@event.listens_for(RecordVector.__table__, "after_create")
def _prepare_postgresql(_target: Any, connection: Connection, **_: Any) -> None:
    """Store vectors inline: a scan reads every vector, and takes three times as long with PostgreSQL's default.

    The log is for the indexes in memory, which follow the table.
    """
    if connection.dialect.name == "postgresql":
        for statement in (KEEP_VECTORS_INLINE, *VECTOR_LOG):
            connection.exec_driver_sql(statement)


class Pair(Identified, Base):
    """A scored pair of achievement and demand, with the versions of both records and of the model."""

    __tablename__ = "pairs"
    __table_args__ = (
        UniqueConstraint("demand_id", "achievement_id"),
        Index("ix_pairs_demand_score", "demand_id", "score"),
        Index("ix_pairs_achievement_score", "achievement_id", "score"),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"))
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievements.id", ondelete="CASCADE"))
    score: Mapped[float]
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Scored values by name; a judgement keeps them as they were when the pair was shown.
    features: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    model_version: Mapped[str] = mapped_column(String(80))
    index_position: Mapped[int] = mapped_column(BigInteger)
    computed_at: Mapped[datetime] = mapped_column(default=now)
    demand_version: Mapped[int]
    achievement_version: Mapped[int]

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.demand_id, self.achievement_id


class RerankedPair(Base):
    """What a reranker said of a pair. It holds for the texts and the model whose digests it names; a row with others is
    outdated. Both sides' lists read it, so a pair has one score everywhere."""

    __tablename__ = "reranked_pairs"

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"), primary_key=True)
    achievement_id: Mapped[UUID] = mapped_column(
        ForeignKey("achievements.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reranker: Mapped[str] = mapped_column(String(200))
    demand_digest: Mapped[str] = mapped_column(String(32))
    achievement_digest: Mapped[str] = mapped_column(String(32))
    value: Mapped[float]


def halves(packed: bytes, count: int) -> NDArray[np.float16]:
    """View of `count` stored `sentence_vectors`, float16 [count, dimension], without a copy."""
    values = np.frombuffer(packed, dtype=SENTENCE_TYPE)
    return values.reshape(count, -1) if count else values.reshape(0, 1)
