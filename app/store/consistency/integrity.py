"""What the database itself can tell: its pages, its references, its full-text table, its snapshot of vectors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.database import on_sqlite
from app.errors import Unavailable
from app.matching.index import open_engine, open_index, open_lexical, snapshot
from app.matching.index.milvus.collections import forget_positions
from app.matching.index.milvus.vectors import MilvusIndex
from app.matching.index.milvus.words import MilvusLexicalIndex
from app.matching.models import RecordVector, Vector
from app.settings import Settings
from app.store.consistency.result import CHUNK, CheckResult, CheckScope


def database_pages(scope: CheckScope, result: CheckResult) -> None:
    """On SQLite, the pages, indexes and references of the file are whole; PostgreSQL watches over its own."""
    if not on_sqlite(scope.session):
        return
    result.examined = scope.session.scalar(text("PRAGMA page_count")) or 0
    for (line,) in scope.session.execute(text("PRAGMA integrity_check(100)")):
        if line != "ok":
            result.add("sqlite", f"数据库文件：{line}", f"the database file: {line}")
    for table, row, parent, _ in scope.session.execute(text("PRAGMA foreign_key_check")):
        result.add(
            f"{table}/{row}",
            f"所引用的 {parent} 记录不存在",
            f"refers to a row of {parent} that does not exist",
        )


def full_text_table(scope: CheckScope, result: CheckResult) -> None:
    """On SQLite, the full-text table has the words of the search documents.

    SQLite compares them in a transaction that writes, so other writers wait meanwhile.
    """
    if not scope.database.is_sqlite:
        return
    comparing = scope.database.engine.execution_options(sanku_write=True)
    with comparing.connect() as connection, connection.begin() as transaction:
        result.examined = connection.scalar(text("SELECT count(*) FROM search_documents")) or 0
        try:
            connection.execute(text("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)"))
        except DatabaseError as error:
            result.add(
                "search_fts",
                f"全文索引与检索文档不符：{error.orig}",
                f"differs from its documents: {error.orig}",
            )
        transaction.rollback()


def mend_full_text_table(session: Session, _: Settings, __: Sequence[Any]) -> None:
    """Build the full-text table again from the search documents."""
    session.execute(text("INSERT INTO search_fts(search_fts) VALUES ('rebuild')"))


def vector_snapshot(scope: CheckScope, result: CheckResult) -> None:
    """The snapshot from which the index starts has the vectors of the database, where both have the same version."""
    path = scope.settings.index_path
    model_id = snapshot.model_of(path)
    if model_id is None:
        if snapshot.exists(path):
            result.add(str(path), "索引快照已损坏", "the snapshot of the index is damaged")
        return
    # Of another model than the present one after a change: a process that starts ignores it.
    size = scope.session.scalar(_vectors_of(model_id).limit(1))
    if size is None:
        return
    kept = snapshot.read(path, model_id=model_id, dimension=len(size))
    if kept is None:
        result.add(str(path), "索引快照已损坏", "the snapshot of the index is damaged")
        return
    keys = list(kept.rows)
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        query = select(
            RecordVector.record_id, RecordVector.seq, RecordVector.text_hash, RecordVector.vector
        ).where(
            RecordVector.record_id.in_([key[0] for key in part]),
            RecordVector.model_id == model_id,
        )
        for record_id, seq, text_hash, vector in scope.session.execute(query):
            place = kept.rows.get((record_id, seq, text_hash))
            if place is None:
                continue
            result.examined += 1
            if not np.array_equal(kept.matrix[place], vector):
                result.add(record_id, "快照中的向量与数据库不同", "has another vector in the snapshot")


def _vectors_of(model_id: str) -> Select[Vector]:
    return select(RecordVector.vector).where(RecordVector.model_id == model_id)


def search_engine(scope: CheckScope, result: CheckResult) -> None:
    """Milvus, where it is the index, has the vectors and the words of the database, and nothing else."""
    engine = open_engine(scope.settings)
    if engine is None:
        return
    size = scope.session.scalar(_vectors_of(scope.indexer.model_id).limit(1))
    vectors = open_index(
        scope.settings, scope.database, scope.indexer.model_id, len(size) if size is not None else 1
    )
    words = open_lexical(scope.settings, scope.database, scope.indexer.model_id)
    assert isinstance(vectors, MilvusIndex)
    assert isinstance(words, MilvusLexicalIndex)
    try:
        result.examined = 2
        for record_id in vectors.differences() if size is not None else ():
            result.add(record_id, "检索引擎中的向量与数据库不同", "has another vector in the search engine")
        for number in words.differences():
            result.add(number, "检索引擎中的词与数据库不同", "has other words in the search engine")
    except Unavailable as error:
        result.add("milvus", error.message_zh, error.message_en)
    finally:
        vectors.close()
        words.close()
        engine.close()


def mend_search_engine(_: Session, settings: Settings, __: Sequence[Any]) -> None:
    """Let Milvus be filled again from the database, by the next process that searches."""
    engine = open_engine(settings)
    if engine is not None:
        forget_positions(engine)
        engine.close()


def mend_vector_snapshot(_: Session, settings: Settings, __: Sequence[Any]) -> None:
    """Delete the snapshot: a process that starts reads the database, and writes a new one when it ends."""
    snapshot.discard(settings.index_path)
