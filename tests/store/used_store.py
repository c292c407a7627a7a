"""A store that people have used, with few records and every part of a backup and a check."""

from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.bootstrap.workers import build_worker
from app.database import Database
from app.matching.matcher import Matcher
from app.partners.feed.changes import number_changes
from app.settings import Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.builders.pushes import make_push
from tests.support.callers import Caller, LogIn
from tests.support.http import create, created, ok

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def use(app: Any, log_in: LogIn) -> Caller:
    """A push is accepted, its engagement gets a file, a record is withdrawn; the manager who did it."""
    company, university = log_in(Role.ENTERPRISE), log_in(Role.INSTITUTION)
    manager = log_in(Role.MANAGER, organisation_name="鹊桥技术转移有限公司")
    achievement = create(university, "achievements", achievement_payload())["id"]
    gone = create(university, "achievements", achievement_payload(title="另一种涂层"))["id"]
    ok(university.post(f"/v1/achievements/{gone}/withdraw"))
    demand = create(company, "demands", demand_payload())["id"]
    broker = create(manager, "managers", manager_payload())["id"]
    services = app.state.services
    with services[Database].unit_of_work() as session:
        push = make_push(
            session, manager_id=UUID(broker), demand_id=UUID(demand), achievement_id=UUID(achievement)
        )
    engagement = ok(manager.post(f"/v1/pushes/{push.id}/accept"))["engagement_id"]
    upload = {"file": ("方案.pdf", PDF, "application/pdf")}
    created(manager.post(f"/v1/engagements/{engagement}/files", files=upload))
    build_worker(services).run_until_idle()
    number_changes(services[Database])
    services[Matcher].index.save(services[Settings].index_path)
    return manager
