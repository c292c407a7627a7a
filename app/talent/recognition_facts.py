"""What the tier engine sees of a manager: contracts with his share, certificates, filing. Plain values, no database."""

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
    """A technology contract as one manager's work. Amounts in 万元, `share` in percent (0–100).

    `live` is false once the contract is cancelled; `confirmed` tells whether the share stands (a proposed one
    counts for nobody). Contracts with one `project_id` belong to one project. `parties_in_jinan` is 0–2. A
    hypothetical contract of a what-if has a made-up id and version 0.
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
    """A verified certificate; `valid_to` is its last day, None means for ever."""

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
    """Everything that decides one manager's tier in one year.

    `day` is the last one that is looked at: today in the running year, 31 December in one that is over.
    """

    year: int
    day: date
    contracts: tuple[ContractFacts, ...]
    certificates: tuple[CertificateFacts, ...]
    filed: bool = False


def highest(certificates: Sequence[CertificateFacts], day: date) -> CertificateFacts | None:
    """The certificate of the highest level that holds on that day; of equal ones the one that holds longest."""
    valid = [one for one in certificates if one.holds_on(day)]
    return max(valid, key=lambda one: (one.level.rank, one.valid_to or date.max, one.id), default=None)


_CASES = TypeAdapter(TierCase)


def pack(case: TierCase) -> dict[str, Any]:
    """As JSON values, amounts as text."""
    packed: dict[str, Any] = _CASES.dump_python(case, mode="json")
    return packed


def unpack(data: Any) -> TierCase:
    return _CASES.validate_python(data)


def digest(data: Any) -> str:
    """SHA-256 of JSON values, whatever the order of their keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
