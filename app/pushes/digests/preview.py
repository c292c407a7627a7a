"""Preview of a manager's next digest, and why other pairs are not in it. Writes nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import ONE_DAY, working_day_from
from app.database import new_id, one_or_not_found
from app.libraries.managers.models import Manager
from app.libraries.record.enums import PublishMode
from app.libraries.summaries import ManagerSummary
from app.matching.facts.constraints import Violation
from app.pushes.digests.composition import ComposedDigest, DigestCandidate, compose
from app.pushes.digests.limits import limits_of, said_to_themselves, told_to_themselves
from app.pushes.digests.manager_digest import entries_of
from app.pushes.digests.schemas import LeftOut, PreviewItem, PreviewRead
from app.pushes.eligibility.facts import NO_RECENT_PUSHES, PushFacts
from app.pushes.eligibility.history import recent_pushes
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.rules import ABOUT_OWNERS, violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.models import PENDING, Push
from app.pushes.planning.plan import pairs_for_manager, plan_for_manager
from app.pushes.planning.rank_order import rank_key, rank_score
from app.pushes.policy import PairKey, Policy, current_policy
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.service import own_manager
from app.pushes.preferences.values import Preferences
from app.pushes.preferences.working_time import at
from app.pushes.recommender import Recommender
from app.services import Services

_LIST_RULES: Mapping[str, tuple[str, str]] = {
    "list_full": ("清单已满", "the digest is full"),
    "variety_demand": ("同一需求在清单中的条目已达上限", "the digest has enough entries of the same demand"),
    "variety_achievement": (
        "同一成果在清单中的条目已达上限",
        "the digest has enough entries of the same achievement",
    ),
    "variety_owner": ("同一单位在清单中的条目已达上限", "the digest has enough entries of the same owner"),
    "put_off": ("经理人已设为稍后处理", "the manager postponed it"),
    "not_recommended": (
        "经理人与该供需对契合度不足，或有更合适的经理人",
        "the manager does not fit the pair well enough, or others fit better",
    ),
}


class _LeftOutCounter:
    """Counts reasons by code, and keeps the first text of each; `to_themselves` in words for the manager."""

    def __init__(self, *, to_themselves: bool) -> None:
        self._counts: Counter[str] = Counter()
        self._to_themselves = to_themselves
        self._texts = {
            code: (said_to_themselves(code) if to_themselves else None) or words
            for code, words in _LIST_RULES.items()
        }

    def add(self, code: str) -> None:
        self._counts[code] += 1

    def add_rule(self, rule: Violation, facts: PushFacts) -> None:
        self._counts[rule.code] += 1
        if rule.code not in self._texts:
            self._texts[rule.code] = (
                told_to_themselves(rule, facts) if self._to_themselves else (rule.zh, rule.en)
            )

    def add_all(self, codes: Iterable[str]) -> None:
        self._counts.update(codes)

    def summary(self) -> list[LeftOut]:
        """The most frequent reason first."""
        return [
            LeftOut(code=code, zh=self._texts[code][0], en=self._texts[code][1], count=count)
            for code, count in self._counts.most_common()
        ]


def own_preview(session: Session, services: Services, *, principal: Principal) -> PreviewRead:
    """The next digest of the manager who asks.

    Raises:
        NotFound: the user has no record in the talent library yet.
    """
    require(principal, Action.PUSH_PREVIEW, own=True)
    return preview_list(
        session,
        services[Recommender],
        own_manager(principal),
        policy=current_policy(session, services),
        sees_confidential=principal.sees_everything,
    )


def preview_list(
    session: Session, recommender: Recommender, manager_id: UUID, *, policy: Policy, sees_confidential: bool
) -> PreviewRead:
    """The manager's next digest: their actionable pushes, and the pairs that would be pushed to them by then.

    Without `sees_confidential` (for managers themselves) a rule about the owner of a confidential record is counted as
    ``not_recommended``: otherwise managers could find out the owner by declaring one interest after another. What they
    read speaks to them.

    Raises:
        NotFound: no such manager.
    """
    manager = one_or_not_found(session, select(Manager).where(Manager.id == manager_id))
    keys = [pair.key for pair in pairs_for_manager(session, manager, policy=policy)]
    snapshot = load_snapshot(session, policy=policy, pairs=keys, manager_ids=[manager_id])
    preferences = snapshot.preferences[manager_id]
    day = _next_day(snapshot.day, preferences)
    cutoff = at(day, time(preferences.digest_hour))
    limits = limits_of(snapshot, manager_id)
    snapshot.recent[manager_id] = recent_pushes(session, [manager_id], day).get(manager_id, NO_RECENT_PUSHES)
    reasons = _LeftOutCounter(to_themselves=not sees_confidential)
    scores = _scores(session, recommender, manager, policy)
    waiting = entries_of(session, manager_id, cutoff=cutoff, moment=snapshot.moment)
    pending = {key for key in keys if snapshot.pushes.get(key, {}).get(manager_id) in PENDING}
    shown = {(entry.demand_id, entry.achievement_id) for entry in waiting}
    reasons.add_all("put_off" for _ in pending - shown)
    new_keys = [key for key in keys if key not in pending]
    hidden = set() if sees_confidential else _confidential(snapshot, new_keys)
    planned = _planned(snapshot, new_keys, manager_id, scores, reasons, hidden, moment=cutoff)
    digest = compose([*waiting, *planned], size=preferences.list_size)
    reasons.add_all(digest.left_out.values())
    return PreviewRead(
        manager=ManagerSummary(id=manager_id, number=manager.number, name=manager.title),
        day=day,
        items=_items(digest, _pushes(session, waiting), snapshot, scores, preferences),
        left_out=reasons.summary(),
        limits=limits,
    )


def _items(
    digest: ComposedDigest,
    pushes: Mapping[UUID, Push],
    snapshot: EligibilitySnapshot,
    scores: Mapping[PairKey, float],
    preferences: Preferences,
) -> list[PreviewItem]:
    immediate_score = preferences.immediate_score
    if immediate_score is None:
        immediate_score = snapshot.policy.immediate
    items = []
    for position, entry in enumerate(digest.in_order(), start=1):
        push = pushes.get(entry.id)
        key = (entry.demand_id, entry.achievement_id)
        pair_score = push.pair_score if push else snapshot.pairs[key].score
        is_immediate = preferences.frequency is Frequency.IMMEDIATE and pair_score >= immediate_score
        items.append(
            PreviewItem(
                position=position,
                push_id=push.id if push else None,
                demand_id=entry.demand_id,
                achievement_id=entry.achievement_id,
                pair_score=pair_score,
                rank_score=push.rank_score if push else rank_score(pair_score, scores[key]),
                new=entry.new,
                immediate=push is None and is_immediate,
            )
        )
    return items


def _scores(
    session: Session, recommender: Recommender, manager: Manager, policy: Policy
) -> dict[PairKey, float]:
    plans = plan_for_manager(session, recommender, manager, policy=policy)
    return {plan.key: plan.candidates[0].score for plan in plans}


def _pushes(session: Session, entries: Sequence[DigestCandidate]) -> dict[UUID, Push]:
    query = select(Push).where(Push.id.in_([entry.id for entry in entries]))
    return {push.id: push for push in session.scalars(query)}


def _confidential(snapshot: EligibilitySnapshot, keys: Sequence[PairKey]) -> set[PairKey]:
    """The pairs of which a record is confidential."""
    return {
        key
        for key in keys
        if PublishMode.CONFIDENTIAL
        in (snapshot.demands[key[0]].publish_mode, snapshot.achievements[key[1]].publish_mode)
    }


def _next_day(today: date, preferences: Preferences) -> date:
    tomorrow = today + ONE_DAY
    return tomorrow if preferences.on_days_off else working_day_from(tomorrow)


def _planned(
    snapshot: EligibilitySnapshot,
    keys: Sequence[PairKey],
    manager_id: UUID,
    scores: Mapping[PairKey, float],
    reasons: _LeftOutCounter,
    hidden: Collection[PairKey],
    *,
    moment: datetime,
) -> list[DigestCandidate]:
    """The pairs that the rules allow. Each counts against the caps of the next; reasons of the others are counted."""
    entries = []
    for key in keys:
        facts = snapshot.of(key, manager_id)
        broken = violations(facts)
        for rule in broken:
            if rule.code in ABOUT_OWNERS and key in hidden:
                reasons.add("not_recommended")
            else:
                reasons.add_rule(rule, facts)
        if broken:
            continue
        if key not in scores:
            reasons.add("not_recommended")
            continue
        snapshot.count_push(manager_id)
        owners = frozenset(
            {snapshot.demands[key[0]].owner_org_id, snapshot.achievements[key[1]].owner_org_id}
        )
        score = rank_score(snapshot.pairs[key].score, scores[key])
        pair_score = snapshot.pairs[key].score
        entries.append(
            DigestCandidate(new_id(), key[0], key[1], owners, rank_key(score, moment), score=pair_score)
        )
    return entries
