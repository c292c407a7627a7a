"""Policy choices (口径) of the bureau where the policy is silent: reading, and changes that recompute all tiers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match
from app.errors import NotFound
from app.events.catalogue import TierConfigured
from app.events.outbox import emit
from app.talent.tiers.models import TierConfiguration
from app.talent.tiers.rules import Configuration, RuleSet, rule_set


@dataclass(slots=True)
class Choices:
    """The choices in force. `version` counts the decisions; 0 means the defaults of the rule set's file."""

    values: Configuration
    version: int = 0
    reason: str | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None


def choices(session: Session, rules: RuleSet) -> Choices:
    newest = session.scalar(
        select(TierConfiguration)
        .where(TierConfiguration.rule_set_id == rules.id)
        .order_by(TierConfiguration.version.desc())
        .limit(1)
    )
    if newest is None:
        return Choices(rules.configuration)
    return Choices(
        Configuration.model_validate(rules.configuration.model_dump() | newest.choices),
        newest.version,
        newest.reason,
        newest.decided_by,
        newest.decided_at,
    )


def configure(
    session: Session,
    rule_set_id: str,
    chosen: Mapping[str, str],
    reason: str,
    *,
    principal: Principal,
    if_match: str | None,
) -> Choices:
    """Change the choices for some open questions.

    Raises:
        NotFound: the rule set does not exist.
        PreconditionRequired, StaleVersion: `if_match` is missing, or another decision was made since.
    """
    require(principal, Action.TIER_CONFIGURE)
    rules = rule_set(rule_set_id)
    if rules is None:
        raise NotFound()
    current = choices(session, rules)
    check_if_match(if_match, current)
    values = current.values.model_dump(mode="json") | dict(chosen)
    if values == current.values.model_dump(mode="json"):
        return current
    row = TierConfiguration(
        rule_set_id=rules.id,
        version=current.version + 1,
        choices=values,
        reason=reason,
        decided_by=principal.user_id,
    )
    session.add(row)
    session.flush()
    decision = ", ".join(f"{name}={value}" for name, value in chosen.items())
    audit.record(session, principal, "tier.configure", row.id, f"{rules.id}: {decision}")
    emit(session, TierConfigured(subject_id=row.id, rule_set_id=rules.id))
    return choices(session, rules)
