"""All checks in their order, on a store as of one moment, and the mending of what they found."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.database import Database
from app.encryption.ring import DecryptionError
from app.engagements.files.encrypted_storage import EncryptedStore
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.spaces.opened_models import OpenedModels
from app.settings import Settings
from app.store.consistency import (
    events,
    files,
    integrity,
    organisations,
    pushes,
    records,
    secrets,
    trail,
)
from app.store.consistency import sequence_numbers as numbers
from app.store.consistency.result import Check, CheckResult, CheckScope
from app.store.consistency.vectors import other_spaces as others
from app.store.consistency.vectors.present_space import mend_vectors, vectors

CHECKS = (
    Check("database_pages", "数据库文件", "database file", integrity.database_pages),
    Check("organisation_names", "单位名称索引", "names of organisations", organisations.organisation_names,
          organisations.mend_organisation_names),
    Check("versions", "记录版本", "versions of records", records.versions),
    Check("search_documents", "检索文档", "search documents", records.search_documents, records.mend_search_documents),
    Check("full_text_table", "全文索引", "full-text table", integrity.full_text_table, integrity.mend_full_text_table),
    Check("facet_codes", "分类代码", "facet codes", records.facet_codes, records.mend_facet_codes),
    Check("vectors", "向量", "vectors", vectors, mend_vectors),
    Check("other_spaces", "其他向量空间", "other spaces of vectors", others.other_spaces, others.mend_other_spaces),
    Check("vector_snapshot", "索引快照", "snapshot of the index", integrity.vector_snapshot,
          integrity.mend_vector_snapshot),
    Check("search_engine", "检索引擎", "search engine", integrity.search_engine, integrity.mend_search_engine),
    Check("number_series", "编号", "reference numbers", numbers.number_series, numbers.mend_number_series),
    Check("database_sequences", "数据库序列", "sequences of the database", numbers.database_sequences,
          numbers.mend_database_sequences),
    Check("inbox_positions", "收件箱序号", "positions of inboxes", numbers.inbox_positions,
          numbers.mend_inbox_positions),
    Check("feed_position", "数据流序号", "position of the feed", numbers.feed_position, numbers.mend_feed_position),
    Check("pushes", "推送", "pushes", pushes.pushes),
    Check("outbox", "待处理事件", "waiting events", events.outbox, events.mend_outbox),
    Check("dead_letters", "死信", "dead letters", events.dead_letters),
    Check("files", "文件", "files", files.file_bytes),
    Check("encrypted_values", "加密内容", "encrypted values", secrets.encrypted_values),
    Check("audit_trail", "审计日志", "audit trail", trail.audit_trail),
)  # fmt: skip
"""What is derived comes after what it is derived from."""

_MENDED_AT_ONCE = 100
"""Rows per transaction: on SQLite a writer blocks all others."""

OnCheck = Callable[[Check, int, int], None]


@dataclass(frozen=True, slots=True)
class StoreParts:
    """What is checked. `files` is None if the bytes of files are not compared."""

    database: Database
    settings: Settings
    indexer: MatchingIndexer
    models: OpenedModels
    files: EncryptedStore | None


def check_store(
    parts: StoreParts,
    *,
    on_check: OnCheck = lambda _check, _done, _total: None,
) -> list[CheckResult]:
    """Run all checks on one snapshot of the database; services may run. `on_check` is called before each check."""
    results = []
    with _snapshot(parts.database) as session:
        scope = CheckScope(session, parts.database, parts.settings, parts.indexer, parts.models, parts.files)
        for done, check in enumerate(CHECKS):
            on_check(check, done, len(CHECKS))
            result = CheckResult(check.name)
            try:
                check.find(scope, result)
            except DatabaseError as error:
                session.rollback()
                result.note("database", f"无法读取：{error.orig}", f"cannot be read: {error.orig}")
            except DecryptionError as error:  # the check of encrypted values names every such row
                result.note("database", f"无法解密：{error}", f"cannot be decrypted: {error}")
            results.append(result)
    return results


def mend_store(parts: StoreParts, results: Sequence[CheckResult]) -> None:
    """Derive again what the checks found to be wrong and can be derived, in short transactions.

    Entries of the index are marked for `reindex`, which the caller runs afterwards, and then `fill_mended`.
    """
    for check, result in zip(CHECKS, results, strict=True):
        if check.mend is None:
            continue
        for start in range(0, len(result.faulty), _MENDED_AT_ONCE):
            keys = result.faulty[start : start + _MENDED_AT_ONCE]
            with parts.database.unit_of_work() as session:
                check.mend(session, parts.settings, keys)
            result.mended += len(keys)


@contextmanager
def _snapshot(database: Database) -> Iterator[Session]:
    """A session that reads everything as of its first statement, and changes nothing."""
    with database.reading() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
