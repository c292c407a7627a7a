"""Files of the bureau hold contacts of others masked, unless a reason is given with the file."""

import csv
import io
import json

import openpyxl
import pytest
from sqlalchemy import select

from app.accounts.models import AuditEntry, Role
from app.database import Database
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

CONTACT = {"contact_name": "周若川", "contact_phone": "13800000001", "contact_email": "ruochuan@example.com"}
MASKED = {"contact_name": "周**", "contact_phone": "138****0001", "contact_email": "r***@example.com"}
REASON = "省厅要求逐项回访需求单位"
KINDS = ("demands", "achievements", "managers")


def entries(database: Database, action: str) -> list[str]:
    """The details of each."""
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.details).where(AuditEntry.action == action)))


def holds(text: str) -> bool:
    return any(value in text for value in CONTACT.values())


def cells_of(content: bytes, form: str) -> str:
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    text = content.decode("utf-8-sig")
    if form == "csv":
        return "\n".join("\n".join(row) for row in csv.reader(io.StringIO(text)))
    return "\n".join(json.dumps(json.loads(line), ensure_ascii=False) for line in text.splitlines())


@pytest.mark.parametrize("form", ["xlsx", "csv", "jsonl"])
@pytest.mark.parametrize("kind", KINDS)
def test_files_are_masked_unless_a_reason_is_given_with_them(
    scenario: Scenario, operator: UserClient, kind: str, form: str
) -> None:
    role, payload = {
        "demands": (Role.ENTERPRISE, demand_payload),
        "achievements": (Role.INSTITUTION, achievement_payload),
        "managers": (Role.MANAGER, manager_payload),
    }[kind]
    scenario.user_client(role).create(kind, payload(**CONTACT))
    rival = scenario.user_client(Role.ENTERPRISE)
    path = f"/v1/exports/{kind}.{form}"
    masked = cells_of(operator.get(path).content, form)
    assert not holds(masked)
    assert all(value in masked for value in MASKED.values())
    assert operator.post(path, {"reason": "太短"}).status_code == 422
    assert rival.post(path, {"reason": REASON}).status_code == 403
    assert entries(scenario.database, "contact.ask") == []
    whole = operator.post(path, {"reason": REASON})
    assert whole.status_code == 200
    assert all(value in cells_of(whole.content, form) for value in CONTACT.values())
    assert entries(scenario.database, "contact.ask") == [f"{kind}.{form}: {REASON}"]
    assert not holds(operator.get(f"/v1/{kind}").text), "for this file alone"
