"""The table of assignment runs: when, on whose request, and with which result."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class RunState(StrEnum):
    """A run is due until its pushes and figures are written."""

    DUE = "due"
    DONE = "done"


class AssignmentRun(Identified, Base):
    """One executed assignment (统筹指派) over the best pairs.

    `night` is the day in Jinan whose nightly run this is, at most one a day; for a run on request it is null, and
    `requested_by` names the operator. `pushes` is the number written, of `assigned` that the optimum adds. `answer`
    holds the details as JSON (see ``schemas.RunAnswer``). `demand_ids` are the demands to which it is limited;
    null for all.
    """

    __tablename__ = "assignment_runs"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(f"'{state}'" for state in RunState)), name="state"),
    )

    night: Mapped[date | None] = mapped_column(unique=True)
    requested_by: Mapped[UUID | None]
    pairs_limit: Mapped[int]
    demand_ids: Mapped[list[str] | None]
    state: Mapped[str] = mapped_column(String(12), default=RunState.DUE)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]

    pairs: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    assigned: Mapped[int] = mapped_column(default=0)
    pushes: Mapped[int] = mapped_column(default=0)
    unassigned: Mapped[int] = mapped_column(default=0)
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
