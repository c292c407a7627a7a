"""Scheduled jobs: which worker runs one, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import Database
from app.services import Services
from app.workers.models import PeriodicJob


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job that comes round. Of all workers one runs it, unless it is for `every_process` (a file on its disk).

    It is either `write`, which is one short transaction, or `run`, which makes its own. A job that fails is tried again
    when it is due next.
    """

    name: str
    every: timedelta
    write: Callable[[Services, Session], object] | None = None
    run: Callable[[Services, Database], object] | None = None
    every_process: bool = False

    def execute(self, services: Services) -> None:
        database = services[Database]
        if self.write is not None:
            with database.unit_of_work() as session:
                self.write(services, session)
        if self.run is not None:
            self.run(services, database)


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
