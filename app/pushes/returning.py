"""When a pair may come back to a manager who had it: the law of the next round. Pure.

Only a newer version of one of the records can bring it back, and only so often. What he declined comes back when a
field has changed that his reason is about; what he did not answer, when the score rose; what the rules took back, when
they allow it again. What he knows, is in conflict with or declined for want of time does not come back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from app.pushes.models import PushState

PairKey = tuple[UUID, UUID]
"""Demand's id, achievement's id."""

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
class Ended:
    """The last round of a push. `pair_score` (0–1) is the one it ended with; `undone` says that it was taken back only
    because another manager, whose answer had led to it, undid that answer."""

    state: PushState
    round: int
    pair_score: float
    reason: str | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Returning:
    """How often a pair may come to one manager, and which rise of its score (0–1) matters."""

    rounds: int = 3
    regain: float = 0.1


def may_return(ended: Ended, *, score: float, changed: Collection[str], law: Returning) -> bool:
    """
    Args:
        score: the pair's present score.
        changed: fields of both records that changed since the last round began.
    """
    if ended.round >= law.rounds:
        return False
    if ended.undone:
        return True
    if not changed:
        return False
    rose = score >= ended.pair_score + law.regain - _ROUNDING
    match ended.state:
        case PushState.DECLINED:
            reason = ended.reason or "other"
            return bool(MEETS.get(reason, frozenset()) & set(changed)) or (reason in RISE_MEETS and rose)
        case PushState.EXPIRED:
            return rose
        case PushState.CANCELLED:
            return True
    return False
