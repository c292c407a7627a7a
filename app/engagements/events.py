"""The events of engagements and contracts, with what each carries: the one place that names them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.engagements.contract_models import Contract
from app.engagements.models import Engagement
from app.events.outbox import Handler, emit

OPENED, MOVED, ENDED = "engagement.opened", "engagement.moved", "engagement.ended"
TASK_DUE, TASK_OVERDUE = "task.due", "task.overdue"
SIGNED, REGISTERED, LANDED = "contract.signed", "contract.registered", "contract.landed"
AMENDED, CANCELLED = "contract.amended", "contract.cancelled"

# An event that no worker knows would wait for ever: those that nobody listens to are settled at once.
NAMES = (OPENED, MOVED, ENDED, TASK_DUE, TASK_OVERDUE, SIGNED, REGISTERED, LANDED, AMENDED, CANCELLED)


def no_handlers() -> Mapping[str, Sequence[Handler]]:
    """Every event with no handler of its own; concepts above add theirs."""
    return dict.fromkeys(NAMES, ())


def emit_engagement_event(session: Session, name: str, engagement: Engagement, **more: Any) -> None:
    """Ids of the engagement, its push, pair and lead, its stage; and `more` (from_stage, to_stage, reason)."""
    ids = {
        "engagement_id": str(engagement.id),
        "number": engagement.number,
        "push_id": str(engagement.push_id) if engagement.push_id else None,
        "demand_id": str(engagement.demand_id),
        "achievement_id": str(engagement.achievement_id),
        "manager_id": str(engagement.manager_id),
        "stage": str(engagement.stage),
    }
    emit(session, name, subject_id=engagement.id, payload=ids | more)


def emit_contract_event(session: Session, name: str, contract: Contract, **more: Any) -> None:
    """Ids of the contract, its engagement, pair, parties and managers, its state and version; and `more`."""
    ids = {
        "contract_id": str(contract.id),
        "number": contract.number,
        "engagement_id": str(contract.engagement_id) if contract.engagement_id else None,
        "demand_id": str(contract.demand_id) if contract.demand_id else None,
        "achievement_id": str(contract.achievement_id) if contract.achievement_id else None,
        "buyer_org_id": str(contract.buyer_org_id),
        "seller_org_id": str(contract.seller_org_id),
        "manager_ids": [str(share.manager_id) for share in contract.shares],
        "state": str(contract.state),
        "version": contract.version,
    }
    emit(session, name, subject_id=contract.id, payload=ids | more)
