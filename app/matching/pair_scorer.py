"""The scores of a record's candidates: hard filters, features, the ranker, and a reranker if there is one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.clock import local_now
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.matching.answers import Library
from app.matching.candidates.cache import OwnerRecords, PairFacts, filter_allowed_pairs, with_owner_records
from app.matching.candidates.loader import Candidate, EncodedRecord
from app.matching.index import LexicalIndex
from app.matching.ranking.ranker import Ranker, ScoredPair, rank
from app.matching.ranking.similarity import PairSignals, pair_signals
from app.matching.reranker.cross_encoder import Reranker
from app.matching.reranker.pair_values import FIRST, PairValues
from app.matching.text.word_rarity import shipped_word_statistics

Pairs = Sequence[tuple[Candidate, PairFacts]]


class PairScorer:
    """Scores the pairs of a record with its candidates. Holds no state of its own."""

    def __init__(
        self, lexical: LexicalIndex, owner_records: OwnerRecords | None, values: PairValues | None
    ) -> None:
        """
        Args:
            owner_records: gives the success rate of an organisation's engagements; by default all owners are equal.
            values: a reranker's, if there is one.
        """
        self._lexical = lexical
        self._owner_records = owner_records
        self._values = values

    @property
    def reranker(self) -> Reranker | None:
        return None if self._values is None else self._values.reranker

    def scored(
        self,
        session: Session,
        record: Library,
        own: EncodedRecord,
        candidates: Sequence[Candidate],
        ranker: Ranker,
        *,
        day: date,
        threshold: float,
    ) -> tuple[list[tuple[Candidate, PairFacts]], list[ScoredPair], dict[str, int]]:
        """The candidates that pass the hard filters with their facts, their scores best first, and how many each
        filter excluded. `threshold` is the score from which a pair is good, 0–1."""
        pairs, left_out = filter_allowed_pairs(session, record, candidates, day)
        if self._owner_records is not None:
            pairs = with_owner_records(session, record, pairs, self._owner_records)
        signals = self._signals(session, record, own, pairs)
        facts, today = [pair for _, pair in pairs], local_now().date()
        scored = rank(facts, signals, ranker, today=today)
        if self._values is not None and ranker.weights.get("reranked"):
            sentences = {candidate.id: candidate.sentences for candidate, _ in pairs}
            due = _due(record, pairs, scored, threshold)
            values = self._values.of_record(session, record, own.sentences, sentences, due)
            read = [
                replace(one, reranked=values.get(candidate.id, 0.0))
                for one, (candidate, _) in zip(signals, pairs, strict=True)
            ]
            scored = rank(facts, read, ranker, today=today)
        return pairs, scored, left_out

    def _signals(
        self, session: Session, record: Library, own: EncodedRecord, pairs: Pairs
    ) -> Sequence[PairSignals]:
        """The similarity of the texts. The index of words scores achievements only."""
        from_demand, stats = isinstance(record, Demand), shipped_word_statistics()
        word_scores = None
        if from_demand:
            word_scores = self._lexical.scores(
                session,
                RecordKind.ACHIEVEMENT,
                own.text.words,
                [candidate.id for candidate, _ in pairs],
                stats=stats,
            )
        return pair_signals(
            own.text,
            [candidate.text for candidate, _ in pairs],
            stats,
            query_is="demand" if from_demand else "achievement",
            word_scores=word_scores,
        )


def _due(record: Library, pairs: Pairs, scored: Sequence[ScoredPair], threshold: float) -> list[UUID]:
    """The candidates to be reranked: the first ones, and what is good without it: it is good in the other side's list,
    too."""
    by_facts = {candidate.facts.id: candidate.id for candidate, _ in pairs}
    return [
        by_facts[pair.achievement_id if isinstance(record, Demand) else pair.demand_id]
        for place, pair in enumerate(scored)
        if place < FIRST or pair.score >= threshold
    ]
