"""Records and what is derived from them: search documents, facet codes, the newest version."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from app.libraries.library import Library
from app.libraries.record.models import Record, RecordCode, RecordVersion
from app.libraries.record.versions import snapshot
from app.libraries.registry import LIBRARIES
from app.libraries.search import facet_index, full_text
from app.libraries.search.full_text import SearchDocument
from app.libraries.search.tokens import token_rules
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope, rows_of

_OF_DOCUMENTS = ("kind", "state", "length", "head_tokens", "public_tokens", "member_tokens", "member_words")

# A merge of organisations rewrites these in the present rows, and a user is linked without a new version.
_REWRITTEN = frozenset({"owner_org_id", "co_org_ids", "declared_conflicts", "affiliations", "user_id"})
# Computed by the rules of the version that wrote it.
_COMPUTED = frozenset({"completeness"})


def search_documents(scope: CheckScope, result: CheckResult) -> None:
    """Each record has one search document, with what the present rules make of it.

    Documents by older rules are left out: the worker writes them again after an upgrade.
    """
    for library in LIBRARIES.values():
        for records in rows_of(scope.session, library.model):
            documents = _documents(scope.session, [record.id for record in records])
            for record in records:
                result.examined += 1
                document = documents.get(record.id)
                if document is None:
                    result.add(record.id, "没有检索文档", "has no search document")
                elif document.rules == token_rules():
                    _compare_document(document, record, library, result)
    for record_id in scope.session.scalars(select(SearchDocument.record_id).where(_without_record())):
        result.add(record_id, "检索文档没有对应的记录", "is a search document without a record")


def mend_search_documents(session: Session, _: Settings, ids: Sequence[Any]) -> None:
    """Write the documents again; delete those without a record."""
    for library, record in _records(session, ids):
        document = full_text.document_of(session, record)
        full_text.write_document(document, record, library.search_texts(record))
        session.add(document)
    session.flush()
    left = select(SearchDocument).where(SearchDocument.record_id.in_(ids), _without_record())
    for orphan in session.scalars(left):
        session.delete(orphan)


def facet_codes(scope: CheckScope, result: CheckResult) -> None:
    """Each record has the codes, with those above them, that its fields have."""
    for library in LIBRARIES.values():
        for records in rows_of(scope.session, library.model):
            stored = _codes(scope.session, [record.id for record in records])
            for record in records:
                result.examined += 1
                wanted = {
                    (row["facet"], row["code"]) for row in facet_index.code_values(record, library.facets)
                }
                if stored.get(record.id, set()) != wanted:
                    result.add(record.id, "分类代码与字段不符", "has other facet codes than its fields")
    kept = [
        select(library.model.id).where(library.model.id == RecordCode.record_id)
        for library in LIBRARIES.values()
    ]
    orphans = select(RecordCode.record_id).distinct().where(~or_(*(exists(one) for one in kept)))
    for record_id in scope.session.scalars(orphans):
        result.add(record_id, "分类代码没有对应的记录", "has facet codes without a record")


def mend_facet_codes(session: Session, _: Settings, ids: Sequence[Any]) -> None:
    """Write the codes again; delete those without a record."""
    session.execute(delete(RecordCode).where(RecordCode.record_id.in_(ids)))
    for library, record in _records(session, ids):
        session.add_all(RecordCode(**row) for row in facet_index.code_values(record, library.facets))


def versions(scope: CheckScope, result: CheckResult) -> None:
    """The newest version of each record is the record: every change was stored with its version."""
    for library in LIBRARIES.values():
        for records in rows_of(scope.session, library.model):
            newest = _newest_versions(scope.session, [record.id for record in records])
            for record in records:
                result.examined += 1
                _compare_version(newest.get(record.id), record, library, result)


def _compare_document(
    document: SearchDocument, record: Record, library: Library, result: CheckResult
) -> None:
    wanted = SearchDocument()
    full_text.write_document(wanted, record, library.search_texts(record))
    different = [name for name in _OF_DOCUMENTS if getattr(document, name) != getattr(wanted, name)]
    if different:
        names = ", ".join(different)
        result.add(record.id, f"检索文档与记录不符：{names}", f"has another search document: {names}")


def _compare_version(
    newest: RecordVersion | None, record: Record, library: Library, result: CheckResult
) -> None:
    if newest is None or newest.version != record.version:
        last = newest.version if newest else 0
        result.add(
            record.id,
            f"记录为第 {record.version} 版，最后保存的版本是第 {last} 版",
            f"is version {record.version}, and the last stored version is {last}",
        )
        return
    present = json.loads(json.dumps(snapshot(record, library.relations)))
    compared = (present.keys() & newest.data.keys()) - _REWRITTEN - _COMPUTED
    different = sorted(name for name in compared if present[name] != newest.data[name])
    if different:
        names = ", ".join(different)
        result.add(
            record.id, f"与最后保存的版本不同：{names}", f"differs from its last stored version: {names}"
        )


def _documents(session: Session, ids: Collection[UUID]) -> dict[UUID, SearchDocument]:
    query = select(SearchDocument).where(SearchDocument.record_id.in_(ids))
    return {document.record_id: document for document in session.scalars(query)}


def _codes(session: Session, ids: Collection[UUID]) -> dict[UUID, set[tuple[str, str]]]:
    codes: dict[UUID, set[tuple[str, str]]] = {}
    for row in session.scalars(select(RecordCode).where(RecordCode.record_id.in_(ids))):
        codes.setdefault(row.record_id, set()).add((row.facet, row.code))
    return codes


def _newest_versions(session: Session, ids: Collection[UUID]) -> dict[UUID, RecordVersion]:
    newest = (
        select(RecordVersion.record_id, func.max(RecordVersion.version).label("version"))
        .where(RecordVersion.record_id.in_(ids))
        .group_by(RecordVersion.record_id)
        .subquery()
    )
    query = select(RecordVersion).join(
        newest,
        (RecordVersion.record_id == newest.c.record_id) & (RecordVersion.version == newest.c.version),
    )
    return {version.record_id: version for version in session.scalars(query)}


def _records(session: Session, ids: Sequence[Any]) -> list[tuple[Library, Record]]:
    """Those of the records that exist, locked."""
    found: list[tuple[Library, Record]] = []
    for library in LIBRARIES.values():
        model = library.model
        query = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
        found.extend((library, record) for record in session.scalars(query))
    return found


def _without_record() -> Any:
    kept = [
        exists(select(library.model.id).where(library.model.id == SearchDocument.record_id))
        for library in LIBRARIES.values()
    ]
    return ~or_(*kept)
