"""Tables of relevance feedback: impressions, judgements and training runs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, Json, now


class Impression(Identified, Base):
    """A ranked list as it was shown: one row per list, viewer and day (in Jinan).

    `viewer_id` is a manager's record or an organisation, never a user. `subject_id` is the demand or achievement whose
    matches were shown, or the manager of an inbox. An item is ``[position (from 1), demand, achievement, score, value
    of each of `features`]``. Rows are deleted after a time; judgements keep what they need.
    """

    __tablename__ = "exposures"
    __table_args__ = (
        UniqueConstraint("viewer_id", "subject_id", "day", "list_hash"),
        Index("ix_exposures_shown", "shown_at"),
    )

    surface: Mapped[str] = mapped_column(String(20))
    viewer_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    day: Mapped[date]
    list_hash: Mapped[str] = mapped_column(String(16))
    shown_at: Mapped[datetime] = mapped_column(default=now)
    model_version: Mapped[str] = mapped_column(String(80))
    features: Mapped[list[str]]
    items: Mapped[list[Any]] = mapped_column(Json)


class Judgement(Identified, Base):
    """What an action says about a pair, with the features of the pair as they were shown.

    One row per pair, actor and signal; `actor_id` is a manager's record or an organisation. The value of a signal and
    its reason is in ``data/labels.json``, so that a better table reinterprets old judgements. `position` is the list
    position (from 1), None if no impression is recorded. Rows with empty `features` (unknown impression) are not used
    for training. `taken_back_at` is set when the actor undid the action.
    """

    __tablename__ = "judgements"
    __table_args__ = (
        UniqueConstraint("demand_id", "achievement_id", "actor_id", "signal"),
        Index("ix_judgements_judged", "judged_at"),
    )

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"))
    achievement_id: Mapped[UUID] = mapped_column(
        ForeignKey("achievements.id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[UUID]
    signal: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str | None] = mapped_column(String(30))
    surface: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[int | None]
    score: Mapped[float | None]
    features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    model_version: Mapped[str | None] = mapped_column(String(80))
    shown_at: Mapped[datetime | None]
    judged_at: Mapped[datetime] = mapped_column(default=now)
    taken_back_at: Mapped[datetime | None]


class TrainingRun(Identified, Base):
    """One training run: its data, the comparison and the decision, even if nothing was promoted."""

    __tablename__ = "training_runs"
    __table_args__ = (Index("ix_training_runs_started", "started_at"),)

    started_at: Mapped[datetime] = mapped_column(default=now)
    parent: Mapped[str] = mapped_column(String(80))
    candidate: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str] = mapped_column(String(20))
    report: Mapped[dict[str, Any]]
