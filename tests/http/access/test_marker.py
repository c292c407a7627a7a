"""What is written in confidential fields comes back in no answer to those who may not read it: every route and page."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from fastapi.testclient import TestClient

from app.accounts.models import Role
from app.accounts.sessions.browser import log_in_browser
from app.database import Database
from app.settings import Settings
from app.talent.spreadsheets import XLSX_TYPE
from app.web.pages import PAGES
from tests.support.builders.accounts import KIND_OF_ROLE, PASSWORD, make_organisation, make_user
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario

SECRET, MEMBERS, CONTACT = "岫泺隐九三", "岱屿显七四", "岚汶隐五六"
"""In fields of the owner alone, in fields of those who are logged in, and in contacts, which the bureau does not see
either before it asks."""
OPEN_ENDED = {"/v1/pushes/stream", "/v1/notices/stream", "/inbox/stream", "/notices/stream"}
ASKED = (
    "/v1/demands?q=补焊&facets=true",
    "/v1/achievements?q=补焊&facets=true",
    "/v1/managers?q=林若&facets=true",
    "/v1/oai-pmh?verb=ListRecords&metadataPrefix=oai_dc",
    "/search?q=补焊",
)


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """What texts mean does not matter here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


def written(scenario: Scenario) -> list[str]:
    """A demand, an achievement and a manager with the marks in their fields; the addresses that answer by their ids."""
    mail = {"contact_name": CONTACT, "contact_email": f"{CONTACT}@example.cn", "contact_phone": CONTACT}
    kept: dict[str, Any] = mail | {"source_ref": SECRET, "review_note": SECRET}
    hidden = kept | {
        "publish_mode": "confidential",
        "confidential_note": SECRET,
        "title": "铸铁件补焊裂纹控制",
    }
    demand = scenario.demand(
        owner=scenario.enterprise.organisation_id,
        **hidden,
        existing_basis=SECRET,
        preferred_partners=[SECRET],
        main_problem=MEMBERS,
        expected_goal=MEMBERS,
    )
    achievement = scenario.achievement(
        owner=scenario.institution.organisation_id,
        **hidden,
        registration_number=SECRET,
        ip_list=[{"type": "invention_patent", "number": SECRET}],
        completed_by=[{"name": SECRET}],
        summary=MEMBERS,
        advantages=MEMBERS,
    )
    manager = scenario.manager(
        owner=scenario.lead.organisation_id,
        title="林若溪",
        **kept,
        declared_conflicts=[{"organisation_id": None, "name": SECRET, "reason": SECRET}],
        certificates=[{"level": "primary", "number": SECRET, "issued_on": "2025-03-01"}],
    )
    scenario.rank_pair(demand, achievement)
    ids = {"demands": demand, "achievements": achievement, "managers": manager}
    own = [f"/v1/{kind}/{id_}" for kind, id_ in ids.items()]
    return own + [f"{path}/{part}" for path in own for part in ("versions", "matches", "matches.pdf")]


def addresses(app: Any) -> list[str]:
    """Every route that answers GET without parameters, and the lists as files."""
    routes = [path for path, methods in app.openapi()["paths"].items() if "get" in methods]
    routes = [path.replace("{format_}", form) for path in routes for form in ("csv", "jsonl", "xlsx")]
    found = [*routes, *(page.address for page in PAGES), *ASKED]
    return [one for one in dict.fromkeys(found) if "{" not in one and one not in OPEN_ENDED]


def texts_of(answer: Any) -> str:
    """What an answer says: its headers, its text, and the texts within a workbook or a PDF file."""
    body, kind = answer.content, answer.headers.get("content-type", "")
    if body.startswith(b"%PDF"):
        text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))
    elif body.startswith(b"PK") and "spreadsheetml" in kind:
        sheets = openpyxl.load_workbook(io.BytesIO(body)).worksheets
        text = "\n".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)
    else:
        text = answer.text
    return f"{text}\n{answer.headers}"


def browser_of(app: Any, settings: Settings, role: Role | None) -> TestClient:
    """The browser of a new user; of nobody without a role."""
    http = TestClient(
        app,
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Language": "zh-CN"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )
    if role is not None:
        database = app.state.services[Database]
        with database.unit_of_work() as session:
            user = make_user(
                session, role=role, organisation=make_organisation(session, kind=KIND_OF_ROLE[role])
            )
            email = user.email
        login = log_in_browser(
            database, settings, email=email, password=PASSWORD, address="test", device="test"
        )
        http.cookies.set("sanku", login.cookie)
    return http


@ON_ONE_DATABASE
def test_no_answer_holds_what_its_reader_may_not_know(
    app: Any, settings: Settings, log_in: LogIn, client: Any
) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    records = written(scenario)
    assert SECRET in texts_of(scenario.enterprise.get("/v1/exports/demands.xlsx"))
    assert CONTACT in scenario.enterprise.get(records[0]).text
    assert SECRET in scenario.enterprise.get(records[0]).text
    assert SECRET in scenario.institution.get(records[1]).text
    assert SECRET in scenario.operator.get(records[2]).text
    for kind in ("demands", "achievements"):
        assert "补焊" in client.get(f"/v1/{kind}").text
    asked = addresses(app) + records
    leaks, kinds = [], set()
    for role in (None, *Role):
        reader = client if role is None else log_in(role)
        browser = browser_of(app, settings, role)
        marks = {None: (SECRET, MEMBERS, CONTACT), Role.OPERATOR: (CONTACT,)}.get(role, (SECRET, CONTACT))
        for address in asked:
            answer = (reader if address.startswith("/v1/") else browser).get(address)
            whole = texts_of(answer)
            kinds.add(answer.headers.get("content-type", "").partition(";")[0])
            leaks += [(str(role), address, mark) for mark in marks if mark in whole]
    assert leaks == []
    assert {XLSX_TYPE, "application/pdf"} <= kinds, "workbooks and PDF files were looked into"
    members = log_in(Role.INVESTOR).get(records[0])
    assert MEMBERS in members.text
