"""The answers that a push allows now, and why it cannot be accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Principal
from app.database import now
from app.pushes import queries
from app.pushes.eligibility.acceptance import LoadedRecords, load_acceptance_facts
from app.pushes.eligibility.rules import acceptance_violations, as_told
from app.pushes.models import Push, PushState
from app.pushes.policy import RepushPolicy
from app.pushes.schemas import PushEnd

# The state machine of a manager's answers.
ALLOWED: Mapping[PushState, tuple[str, ...]] = MappingProxyType(
    {
        PushState.NEW: ("read", "accept", "decline", "later"),
        PushState.READ: ("read", "accept", "decline", "later"),
        PushState.LATER: ("read", "accept", "decline", "later"),
        PushState.ACCEPTED: (),
        PushState.DECLINED: (),
        PushState.EXPIRED: (),
        PushState.CANCELLED: (),
    }
)


def allowed_answers(push: Push, moment: datetime) -> tuple[str, ...]:
    """The answers that the push allows at `moment`; none after `expires_at`, even if its state is still pending."""
    if push.expires_at <= moment:
        return ()
    return ALLOWED[PushState(push.state)]


@dataclass(frozen=True, slots=True)
class Offer:
    """The answers to a push that are possible now, and why an acceptance is none of them."""

    answers: tuple[str, ...]
    not_acceptable: PushEnd | None = None


NO_OFFER = Offer(())


def offered_answers(
    session: Session, pushes: Sequence[Push], *, repush: RepushPolicy, records: LoadedRecords
) -> dict[UUID, Offer]:
    """Push id → what its manager could answer now. The number of queries does not depend on the number of pushes."""
    moment = now()
    offers = {push.id: Offer(allowed_answers(push, moment)) for push in pushes}
    keys = {
        push.id: (push.pair_key, push.manager_id) for push in pushes if "accept" in offers[push.id].answers
    }
    wanted = set(keys.values())
    facts = load_acceptance_facts(session, wanted, repush=repush, records=records) if keys else {}
    for push_id, key in keys.items():
        broken = as_told(acceptance_violations(facts[key]), facts[key].pair)
        if broken:
            others = tuple(answer for answer in offers[push_id].answers if answer != "accept")
            offers[push_id] = Offer(others, PushEnd(code=broken[0].code, zh=broken[0].zh, en=broken[0].en))
    return offers


def is_undoable(push: Push, moment: datetime) -> bool:
    """Whether the push has an answer that may still be undone; an engagement under way prevents it as well."""
    return (
        push.state in (PushState.ACCEPTED, PushState.DECLINED)
        and push.undo_until is not None
        and moment < min(push.undo_until, push.expires_at)
    )


def answerable_by(session: Session, pushes: Sequence[Push], principal: Principal) -> list[Push]:
    """Those of the pushes that are the principal's to answer: a manager's own, and under an organisation's API key
    those of its managers, if the key's scopes include answers."""
    if not pushes or not allowed(principal, Action.PUSH_ANSWER, own=True):
        return []
    if principal.manager_id is not None:
        return [push for push in pushes if push.manager_id == principal.manager_id]
    among = select(Push).where(Push.id.in_([push.id for push in pushes]))
    return list(session.scalars(queries.visible(among, principal)))
