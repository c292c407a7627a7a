"""Spaces beside the one that answers: what is in them is right, and what they lack is due."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import SankuError
from app.libraries.registry import LIBRARIES
from app.matching.embedding import vector_store
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.models import EmbeddingSpace, RecordVector
from app.matching.spaces.due_rows import PIECE, due_records, fill
from app.matching.spaces.lifecycle import ModelSource, registered, source_of
from app.matching.spaces.opened_models import OpenedModels
from app.matching.spaces.removal import unregistered_models
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope, rows_of
from app.store.consistency.vectors.entries import (
    STALE,
    entries_of,
    forget_damaged,
    published_among,
    rows_of_model,
    without_record,
)

_NEVER = 0
"""The number of no change: an entry that reflects it is due."""


def other_spaces(scope: CheckScope, result: CheckResult) -> None:
    """Each entry of a space beside the one that answers is what its model makes of the record now, or it is due.

    What is due is no difference: the workers bring it, and `sanku model status` counts it.
    """
    spaces = registered(scope.session)
    if not spaces:
        return
    serving = vector_store.serving_model(scope.session)
    if serving is None:
        result.note("spaces", "没有正在使用的向量空间：请运行 sanku model switch",
                    "no space serves: `sanku model switch` names one")  # fmt: skip
    for space in [space for space in spaces if space.model_id != serving]:
        indexer = None
        try:
            indexer = _indexer(scope.database, scope.models, source_of(space))
        except (SankuError, OSError, ValueError) as error:
            result.note(
                space.model_id,
                f"无法在此打开，文本未作比较：{error}",
                f"cannot be opened here, so texts were not compared: {error}",
            )
        _compare(scope, result, space.model_id, indexer)
    for model_id in unregistered_models(scope.session):
        rows = scope.session.scalar(select(func.count()).where(RecordVector.model_id == model_id))
        result.note(
            model_id,
            f"有 {rows} 条向量而没有向量空间：运行 sanku model cancel 可删除",
            f"has {rows} rows, but no space: `sanku model cancel` deletes them",
        )


def _indexer(database: Database, models: OpenedModels, source: ModelSource) -> MatchingIndexer:
    """
    Raises:
        SankuError, OSError, ValueError: the model is not at hand.
    """
    embedder = models.of(source)
    # The comparison asks for traits: what they need is read now, or fails now.
    embedder.vector_traits("passage", np.zeros((0, embedder.dimension), np.float32))
    return MatchingIndexer(database, embedder)


def _compare(scope: CheckScope, result: CheckResult, model_id: str, indexer: MatchingIndexer | None) -> None:
    session = scope.session
    for library in LIBRARIES.values():
        for records in rows_of(session, library.model):
            ids = [record.id for record in records]
            entries = entries_of(session, model_id, rows_of_model(session, model_id, ids), indexer)
            due = set(due_records(session, model_id, among=ids, limit=len(ids)))
            for record in records:
                if record.id in due or record.id not in entries.rows:
                    continue
                result.examined += 1
                if (wrong := entries.fault(record)) is not None:
                    _add(result, model_id, record.id, *wrong)
    for record_id in without_record(session, model_id):
        _add(result, model_id, record_id, "索引条目没有对应的记录", "is in the index without a record")


def _add(result: CheckResult, model_id: str, record_id: UUID, zh: str, en: str) -> None:
    result.add((model_id, record_id), f"{model_id}：{zh}", f"{model_id}: {en}", subject=str(record_id))


def mend_other_spaces(session: Session, _: Settings, keys: Sequence[Any]) -> None:
    """Let entries of published records be due, and deactivate the others."""
    published = published_among(session, {record_id for _, record_id in keys})
    for model_id, record_id in keys:
        row = session.get(RecordVector, (record_id, model_id), with_for_update=True)
        if row is None:
            continue
        if record_id in published:
            forget_damaged(session, row)
            row.text_hash, row.of_change = STALE, _NEVER
        elif row.active:
            vector_store.deactivate(session, record_id)


def fill_mended(database: Database, models: OpenedModels, results: Sequence[CheckResult]) -> None:
    """Store again what `mend_other_spaces` let be due. What is not at hand here is left to the workers."""
    for model_id, ids in _mended(results).items():
        with database.reading() as session:
            space = session.get(EmbeddingSpace, model_id)
            source = None if space is None else source_of(space)
        if source is None:
            continue
        try:
            indexer = _indexer(database, models, source)
            for start in range(0, len(ids), PIECE):
                fill(database, indexer, ids[start : start + PIECE])
        except (SankuError, OSError, ValueError):
            continue


def _mended(results: Sequence[CheckResult]) -> Mapping[str, list[UUID]]:
    ids: dict[str, list[UUID]] = {}
    for result in results:
        if result.name == "other_spaces":
            for model_id, record_id in result.faulty:
                ids.setdefault(model_id, []).append(record_id)
    return ids
