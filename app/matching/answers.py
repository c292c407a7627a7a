"""Answers: from scored pairs to what a list shows, with copies behind the first, evidence, gaps and additions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.candidates.cache import PairFacts
from app.matching.candidates.loader import Candidate, EncodedRecord
from app.matching.facts.from_records import facts_of
from app.matching.facts.models import DemandFacts
from app.matching.ranking import explanation
from app.matching.ranking.additions import Considered, additions
from app.matching.ranking.gap_analysis import find_gaps
from app.matching.ranking.ranker import ScoredPair
from app.matching.ranking.similarity import TextFeatures, sentence_cosines
from app.matching.ranking.variety import behind_the_first
from app.matching.results import PairMatch
from app.matching.space import ENOUGH_UNITS, Floats, units_of
from app.matching.text.passages import whole_text
from app.matching.text.traits import compared

Library = Demand | Achievement


def distinct(
    scored: Sequence[ScoredPair], pairs: Sequence[tuple[Candidate, PairFacts]], limit: int, *, grouped: bool
) -> list[tuple[ScoredPair, list[ScoredPair]]]:
    """The best pairs, achievements that say the same behind the best of them. Demands of several firms stay apart."""
    if not grouped:
        return [(pair, []) for pair in scored[:limit]]
    # That a confidential record says what a public one says would tell whose it is, so it is nobody's copy.
    vectors = {
        candidate.facts.id: candidate.text.vector * (not candidate.confidential) for candidate, _ in pairs
    }
    return behind_the_first(scored, [vectors[pair.achievement_id] for pair in scored], limit)


def with_evidence(
    scored: Mapping[ScoredPair, Sequence[ScoredPair]],
    record: Library,
    own: EncodedRecord,
    pairs: Sequence[tuple[Candidate, PairFacts]],
    *,
    threshold: float,
    stored: bool,
) -> tuple[PairMatch, ...]:
    """The scored pairs with their reasons. A side that is not stored has no id."""
    is_demand = isinstance(record, Demand)
    by_id = {candidate.facts.id: (candidate, facts) for candidate, facts in pairs}
    shown = [by_id[pair.achievement_id if is_demand else pair.demand_id] for pair in scored]
    cosines = sentence_cosines(
        own.text,
        [candidate.text for candidate, _ in shown],
        query_is="demand" if is_demand else "achievement",
    )
    own_id = record.id if stored else None
    matches = []
    for (pair, copies), (other, facts), met in zip(scored.items(), shown, cosines, strict=True):
        matches.append(
            PairMatch(
                demand_id=own_id if is_demand else other.id,
                achievement_id=other.id if is_demand else own_id,
                score=pair.score,
                good=pair.score >= threshold,
                reasons=_reasons(pair, facts, own, other, met, is_demand=is_demand),
                features=dict(pair.features),
                similar=tuple(by_id[copy.achievement_id][0].id for copy in copies),
            )
        )
    return tuple(matches)


def _reasons(
    pair: ScoredPair,
    facts: PairFacts,
    own: EncodedRecord,
    other: Candidate,
    cosines: Floats,
    *,
    is_demand: bool,
) -> dict[str, Any]:
    theirs = EncodedRecord(other.text, other.sentences)
    demand, achievement = (own, theirs) if is_demand else (theirs, own)
    why = explanation.reasons(
        *facts,
        pair,
        demand_sentences=demand.sentences,
        achievement_sentences=achievement.sentences,
        cosines=cosines,
        compared=compared(demand.text.traits, achievement.text.traits),
    )
    return why.to_dict()


def no_good_match(
    record: Library,
    scored: Sequence[ScoredPair],
    pairs: Sequence[tuple[Candidate, PairFacts]],
    threshold: float,
) -> dict[str, Any] | None:
    """Why nothing is good. For a demand it includes the gaps; for an achievement they are in its reasons."""
    scores = [pair.score for pair in scored]
    if not isinstance(record, Demand) or not scores or max(scores) >= threshold:
        return explanation.no_good_match(scores, threshold)
    by_id = {facts[1].id: facts for _, facts in pairs}
    facts = [by_id[pair.achievement_id] for pair in scored]
    short = units_of(whole_text(facts_of(record))) < ENOUGH_UNITS
    return explanation.no_good_match(scores, threshold, find_gaps(scored, facts, short=short))


def to_add(
    record: Library,
    own: TextFeatures,
    scored: Sequence[ScoredPair],
    pairs: Sequence[tuple[Candidate, PairFacts]],
    good: bool,
    confidence: float | None,
    *,
    stored: bool,
) -> tuple[dict[str, str], ...]:
    """What the demand should add. What a confidential achievement states is not asked for.

    `confidence` that the list holds an answer; None, as for an achievement, asks for nothing.
    """
    if confidence is None:
        return ()
    facts = facts_of(record)
    assert isinstance(facts, DemandFacts)
    public = {
        candidate.facts.id: (candidate, both) for candidate, both in pairs if not candidate.confidential
    }
    considered = [
        Considered(pair, *public[pair.achievement_id][1], public[pair.achievement_id][0].text.traits)
        for pair in scored
        if pair.achievement_id in public
    ]
    found = additions(considered, facts, own.traits, good=good, confidence=confidence, in_a_form=stored)
    return tuple(asdict(one) for one in found)
