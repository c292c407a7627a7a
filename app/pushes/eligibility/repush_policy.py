"""The repush policy: when a pair may be pushed again to a manager who had it before. Pure.

A repush needs a newer version of one of the records, and the number of attempts is limited. A declined pair may be
pushed again when a field has changed that the reason is about; an unanswered one when the score rose; a cancelled one
when the rules allow it again. A pair that the manager already knew, has a conflict of interest with, or declined for
lack of capacity is not pushed again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.pushes.models import PushState
from app.pushes.policy import RepushPolicy

_TEXTS = frozenset(
    [
        "title",
        "summary",
        "advantages",
        "innovations",
        "problem_solved",
        "scenarios",
        "indicators",
        "main_problem",
        "key_technology",
        "expected_goal",
        "scenario",
        "benchmark",
        "existing_basis",
    ]
)
_PRICE = frozenset(["price_min_wan", "price_max_wan", "budget_min_wan", "budget_max_wan", "payment_plan"])
_TERMS = frozenset(
    [
        "transfer_modes",
        "cooperation_modes",
        "licence_kind",
        "ip_ownership",
        "landing_requirement",
        "payment_plan",
        "deadline",
        "partner_requirement",
        "ip_clear",
    ]
)
_MATURITY = frozenset(["trl", "min_trl", "application_status", "evaluation_type", "level", "indicators"])

RESOLVED_BY_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "too_early": _MATURITY,
        "price": _PRICE,
        "terms": _TERMS | _PRICE,
        "unclear_text": _TEXTS,
        "no_benefit": _TEXTS | _PRICE,
    }
)
"""Reason for declining → the fields whose change may resolve it."""

RESOLVED_BY_SCORE = frozenset({"outside_need"})
"""Reasons that a change resolves if the score rose."""

NEVER = frozenset({"already_known", "conflict", "capacity", "other"})
"""Reasons that no change of the records resolves."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class EndedAttempt:
    """The last attempt of a push. `pair_score` (0–1) is the score at its end. `undone` means that it was cancelled only
    because another manager undid the answer that had led to it, `lapsed` only because of a deal or an owner's
    refusal."""

    state: PushState
    round: int
    pair_score: float
    reason: str | None = None
    undone: bool = False
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class RepushReason:
    """Why a pair is pushed again: how its last attempt ended, and what has changed since.

    `code` is the final state, or ``undone``. `changed` holds record kind and field; after a decline for a reason that
    fields can resolve, only those fields. `score_before` (0–1) is the score at the end of the last attempt.
    """

    code: str
    reason: str | None
    changed: tuple[tuple[str, str], ...]
    score_before: float


def score_rose(since: float, score: float, policy: RepushPolicy) -> bool:
    """Whether the score rose by at least the policy's minimum gain."""
    return score >= since + policy.min_score_gain - _ROUNDING


def resolves_reason(
    reason: str | None, *, since: float | None, score: float, changed: Collection[str], policy: RepushPolicy
) -> bool:
    """Whether a change of the records resolves a manager's or an owner's reason for refusing the pair.

    Args:
        reason: a code of the decline reasons; None counts as ``other``.
        since: the pair's score (0–1) at the time of the refusal; None if unknown.
        score: the pair's present score (0–1).
        changed: fields of both records that changed since then.
    """
    if not changed:
        return False
    reason = reason or "other"
    if reason in RESOLVED_BY_SCORE:
        return since is not None and score_rose(since, score, policy)
    return bool(RESOLVED_BY_FIELDS.get(reason, frozenset()) & set(changed))


def may_repush(ended: EndedAttempt, *, score: float, changed: Collection[str], policy: RepushPolicy) -> bool:
    """Whether the pair may be pushed to the same manager again.

    Args:
        score: the pair's present score (0–1).
        changed: fields of both records that changed since the last attempt began.
    """
    if ended.round >= policy.max_attempts:
        return False
    if ended.undone or ended.lapsed:
        return True
    if not changed:
        return False
    match ended.state:
        case PushState.DECLINED:
            return resolves_reason(
                ended.reason, since=ended.pair_score, score=score, changed=changed, policy=policy
            )
        case PushState.EXPIRED:
            return score_rose(ended.pair_score, score, policy)
        case PushState.CANCELLED:
            return True
    return False


def repush_reason(ended: EndedAttempt, changed: Collection[tuple[str, str]]) -> RepushReason:
    """The explanation for a pair that `may_repush`; `changed` holds record kind and field."""
    declined = ended.state is PushState.DECLINED and not ended.undone
    reason = (ended.reason or "other") if declined else None
    fields = RESOLVED_BY_FIELDS.get(reason or "")
    relevant = sorted((record, field) for record, field in changed if fields is None or field in fields)
    return RepushReason(
        "undone" if ended.undone else ended.state.value, reason, tuple(relevant), ended.pair_score
    )
