"""The plan for one pair: its candidate managers, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.pushes.policy import PairKey


class Recommendation(Protocol):
    @property
    def manager_id(self) -> UUID: ...
    @property
    def score(self) -> float: ...
    @property
    def recommended(self) -> bool: ...
    @property
    def reasons(self) -> Mapping[str, Any]: ...


class Recommender(Protocol):
    """The part of the matcher that pushing needs."""

    @property
    def threshold(self) -> float: ...

    def managers_for(
        self, session: Session, demand: Demand, achievement: Achievement, *, limit: int = 10
    ) -> Sequence[Recommendation]: ...


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
