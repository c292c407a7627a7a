"""What a manager's next list would be, and why other pairs are not on it. Nothing is written."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import new_id
from app.errors import NotFound
from app.libraries.managers.models import Manager
from app.libraries.record.enums import PublishMode
from app.libraries.summaries import ManagerSummary
from app.pushes.digests.composition import DigestCandidate, compose
from app.pushes.digests.manager_digest import entries_of
from app.pushes.digests.schemas import LeftOut, PreviewItem, PreviewRead
from app.pushes.eligibility.attempts import recent_pushes
from app.pushes.eligibility.facts import NO_RECENT_PUSHES
from app.pushes.eligibility.rules import violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot, load_snapshot
from app.pushes.models import PENDING, Push
from app.pushes.planning.pair_plan import Recommender
from app.pushes.planning.plan import pairs_for_manager, plan_for_manager
from app.pushes.planning.ranking import rank_key, rank_score
from app.pushes.policy import PairKey, Policy
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.service import Preferences
from app.pushes.preferences.working_time import ONE_DAY, at, working_day_from

CONFLICT = "conflict_of_interest"

_LIST_RULES: Mapping[str, tuple[str, str]] = {
    "list_full": ("清单已满", "the list is full"),
    "variety_demand": ("同一需求在清单中已有足够条目", "the list has enough entries of the same demand"),
    "variety_achievement": (
        "同一成果在清单中已有足够条目",
        "the list has enough entries of the same achievement",
    ),
    "variety_owner": ("同一单位在清单中已有足够条目", "the list has enough entries of the same owner"),
    "put_off": ("经理人已设为稍后处理", "the manager put it off"),
    "not_recommended": (
        "经理人与该供需对不够契合",
        "the manager does not fit the pair well enough, or others fit better",
    ),
}


class _Reasons:
    """Counts codes, and keeps the words of each as first told."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._words = dict(_LIST_RULES)

    def add(self, code: str, words: tuple[str, str] | None = None) -> None:
        self._counts[code] += 1
        if words is not None:
            self._words.setdefault(code, words)

    def add_all(self, codes: Iterable[str]) -> None:
        self._counts.update(codes)

    def told(self) -> list[LeftOut]:
        return [
            LeftOut(code=code, zh=self._words[code][0], en=self._words[code][1], count=count)
            for code, count in self._counts.most_common()
        ]


def preview_list(
    session: Session,
    recommender: Recommender,
    manager_id: UUID,
    *,
    policy: Policy,
    tells_all: bool,
) -> PreviewRead:
    """The list of the next day on which he gets one: what waits, and what would be pushed to the manager by then.

    Without `tells_all` (for the manager himself) a conflict of interest with the owner of a confidential record is not
    counted as one: by declaring interests one after the other he would find out who that owner is.

    Raises:
        NotFound: there is no such manager.
    """
    manager = session.get(Manager, manager_id)
    if manager is None:
        raise NotFound()
    pairs = pairs_for_manager(session, manager, policy=policy)
    keys = [(pair.demand_id, pair.achievement_id) for pair in pairs]
    standing = load_snapshot(session, policy=policy, pairs=keys, manager_ids=[manager_id])
    wishes = standing.preferences[manager_id]
    day = _next_day(standing.day, wishes)
    cutoff = at(day, time(wishes.digest_hour))
    standing.recent[manager_id] = recent_pushes(session, [manager_id], day).get(manager_id, NO_RECENT_PUSHES)
    reasons = _Reasons()
    scores = _scores(session, recommender, manager, policy)
    waiting = entries_of(session, manager_id, cutoff=cutoff, moment=standing.moment)
    known = _pushes(session, waiting)
    held = {key for key in keys if standing.pushes.get(key, {}).get(manager_id) in PENDING}
    reasons.add_all("put_off" for _ in held - {(entry.demand_id, entry.achievement_id) for entry in waiting})
    fresh = [key for key in keys if key not in held]
    veiled = set() if tells_all else {key for key in fresh if _is_confidential(standing, key)}
    planned = _planned(standing, fresh, manager_id, scores, reasons, veiled, moment=cutoff)
    composed = compose([*waiting, *planned], size=wishes.list_size)
    reasons.add_all(composed.left_out.values())
    least = wishes.immediate_score if wishes.immediate_score is not None else policy.immediate

    def item(position: int, entry: DigestCandidate) -> PreviewItem:
        push = known.get(entry.id)
        key = (entry.demand_id, entry.achievement_id)
        pair_score = push.pair_score if push else standing.pairs[key].score
        return PreviewItem(
            position=position,
            push_id=push.id if push else None,
            demand_id=key[0],
            achievement_id=key[1],
            pair_score=pair_score,
            rank_score=push.rank_score if push else rank_score(pair_score, scores[key]),
            new=entry.new,
            immediate=push is None and wishes.frequency is Frequency.IMMEDIATE and pair_score >= least,
        )

    return PreviewRead(
        manager=ManagerSummary(id=manager.id, number=manager.number, name=manager.title),
        day=day,
        items=[item(place, entry) for place, entry in enumerate(composed.entries, start=1)],
        left_out=reasons.told(),
    )


def _scores(
    session: Session, recommender: Recommender, manager: Manager, policy: Policy
) -> dict[PairKey, float]:
    plans = plan_for_manager(session, recommender, manager, policy=policy)
    return {plan.key: plan.candidates[0].score for plan in plans}


def _pushes(session: Session, entries: Sequence[DigestCandidate]) -> dict[UUID, Push]:
    query = select(Push).where(Push.id.in_([entry.id for entry in entries]))
    return {push.id: push for push in session.scalars(query)}


def _is_confidential(standing: EligibilitySnapshot, key: PairKey) -> bool:
    records = (standing.demands[key[0]], standing.achievements[key[1]])
    return any(record.publish_mode == PublishMode.CONFIDENTIAL for record in records)


def _next_day(today: date, wishes: Preferences) -> date:
    tomorrow = today + ONE_DAY
    return tomorrow if wishes.on_days_off else working_day_from(tomorrow)


def _planned(
    standing: EligibilitySnapshot,
    keys: Sequence[PairKey],
    manager_id: UUID,
    scores: Mapping[PairKey, float],
    reasons: _Reasons,
    veiled: Collection[PairKey],
    *,
    moment: datetime,
) -> list[DigestCandidate]:
    """The pairs that the rules would let through, the caps counted on the way; reasons of the others are added."""
    entries = []
    for key in keys:
        broken = violations(standing.of(key, manager_id))
        for rule in broken:
            if rule.code == CONFLICT and key in veiled:
                reasons.add("not_recommended")
            else:
                reasons.add(rule.code, (rule.zh, rule.en))
        if broken:
            continue
        if key not in scores:
            reasons.add("not_recommended")
            continue
        standing.recent[manager_id] = standing.recent[manager_id].one_more()
        standing.pending[manager_id] += 1
        owners = frozenset(
            {standing.demands[key[0]].owner_org_id, standing.achievements[key[1]].owner_org_id}
        )
        score = rank_score(standing.pairs[key].score, scores[key])
        entries.append(DigestCandidate(new_id(), key[0], key[1], owners, rank_key(score, moment)))
    return entries
