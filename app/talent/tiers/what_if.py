"""What-if: the case of a manager with contracts and certificates that do not exist. Pure but for new ids."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from app.database import new_id
from app.libraries.record.enums import CertificateLevel
from app.talent.recognition_facts import CertificateFacts, ContractFacts, TierCase
from app.talent.tiers.schemas import SupposedCertificate, SupposedContract


def supposed_case(
    case: TierCase, contracts: Iterable[SupposedContract], certificates: Iterable[SupposedCertificate]
) -> tuple[TierCase, list[UUID]]:
    """The case with them added, and the ids of the contracts that were made up."""
    made = [
        _contract(one, case, f"假设-{place}{f'-{copy}' if one.count > 1 else ''}")
        for place, one in enumerate(contracts, 1)
        for copy in range(1, one.count + 1)
    ]
    papers = [
        CertificateFacts(
            id=new_id(),
            level=next(level for level in CertificateLevel if level == one.level),
            number="假设",
            issued_on=None,
            valid_to=one.valid_to,
            version=0,
        )
        for one in certificates
    ]
    added = replace(case, contracts=(*case.contracts, *made), certificates=(*case.certificates, *papers))
    return added, [contract.id for contract in made]


def _contract(one: SupposedContract, case: TierCase, number: str) -> ContractFacts:
    signed_on = one.signed_on or case.day
    id_ = new_id()
    return ContractFacts(
        id=id_,
        number=number,
        title="假设的合同",
        version=0,
        deal_wan=one.deal_amount_wan,
        technology_wan=one.technology_amount_wan or one.deal_amount_wan,
        share=Decimal(one.share),
        signed_on=signed_on,
        registered_on=(one.registered_on or signed_on) if one.registered else None,
        landed_on=(one.landed_on or case.day) if one.landed_in_jinan else None,
        landed_in_jinan=one.landed_in_jinan,
        parties_in_jinan=2,
        project_id=id_,
    )
