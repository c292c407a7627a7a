"""Recommendation of managers for a pair: loads managers, their records and conflicts, and scores them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.accounts.organisations.groups import Families, family_of
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.candidates.loader import stored_text_features
from app.matching.embedding.vector_store import chunks
from app.matching.facts.hidden_owners import noticeable_conflict
from app.matching.facts.loader import load_manager_facts, organisations_in
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.index import IndexFilter, VectorIndex
from app.matching.managers.features import EncodedManager
from app.matching.managers.score import FindConflict, ScoredManager, rank_managers
from app.matching.managers.track_records import PushHistory, Tally, above_the_mean
from app.matching.ranking.similarity import TextFeatures
from app.matching.results import ManagerRecommendation
from app.matching.text.bm25 import CorpusStats

OpenLoad = Callable[[Session, Collection[UUID]], Mapping[UUID, int]]
PushHistories = Callable[[Session, Collection[UUID]], Mapping[UUID, PushHistory]]
Outcomes = Callable[[Session, Collection[UUID]], Mapping[UUID, Tally]]

# Number of managers nearest to either side of the pair; field, region and track record decide among them.
CANDIDATES = 200


Unwilling = Callable[[Session, Collection[UUID], DemandFacts, AchievementFacts], Collection[UUID]]
VerifiedCertificates = Callable[[Session, Collection[UUID]], Mapping[UUID, str]]


def _all_willing(
    _: Session, __: Collection[UUID], ___: DemandFacts, ____: AchievementFacts
) -> Collection[UUID]:
    return ()


def _nothing_known(_: Session, __: Collection[UUID]) -> Mapping[UUID, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class ManagerLookups:
    """Look-ups into packages above matching, passed in as functions. A missing key means no history or outcome.

    `outcomes` counts engagements that led to a contract and those that ended without one. `newcomer_share` (0–1) is the
    reserved share of slots. `pending` counts pushes without an answer, of which `pending_per_slot` are allowed for each
    free slot (None: any number). `verified_certificates` gives the highest level that the bureau has verified; without
    it, what managers declare counts in full. `unwilling` are those who have chosen not to receive such pairs.
    """

    open_load: OpenLoad = _nothing_known
    histories: PushHistories = _nothing_known
    outcomes: Outcomes = _nothing_known
    newcomer_share: float = 0.0
    pending: OpenLoad = _nothing_known
    verified_certificates: VerifiedCertificates | None = None
    pending_per_slot: int | None = None
    unwilling: Unwilling = _all_willing


@dataclass(frozen=True, slots=True)
class PairToBroker:
    """Both sides of a pair, as facts and text features."""

    demand: DemandFacts
    achievement: AchievementFacts
    demand_text: TextFeatures
    achievement_text: TextFeatures


@dataclass(frozen=True, slots=True)
class _KnownManagers:
    """What is read of the managers whom any of the pairs may be recommended to."""

    records: Mapping[UUID, Manager]
    facts: Mapping[UUID, ManagerFacts]
    texts: Mapping[UUID, TextFeatures]
    histories: Mapping[UUID, PushHistory]
    outcomes: Mapping[UUID, Tally]
    verified: Mapping[UUID, str] | None
    inbox_limits: Mapping[UUID, int]

    def sides(self, ids: Sequence[UUID]) -> list[EncodedManager]:
        """Those of the managers who are known; answers and outcomes are compared with the mean of these."""
        here = [id_ for id_ in ids if id_ in self.texts]
        histories = {id_: self.histories[id_] for id_ in here if id_ in self.histories}
        acceptance = above_the_mean({id_: history.answers for id_, history in histories.items()})
        success = above_the_mean({id_: self.outcomes[id_] for id_ in here if id_ in self.outcomes})
        return [
            EncodedManager(
                facts=self.facts[id_],
                vector=self.texts[id_].vector,
                sentences=np.asarray(self.texts[id_].sentences, np.float32),
                acceptance=acceptance.get(id_, 0.0),
                success=success.get(id_, 0.0),
                # Not the computed tier: only a published round makes it known, and everybody reads these reasons.
                tier=self.records[id_].recognised_tier,
                is_new=histories.get(id_, PushHistory()).is_new,
                verified_certificate=None if self.verified is None else self.verified.get(id_, "none"),
            )
            for id_ in here
        ]


def managers_for_pairs(
    session: Session,
    pairs: Sequence[PairToBroker],
    *,
    index: VectorIndex,
    stats: CorpusStats,
    lookups: ManagerLookups,
    limit: int,
    today: date,
    find_conflict: FindConflict = noticeable_conflict,
    for_reader: bool = False,
) -> list[list[ManagerRecommendation]]:
    """For each pair at most `limit` managers: the recommended ones first, then those with a conflict or without a free
    slot, each group by score.

    What the pairs have in common is read once. `find_conflict` as for `rank_managers`. `for_reader` tells those who do
    not want such pairs; planning asks their preferences itself, with reasons. Some slots of the first group may be
    reserved for newcomers (see `with_newcomers`).
    """
    if not pairs:
        return []
    nearest = [_nearest(session, index, pair, today=today) for pair in pairs]
    ids = list(dict.fromkeys(id_ for of_pair in nearest for id_ in of_pair))
    known = _known_managers(session, ids, lookups, model_id=index.model_id, today=today)
    families = _families(session, pairs, known.facts.values())
    found = []
    for pair, near in zip(pairs, nearest, strict=True):
        sides = known.sides(near)
        ranked = rank_managers(
            (pair.demand, pair.demand_text),
            (pair.achievement, pair.achievement_text),
            sides,
            stats=stats,
            today=today,
            org_family=families,
            newcomer_share=lookups.newcomer_share,
            find_conflict=find_conflict,
        )
        here = [UUID(side.facts.id) for side in sides]
        unwilling = (
            set(lookups.unwilling(session, here, pair.demand, pair.achievement)) if for_reader else set()
        )
        recommendations = [
            _recommendation(
                scored,
                known.inbox_limits.get(UUID(scored.manager_id)),
                unwilling=UUID(scored.manager_id) in unwilling,
            )
            for scored in ranked
        ]
        # A manager whose inbox is full, or who does not want the pair, receives no push: they come after those who may.
        found.append(sorted(recommendations, key=lambda one: not one.recommended)[:limit])
    return found


def _nearest(session: Session, index: VectorIndex, pair: PairToBroker, *, today: date) -> list[UUID]:
    found = index.search(
        session,
        np.stack([pair.demand_text.vector, pair.achievement_text.vector]),
        CANDIDATES,
        IndexFilter(kind=RecordKind.MANAGER, valid_on=today),
    )
    return [hit.record_id for hit in found]


def _known_managers(
    session: Session, ids: Sequence[UUID], lookups: ManagerLookups, *, model_id: str, today: date
) -> _KnownManagers:
    records = _published_managers(session, ids)
    here = list(records)
    load = lookups.open_load(session, here)
    facts = load_manager_facts(session, list(records.values()), open_load=load, today=today)
    return _KnownManagers(
        records=records,
        facts=facts,
        texts=stored_text_features(session, model_id, here),
        histories=lookups.histories(session, here),
        outcomes=lookups.outcomes(session, here),
        verified=lookups.verified_certificates(session, here) if lookups.verified_certificates else None,
        inbox_limits=_limits_of_full_inboxes(session, facts, lookups),
    )


def _limits_of_full_inboxes(
    session: Session, managers: Mapping[UUID, ManagerFacts], lookups: ManagerLookups
) -> dict[UUID, int]:
    """Manager → limit of their pending pushes, for those who have reached it (the push rule ``manager_inbox_full``)."""
    if lookups.pending_per_slot is None:
        return {}
    pending = lookups.pending(session, list(managers))
    limits = {
        id_: lookups.pending_per_slot * max(1, facts.capacity - facts.open_load)
        for id_, facts in managers.items()
    }
    return {id_: limit for id_, limit in limits.items() if pending.get(id_, 0) >= limit}


def _published_managers(session: Session, ids: Sequence[UUID]) -> dict[UUID, Manager]:
    query = (
        select(Manager)
        .join(Organisation, Organisation.id == Manager.owner_org_id)
        # Self-registered managers must not take the slots of managers whom the bureau has verified.
        .where(Manager.state == RecordState.PUBLISHED, Organisation.trusted)
    )
    return {
        manager.id: manager
        for some in chunks(ids)
        for manager in session.scalars(query.where(Manager.id.in_(some)))
        if manager.accepts_pushes
    }


def _families(
    session: Session, pairs: Sequence[PairToBroker], managers: Collection[ManagerFacts]
) -> Families:
    """Organisation → head of its family, for all organisations that may be in conflict."""
    demands, achievements = [pair.demand for pair in pairs], [pair.achievement for pair in pairs]
    return family_of(session, organisations_in(demands, achievements, managers))


def _recommendation(
    scored: ScoredManager, inbox_limit: int | None, *, unwilling: bool
) -> ManagerRecommendation:
    """`inbox_limit` is the number of pending pushes that fills their inbox; None if it is not full."""
    zh, en = scored.reasons_zh, scored.reasons_en
    if inbox_limit is not None:
        zh = (f"待答复的推送已达上限 {inbox_limit} 条", *zh)
        en = (f"has {inbox_limit} pushes to answer, the maximum", *en)
    if unwilling:
        zh, en = ("暂不接收此类供需对的推送", *zh), ("does not receive pushes of such pairs at present", *en)
    reasons: dict[str, Any] = {
        "one_line_zh": "；".join(zh) or "专长与该供需对相近",
        "one_line_en": "; ".join(en) or "expertise near to this pair",
        "zh": list(zh),
        "en": list(en),
        "best_work": scored.best_work,
        "put_forward": scored.put_forward,
        "verified": dict(scored.verified),
        "contributions": {name: round(value, 4) for name, value in scored.contributions.items()},
    }
    return ManagerRecommendation(
        manager_id=UUID(scored.manager_id),
        score=scored.score,
        recommended=scored.recommended and inbox_limit is None and not unwilling,
        conflict=asdict(scored.conflict) if scored.conflict else None,
        full=scored.full or inbox_limit is not None,
        reasons=reasons,
    )
