"""The pipeline: candidates by vectors and words → signals and features → score → evidence; for any side of a pair."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.organisations import families
from app.db import new_id, now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.demands.service import organisations_of_codes
from app.libraries.kinds import RecordKind, RecordState
from app.libraries.numbers import local_now
from app.matching import evidence
from app.matching.answers import ManagerRecommendation, MatchAnswer, PairFilter, PairMatch
from app.matching.constraints import hard_rules
from app.matching.context import ContextSource, StoreContext
from app.matching.embedder import Embedder
from app.matching.facts import AchievementFacts, DemandFacts
from app.matching.index import IndexFilter, LexicalIndex, VectorIndex
from app.matching.indexer import MatchingIndexer
from app.matching.ranker import Ranker, ScoredPair, rank
from app.matching.recommending import OpenLoad, PairToBroker, managers_for
from app.matching.records import achievement_facts, demand_facts
from app.matching.sides import RecordSide, embedded_side, stored_sides
from app.matching.signals import Context, TextSide, pair_signals, sentence_cosines

Library = Demand | Achievement

_OTHER = {RecordKind.DEMAND: RecordKind.ACHIEVEMENT, RecordKind.ACHIEVEMENT: RecordKind.DEMAND}
_MODELS: Mapping[RecordKind, type[Library]] = {
    RecordKind.DEMAND: Demand,
    RecordKind.ACHIEVEMENT: Achievement,
}


class Matcher:
    """Answers every question about pairs and managers; one per process, safe to use from several threads."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        index: VectorIndex,
        lexical: LexicalIndex,
        ranker: Ranker,
        indexer: MatchingIndexer,
        open_load: OpenLoad,
        candidates: int,
        threshold: float | None = None,
    ) -> None:
        self.index = index
        self.lexical = lexical
        self.ranker = ranker
        self.threshold = ranker.threshold if threshold is None else threshold
        self.model_version = ranker.version
        self.contexts = ContextSource(embedder.model_id, embedder.dimension)
        self._indexer = indexer
        self._open_load = open_load
        self._candidates = candidates

    def for_demand(
        self,
        session: Session,
        demand: Demand,
        *,
        limit: int = 20,
        filters: PairFilter | None = None,
        context: StoreContext | None = None,
    ) -> MatchAnswer:
        """The achievements for a demand, stored or not, the best first."""
        return self._answer(session, demand, limit, filters or PairFilter(), context)

    def for_achievement(
        self,
        session: Session,
        achievement: Achievement,
        *,
        limit: int = 20,
        filters: PairFilter | None = None,
        context: StoreContext | None = None,
    ) -> MatchAnswer:
        """The demands for an achievement, stored or not, the best first."""
        return self._answer(session, achievement, limit, filters or PairFilter(), context)

    def for_text(
        self,
        session: Session,
        text: str,
        *,
        looking_for: RecordKind,
        limit: int = 20,
        filters: PairFilter | None = None,
    ) -> MatchAnswer:
        """Matches of a text that is stored nowhere: as a demand when achievements are sought, and the reverse."""
        record: Library
        # An owner that nobody is: no rule about parties can hold against a text.
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
        return self._answer(session, record, limit, filters or PairFilter(), None, stored=False)

    def managers_for(
        self, session: Session, demand: Demand, achievement: Achievement, *, limit: int = 10
    ) -> list[ManagerRecommendation]:
        """Managers for a pair, the best first; those with a conflict or without a free place are flagged."""
        pair = PairToBroker(
            demand=demand_facts(demand),
            achievement=achievement_facts(achievement),
            demand_text=self.side_of(session, demand),
            achievement_text=self.side_of(session, achievement),
        )
        return managers_for(
            session,
            pair,
            index=self.index,
            context=self.contexts.current(session),
            open_load=self._open_load,
            limit=limit,
            today=local_now().date(),
        )

    def side_of(self, session: Session, record: Library) -> TextSide:
        """The record's text as the signals see it."""
        return self._side(session, record).text

    def _side(self, session: Session, record: Library) -> RecordSide:
        stored = stored_sides(session, self.index.model_id, [record.id])
        return stored.get(record.id) or embedded_side(self._indexer, record)

    def _answer(
        self,
        session: Session,
        record: Library,
        limit: int,
        filters: PairFilter,
        context: StoreContext | None,
        *,
        stored: bool = True,
    ) -> MatchAnswer:
        own = self._side(session, record) if stored else embedded_side(self._indexer, record)
        usual = (context or self.contexts.current(session)).pairs
        day = filters.valid_on or local_now().date()
        kind = _OTHER[record.kind]
        ids = self._candidate_ids(session, own.text, _index_filter(kind, filters, record, day), usual)
        others = _published(session, kind, ids)
        sides = stored_sides(session, self.index.model_id, list(others))
        kept, left_out = _allowed(session, record, [o for o in others.values() if o.id in sides], day)
        ranked = self._rank(record, own, kept, sides, usual)
        items = tuple(
            self._pair_match(scored, record, others, own, sides, usual, stored=stored)
            for scored in ranked[:limit]
        )
        return MatchAnswer(
            items=items,
            threshold=self.threshold,
            model_version=self.model_version,
            index_position=self.index.position(session),
            computed_at=now(),
            no_good_match=evidence.no_good_match([scored.score for scored in ranked], self.threshold),
            left_out=left_out,
        )

    def _pair_match(
        self,
        scored: ScoredPair,
        record: Library,
        others: Mapping[UUID, Library],
        own: RecordSide,
        sides: Mapping[UUID, RecordSide],
        usual: Context,
        *,
        stored: bool,
    ) -> PairMatch:
        """The scored pair with its evidence; the side that is not stored has no id."""
        demand_id, achievement_id = UUID(scored.demand_id), UUID(scored.achievement_id)
        is_demand = isinstance(record, Demand)
        other = others[achievement_id if is_demand else demand_id]
        theirs = sides[other.id]
        demand_side, achievement_side = (own, theirs) if is_demand else (theirs, own)
        demand, achievement = _sides(record, other, {})
        why = evidence.reasons(
            demand,
            achievement,
            scored,
            demand_sentences=demand_side.sentences,
            achievement_sentences=achievement_side.sentences,
            cosines=sentence_cosines(demand_side.text, achievement_side.text, usual),
        )
        return PairMatch(
            demand_id=demand_id if stored or not is_demand else None,
            achievement_id=achievement_id if stored or is_demand else None,
            score=scored.score,
            good=scored.score >= self.threshold,
            reasons=why.to_dict(),
        )

    def _candidate_ids(
        self, session: Session, side: TextSide, limits: IndexFilter, context: Context
    ) -> list[UUID]:
        """By meaning and by words: what one of them overlooks the other finds."""
        stats = context.achievement_words if limits.kind is RecordKind.ACHIEVEMENT else None
        repeated = [word for word, count in side.words.items() for _ in range(count)]
        by_vector = self.index.search(session, side.vector, self._candidates, limits)
        by_words = self.lexical.search(session, repeated, self._candidates, limits, stats=stats)
        return list(dict.fromkeys(hit.record_id for hit in (*by_vector, *by_words)))

    def _rank(
        self,
        record: Library,
        own: RecordSide,
        others: Sequence[Library],
        sides: Mapping[UUID, RecordSide],
        context: Context,
    ) -> list[ScoredPair]:
        texts = [sides[other.id].text for other in others]
        if isinstance(record, Demand):
            signals = pair_signals(own.text, texts, context, query_is="demand")
            pairs = [(demand_facts(record), _achievement(other)) for other in others]
        else:
            signals = pair_signals(own.text, texts, context, query_is="achievement")
            pairs = [(_demand(other), achievement_facts(record)) for other in others]
        return rank(pairs, signals, self.ranker)


