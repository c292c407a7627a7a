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


def managers_for(
    session: Session,
    pair: PairToBroker,
    *,
    index: VectorIndex,
    stats: CorpusStats,
    lookups: ManagerLookups,
    limit: int,
    today: date,
    find_conflict: FindConflict = noticeable_conflict,
    for_reader: bool = False,
) -> list[ManagerRecommendation]:
    """Recommended managers first, then those with a conflict or without a free slot, each group by score.

    `find_conflict` as for `rank_managers`. `for_reader` tells those who do not want such pairs; planning asks their
    preferences itself, with reasons. Some slots of the first group may be reserved for newcomers (see
    `with_newcomers`).
    """
    nearest = index.search(
        session,
        np.stack([pair.demand_text.vector, pair.achievement_text.vector]),
        CANDIDATES,
        IndexFilter(kind=RecordKind.MANAGER, valid_on=today),
    )
    records = _published_managers(session, [hit.record_id for hit in nearest])
    sides = _sides(session, records, lookups, model_id=index.model_id, today=today)
    ranked = rank_managers(
        (pair.demand, pair.demand_text),
        (pair.achievement, pair.achievement_text),
        sides,
        stats=stats,
        today=today,
        org_family=_family(session, pair, [side.facts for side in sides]),
        newcomer_share=lookups.newcomer_share,
        find_conflict=find_conflict,
    )
    full = _full_inboxes(session, [side.facts for side in sides], lookups)
    ids = [UUID(side.facts.id) for side in sides]
    unwilling = set(lookups.unwilling(session, ids, pair.demand, pair.achievement)) if for_reader else set()
    found = [
        _recommendation(scored, full.get(scored.manager_id), unwilling=UUID(scored.manager_id) in unwilling)
        for scored in ranked
    ]
    # A manager whose inbox is full, or who does not want the pair, receives no push: they come after those who may.
    return sorted(found, key=lambda one: not one.recommended)[:limit]


def _full_inboxes(
    session: Session, managers: Sequence[ManagerFacts], lookups: ManagerLookups
) -> dict[str, int]:
    """Manager → limit of their pending pushes, for those who have reached it (the push rule ``manager_inbox_full``)."""
    if lookups.pending_per_slot is None:
        return {}
    pending = lookups.pending(session, [UUID(facts.id) for facts in managers])
    limits = {
        facts.id: lookups.pending_per_slot * max(1, facts.capacity - facts.open_load) for facts in managers
    }
    return {id_: limit for id_, limit in limits.items() if pending.get(UUID(id_), 0) >= limit}


def _sides(
    session: Session,
    records: Mapping[UUID, Manager],
    lookups: ManagerLookups,
    *,
    model_id: str,
    today: date,
) -> list[EncodedManager]:
    ids = list(records)
    load = lookups.open_load(session, ids)
    histories = lookups.histories(session, ids)
    acceptance = above_the_mean({id_: history.answers for id_, history in histories.items()})
    success = above_the_mean(lookups.outcomes(session, ids))
    verified = lookups.verified_certificates(session, ids) if lookups.verified_certificates else None
    facts = load_manager_facts(session, list(records.values()), open_load=load, today=today)
    return [
        EncodedManager(
            facts=facts[id_],
            vector=text.vector,
            sentences=np.asarray(text.sentences, np.float32),
            acceptance=acceptance.get(id_, 0.0),
            success=success.get(id_, 0.0),
            # Not the computed tier: only a published round makes it known, and everybody reads these reasons.
            tier=records[id_].recognised_tier,
            is_new=histories.get(id_, PushHistory()).is_new,
            verified_certificate=None if verified is None else verified.get(id_, "none"),
        )
        for id_, text in stored_text_features(session, model_id, ids).items()
    ]


def _published_managers(session: Session, ids: Sequence[UUID]) -> dict[UUID, Manager]:
    query = (
        select(Manager)
        .join(Organisation, Organisation.id == Manager.owner_org_id)
        # Self-registered managers must not take the slots of managers whom the bureau has verified.
        .where(Manager.id.in_(ids), Manager.state == RecordState.PUBLISHED, Organisation.trusted)
    )
    return {manager.id: manager for manager in session.scalars(query) if manager.accepts_pushes}


def _family(session: Session, pair: PairToBroker, managers: Collection[ManagerFacts]) -> Families:
    """Organisation → head of its family, for all organisations that may be in conflict."""
    return family_of(session, organisations_in([pair.demand], [pair.achievement], managers))


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
