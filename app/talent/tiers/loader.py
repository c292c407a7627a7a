"""Loads the input of the tier engine; the only module of recognition that reads contracts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organisation
from app.engagements.contract_models import Contract, ContractShare, ContractState, ContractVersion
from app.talent.certificates.service import verified_of
from app.talent.filings.service import filed_managers
from app.talent.recognition_facts import ContractFacts, TierCase

JINAN = "3701"
"""Region codes of Jinan and its districts begin with these digits (GB/T 2260)."""


def cases(session: Session, manager_ids: Sequence[UUID], *, year: int, day: date) -> dict[UUID, TierCase]:
    """The tier cases of these managers in that year, in a fixed number of queries."""
    contracts = _contracts(session, manager_ids)
    certificates = verified_of(session, manager_ids)
    filed = filed_managers(session, manager_ids, day)
    return {
        id_: TierCase(
            year=year,
            day=day,
            contracts=tuple(contracts.get(id_, ())),
            certificates=tuple(certificates.get(id_, ())),
            filed=id_ in filed,
        )
        for id_ in manager_ids
    }


def managers_of_contract(session: Session, contract_id: UUID) -> list[UUID]:
    """The managers with a share in the current or an earlier version of the contract, sorted."""
    ids = set(
        session.scalars(select(ContractShare.manager_id).where(ContractShare.contract_id == contract_id))
    )
    for data in session.scalars(
        select(ContractVersion.data).where(ContractVersion.contract_id == contract_id)
    ):
        ids.update(UUID(share["manager_id"]) for share in data.get("shares", ()))
    return sorted(ids)


def managers_who_lost(session: Session, contract_id: UUID, version: int) -> list[UUID]:
    """The managers for whom the contract counts for less, or for another day, since the change that made this version;
    sorted."""
    query = select(ContractVersion.data).where(
        ContractVersion.contract_id == contract_id, ContractVersion.version <= version
    )
    found = list(session.scalars(query.order_by(ContractVersion.version.desc()).limit(2)))
    if len(found) < 2:
        return []
    after, before = found
    for_all = any(Decimal(after[name]) < Decimal(before[name]) for name in _AMOUNTS)
    for_all = for_all or any(before[name] and after[name] != before[name] for name in _DAYS)
    for_all = for_all or (before["landed_in_jinan"] and not after["landed_in_jinan"])
    shares = _shares(after)
    return sorted(
        id_ for id_, percent in _shares(before).items() if for_all or shares.get(id_, Decimal(0)) < percent
    )


_AMOUNTS = ("deal_amount_wan", "technology_amount_wan")
_DAYS = ("signed_on", "registered_on", "landed_on")


def _shares(data: Mapping[str, Any]) -> dict[UUID, Decimal]:
    return {UUID(share["manager_id"]): Decimal(share["percent"]) for share in data.get("shares", ())}


def managers_of_party(session: Session, organisation_id: UUID) -> list[UUID]:
    """The managers with a share in a contract of which the organisation is a party, sorted."""
    query = (
        select(ContractShare.manager_id)
        .join(Contract, Contract.id == ContractShare.contract_id)
        .where(or_(Contract.buyer_org_id == organisation_id, Contract.seller_org_id == organisation_id))
        .distinct()
    )
    return sorted(session.scalars(query))


def managers_with_tier_inputs(session: Session) -> list[UUID]:
    """The managers who may have a tier: with a contract share or a verified certificate, sorted."""
    shared = set(session.scalars(select(ContractShare.manager_id).distinct()))
    return sorted(shared | verified_of(session, None).keys())


def _contracts(session: Session, manager_ids: Sequence[UUID]) -> dict[UUID, list[ContractFacts]]:
    buyer, seller = aliased(Organisation), aliased(Organisation)
    rows = session.execute(
        select(ContractShare, Contract, buyer.region, seller.region)
        .join(Contract, Contract.id == ContractShare.contract_id)
        .join(buyer, buyer.id == Contract.buyer_org_id)
        .join(seller, seller.id == Contract.seller_org_id)
        .where(ContractShare.manager_id.in_(manager_ids))
        .order_by(Contract.id)
        .execution_options(populate_existing=True)
    )
    by_manager: dict[UUID, list[ContractFacts]] = {}
    for share, contract, *regions in rows:
        by_manager.setdefault(share.manager_id, []).append(_facts(contract, share, regions))
    return by_manager


def _facts(contract: Contract, share: ContractShare, regions: Iterable[str]) -> ContractFacts:
    """Only a contract that both parties have signed counts as signed, and so as registered."""
    signed = contract.agreed_at is not None and contract.state in (
        ContractState.SIGNED,
        ContractState.REGISTERED,
    )
    registered = signed and contract.state == ContractState.REGISTERED
    return ContractFacts(
        id=contract.id,
        number=contract.number,
        title=contract.title,
        version=contract.version,
        deal_wan=contract.deal_amount_wan,
        technology_wan=contract.technology_amount_wan,
        share=share.percent,
        signed_on=contract.signed_on if signed else None,
        registered_on=contract.registered_on if registered else None,
        landed_on=contract.landed_on,
        landed_in_jinan=contract.landed_in_jinan,
        parties_in_jinan=sum(region.startswith(JINAN) for region in regions),
        project_id=contract.engagement_id or contract.id,
        live=contract.state != ContractState.CANCELLED,
        confirmed=share.confirmed_at is not None,
    )
