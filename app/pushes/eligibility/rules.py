"""The eligibility rules: may this pair be pushed to this manager now?

Pure functions. The planner checks them before it writes, pending pushes are checked whenever a record changes, and an
acceptance checks them again. Each violation has a code and a text in both languages, so that operators see the reason.
"""

from collections.abc import Iterable, Sequence

from app.engagements.lifecycle.deals import Deal
from app.libraries.record.enums import RecordState
from app.matching.facts.constraints import Violation, hard_constraints
from app.matching.facts.hidden_owners import noticeable_conflict, noticeable_families, noticeable_pair
from app.pushes.eligibility.facts import PairEligibility, PushFacts
from app.pushes.models import PushState

PAIR_IN_DEAL = "pair_in_deal"
PAIR_CONCLUDED = "pair_concluded"
OWNER_NOT_INTERESTED = "owner_not_interested"
MANAGER_SUSPENDED = "manager_suspended"
MANAGER_LEFT = "manager_left"
DEALS = frozenset({PAIR_IN_DEAL, PAIR_CONCLUDED})
POSSIBLE_CONFLICT = "possible_conflict"
ABOUT_OWNERS = frozenset(
    {
        "conflict_of_interest",
        POSSIBLE_CONFLICT,
        "excluded_org",
        "possibly_excluded",
        "same_owner",
        "same_family",
    }
)
"""Rules whose violation tells something of the owners."""
NOT_ELIGIBLE = "not_eligible"
"""The code of each of them for those who do not know a hidden owner."""


def as_told(rules: Sequence[Violation], pair: PairEligibility) -> list[Violation]:
    """The violations as a manager may read them: with a hidden owner, the rules about owners have one word."""
    if not (pair.demand.owner_hidden or pair.achievement.owner_hidden):
        return list(rules)
    return [_NOT_ELIGIBLE if rule.code in ABOUT_OWNERS else rule for rule in rules]


_NOT_ELIGIBLE = Violation(
    NOT_ELIGIBLE, "此供需对已不符合推送条件", "the pair no longer meets the conditions for a push"
)


def violations(facts: PushFacts) -> list[Violation]:
    """Every rule that a new push would violate; empty if it may be written."""
    return [
        *_score_rules(facts.pair, must_be_ranked=True),
        *_pair_rules(facts.pair, with_exclusions=True),
        *_outcome_rules(facts.pair),
        *_manager_rules(facts),
        *refusals(facts),
        *_new_push_rules(facts),
    ]


def planning_violations(facts: PushFacts) -> list[Violation]:
    """The rules of `violations` about the pair and the manager. The planner counts slots and earlier pushes itself."""
    return [
        *_pair_rules(facts.pair, with_exclusions=True),
        *_outcome_rules(facts.pair),
        *_manager_rules(facts),
        *refusals(facts),
    ]


def pending_violations(facts: PushFacts) -> list[Violation]:
    """Every rule that a pending push violates; the first is the reason for which it is cancelled.

    Capacity and preferences of the manager do not cancel pending pushes. A pair without a score is cancelled only if a
    complete ranking left it out; it stays if better pairs displaced it from a list of limited length.
    """
    return [
        *_pair_rules(facts.pair),
        *_outcome_rules(facts.pair),
        *_manager_record_rules(facts),
        *_score_rules(facts.pair, must_be_ranked=facts.pair.ranked_fully),
    ]


def acceptance_violations(facts: PushFacts) -> list[Violation]:
    """Every rule that an acceptance would violate. A score that fell since the push does not prevent it."""
    return [
        *_pair_rules(facts.pair),
        *_outcome_rules(facts.pair),
        *_manager_record_rules(facts),
        *_capacity_rules(facts),
    ]


def refusals(facts: PushFacts) -> list[Violation]:
    """The rules of `violations` about the manager's preferences and the pushes that they already received."""
    return [*_preference_rules(facts), *_cap_rules(facts), *_pending_rules(facts)]


def _score_rules(pair: PairEligibility, *, must_be_ranked: bool) -> Iterable[Violation]:
    if pair.score is None:
        if must_be_ranked:
            yield Violation("pair_not_ranked", "该供需对不在匹配结果中", "the pair is not a current match")
    elif pair.score < pair.threshold:
        yield Violation(
            "pair_below_threshold", "匹配分低于推送阈值", "the pair's score is below the push threshold"
        )


def _pair_rules(pair: PairEligibility, *, with_exclusions: bool = False) -> list[Violation]:
    """`with_exclusions`: a new push that is not written is noticed by nobody; one that ends is."""
    return hard_constraints(
        *noticeable_pair(pair.demand, pair.achievement, with_exclusions=with_exclusions),
        today=pair.today,
        org_family=noticeable_families(pair.demand, pair.achievement, pair.org_family),
        demand_state=pair.demand_state,
        achievement_state=pair.achievement_state,
        demand_valid_until=pair.demand_valid_until,
        achievement_valid_until=pair.achievement_valid_until,
    )


def _outcome_rules(pair: PairEligibility) -> Iterable[Violation]:
    """What has become of the pair already: no manager should call owners who are done with it."""
    if pair.deal is Deal.CONCLUDED:
        yield Violation(
            PAIR_CONCLUDED, "此供需对已签订技术合同", "a contract has been concluded for this pair"
        )
    elif pair.deal is Deal.RUNNING:
        yield Violation(
            PAIR_IN_DEAL, "此供需对已由其他经理人对接", "another manager is already brokering this pair"
        )
    if pair.owner_refused:
        yield Violation(
            OWNER_NOT_INTERESTED,
            "供需一方已答复对此匹配无意向",
            "an owner is not interested in this match",
        )


