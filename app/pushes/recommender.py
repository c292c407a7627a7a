"""Protocols: the part of the matcher that pushing needs."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand


class Recommendation(Protocol):
    @property
    def manager_id(self) -> UUID: ...
    @property
    def score(self) -> float: ...
    @property
    def recommended(self) -> bool: ...
    @property
    def reasons(self) -> Mapping[str, Any]: ...


class ThresholdOfRanker(Protocol):
    @property
    def threshold(self) -> float: ...


class Recommender(Protocol):
    def ranker(self, session: Session) -> ThresholdOfRanker:
        """The ranker that is active in this session's view of the database."""
        ...

    def managers_for_pairs(
        self, session: Session, pairs: Sequence[tuple[Demand, Achievement]], *, limit: int = 10
    ) -> Sequence[Sequence[Recommendation]]:
        """For each pair at most `limit` managers, the best first, including those in conflict or at capacity."""
        ...
