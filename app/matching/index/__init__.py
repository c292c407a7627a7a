"""Indexes of vectors and words, with one contract for all back ends."""

from importlib.util import find_spec

from app.database import Database
from app.matching.index.base import Hit, IndexFilter, VectorIndex
from app.matching.index.milvus.engine import Engine
from app.matching.index.milvus.vectors import MilvusIndex
from app.matching.index.milvus.words import MilvusLexicalIndex
from app.matching.index.vectors.faiss import FaissIndex
from app.matching.index.vectors.pgvector import PgVectorIndex
from app.matching.index.words.base import LexicalIndex
from app.matching.index.words.gin import PostgresLexicalIndex
from app.matching.index.words.memory import MemoryLexicalIndex
from app.settings import Settings
from app.settings.index_address import IndexKind, MilvusAddress

__all__ = ["Hit", "IndexFilter", "LexicalIndex", "VectorIndex", "open_engine", "open_index", "open_lexical"]


def open_index(settings: Settings, database: Database, model_id: str, dimension: int) -> VectorIndex:
    """The vector index that `SANKU_INDEX` chooses, loaded with the help of its snapshot.

    Raises:
        ValueError: this kind of database has no such index.
    """
    index: VectorIndex
    if (engine := open_engine(settings)) is not None:
        lock_file = _lock_file(settings, "vectors")
        index = MilvusIndex(engine, database, model_id, dimension, lock_file=lock_file)
    elif _is_in_database(settings, database):
        index = PgVectorIndex(model_id, dimension)
    else:
        index = FaissIndex(database, model_id, dimension)
    index.load(settings.index_path)
    return index


def open_lexical(settings: Settings, database: Database, model_id: str) -> LexicalIndex:
    """The word index that `SANKU_INDEX` chooses, which finds records with a vector of this model.

    Raises:
        ValueError: this kind of database has no such index.
    """
    if (engine := open_engine(settings)) is not None:
        index = MilvusLexicalIndex(engine, database, model_id, lock_file=_lock_file(settings, "words"))
        index.load()
        return index
    if _is_in_database(settings, database):
        return PostgresLexicalIndex(model_id)
    return MemoryLexicalIndex(database, model_id)


def open_engine(settings: Settings) -> Engine | None:
    """Milvus, if `SANKU_INDEX` has its address.

    Raises:
        ValueError: the extra for it is not installed.
    """
    if settings.index in tuple(IndexKind):
        return None
    if find_spec("pymilvus") is None:
        raise ValueError(
            "SANKU_INDEX=milvus:… needs the extra milvus: pip install 'sanku[milvus]' (需要安装扩展 milvus)"
        )
    token = settings.index_token.get_secret_value() if settings.index_token is not None else None
    return Engine(MilvusAddress.of(settings.index), token)


def _lock_file(settings: Settings, name: str) -> str:
    settings.index_path.mkdir(parents=True, exist_ok=True)
    return str(settings.index_path / f"milvus-{name}.lock")


def _is_in_database(settings: Settings, database: Database) -> bool:
    dialect = database.engine.dialect.name
    if dialect not in ("sqlite", "postgresql"):
        raise ValueError(f"no index for {dialect}; use SQLite or PostgreSQL (没有适用于 {dialect} 的索引)")
    if settings.index == IndexKind.DATABASE and database.is_sqlite:
        raise ValueError(
            "SANKU_INDEX=database needs PostgreSQL; leave it out for SQLite (SANKU_INDEX=database 需要 PostgreSQL;"
            "使用 SQLite 时请不要设置)"
        )
    return settings.index == IndexKind.DATABASE
