"""Near-copies among the good pairs of a demand: achievements that say the same, of one owner or of several.

A confidential achievement is nobody's copy: that it says what a public one says would tell whose it is.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.record.enums import PublishMode, RecordState
from app.matching.embedding.vector_store import serving_model
from app.matching.models import Pair, RecordVector, Vector
from app.matching.ranking.variety import behind_the_first

PairKey = tuple[UUID, UUID]
"""Demand and achievement."""

Groups = Mapping[UUID, list[list[UUID]]]
"""Demand → achievements in groups that say the same, in each the leading one first."""


def groups_of_copies(
    session: Session,
    demand_ids: Collection[UUID],
    *,
    least: float,
    leading: Collection[PairKey] = (),
    left_out: Collection[PairKey] = (),
) -> Groups:
    """The achievements of pairs with a score of at least `least`, grouped. Pairs in `leading` lead before better ones;
    those in `left_out` belong to no group."""
    good: dict[UUID, list[tuple[bool, float, UUID]]] = {}
    rows = session.execute(
        select(Pair.demand_id, Pair.achievement_id, Pair.score).where(
            Pair.demand_id.in_(demand_ids), Pair.score >= least
        )
    )
    for demand_id, achievement_id, score in rows:
        key = (demand_id, achievement_id)
        if key not in left_out:
            good.setdefault(demand_id, []).append((key not in leading, -score, achievement_id))
    several = {demand_id: [row[2] for row in sorted(found)] for demand_id, found in good.items()}
    _, vectors = _public_vectors(session, {id_ for ids in several.values() if len(ids) > 1 for id_ in ids})
    return {demand_id: _grouped(ids, vectors) for demand_id, ids in several.items()}


def copies_of_pairs(
    session: Session, keys: Collection[PairKey], *, least: float
) -> dict[PairKey, list[UUID]]:
    """For each pair the other achievements with a good pair of the same demand that say the same."""
    groups = groups_of_copies(session, {demand_id for demand_id, _ in keys}, least=least, leading=keys)
    return {
        (demand_id, achievement_id): [other for other in group if other != achievement_id]
        for demand_id, achievement_id in keys
        for group in groups.get(demand_id, ())
        if achievement_id in group
    }


def demands_with_copies(session: Session, achievement_id: UUID) -> list[UUID]:
    """Demands that have a pair with the achievement and another with a public copy of it; the achievement itself may
    have been withdrawn."""
    mine = select(Pair.demand_id).where(Pair.achievement_id == achievement_id)
    others: dict[UUID, list[UUID]] = {}
    for demand_id, other in session.execute(
        select(Pair.demand_id, Pair.achievement_id).where(
            Pair.demand_id.in_(mine), Pair.achievement_id != achievement_id
        )
    ):
        others.setdefault(other, []).append(demand_id)
    own = dict(
        session.execute(
            select(RecordVector.model_id, RecordVector.vector).where(RecordVector.record_id == achievement_id)
        ).all()
    )
    model_id, vectors = _public_vectors(session, others)
    if model_id not in own:
        return []
    vectors[achievement_id] = np.asarray(own[model_id], np.float32)
    found: set[UUID] = set()
    for other, demand_ids in others.items():
        if len(_grouped([achievement_id, other], vectors)) == 1:
            found.update(demand_ids)
    return sorted(found)


def _grouped(ids: list[UUID], vectors: Mapping[UUID, Vector]) -> list[list[UUID]]:
    known = [vectors[id_] for id_ in ids if id_ in vectors]
    if len(known) < 2:
        return [[id_] for id_ in ids]
    # A vector of zeros is nobody's copy.
    nothing = np.zeros_like(known[0])
    rows = [vectors.get(id_, nothing) for id_ in ids]
    return [[first, *copies] for first, copies in behind_the_first(ids, rows, len(ids))]


def _public_vectors(
    session: Session, achievement_ids: Collection[UUID]
) -> tuple[str | None, dict[UUID, Vector]]:
    """A model and the vectors of those that are published and not confidential. It is the one that serves, or that most
    of them have."""
    if not achievement_ids:
        return None, {}
    rows = session.execute(
        select(RecordVector.record_id, RecordVector.model_id, RecordVector.vector)
        .join(Achievement, Achievement.id == RecordVector.record_id)
        .where(
            RecordVector.record_id.in_(achievement_ids),
            RecordVector.active,
            Achievement.state == RecordState.PUBLISHED.value,
            Achievement.publish_mode == PublishMode.PUBLIC.value,
        )
    ).all()
    models = Counter(row.model_id for row in rows)
    serving = serving_model(session) or next((model_id for model_id, _ in models.most_common(1)), None)
    vectors = {row.record_id: np.asarray(row.vector, np.float32) for row in rows if row.model_id == serving}
    return serving, vectors
