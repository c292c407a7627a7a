"""The bureau sees contacts of others masked, and gives a reason on the page to see them."""

import io
from typing import Any

import openpyxl
import pytest

from app.accounts.models import Role
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.http import create
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import ReaderOf

PHONE, MASKED = "13905310001", "139****0001"
REASON = "来电反映内容有误，需回电核实"


@pytest.mark.parametrize("kind", ["demands", "achievements", "managers"])
def test_the_page_of_a_record_asks_the_bureau_for_a_reason(reader: ReaderOf, log_in: Any, kind: str) -> None:
    role, payload = {
        "demands": (Role.ENTERPRISE, demand_payload),
        "achievements": (Role.INSTITUTION, achievement_payload),
        "managers": (Role.MANAGER, manager_payload),
    }[kind]
    made = create(log_in(role), kind, payload(contact_name="李主任", contact_phone=PHONE))
    address = f"/{kind}/{made['number']}"
    assert "contact-reason" not in reader(Role.INVESTOR).get(address).text
    operator = reader(Role.OPERATOR)
    page = operator.get(address)
    assert faults_of(page.text) == []
    assert MASKED in page.text and "李**" in page.text and PHONE not in page.text
    form = hidden_fields(page.text)
    wrong = operator.post(f"{address}/contacts", data=form | {"reason": "核实"})
    assert wrong.status_code == 422
    assert faults_of(wrong.text) == []
    assert PHONE not in wrong.text and "核实" in wrong.text
    done = operator.post(f"{address}/contacts", data=form | {"reason": REASON})
    assert (done.status_code, done.headers["location"]) == (303, f"{address}#contacts")
    shown = operator.get(address)
    assert faults_of(shown.text) == []
    assert PHONE in shown.text and "李主任" in shown.text and "30 分钟" in text_of(shown.text)
    assert REASON in text_of(reader(Role.AUDITOR).get("/audit?action=contact.ask").text)
    assert MASKED in reader(Role.OPERATOR).get(address).text
    assert reader(Role.ENTERPRISE).post(f"{address}/contacts", data={"reason": REASON}).status_code == 403


def _cells(content: bytes) -> set[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return {str(cell.value) for row in sheet.iter_rows() for cell in row}


def test_a_list_with_contacts_is_taken_with_a_reason(reader: ReaderOf, log_in: Any) -> None:
    create(log_in(Role.ENTERPRISE), "demands", demand_payload(contact_name="李主任", contact_phone=PHONE))
    operator = reader(Role.OPERATOR)
    page = operator.get("/exports")
    assert faults_of(page.text) == []
    assert "含联系方式的列表" in text_of(page.text)
    assert "含联系方式的列表" not in text_of(reader(Role.ENTERPRISE).get("/exports").text)
    masked = _cells(operator.get("/exports/lists/demands?format=xlsx").content)
    assert MASKED in masked and PHONE not in masked
    address = "/exports/lists/demands"
    refused = operator.post(address, data={"reason": "核实", "format": "xlsx"})
    assert refused.status_code == 422
    assert faults_of(refused.text) == []
    whole = operator.post(address, data={"reason": REASON, "format": "xlsx"})
    assert PHONE in _cells(whole.content)
    auditor = reader(Role.AUDITOR)
    assert f"demands.xlsx: {REASON}" in text_of(auditor.get("/audit?action=contact.ask").text)
    assert "JN-D-" in text_of(auditor.get("/audit?action=record.contacts").text), "each contact is an entry"
    assert operator.post("/exports/lists/contracts", data={"reason": REASON}).status_code == 404
    assert reader(Role.ENTERPRISE).post(address, data={"reason": REASON}).status_code == 404
