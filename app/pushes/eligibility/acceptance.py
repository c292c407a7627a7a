"""What the rules of acceptance read about pairs with managers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.clock import today
from app.engagements.lifecycle.deals import pairs_in_deal
from app.engagements.lifecycle.workload import open_engagement_counts
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts.loader import RuleFacts, load_manager_facts, load_rule_facts
from app.pushes.eligibility.facts import PairEligibility, PushFacts
from app.pushes.eligibility.owner_refusals import pairs_refused_by_owner
from app.pushes.eligibility.rows import pairs_by_key, rows_by_id, scores_of
from app.pushes.eligibility.snapshot import pair_of
from app.pushes.policy import PairKey, RepushPolicy


@dataclass(frozen=True, slots=True)
class LoadedRecords:
    """Records by their ids."""

    demands: Mapping[UUID, Demand]
    achievements: Mapping[UUID, Achievement]


def load_acceptance_facts(
    session: Session,
    wanted: Collection[tuple[PairKey, UUID]],
    *,
    repush: RepushPolicy,
    records: LoadedRecords | None = None,
    lock: bool = False,
) -> dict[tuple[PairKey, UUID], PushFacts]:
    """What `acceptance_violations` reads about these pairs with these managers; with `lock`, under the locks of
    `load_snapshot` and in their order.

    The facts that only other rules read are left at their defaults. `records` are the pairs' own, if the caller, who
    wants no lock, has read them already.
    """
    keys = {key for key, _ in wanted}
    if records is None:
        records = LoadedRecords(
            rows_by_id(session, Demand, {key[0] for key in keys}, lock),
            rows_by_id(session, Achievement, {key[1] for key in keys}, lock),
        )
    managers = rows_by_id(session, Manager, {manager_id for _, manager_id in wanted}, lock)
    day = today()
    facts = load_rule_facts(
        session,
        demands={id_: records.demands[id_] for id_, _ in keys}.values(),
        achievements={id_: records.achievements[id_] for _, id_ in keys}.values(),
        managers=load_manager_facts(
            session, managers.values(), open_load=open_engagement_counts(session, managers), today=day
        ),
    )
    pairs = _acceptable_pairs(session, keys, records, facts, repush, day)
    return {
        (key, manager_id): PushFacts(
            pair=pairs[key],
            manager=facts.managers[manager_id],
            manager_state=managers[manager_id].state,
            manager_valid_until=managers[manager_id].valid_until,
        )
        for key, manager_id in wanted
    }


def _acceptable_pairs(
    session: Session,
    keys: Collection[PairKey],
    records: LoadedRecords,
    facts: RuleFacts,
    repush: RepushPolicy,
    day: date,
) -> dict[PairKey, PairEligibility]:
    demands, achievements = {key[0] for key in keys}, {key[1] for key in keys}
    refused = pairs_refused_by_owner(
        session, keys, repush, scores=lambda: scores_of(pairs_by_key(session, demands, achievements))
    )
    deals = pairs_in_deal(session, demands, achievements)
    return {
        key: replace(
            pair_of(records.demands[key[0]], records.achievements[key[1]], facts, day),
            owner_refused=key in refused,
            deal=deals.get(key),
        )
        for key in keys
    }
