"""The bureau's choices where the policy is silent: read, change, and tell that every tier has to be computed again."""

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
    """The configuration in force. `version` counts the decisions; at 0 the rule set's own file holds."""

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
    """Choose for some of the open questions; the others stay as they are.

    Raises:
        NotFound: there is no such rule set.
        PreconditionRequired, StaleVersion: somebody else decided since.
    """
    require(principal, Action.TIER_CONFIGURE)
    rules = rule_set(rule_set_id)
    if rules is None:
        raise NotFound()
    present = choices(session, rules)
    check_if_match(if_match, present)
    values = present.values.model_dump(mode="json") | dict(chosen)
    if values == present.values.model_dump(mode="json"):
        return present
    row = TierConfiguration(
        rule_set_id=rules.id,
        version=present.version + 1,
        choices=values,
        reason=reason,
        decided_by=principal.user_id,
    )
    session.add(row)
    session.flush()
    told = ", ".join(f"{name}={value}" for name, value in chosen.items())
    audit.record(session, principal, "tier.configure", row.id, f"{rules.id}: {told}")
    emit(session, TierConfigured(subject_id=row.id, rule_set_id=rules.id))
    return choices(session, rules)
