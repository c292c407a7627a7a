"""The plan for one pair: its candidate managers, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.pushes.policy import PairKey


@dataclass(frozen=True, slots=True)
class CandidateManager:
    manager_id: UUID
    score: float
    reasons: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PairPlan:
    """One pair and the managers to ask in this order, as long as it has places."""

    key: PairKey
    candidates: tuple[CandidateManager, ...]
