"""Hypothesis state machines on a database of their own."""

import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import event

from app.database import Database
from tests.support.paths import MEMORY_DISK


class DatabaseMachine(RuleBasedStateMachine):
    """Each run starts on a fresh copy of the migrated SQLite file: `self.database`."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.mkdtemp(dir=MEMORY_DISK)
        path = Path(self._directory) / "machine.db"
        shutil.copyfile(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        # Nothing is killed here, so nothing needs to reach the disk: more orders of events in the same time.
        event.listen(
            self.database.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF")
        )

    def teardown(self) -> None:
        self.database.dispose()
        shutil.rmtree(self._directory)


def run_machine(machine: type[DatabaseMachine], template: Path, *, runs: int, steps: int) -> None:
    """Run it `runs` times, each with at most `steps` rules."""
    machine.template = template
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
