"""The eligibility rules: may this pair be pushed to this manager now?

Pure functions. The planner checks them before it writes, pending pushes are checked whenever a record changes, and an
acceptance checks them again. Each violation has a code and a text in both languages, so that operators see the reason.
"""

from collections.abc import Sequence

from app.matching.facts.constraints import Violation
from app.pushes.eligibility.facts import PairEligibility, PushFacts
from app.pushes.eligibility.manager_rules import capacity_rules, manager_record_rules, manager_rules, refusals
from app.pushes.eligibility.pair_rules import new_push_rules, outcome_rules, pair_rules, score_rules

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
        *score_rules(facts.pair, must_be_ranked=True),
        *pair_rules(facts.pair, with_exclusions=True),
        *outcome_rules(facts.pair),
        *manager_rules(facts),
        *refusals(facts),
        *new_push_rules(facts),
    ]


def planning_violations(facts: PushFacts) -> list[Violation]:
    """The rules of `violations` about the pair and the manager. The planner counts slots and earlier pushes itself."""
    return [
        *pair_rules(facts.pair, with_exclusions=True),
        *outcome_rules(facts.pair),
        *manager_rules(facts),
        *refusals(facts),
    ]


def pending_violations(facts: PushFacts) -> list[Violation]:
    """Every rule that a pending push violates; the first is the reason for which it is cancelled.

    Capacity and preferences of the manager do not cancel pending pushes. A pair without a score is cancelled only if a
    complete ranking left it out; it stays if better pairs displaced it from a list of limited length.
    """
    return [
        *pair_rules(facts.pair),
        *outcome_rules(facts.pair),
        *manager_record_rules(facts),
        *score_rules(facts.pair, must_be_ranked=facts.pair.ranked_fully),
    ]


def acceptance_violations(facts: PushFacts) -> list[Violation]:
    """Every rule that an acceptance would violate. A score that fell since the push does not prevent it."""
    return [
        *pair_rules(facts.pair),
        *outcome_rules(facts.pair),
        *manager_record_rules(facts),
        *capacity_rules(facts),
    ]
