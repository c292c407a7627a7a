"""The matcher: candidates, hard filters, features, scores and reasons, for a demand, an achievement or a text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.clock import local_now
from app.database import new_id, now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.load_limits.turn import check_turn
from app.matching.answers import Library, distinct, no_good_match, to_add, with_evidence
from app.matching.candidates.cache import (
    CandidateCache,
    OwnerRecords,
)
from app.matching.candidates.generation import CandidateGenerator, index_filter
from app.matching.candidates.loader import Candidate, EncodedRecord, encode_record, encoded_record_of
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.facts.conflicts_of_interest import find_conflict_of_interest
from app.matching.facts.from_records import achievement_facts
from app.matching.facts.hidden_owners import noticeable_conflict, without_owner
from app.matching.facts.loader import load_demand_facts
from app.matching.index import LexicalIndex, VectorIndex
from app.matching.index.words.corpus_statistics import CorpusStatisticsCache
from app.matching.managers.recommendation import ManagerLookups, PairToBroker, managers_for_pairs
from app.matching.pair_scorer import PairScorer
from app.matching.ranking.confidence import shipped_list_model
from app.matching.ranking.explanation import without_contacts
from app.matching.ranking.ranker import Ranker
from app.matching.ranking.registry import ActiveRanker
from app.matching.ranking.similarity import TextFeatures
from app.matching.reranker.cross_encoder import Reranker
from app.matching.reranker.pair_values import PairValues
from app.matching.results import (
    ManagerRecommendation,
    MatchAnswer,
    PairFilter,
    PairMatch,
    RecommendationReader,
)
from app.matching.text.word_rarity import shipped_word_statistics


class Matcher:
    """Ranks pairs and managers. One instance per process; thread-safe."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        index: VectorIndex,
        lexical: LexicalIndex,
        ranker: Ranker,
        indexer: MatchingIndexer,
        lookups: ManagerLookups,
        owner_records: OwnerRecords | None = None,
        candidates: int,
        candidates_memory_mb: int = 512,
        threshold: float | None = None,
        follow_registry: bool = False,
        pair_values: PairValues | None = None,
        of_one_model: bool = False,
    ) -> None:
        """
        Args:
            owner_records, pair_values: see `PairScorer`.
            candidates_memory_mb: approximate limit of the candidate cache, in megabytes.
            follow_registry, of_one_model: see `ActiveRanker`.

        Raises:
            ValueError: the index holds another model's vectors.
        """
        if index.model_id != embedder.model_id:
            raise ValueError(f"an index of {index.model_id} for texts embedded by {embedder.model_id}")
        self.index = index
        self.lexical = lexical
        self._ranker = ActiveRanker(ranker, follows=follow_registry, of_one_model=of_one_model)
        self._threshold = threshold
        self.contexts = CorpusStatisticsCache(index, lexical)
        self._cache = CandidateCache(
            index,
            megabytes=candidates_memory_mb,
            # An in-memory index supplies the word scores of a demand's candidates.
            wordless={RecordKind.ACHIEVEMENT} if lexical.in_memory else (),
        )
        self._indexer = indexer
        self.lookups = lookups
        self._scorer = PairScorer(lexical, owner_records, pair_values)
        self._generator = CandidateGenerator(index, lexical, candidates)

    @property
    def shipped(self) -> Ranker:
        """The ranker used while the registry names none."""
        return self._ranker.shipped

    @property
    def reranker(self) -> Reranker | None:
        return self._scorer.reranker

    def ranker(self, session: Session) -> Ranker:
        """The active ranker. An activation in any process takes effect with the next answer."""
        return self._ranker.current(session)

    def read_ahead(self, session: Session, below: int | None) -> int | None:
        """See `CandidateCache.read_ahead`."""
        return self._cache.read_ahead(session, below)

    def for_demand(
        self,
        session: Session,
        demand: Demand,
        *,
        limit: int = 20,
        filters: PairFilter | None = None,
        good_only: bool = False,
        grouped: bool = True,
    ) -> MatchAnswer:
        """Achievements for a demand, stored or not, best first. With `good_only`, only good pairs get reasons; without
        `grouped`, near-copies have places of their own."""
        return self._answer(
            session, demand, limit, filters or PairFilter(), good_only=good_only, grouped=grouped
        )

    def for_achievement(
        self,
        session: Session,
        achievement: Achievement,
        *,
        limit: int = 20,
        filters: PairFilter | None = None,
        good_only: bool = False,
    ) -> MatchAnswer:
        """Demands for an achievement, stored or not, best first. `good_only` as in `for_demand`."""
        return self._answer(session, achievement, limit, filters or PairFilter(), good_only=good_only)

    def now_of(
        self, session: Session, demand: Demand, achievement_ids: Sequence[UUID]
    ) -> dict[UUID, PairMatch]:
        """The demand's pairs with these achievements as a list would give them now, by achievement.

        Left out are records that are not published or not indexed, and pairs that a hard filter excludes.
        """
        own = self._encoded(session, demand)
        ranker = self.ranker(session)
        candidates = self._cache.get(session, RecordKind.ACHIEVEMENT, achievement_ids)
        threshold = self._least(ranker)
        pairs, scored, _ = self._scorer.scored(
            session, demand, own, candidates, ranker, day=local_now().date(), threshold=threshold
        )
        found = with_evidence(dict.fromkeys(scored, ()), demand, own, pairs, threshold=threshold, stored=True)
        return {match.achievement_id: match for match in found if match.achievement_id is not None}

    def for_text(
        self,
        session: Session,
        text: str,
        *,
        looking_for: RecordKind,
        limit: int = 20,
        filters: PairFilter | None = None,
    ) -> MatchAnswer:
        """Matches for a text that is not stored: it counts as a demand if achievements are sought, and vice versa."""
        record: Library
        # A fictitious owner, so that no rule about parties applies to a text.
        common: dict[str, Any] = {
            "id": new_id(),
            "owner_org_id": new_id(),
            "title": "",
            "language": _language(text),
        }
        if looking_for is RecordKind.ACHIEVEMENT:
            record = Demand(main_problem=text, **common)
        else:
            record = Achievement(summary=text, **common)
        return self._answer(session, record, limit, filters or PairFilter(), stored=False)

    def managers_for(
        self,
        session: Session,
        demand: Demand,
        achievement: Achievement,
        *,
        limit: int = 10,
        reader: RecommendationReader | None = None,
    ) -> list[ManagerRecommendation]:
        """Managers for a pair, best first. Managers with a conflict or without a free slot are flagged.

        A conflict names the party. Without a `reader`, for pushing, conflicts count as far as others may notice them;
        a reader sees all conflicts with the owners whom they know, and none with the others.
        """
        asked, offered = load_demand_facts(session, [demand])[demand.id], achievement_facts(achievement)
        if reader is not None:
            asked = asked if reader.knows_demand_owner else without_owner(asked)
            offered = offered if reader.knows_achievement_owner else without_owner(offered)
            asked = asked if reader.knows_exclusions else replace(asked, excluded_orgs=())
        pair = PairToBroker(
            demand=asked,
            achievement=offered,
            demand_text=self.side_of(session, demand),
            achievement_text=self.side_of(session, achievement),
        )
        return self._managers(session, [pair], limit, reader)[0]

    def managers_for_pairs(
        self, session: Session, pairs: Sequence[tuple[Demand, Achievement]], *, limit: int = 10
    ) -> list[list[ManagerRecommendation]]:
        """For each pair what `managers_for` gives without a reader."""
        asked = load_demand_facts(session, [demand for demand, _ in pairs])
        texts = {record.id: self.side_of(session, record) for pair in pairs for record in pair}
        known = [
            PairToBroker(
                demand=asked[demand.id],
                achievement=achievement_facts(achievement),
                demand_text=texts[demand.id],
                achievement_text=texts[achievement.id],
            )
            for demand, achievement in pairs
        ]
        return self._managers(session, known, limit, None)

    def _managers(
        self,
        session: Session,
        pairs: Sequence[PairToBroker],
        limit: int,
        reader: RecommendationReader | None,
    ) -> list[list[ManagerRecommendation]]:
        return managers_for_pairs(
            session,
            pairs,
            index=self.index,
            stats=shipped_word_statistics(),
            lookups=self.lookups,
            limit=limit,
            today=local_now().date(),
            find_conflict=noticeable_conflict if reader is None else find_conflict_of_interest,
            for_reader=reader is not None,
        )

    def side_of(self, session: Session, record: Library) -> TextFeatures:
        """The text features of a record."""
        return self._encoded(session, record).text

    def _encoded(self, session: Session, record: Library) -> EncodedRecord:
        return encoded_record_of(session, self._indexer, self.index.model_id, record)

    def _answer(
        self,
        session: Session,
        record: Library,
        limit: int,
        filters: PairFilter,
        *,
        stored: bool = True,
        good_only: bool = False,
        grouped: bool = True,
    ) -> MatchAnswer:
        own = self._encoded(session, record) if stored else encode_record(self._indexer, record)
        check_turn()
        ranker = self.ranker(session)
        threshold = self._least(ranker)
        day = filters.valid_on or local_now().date()
        candidates = self._candidates(session, record, own, filters, day)
        check_turn()
        pairs, scored, left_out = self._scorer.scored(
            session, record, own, candidates, ranker, day=day, threshold=threshold
        )
        groups = distinct(scored, pairs, limit, grouped=grouped and isinstance(record, Demand))
        selected = {pair: copies for pair, copies in groups if not good_only or pair.score >= threshold}
        shown = with_evidence(selected, record, own, pairs, threshold=threshold, stored=stored)
        missing = no_good_match(record, scored, pairs, threshold)
        confidence = shipped_list_model().confidence(scored) if isinstance(record, Demand) else None
        return MatchAnswer(
            items=shown,
            threshold=threshold,
            model_version=ranker.version,
            index_position=self.index.position(session),
            computed_at=now(),
            no_good_match=missing,
            confidence=confidence,
            left_out=left_out,
            excluded=tuple(map(without_contacts, own.text.traits.unwanted)),
            to_add=to_add(record, own.text, scored, pairs, missing is None, confidence, stored=stored),
        )

    def _candidates(
        self, session: Session, record: Library, own: EncodedRecord, filters: PairFilter, day: date
    ) -> list[Candidate]:
        limits = index_filter(session, filters, record, day)
        ids = self._generator.candidate_ids(session, own.text, limits, self.contexts.current(session))
        return self._cache.get(session, limits.kind, ids)

    def _least(self, ranker: Ranker) -> float:
        """The score from which a pair is good, 0–1."""
        return ranker.threshold if self._threshold is None else self._threshold


def _language(text: str) -> str:
    """`zh` if the text has a Chinese character, else `en`. It only selects the mean vector to subtract."""
    return "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"
