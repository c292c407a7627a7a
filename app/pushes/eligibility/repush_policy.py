"""When a pair may come back to a manager who had it: the law of the next round. Pure.

Only a newer version of one of the records can bring it back, and only so often. What he declined comes back when a
field has changed that his reason is about; what he did not answer, when the score rose; what the rules took back, when
they allow it again. What he knows, is in conflict with or declined for want of time does not come back.
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

MEETS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "too_early": _MATURITY,
        "price": _PRICE,
        "terms": _TERMS | _PRICE,
        "unclear_text": _TEXTS,
        "no_benefit": _TEXTS | _PRICE,
    }
)
"""Reason for declining → the fields whose change may meet it."""

RISE_MEETS = frozenset({"outside_need"})
"""Reasons that a change meets when the score rose by it."""

NEVER = frozenset({"already_known", "conflict", "capacity", "other"})
"""Reasons that no change of the records meets."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class EndedAttempt:
    """The last round of a push. `pair_score` (0–1) is the one it ended with; `undone` says that it was taken back only
    because another manager, whose answer had led to it, undid that answer."""

    state: PushState
    round: int
    pair_score: float
    reason: str | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class RepushReason:
    """Why a pair comes again: how its last round ended, and what has changed since.

    `code` is the state it ended in, or ``undone``. `changed` are record kind and field, those alone that brought it
    back where it was declined for a reason that fields can meet. `score_before` (0–1) is the score it ended with.
    """

    code: str
    reason: str | None
    changed: tuple[tuple[str, str], ...]
    score_before: float


def score_rose(since: float, score: float, policy: RepushPolicy) -> bool:
    """Whether the score rose by what matters."""
    return score >= since + policy.min_score_gain - _ROUNDING


def resolves_reason(
    reason: str | None, *, since: float | None, score: float, changed: Collection[str], policy: RepushPolicy
) -> bool:
    """Whether a change of the records meets the reason for which a manager declined, or an owner is not interested.

    Args:
        since: the pair's score when that was said; None where it is not known.
        changed: fields of both records that changed since then.
    """
    if not changed:
        return False
    why = reason or "other"
    if why in RISE_MEETS:
        return since is not None and score_rose(since, score, policy)
    return bool(MEETS.get(why, frozenset()) & set(changed))


def may_repush(ended: EndedAttempt, *, score: float, changed: Collection[str], policy: RepushPolicy) -> bool:
    """
    Args:
        score: the pair's present score.
        changed: fields of both records that changed since the last round began.
    """
    if ended.round >= policy.max_attempts:
        return False
    if ended.undone:
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
    """What to tell of a pair that `may_repush`; `changed` are record kind and field."""
    declined = ended.state is PushState.DECLINED and not ended.undone
    reason = (ended.reason or "other") if declined else None
    meets = MEETS.get(reason or "")
    told = sorted(one for one in changed if meets is None or one[1] in meets)
    return RepushReason(
        "undone" if ended.undone else ended.state.value, reason, tuple(told), ended.pair_score
    )