def _manager_record_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.manager_state != RecordState.PUBLISHED:
        yield Violation(
            "manager_not_published", "技术经理人的记录未发布", "the manager's record is not published"
        )
    if facts.manager_valid_until is not None and facts.manager_valid_until < facts.pair.today:
        yield Violation("manager_expired", "技术经理人的记录已过有效期", "the manager's record has expired")
    if facts.manager.has_left:
        yield Violation(MANAGER_LEFT, "技术经理人的账号已停用", "the manager's account is closed")
    if facts.manager.suspended:
        yield Violation(
            MANAGER_SUSPENDED,
            "技术经理人的备案已暂停或注销",
            "the manager's filing is suspended or cancelled",
        )
    conflict = noticeable_conflict(
        facts.manager, facts.pair.demand, facts.pair.achievement, facts.pair.org_family
    )
    if conflict is not None:
        yield Violation(conflict.code, conflict.zh, conflict.en)


def _capacity_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.manager.open_load >= facts.manager.capacity:
        yield Violation(
            "manager_full",
            f"在办对接已达上限 {facts.manager.capacity} 个",
            f"the manager has reached their capacity of {facts.manager.capacity} open engagements",
        )


def _manager_rules(facts: PushFacts) -> Iterable[Violation]:
    yield from _manager_record_rules(facts)
    if not facts.trusted:
        yield Violation(
            "manager_not_verified",
            "技术经理人所在单位未经主管部门核验",
            "the manager's organisation has not been verified by the bureau",
        )
    if not facts.accepts_pushes:
        yield Violation(
            "manager_not_accepting", "技术经理人暂不接收推送", "the manager does not accept pushes at present"
        )
    if facts.manager.on_leave_until is not None:
        yield Violation(
            "manager_on_leave",
            f"技术经理人休假至 {facts.manager.on_leave_until}，期间不推送",
            f"the manager is on leave until {facts.manager.on_leave_until}",
        )
    yield from _capacity_rules(facts)


def _preference_rules(facts: PushFacts) -> Iterable[Violation]:
    """Pairs that the manager does not want to receive. Pushes sent before a change of preferences stay."""
    pair, preferences = facts.pair, facts.preferences
    sides = (pair.demand, pair.achievement)
    if not preferences.want_fields([code for side in sides for code in side.fields]):
        yield Violation(
            "preference_field",
            "不在该经理人关注的领域内",
            "the pair is outside the manager's preferred fields",
        )
    if not preferences.want_regions([side.region for side in sides if side.region]):
        yield Violation(
            "preference_region",
            "不在该经理人关注的地区内",
            "neither owner is in one of the manager's preferred regions",
        )
    if not preferences.want_languages({side.language for side in sides}):
        yield Violation(
            "preference_language",
            "供需双方的语言不在该经理人的工作语言内",
            "the pair requires a language that is not among the manager's working languages",
        )
    if (
        preferences.minimum_score is not None
        and pair.score is not None
        and pair.score < preferences.minimum_score
    ):
        yield Violation(
            "preference_score",
            "匹配分低于该经理人设定的最低分",
            "the pair's score is below the manager's minimum score",
        )


def _cap_rules(facts: PushFacts) -> Iterable[Violation]:
    preferences = facts.preferences
    per_day = min(facts.per_day, preferences.per_day or facts.per_day)
    per_week = min(facts.per_week, preferences.per_week or facts.per_week)
    if facts.recent.day >= per_day:
        yield Violation(
            "manager_day_cap",
            f"该经理人当日推送已达上限 {per_day} 条",
            f"the manager has reached the limit of {per_day} pushes a day",
        )
    if facts.recent.week >= per_week:
        yield Violation(
            "manager_week_cap",
            f"该经理人七日内推送已达上限 {per_week} 条",
            f"the manager has reached the limit of {per_week} pushes in seven days",
        )


def _pending_rules(facts: PushFacts) -> Iterable[Violation]:
    """Caps pending pushes per free slot of the manager. Existing pushes are kept when free slots decrease."""
    limit = facts.pending_per_slot * max(1, facts.manager.capacity - facts.manager.open_load)
    if facts.pending >= limit:
        yield Violation(
            "manager_inbox_full",
            f"待该经理人答复的推送已达上限 {limit} 条",
            f"the manager already has {limit} pending pushes, the maximum for their free capacity",
        )


def _new_push_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.pair.behind_copy:
        yield Violation(
            "behind_copy",
            "已推送此需求与内容几乎相同的成果",
            "a near-copy of the achievement comes first for this demand",
        )
    if facts.may_repush:
        pass
    elif facts.earlier is PushState.DECLINED:
        yield Violation(
            "declined_before", "该技术经理人已谢绝此供需对", "the manager has already declined this pair"
        )
    elif facts.earlier is not None:
        yield Violation(
            "pushed_before",
            "此供需对已推送给该技术经理人",
            "the pair has already been pushed to this manager",
        )
    if facts.pair.occupied >= facts.pair.slots:
        yield Violation(
            "pair_has_enough",
            f"此供需对的 {facts.pair.slots} 个推送名额已满",
            f"all {facts.pair.slots} slots of the pair are occupied",
        )
