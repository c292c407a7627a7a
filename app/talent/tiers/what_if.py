"""What-if (试算): a manager's tier case with hypothetical contracts and certificates. Pure, except for new ids."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from app.database import new_id
from app.libraries.record.enums import CertificateLevel
from app.talent.recognition_facts import CertificateFacts, ContractFacts, TierCase
from app.talent.tiers.schemas import SupposedCertificate, SupposedContract


def case_with_hypotheticals(
    case: TierCase, contracts: Iterable[SupposedContract], certificates: Iterable[SupposedCertificate]
) -> tuple[TierCase, list[UUID]]:
    """The case with the hypothetical contracts and certificates, and the ids of those contracts."""
    hypothetical = [
        _contract(given, case, f"假设-{number}{f'-{copy}' if given.count > 1 else ''}")
        for number, given in enumerate(contracts, 1)
        for copy in range(1, given.count + 1)
    ]
    hypothetical_certificates = [
        CertificateFacts(
            id=new_id(),
            level=next(level for level in CertificateLevel if level == given.level),
            number="假设",
            issued_on=None,
            valid_to=given.valid_to,
            version=0,
        )
        for given in certificates
    ]
    hypothetical_case = replace(
        case,
        contracts=(*case.contracts, *hypothetical),
        certificates=(*case.certificates, *hypothetical_certificates),
    )
    return hypothetical_case, [contract.id for contract in hypothetical]


def _contract(given: SupposedContract, case: TierCase, number: str) -> ContractFacts:
    signed_on = given.signed_on or case.day
    id_ = new_id()
    return ContractFacts(
        id=id_,
        number=number,
        title="假设的合同",
        version=0,
        deal_wan=given.deal_amount_wan,
        technology_wan=given.technology_amount_wan or given.deal_amount_wan,
        share=Decimal(given.share),
        signed_on=signed_on,
        registered_on=(given.registered_on or signed_on) if given.registered else None,
        landed_on=(given.landed_on or case.day) if given.landed_in_jinan else None,
        landed_in_jinan=given.landed_in_jinan,
        parties_in_jinan=2,
        project_id=id_,
    )
