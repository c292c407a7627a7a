"""Input of the tier engine as plain values: a manager's contracts with shares, certificates and filing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.libraries.record.enums import CertificateLevel


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """One manager's share in a technology contract. Amounts in 万元, `share` in percent (0–100).

    `live` is false once the contract is cancelled; `confirmed` is whether the manager has confirmed the share
    (unconfirmed shares count for nobody). Contracts with the same `project_id` form one project. `parties_in_jinan` is
    0–2. A hypothetical contract of a what-if has a generated id and version 0.
    """

    id: UUID
    number: str
    title: str
    version: int
    deal_wan: Decimal
    technology_wan: Decimal
    share: Decimal
    signed_on: date | None
    registered_on: date | None
    landed_on: date | None
    landed_in_jinan: bool
    parties_in_jinan: int
    project_id: UUID
    live: bool = True
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A verified certificate; `valid_to` is its last valid day, None means unlimited."""

    id: UUID
    level: CertificateLevel
    number: str
    issued_on: date | None
    valid_to: date | None
    version: int = 1

    def holds_on(self, day: date) -> bool:
        return (self.issued_on is None or self.issued_on <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class TierCase:
    """All input that decides one manager's tier in one year.

    `day` is the reference day: today in the current year, 31 December in a past year.
    """

    year: int
    day: date
    contracts: tuple[ContractFacts, ...]
    certificates: tuple[CertificateFacts, ...]
    filed: bool = False


def highest(certificates: Sequence[CertificateFacts], day: date) -> CertificateFacts | None:
    """The valid certificate of the highest level on that day; among equal levels the one valid longest."""
    valid = [certificate for certificate in certificates if certificate.holds_on(day)]
    return max(
        valid,
        key=lambda certificate: (certificate.level.rank, certificate.valid_to or date.max, certificate.id),
        default=None,
    )


_CASES = TypeAdapter(TierCase)


def pack(case: TierCase) -> dict[str, Any]:
    """The case as JSON values, amounts as strings."""
    packed: dict[str, Any] = _CASES.dump_python(case, mode="json")
    return packed


def unpack(data: Any) -> TierCase:
    return _CASES.validate_python(data)


def digest(data: Any) -> str:
    """SHA-256 in hex of JSON values, independent of the order of their keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
