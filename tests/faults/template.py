"""What a process to be killed is forked from. Importing this prepares the process: only the template does so.

A service works out its routes, statements and dictionaries when they are first needed, which takes each new process
longer than all that it does before it is killed.
"""

import tempfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import database_schema
from app.accounts.models import Role
from app.bootstrap.workers import build_worker
from app.database import Database
from app.observability import configure_logging
from tests.faults import crowd, launcher
from tests.support.builders.accounts import bearer, make_user
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.reuse.statements import share_compiled_statements

__all__ = ["crowd", "launcher"]  # the processes run these

FIRST = (
    ("/v1/achievements", Role.INSTITUTION, achievement_payload()),
    ("/v1/managers", Role.MANAGER, manager_payload()),
    ("/v1/demands", Role.ENTERPRISE, demand_payload()),
)


def _prepare(folder: Path) -> None:
    """A demand on a store of its own, from its post to the pushes."""
    settings = launcher.settings_for(f"sqlite:///{folder / 'first.db'}", folder)
    database = Database(settings.url)
    database_schema.migrate(database)
    with database.unit_of_work() as session:
        logins = {role: bearer(session, settings, make_user(session, role=role)) for _, role, _ in FIRST}
    database.dispose()
    app = launcher.service(settings)
    with TestClient(app) as client:
        for path, role, payload in FIRST:
            assert client.post(path, json=payload, headers=logins[role]).status_code == 201
        build_worker(app.state.services).run_until_idle()


configure_logging(level="WARNING", as_json=True)
share_compiled_statements(pytest.MonkeyPatch())
with tempfile.TemporaryDirectory() as name:
    _prepare(Path(name))
