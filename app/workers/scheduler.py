"""Scheduled jobs: which worker runs one, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import Database
from app.workers.models import PeriodicJob


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job that comes round. Of all workers one has the turn, unless it is for `every_process` (a file on its disk).

    `run` gets the database and makes its own transactions; a job that fails is tried again at its next turn.
    """

    name: str
    every: timedelta
    run: Callable[[Database], object]
    every_process: bool = False


def in_transaction(job: Callable[[Session], object]) -> Callable[[Database], object]:
    """A periodic job that is one short transaction."""

    def run(database: Database) -> object:
        with database.unit_of_work() as session:
            return job(session)

    return run


def acquire_run(database: Database, job: ScheduledJob, moment: datetime) -> bool:
    """Whether this worker is the one that runs the job now; the others find it not due."""
    try:
        with database.unit_of_work() as session:
            if session.get(PeriodicJob, job.name) is None:
                session.add(PeriodicJob(name=job.name, due_at=moment + job.every))
                return True
            result = session.execute(
                update(PeriodicJob)
                .where(PeriodicJob.name == job.name, PeriodicJob.due_at <= moment)
                .values(due_at=moment + job.every)
            )
            assert isinstance(result, CursorResult)
            return result.rowcount == 1
    except IntegrityError:
        return False  # another worker entered the job at the same moment, and has the turn