def _achievement(record: Library) -> AchievementFacts:
    assert isinstance(record, Achievement)
    return achievement_facts(record)


def _demand(record: Library) -> DemandFacts:
    assert isinstance(record, Demand)
    return demand_facts(record)


def _language(text: str) -> str:
    """A text without a Chinese character is taken as English; the difference only shifts what is usual for it."""
    return "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"


def _index_filter(kind: RecordKind, filters: PairFilter, record: Library, day: date) -> IndexFilter:
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


def _published(session: Session, kind: RecordKind, ids: Sequence[UUID]) -> dict[UUID, Library]:
    model = _MODELS[kind]
    query = select(model).where(model.id.in_(ids), model.state == RecordState.PUBLISHED)
    records: Iterable[Library] = session.scalars(query)
    return {record.id: record for record in records}


def _allowed(
    session: Session, record: Library, others: Sequence[Library], day: date
) -> tuple[list[Library], dict[str, int]]:
    """Those that no hard rule forbids, and how many each rule left out."""
    demands = (
        [record] if isinstance(record, Demand) else [other for other in others if isinstance(other, Demand)]
    )
    codes = organisations_of_codes(
        session, {code for demand in demands for code in demand.excluded_orgs or ()}
    )
    facts = [_sides(record, other, codes) for other in others]
    orgs = {
        UUID(org) for demand, achievement in facts for org in (*demand.party_orgs, *achievement.party_orgs)
    }
    family = {str(org): str(head) for org, head in families(session, orgs).items()}
    kept: list[Library] = []
    left_out: dict[str, int] = {}
    for other, (demand, achievement) in zip(others, facts, strict=True):
        broken = hard_rules(demand, achievement, today=day, org_family=family)
        if not broken:
            kept.append(other)
        for rule in broken[:1]:
            left_out[rule.code] = left_out.get(rule.code, 0) + 1
    return kept, left_out


def _sides(
    record: Library, other: Library, codes: Mapping[str, UUID]
) -> tuple[DemandFacts, AchievementFacts]:
    demand, achievement = (record, other) if isinstance(record, Demand) else (other, record)
    assert isinstance(demand, Demand)
    assert isinstance(achievement, Achievement)
    return demand_facts(demand, known_codes=codes), achievement_facts(achievement)
