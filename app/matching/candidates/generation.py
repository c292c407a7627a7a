"""Which records come into question as matches of one: near by meaning, or sharing words."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
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


def index_filter(filters: PairFilter, record: Achievement | Demand, day: date) -> IndexFilter:
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
        valid_on=day,
    )
