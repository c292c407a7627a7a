"""Indexes of vectors and words, with one contract for both databases."""

from collections.abc import Callable, Mapping

from app.database import Database
from app.matching.index.base import Hit, IndexFilter, VectorIndex
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.vectors.pgvector import PgVectorIndex
from app.matching.index.words.base import LexicalIndex
from app.matching.index.words.gin import PostgresLexicalIndex
from app.matching.index.words.memory import SqliteLexicalIndex
from app.settings import Settings

__all__ = ["Hit", "IndexFilter", "LexicalIndex", "VectorIndex", "open_index", "open_lexical"]

_BACK_ENDS: Mapping[str, Callable[[Database, str, int], VectorIndex]] = {
    "sqlite": FaissIndex,
    "postgresql": lambda _, model_id, dimension: PgVectorIndex(model_id, dimension),
}

_WORD_INDEXES: Mapping[str, Callable[[Database], LexicalIndex]] = {
    "sqlite": SqliteLexicalIndex,
    "postgresql": lambda _: PostgresLexicalIndex(),
}


def open_index(settings: Settings, database: Database, model_id: str, dimension: int) -> VectorIndex:
    """The vector index for this database, loaded with the help of its snapshot.

    Raises:
        ValueError: there is no vector index for this kind of database.
    """
    dialect = database.engine.dialect.name
    if dialect not in _BACK_ENDS:
        raise ValueError(
            f"no vector index for {dialect}; use SQLite or PostgreSQL (没有适用于 {dialect} 的向量索引)"
        )
    index = _BACK_ENDS[dialect](database, model_id, dimension)
    index.load(settings.index_path)
    return index


def open_lexical(database: Database) -> LexicalIndex:
    """The word index for this database.

    Raises:
        ValueError: there is no word index for this kind of database.
    """
    dialect = database.engine.dialect.name
    if dialect not in _WORD_INDEXES:
        raise ValueError(
            f"no index of words for {dialect}; use SQLite or PostgreSQL (没有适用于 {dialect} 的词索引)"
        )
    return _WORD_INDEXES[dialect](database)
