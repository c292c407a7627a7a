"""Which records come into question as matches of one: near by meaning, or sharing words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import RecordCode
from app.matching.index.base import IndexFilter, VectorIndex
from app.matching.index.words.base import LexicalIndex
from app.matching.ranking.similarity import TextFeatures
from app.matching.results import PairFilter
from app.matching.text.bm25 import CorpusStats


@dataclass(frozen=True, slots=True)
class CandidateGenerator:
    """Asks the index of vectors for `limit` records, and the index of words for half as many."""

    vectors: VectorIndex
    words: LexicalIndex
    limit: int

    def candidate_ids(
        self, session: Session, side: TextFeatures, limits: IndexFilter, stats: CorpusStats
    ) -> list[UUID]:
        """By vector similarity and by words; each finds records that the other misses.

        Vectors of all languages are in one space without offsets, so one search finds them all.
        """
        by_vector = self.vectors.search(session, side.vector, self.limit, limits)
        repeated = [word for word, count in side.words.items() for _ in range(count)]
        for_demand = limits.kind is RecordKind.ACHIEVEMENT
        by_words = self.words.search(
            session, repeated, self.limit // 2, limits, stats=stats if for_demand else None
        )
        return list(dict.fromkeys(hit.record_id for hit in (*by_vector, *by_words)))


def index_filter(
    session: Session, filters: PairFilter, record: Achievement | Demand, day: date
) -> IndexFilter:
    """What the index may answer with for this record: the other kind, of other owners, valid on `day`."""
    kind = RecordKind.ACHIEVEMENT if isinstance(record, Demand) else RecordKind.DEMAND
    return IndexFilter(
        kind=kind,
        fields=filters.fields,
        region=filters.region,
        min_trl=filters.min_trl if kind is RecordKind.ACHIEVEMENT else None,
        languages=frozenset(filters.languages),
        exclude_ids=filters.exclude,
        exclude_owner_ids=frozenset({record.owner_org_id}),
        only_ids=_with_terms(session, kind, filters),
        valid_on=day,
    )


def _with_terms(session: Session, kind: RecordKind, filters: PairFilter) -> frozenset[UUID] | None:
    """The published records that pass the filters which the index does not know; None without such a filter."""
    model = Achievement if kind is RecordKind.ACHIEVEMENT else Demand
    conditions = list(_conditions(model, filters))
    if not conditions:
        return None
    published = select(model.id).where(model.state == RecordState.PUBLISHED.value, *conditions)
    return frozenset(session.scalars(published))


def _conditions(
    model: type[Achievement] | type[Demand], filters: PairFilter
) -> Iterator[ColumnElement[bool]]:
    if filters.modes:
        yield model.id.in_(
            select(RecordCode.record_id).where(
                RecordCode.kind == model.kind.value,
                RecordCode.facet == "mode",
                RecordCode.code.in_(filters.modes),
            )
        )
    if filters.owner_kinds:
        # Who owns a confidential record is hidden, so its kind of owner is too.
        yield model.publish_mode == PublishMode.PUBLIC.value
        yield model.owner_org_id.in_(
            select(Organisation.id).where(Organisation.kind.in_(filters.owner_kinds))
        )
    if filters.price_max_wan is not None:
        lowest = func.coalesce(Achievement.price_min_wan, Achievement.price_max_wan)
        yield lowest.is_(None) | (lowest <= filters.price_max_wan)
    if filters.budget_min_wan is not None:
        highest = func.coalesce(Demand.budget_max_wan, Demand.budget_min_wan)
        yield highest.is_(None) | (highest >= filters.budget_min_wan)
