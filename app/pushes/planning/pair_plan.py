"""The plan for one pair: its candidate managers, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.pushes.policy import PairKey


@dataclass(frozen=True, slots=True)
class CandidateManager:
    """A manager whom a pair may be pushed to; `score` is their fit for the pair, 0–1."""

    manager_id: UUID
    score: float
    reasons: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PairPlan:
    """One pair and its candidate managers, to be tried in this order while the pair has free slots."""

    key: PairKey
    candidates: tuple[CandidateManager, ...]
