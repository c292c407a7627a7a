"""Scopes of API keys: which actions each of them permits, within the permissions of the key's role."""

from collections.abc import Mapping
from types import MappingProxyType

from app.accounts.access.actions import Action


def _record_scopes(concept: str) -> dict[str, frozenset[Action]]:
    """The read and write scope of a library. No scope includes reviews, which an operator must decide in person; nor
    accounts, audit and maintenance."""
    verbs = {
        "read": ("read", "read_owner_view", "history"),
        "write": ("create", "change", "submit", "withdraw", "close", "import"),
    }
    return {
        f"{concept}s:{access}": frozenset(Action(f"{concept}.{verb}") for verb in names)
        for access, names in verbs.items()
    }


SCOPES: Mapping[str, frozenset[Action]] = MappingProxyType(
    {
        **_record_scopes("achievement"),
        **_record_scopes("demand"),
        "achievements:read": _record_scopes("achievement")["achievements:read"]
        | {Action.ACHIEVEMENT_FEEDBACK},
        "demands:write": _record_scopes("demand")["demands:write"] | {Action.DEMAND_CHECK},
        **_record_scopes("manager"),
        "matches:read": frozenset(
            {
                Action.MATCH_READ,
                Action.MATCH_TEXT,
                Action.MATCH_PREVIEW,
                Action.PAIR_LIST,
                Action.RECOMMENDATION_READ,
            }
        ),
        "pushes:read": frozenset({Action.PUSH_LIST, Action.PUSH_READ}),
        "pushes:write": frozenset({Action.PUSH_ANSWER}),
        "talent:read": frozenset(
            {
                Action.FILING_READ,
                Action.AFFILIATION_READ,
                Action.CERTIFICATE_READ,
                Action.TRAINING_READ,
                Action.TRAINING_BASE_READ,
                Action.TIER_READ,
                Action.TIER_RULES_READ,
                Action.ROUND_READ,
                Action.RECOGNITION_READ,
                Action.RANKING_READ,
                Action.CONTEST_READ,
            }
        ),
        "talent:write": frozenset(
            {
                Action.FILING_CREATE,
                Action.FILING_CHANGE,
                Action.CERTIFICATE_CREATE,
                Action.TRAINING_CREATE,
                Action.CONTEST_REGISTER,
            }
        ),
        "organisation:read": frozenset({Action.ORGANISATION_READ}),
        "statistics:read": frozenset({Action.STATISTICS_READ, Action.STATISTICS_READ_CITY}),
        # No scope includes consent, undertakings, contacts or shares, which a person must decide.
        "engagements:read": frozenset({Action.ENGAGEMENT_READ}),
        "engagements:write": frozenset(
            {Action.ENGAGEMENT_MOVE, Action.ENGAGEMENT_INVITE, Action.ENGAGEMENT_WRITE}
        ),
        "feed:read": frozenset({Action.FEED_READ}),
        "contracts:read": frozenset({Action.CONTRACT_READ}),
        "contracts:write": frozenset(
            {Action.CONTRACT_CREATE, Action.CONTRACT_CHANGE, Action.CONTRACT_FILE, Action.CONTRACT_CANCEL}
        ),
    }
)
