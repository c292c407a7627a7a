"""Rules about a pair: its score, its records, what has become of it, and its earlier pushes."""

from collections.abc import Iterable

from app.engagements.lifecycle.deals import Deal
from app.matching.facts.constraints import Violation, hard_constraints
from app.matching.facts.hidden_owners import noticeable_families, noticeable_pair
from app.pushes.eligibility.facts import PairEligibility, PushFacts
from app.pushes.models import PushState

PAIR_IN_DEAL = "pair_in_deal"
PAIR_CONCLUDED = "pair_concluded"
OWNER_NOT_INTERESTED = "owner_not_interested"
DEALS = frozenset({PAIR_IN_DEAL, PAIR_CONCLUDED})


def score_rules(pair: PairEligibility, *, must_be_ranked: bool) -> Iterable[Violation]:
    if pair.score is None:
        if must_be_ranked:
            yield Violation("pair_not_ranked", "该供需对不在匹配结果中", "the pair is not a current match")
    elif pair.score < pair.threshold:
        yield Violation(
            "pair_below_threshold", "匹配分低于推送阈值", "the pair's score is below the push threshold"
        )


def pair_rules(pair: PairEligibility, *, with_exclusions: bool = False) -> list[Violation]:
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


def outcome_rules(pair: PairEligibility) -> Iterable[Violation]:
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


def new_push_rules(facts: PushFacts) -> Iterable[Violation]:
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
