"""Indexes of vectors and words, with one contract for both databases."""

from app.database import Database
from app.matching.index.base import Hit, IndexFilter, VectorIndex
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.vectors.pgvector import PgVectorIndex
from app.matching.index.words.base import LexicalIndex
from app.matching.index.words.gin import PostgresLexicalIndex
from app.matching.index.words.memory import MemoryLexicalIndex
from app.settings import Settings
from app.settings.matching import IndexKind

__all__ = ["Hit", "IndexFilter", "LexicalIndex", "VectorIndex", "open_index", "open_lexical"]


def open_index(settings: Settings, database: Database, model_id: str, dimension: int) -> VectorIndex:
    """The vector index that `SANKU_INDEX` chooses, loaded with the help of its snapshot.

    Raises:
        ValueError: this kind of database has no such index.
    """
    index: VectorIndex = (
        PgVectorIndex(model_id, dimension)
        if _is_in_database(settings, database)
        else FaissIndex(database, model_id, dimension)
    )
    index.load(settings.index_path)
    return index


def open_lexical(settings: Settings, database: Database) -> LexicalIndex:
    """The word index that `SANKU_INDEX` chooses.

    Raises:
        ValueError: this kind of database has no such index.
    """
    return PostgresLexicalIndex() if _is_in_database(settings, database) else MemoryLexicalIndex(database)


def _is_in_database(settings: Settings, database: Database) -> bool:
    dialect = database.engine.dialect.name
    if dialect not in ("sqlite", "postgresql"):
        raise ValueError(f"no index for {dialect}; use SQLite or PostgreSQL (没有适用于 {dialect} 的索引)")
    if settings.index is IndexKind.DATABASE and database.is_sqlite:
        raise ValueError(
            "SANKU_INDEX=database needs PostgreSQL; leave it out for SQLite (SANKU_INDEX=database 需要 PostgreSQL;"
            "使用 SQLite 时请不要设置)"
        )
    return settings.index is IndexKind.DATABASE
