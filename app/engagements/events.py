"""Payloads of the events of engagements and contracts, from their rows."""

from typing import TypedDict
from uuid import UUID

from app.engagements.contract_models import Contract
from app.engagements.models import Engagement


class EngagementPayload(TypedDict):
    """The fields of an `EngagementEvent`."""

    subject_id: UUID
    engagement_id: UUID
    number: str
    push_id: UUID | None
    demand_id: UUID
    achievement_id: UUID
    manager_id: UUID
    stage: str


class ContractPayload(TypedDict):
    """The fields of a `ContractEvent`."""

    subject_id: UUID
    contract_id: UUID
    number: str
    engagement_id: UUID | None
    demand_id: UUID | None
    achievement_id: UUID | None
    buyer_org_id: UUID
    seller_org_id: UUID
    manager_ids: list[UUID]
    state: str
    version: int


def engagement_payload(engagement: Engagement) -> EngagementPayload:
    return {
        "subject_id": engagement.id,
        "engagement_id": engagement.id,
        "number": engagement.number,
        "push_id": engagement.push_id,
        "demand_id": engagement.demand_id,
        "achievement_id": engagement.achievement_id,
        "manager_id": engagement.manager_id,
        "stage": str(engagement.stage),
    }


def contract_payload(contract: Contract) -> ContractPayload:
    return {
        "subject_id": contract.id,
        "contract_id": contract.id,
        "number": contract.number,
        "engagement_id": contract.engagement_id,
        "demand_id": contract.demand_id,
        "achievement_id": contract.achievement_id,
        "buyer_org_id": contract.buyer_org_id,
        "seller_org_id": contract.seller_org_id,
        "manager_ids": [share.manager_id for share in contract.shares],
        "state": str(contract.state),
        "version": contract.version,
    }
