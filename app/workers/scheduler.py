"""Scheduled jobs: when they run, and which worker runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import Database
from app.services import Services
from app.workers.models import JobSchedule

CLOCKS_DIFFER = timedelta(minutes=1)
"""By which the clocks of two workers' machines may differ."""


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job that runs `every` so often, in one of all workers or, with `every_process`, in each process.

    It is either `write`, which is one short transaction, or `run`, which makes its own. A job that fails runs again
    when it is next due.
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
    """Whether this worker runs the job now; for all others it is then not due.

    A time further away than the job's interval was set by a clock that was ahead: the job is due.
    """
    try:
        with database.unit_of_work() as session:
            if session.get(JobSchedule, job.name) is None:
                session.add(JobSchedule(name=job.name, due_at=moment + job.every))
                return True
            result = session.execute(
                update(JobSchedule)
                .where(
                    JobSchedule.name == job.name,
                    or_(
                        JobSchedule.due_at <= moment, JobSchedule.due_at > moment + job.every + CLOCKS_DIFFER
                    ),
                )
                .values(due_at=moment + job.every)
            )
            assert isinstance(result, CursorResult)
            return result.rowcount == 1
    except IntegrityError:
        return False  # another worker has inserted the job at the same moment, and runs it
