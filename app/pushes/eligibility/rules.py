"""The one rule engine of pushing: may this pair be pushed to this manager, now?

Pure: the planner asks it before it writes, a live push is held against it whenever a record changes, and accepting
asks it again. What is forbidden is said with a code and both languages, so that an operator can see why not.
"""

from collections.abc import Iterable

from app.libraries.record.enums import RecordState
from app.matching.facts.conflicts_of_interest import find_conflict_of_interest
from app.matching.facts.constraints import Violation, hard_constraints
from app.pushes.eligibility.facts import PairEligibility, PushFacts
from app.pushes.models import PushState


def violations(facts: PushFacts) -> list[Violation]:
    """Every rule against a new push; empty means it may be written."""
    return [
        *_score_rules(facts.pair, unranked_is_wrong=True),
        *_pair_rules(facts.pair),
        *_owner_rules(facts.pair),
        *_manager_rules(facts),
        *refusals(facts),
        *_new_push_rules(facts),
    ]


def pending_violations(facts: PushFacts) -> list[Violation]:
    """Every rule against a push that waits in an inbox; the first is the reason for which it is cancelled.

    That the manager is full, or wants no more pushes, does not take away what was sent. A pair without a score ends
    only where a new ranking left it out; where better pairs crowded it out of a list it stays.
    """
    return [
        *_pair_rules(facts.pair),
        *_standing_rules(facts),
        *_score_rules(facts.pair, unranked_is_wrong=facts.pair.ranked_fully),
    ]


def acceptance_violations(facts: PushFacts) -> list[Violation]:
    """Every rule against taking the push up; a score that fell since does not matter to who wants to take it."""
    return [*_pair_rules(facts.pair), *_standing_rules(facts), *_capacity_rules(facts)]


def refusals(facts: PushFacts) -> list[Violation]:
    """The rules of `violations` that come from the manager's wishes and from what he was given already."""
    return [*_wish_rules(facts), *_cap_rules(facts), *_waiting_rules(facts)]


def _score_rules(pair: PairEligibility, *, unranked_is_wrong: bool) -> Iterable[Violation]:
    if pair.score is None:
        if unranked_is_wrong:
            yield Violation(
                "pair_not_ranked", "该供需对不在匹配结果中", "the pair is not among the ranked ones"
            )
    elif pair.score < pair.threshold:
        yield Violation(
            "pair_below_threshold", "匹配分低于推送阈值", "the pair's score is below the threshold for pushes"
        )


def _pair_rules(pair: PairEligibility) -> list[Violation]:
    return hard_constraints(
        pair.demand,
        pair.achievement,
        today=pair.today,
        org_family=pair.org_family,
        demand_state=pair.demand_state,
        achievement_state=pair.achievement_state,
        demand_valid_until=pair.demand_valid_until,
        achievement_valid_until=pair.achievement_valid_until,
    )


def _owner_rules(pair: PairEligibility) -> Iterable[Violation]:
    """What was sent before the owner said so stays: its manager may have reasons to speak to him all the same."""
    if pair.owner_refused:
        yield Violation(
            "owner_not_interested",
            "供需一方已表示对此匹配无意向",
            "an owner is not interested in this match",
        )


def _standing_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.manager_state != RecordState.PUBLISHED:
        yield Violation("manager_not_published", "技术经理人未发布", "the manager is not published")
    if facts.manager_valid_until is not None and facts.manager_valid_until < facts.pair.today:
        yield Violation("manager_expired", "技术经理人信息已过有效期", "the manager's record has expired")
    found = find_conflict_of_interest(
        facts.manager, facts.pair.demand, facts.pair.achievement, facts.pair.org_family
    )
    if found is not None:
        yield Violation("conflict_of_interest", found.zh, found.en)


def _capacity_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.manager.open_load >= facts.manager.capacity:
        yield Violation(
            "manager_full",
            f"在办对接已达上限 {facts.manager.capacity} 个",
            f"the manager's open engagements have reached the capacity of {facts.manager.capacity}",
        )


def _manager_rules(facts: PushFacts) -> Iterable[Violation]:
    yield from _standing_rules(facts)
    if not facts.trusted:
        yield Violation(
            "manager_not_verified",
            "技术经理人所在单位未经主管部门核验",
            "the manager's organisation is not verified by the bureau",
        )
    if not facts.accepts_pushes:
        yield Violation(
            "manager_not_accepting", "技术经理人暂不接收推送", "the manager accepts no pushes at present"
        )
    yield from _capacity_rules(facts)


def _wish_rules(facts: PushFacts) -> Iterable[Violation]:
    """What the manager does not want to be sent; it takes nothing away that was sent before he said so."""
    pair, preferences = facts.pair, facts.preferences
    sides = (pair.demand, pair.achievement)
    if not preferences.want_fields([code for side in sides for code in side.fields]):
        yield Violation(
            "preference_field",
            "不在该经理人关注的领域内",
            "the pair is not in a field that the manager wants",
        )
    if not preferences.want_regions([side.region for side in sides if side.region]):
        yield Violation(
            "preference_region",
            "不在该经理人关注的地区内",
            "no party sits in a region that the manager wants",
        )
    if not preferences.want_languages({side.language for side in sides}):
        yield Violation(
            "preference_language",
            "供需双方的语言不在该经理人的工作语言内",
            "the pair needs a language in which the manager does not want to work",
        )
    if (
        preferences.minimum_score is not None
        and pair.score is not None
        and pair.score < preferences.minimum_score
    ):
        yield Violation(
            "preference_score",
            "匹配分低于该经理人设定的最低分",
            "the pair's score is below the manager's own minimum",
        )


def _cap_rules(facts: PushFacts) -> Iterable[Violation]:
    preferences = facts.preferences
    per_day = min(facts.per_day, preferences.per_day or facts.per_day)
    per_week = min(facts.per_week, preferences.per_week or facts.per_week)
    if facts.recent.day >= per_day:
        yield Violation(
            "manager_day_cap",
            f"该经理人当日推送已达上限 {per_day} 条",
            f"the manager got {per_day} pushes today, the most for a day",
        )
    if facts.recent.week >= per_week:
        yield Violation(
            "manager_week_cap",
            f"该经理人七日内推送已达上限 {per_week} 条",
            f"the manager got {per_week} pushes in seven days, the most for a week",
        )


def _waiting_rules(facts: PushFacts) -> Iterable[Violation]:
    """More than he could take up even if he declined most of them; what waits when he takes one up stays."""
    most = facts.pending_per_slot * max(1, facts.manager.capacity - facts.manager.open_load)
    if facts.pending >= most:
        yield Violation(
            "manager_inbox_full",
            f"待该经理人答复的推送已达上限 {most} 条",
            f"{most} pushes wait for the manager's answer, the most for the places that he has free",
        )


def _new_push_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.may_repush:
        pass
    elif facts.earlier is PushState.DECLINED:
        yield Violation(
            "declined_before", "该技术经理人已谢绝此供需对", "the manager declined this pair before"
        )
    elif facts.earlier is not None:
        yield Violation(
            "pushed_before", "此供需对已推送给该技术经理人", "the pair was pushed to this manager before"
        )
    if facts.pair.occupied >= facts.pair.slots:
        yield Violation(
            "pair_has_enough",
            f"此供需对已有 {facts.pair.slots} 个推送",
            f"the pair already has {facts.pair.slots} pushes",
        )
