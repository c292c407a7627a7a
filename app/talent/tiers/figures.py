"""Figures of a manager's year: which contracts count, with which amounts, and why others do not. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from app.talent.recognition_facts import CertificateFacts, ContractFacts, TierCase, highest
from app.talent.tiers.enums import (
    AmountBasis,
    CountedContracts,
    ProjectUnit,
    ProjectYear,
    Shared,
    Window,
    YearBy,
)
from app.talent.tiers.rules import Configuration

EXCLUSION_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "cancelled": ("合同已撤销", "the contract is cancelled"),
        "share_not_confirmed": ("贡献比例未确认", "the share is not confirmed"),
        "not_signed": ("合同未签订", "the contract is not signed"),
        "not_registered": ("合同未认定登记", "the contract is not registered"),
        "parties_elsewhere": ("合同双方所在地不符合要求", "the parties are not in the required region"),
        "later": ("晚于统计截止日", "after the reference day"),
        "earlier_year": ("不在本年度", "not of this year"),
        "not_landed": ("项目未落地", "the project has not landed"),
        "same_project": ("同一项目的另一合同已计入", "another contract of the same project is counted"),
        "not_in_jinan": ("未在济南落地", "not landed in Jinan"),
    }
)
"""Code → reason why a contract or project does not count, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class CountedContract:
    """How one contract counts for a manager.

    `amount_wan` is the manager's amount if the contract counts; `in_year` and `in_total` are the sums that include it,
    and `amount_reason` is the code of the reason why the year's sum does not. `projects` is its part of the landed
    projects (1, or the manager's share of 1).
    """

    contract_id: UUID
    number: str
    title: str
    version: int
    share: Decimal
    year: int | None
    amount_wan: Decimal
    in_year: bool
    in_total: bool
    amount_reason: str | None
    projects: Decimal
    project_reason: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that rules test, exact and unrounded. `certificate` is the highest one valid on the day."""

    landed_projects: Decimal
    amount_year_wan: Decimal
    amount_total_wan: Decimal
    certificate: CertificateFacts | None
    filed: bool
    lines: tuple[CountedContract, ...]


def figures(case: TierCase, configuration: Configuration) -> Figures:
    contracts = _deduplicated(case.contracts)
    lines = tuple(_count_contract(contract, case, configuration) for contract in contracts)
    if configuration.project_unit is ProjectUnit.ENGAGEMENT:
        lines = _one_per_project(lines, {contract.id: contract.project_id for contract in contracts})
    return Figures(
        landed_projects=_sum(line.projects for line in lines),
        amount_year_wan=_sum(line.amount_wan for line in lines if line.in_year),
        amount_total_wan=_sum(line.amount_wan for line in lines if line.in_total),
        certificate=highest(case.certificates, case.day),
        filed=case.filed,
        lines=lines,
    )


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _deduplicated(contracts: Sequence[ContractFacts]) -> list[ContractFacts]:
    """Each contract once, ordered by signing day, then number."""
    by_id = {contract.id: contract for contract in contracts}
    return sorted(
        by_id.values(), key=lambda contract: (contract.signed_on or date.max, contract.number, contract.id)
    )


def _one_per_project(
    lines: Sequence[CountedContract], project_of: Mapping[UUID, UUID]
) -> tuple[CountedContract, ...]:
    """Of several contracts of a project, only the one with the manager's largest part counts."""
    best: dict[UUID, CountedContract] = {}
    for line in lines:
        current = best.get(project_of[line.contract_id])
        if line.projects > 0 and (current is None or line.projects > current.projects):
            best[project_of[line.contract_id]] = line
    chosen = {line.contract_id for line in best.values()}
    return tuple(
        replace(line, projects=Decimal(0), project_reason="same_project")
        if line.projects > 0 and line.contract_id not in chosen
        else line
        for line in lines
    )


def _count_contract(contract: ContractFacts, case: TierCase, configuration: Configuration) -> CountedContract:
    day = _day_of(contract, configuration)
    reason = _exclusion_reason(contract, configuration) or _too_late(day, case)
    in_total = reason is None
    in_year = in_total and day is not None and day.year == case.year
    project_reason = reason or _project_reason(contract, case, configuration, in_year)
    return CountedContract(
        contract_id=contract.id,
        number=contract.number,
        title=contract.title,
        version=contract.version,
        share=contract.share,
        year=day.year if day else None,
        amount_wan=_portion(_amount(contract, configuration), contract.share, configuration.shared_amounts),
        in_year=in_year,
        in_total=in_total,
        amount_reason=reason or (None if in_year else "earlier_year"),
        projects=(
            Decimal(0)
            if project_reason
            else _portion(Decimal(1), contract.share, configuration.shared_projects)
        ),
        project_reason=project_reason,
    )


def _exclusion_reason(contract: ContractFacts, configuration: Configuration) -> str | None:
    """The code of the reason why the contract counts neither as amount nor as project; None if it may count."""
    if not contract.live:
        return "cancelled"
    if not contract.confirmed or contract.share <= 0:
        return "share_not_confirmed"
    if contract.signed_on is None:
        return "not_signed"
    if contract.registered_on is None and configuration.counted_contracts is CountedContracts.REGISTERED:
        return "not_registered"
    if contract.parties_in_jinan < configuration.parties.required:
        return "parties_elsewhere"
    return None


def _day_of(contract: ContractFacts, configuration: Configuration) -> date | None:
    """The day that decides the contract's year; the signing day if it is not registered yet."""
    if configuration.year_by is YearBy.REGISTERED_ON and contract.registered_on is not None:
        return contract.registered_on
    return contract.signed_on


def _too_late(day: date | None, case: TierCase) -> str | None:
    return "later" if day is not None and day > case.day else None


def _project_reason(
    contract: ContractFacts, case: TierCase, configuration: Configuration, in_year: bool
) -> str | None:
    if contract.landed_on is None:
        return "not_landed"
    if not contract.landed_in_jinan:
        return "not_in_jinan"
    if contract.landed_on > case.day:
        return "later"
    if configuration.project_window is Window.CUMULATIVE:
        return None
    by_landing = configuration.project_year_by is ProjectYear.LANDED_ON
    this_year = contract.landed_on.year == case.year if by_landing else in_year
    return None if this_year else "earlier_year"


def _amount(contract: ContractFacts, configuration: Configuration) -> Decimal:
    if configuration.amount_basis is AmountBasis.TECHNOLOGY:
        return contract.technology_wan
    return contract.deal_wan


def _portion(whole: Decimal, share: Decimal, shared: Shared) -> Decimal:
    return whole if shared is Shared.FULL else whole * share / 100
