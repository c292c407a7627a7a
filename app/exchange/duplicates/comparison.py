"""The comparison of published records: each version once, with what shares a key, an owner or a meaning."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from app.database import Database, insert_into, new_id
from app.exchange.duplicates.models import MAX_KEY, LikelyPair, RecordComparison, RecordKey
from app.exchange.duplicates.traits import traits_of_records
from app.exchange.sameness.verdicts import SameJudgement, SameTraits, SameVerdict, judge
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.matching.index import IndexFilter, VectorIndex
from app.matching.models import RecordVector, Vector

MAX_OF_OWNER = 300
"""Records of one owner that a record is compared with, the newest first."""
NEIGHBOURS = 10
"""Records that are nearest by their vectors, of whichever owner."""
_MAX_PARTNERS = 50
# Records a transaction: a writer blocks all others on SQLite.
_CHUNK = 20


@dataclass(frozen=True, slots=True)
class _Compared:
    id: UUID
    version: int
    keys: Collection[str]
    found: dict[UUID, SameJudgement]


def compare_records(
    database: Database,
    index: VectorIndex,
    *,
    limit: int | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Compare published records whose present version was not compared yet, until none or about `limit` are done;
    returns their number. May be interrupted."""
    with database.reading() as session:
        total = sum(
            session.scalar(select(func.count()).select_from(_due(kind).subquery())) or 0
            for kind in RecordKind
        )
    done = 0
    for kind in RecordKind:
        while limit is None or done < limit:
            with database.reading() as session:
                rows = session.execute(_due(kind).limit(_CHUNK)).all()
                compared = [_compared(session, index, kind, row.id, row.version) for row in rows]
            if not compared:
                break
            with database.unit_of_work() as session:
                for one in compared:
                    _store(session, kind, one)
            done += len(compared)
            on_progress(min(done, total), total)
    return done


def _due(kind: RecordKind) -> Select[Any]:
    model = LIBRARIES[kind].model
    return (
        select(model.id, model.version)
        .outerjoin(RecordComparison, RecordComparison.record_id == model.id)
        .where(model.state == RecordState.PUBLISHED)
        .where(or_(RecordComparison.version.is_(None), RecordComparison.version != model.version))
        .order_by(model.id)
    )


def _compared(
    session: Session, index: VectorIndex, kind: RecordKind, record_id: UUID, version: int
) -> _Compared:
    model = LIBRARIES[kind].model
    traits = traits_of_records(session, kind, model.id == record_id)[record_id]
    published = (model.state == RecordState.PUBLISHED, model.id != record_id)
    others: dict[UUID, SameTraits] = {}
    if kind is not RecordKind.MANAGER:
        mine = select(model.owner_org_id).where(model.id == record_id).scalar_subquery()
        others = traits_of_records(session, kind, *published, model.owner_org_id == mine, limit=MAX_OF_OWNER)
    vector = _vector(session, index, record_id)
    wanted = {*_sharing(session, kind, traits), *_partners(session, record_id)}
    if vector is not None:
        limits = IndexFilter(kind=kind, exclude_ids=frozenset({record_id}))
        wanted |= {hit.record_id for hit in index.search(session, vector, NEIGHBOURS, limits)}
    wanted -= others.keys()
    if wanted:
        others |= traits_of_records(session, kind, *published, model.id.in_(wanted))
    near = _nearness(session, index, vector, list(others))
    judged = {id_: judge(traits, other, nearness=near.get(id_)) for id_, other in others.items()}
    found = {id_: one for id_, one in judged.items() if one.verdict is not SameVerdict.DIFFERENT}
    return _Compared(record_id, version, traits.keys, found)


def _vector(session: Session, index: VectorIndex, record_id: UUID) -> Vector | None:
    query = select(RecordVector.vector).where(
        RecordVector.record_id == record_id, RecordVector.active, RecordVector.model_id == index.model_id
    )
    return session.scalar(query)


def _nearness(
    session: Session, index: VectorIndex, vector: Vector | None, ids: list[UUID]
) -> dict[UUID, float]:
    if vector is None or not ids:
        return {}
    cosines = index.similarities(session, np.asarray(vector, np.float32), ids)
    return {id_: float(one) for id_, one in zip(ids, cosines, strict=True) if not np.isnan(one)}


def _sharing(session: Session, kind: RecordKind, traits: SameTraits) -> Collection[UUID]:
    if not traits.keys:
        return ()
    query = select(RecordKey.record_id).where(
        RecordKey.kind == kind.value, RecordKey.key.in_([key[:MAX_KEY] for key in traits.keys])
    )
    return session.scalars(query.limit(_MAX_PARTNERS)).all()


def _partners(session: Session, record_id: UUID) -> Collection[UUID]:
    """What the record was said to be before: what was nearest then may not be any more."""
    pair = LikelyPair
    query = select(pair.first_id, pair.second_id).where(
        or_(pair.first_id == record_id, pair.second_id == record_id)
    )
    return {id_ for row in session.execute(query.limit(_MAX_PARTNERS)) for id_ in row} - {record_id}


def _store(session: Session, kind: RecordKind, one: _Compared) -> None:
    pair = LikelyPair
    session.execute(delete(RecordKey).where(RecordKey.record_id == one.id))
    session.execute(delete(pair).where(or_(pair.first_id == one.id, pair.second_id == one.id)))
    noted = insert_into(session, RecordComparison).values(record_id=one.id, version=one.version)
    session.execute(noted.on_conflict_do_update(index_elements=["record_id"], set_={"version": one.version}))
    keys = {key[:MAX_KEY] for key in one.keys}
    session.add_all(RecordKey(record_id=one.id, key=key, kind=kind.value) for key in sorted(keys))
    for other, judgement in one.found.items():
        first, second = sorted((one.id, other))
        session.add(
            pair(
                id=new_id(),
                kind=kind.value,
                first_id=first,
                second_id=second,
                verdict=judgement.verdict.value,
                strength=judgement.strength,
                evidence=[{"zh": each.zh, "en": each.en} for each in judgement.evidence],
            )
        )
    session.flush()
