"""Users who are logged in."""

from functools import cached_property
from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.libraries.managers.models import Manager
from tests.support.callers import Caller, LogIn
from tests.support.scenario.records import Records


class People(Records):
    """Callers of each role, each in an organisation of their own."""

    log_in: LogIn

    @cached_property
    def operator(self) -> Caller:
        return self.log_in(Role.OPERATOR)

    @cached_property
    def enterprise(self) -> Caller:
        return self.log_in(Role.ENTERPRISE)

    @cached_property
    def institution(self) -> Caller:
        return self.log_in(Role.INSTITUTION)

    def manager_with_login(self, *, owner: UUID | None = None, **values: Any) -> tuple[Caller, UUID]:
        """A logged-in manager and their published record; of the organisation, or one of their own."""
        caller = self.log_in(Role.MANAGER, organisation_id=owner)
        manager_id = self.manager(owner=caller.organisation_id, **values)
        with self.database.unit_of_work() as session:
            session.get_one(Manager, manager_id).user_id = caller.user_id
        return caller, manager_id
