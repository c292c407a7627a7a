"""Scheduled jobs: when they run, and which worker runs them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import CursorResult, or_, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database, now
from app.services import Services
from app.settings import Settings
from app.workers.models import JobSchedule
from app.workers.worker import attempt

log = structlog.get_logger(__name__)

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


class JobRunner:
    """Runs jobs when they are due, one after the other, in the thread that calls `run` or `run_due`.

    Events do not wait for it: a worker handles them in a thread of its own, however long a job takes.
    """

    def __init__(self, services: Services, jobs: Sequence[ScheduledJob]) -> None:
        self._services = services
        self._jobs = tuple(jobs)
        self._wake = threading.Event()
        self._next_due: dict[str, datetime] = {}

    def run(self, stop: threading.Event) -> None:
        """Run due jobs until `stop` is set; a job that runs is finished."""
        pause = self._services[Settings].worker_poll.total_seconds()
        while not stop.is_set():
            self._wake.clear()
            try:
                self.run_due()
            except SQLAlchemyError as error:
                log.error("jobs_without_database", error=str(error))
            if not stop.is_set():
                self._wake.wait(pause)

    def wake(self) -> None:
        self._wake.set()

    def run_due(self) -> list[str]:
        """Run the jobs that are due in this process; returns their names."""
        ran = []
        moment = now()
        for job in self._jobs:
            # A time that is further away was set by a clock that was ahead.
            if moment < self._next_due.get(job.name, moment) <= moment + job.every:
                continue
            self._next_due[job.name] = moment + job.every
            if not job.every_process and not acquire_run(self._services[Database], job, moment):
                continue
            ran.append(job.name)
            error = attempt(partial(job.execute, self._services))
            if error is not None:
                log.error("periodic_job_failed", job=job.name, exc_info=error)
        return ran
