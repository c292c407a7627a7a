"""The table of assignments that were carried out: when, for whom, what came of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now


class RunState(StrEnum):
    """A run is due until its pushes are written, together with its figures."""

    DUE = "due"
    DONE = "done"


class AssignmentRun(Identified, Base):
    """One assignment (统筹指派) over the best pairs.

    `night` is the day in Jinan whose nightly run this is, at most one a day; null where the bureau asked for it, and
    then `requested_by` says who. `pushes` were written, of `assigned` that the optimum adds; `answer` has the rest as
    it goes over the wire (see ``assignment_schemas.RunAnswer``).
    """

    __tablename__ = "assignment_runs"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(f"'{state}'" for state in RunState)), name="state"),
    )

    night: Mapped[date | None] = mapped_column(unique=True)
    requested_by: Mapped[UUID | None]
    pairs_limit: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=RunState.DUE)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]

    pairs: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    assigned: Mapped[int] = mapped_column(default=0)
    pushes: Mapped[int] = mapped_column(default=0)
    unassigned: Mapped[int] = mapped_column(default=0)
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)
