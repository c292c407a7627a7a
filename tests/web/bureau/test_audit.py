"""Readings of personal and confidential data are in the audit trail, whichever way they were read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts import audit
from app.accounts.access.actions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import AuditEntry, Organisation, Role, User
from app.database import Database
from app.libraries.demands.models import Demand
from app.schedule import watch_reading
from app.settings import Settings
from app.talent.affiliations.models import ConsentState
from app.talent.certificates.models import TRANSITIONS as CERTIFICATE
from app.talent.contests.models import TRANSITIONS as CONTEST
from app.talent.filings.models import TRANSITIONS as FILING
from app.talent.rankings.models import TRANSITIONS as RANKING
from app.talent.rounds.models import TRANSITIONS as ROUND
from app.talent.trainings.models import TRANSITIONS as TRAINING
from app.web.bureau.lists.words import action_words
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.demands import demand_payload
from tests.support.http import metrics_of
from tests.support.scenario import Scenario
from tests.web.html import faults_of, text_of
from tests.web.readers import ReaderOf

PHONE = "13905310001"
REASON = "来电反映内容有误，需回电核实"
ENGLISH = {"Accept-Language": "en"}
APP = Path(audit.__file__).parents[2]
MOVES = {
    "certificate": CERTIFICATE,
    "contest": CONTEST,
    "filing": FILING,
    "ranking": RANKING,
    "round": ROUND,
    "training": TRAINING,
}


def readings(app: Any) -> list[tuple[str, str]]:
    """Action and details of each."""
    with app.state.services[Database].reading() as session:
        query = select(AuditEntry.action, AuditEntry.details).where(AuditEntry.action.startswith("record."))
        return [(row.action, row.details) for row in session.execute(query.order_by(AuditEntry.id))]


def test_who_reads_contacts_and_confidential_texts_is_recorded(
    app: Any, reader: ReaderOf, as_enterprise: Any, as_operator: Any
) -> None:
    answer = as_enterprise.post(
        "/v1/demands",
        json=demand_payload(
            publish_mode="confidential",
            contact_name="李主任",
            contact_phone=PHONE,
            confidential_note="内部试验线",
        ),
    )
    assert answer.status_code == 201, answer.text
    demand = answer.json()
    as_enterprise.get(f"/v1/demands/{demand['id']}")
    reader(Role.INSTITUTION).get(f"/demands/{demand['number']}")
    assert readings(app) == [], "neither the owner's own data, nor what everybody may see"

    secret, both = (
        ("record.confidential", demand["number"]),
        [
            ("record.confidential", demand["number"]),
            ("record.contacts", demand["number"]),
        ],
    )
    assert PHONE not in as_operator.get(f"/v1/demands/{demand['id']}").text
    assert readings(app) == [secret], "masked contacts are none"
    asked = as_operator.post(f"/v1/demands/{demand['id']}/contacts", json={"reason": REASON})
    assert asked.json()["contact_phone"] == PHONE
    assert readings(app) == [secret, both[1]]
    assert PHONE in as_operator.get(f"/v1/demands/{demand['id']}").text
    assert readings(app) == [secret, both[1], *both]
    reader(Role.OPERATOR).get(f"/demands/{demand['number']}")
    as_operator.get("/v1/demands", params={"limit": 5})
    assert readings(app)[4:] == [secret, *both], "another operator has not asked; a list shows them, too"
    before = len(readings(app))
    assert PHONE not in str(readings(app))
    assert as_operator.get(f"/v1/demands/{demand['number']}x").status_code == 422
    assert len(readings(app)) == before

    services = app.state.services
    services[Settings] = services[Settings].model_copy(update={"mass_reading": 4})
    for _ in range(2):
        with services[Database].unit_of_work() as session:
            watch_reading(services, session)
    alarms = reader(Role.AUDITOR).get("/audit?action=reading.many").text
    assert alarms.count("6 readings within 24 hours") == 1, "the other operator has read less"
    assert "sanku_reading_alarms 1.0" in metrics_of(as_operator)


def test_the_trail_names_whom_and_what_its_ids_stand_for(
    app: Any, reader: ReaderOf, scenario: Scenario
) -> None:
    hidden, shown = scenario.demand(state="draft", title="内部选型"), scenario.demand(title="储罐防腐涂料")
    auditor, other = reader(Role.AUDITOR), reader(Role.INSTITUTION)
    user = reader(Role.OPERATOR)
    operator = Principal(user_id=user.user_id, organisation_id=user.organisation_id, role=Role.OPERATOR)
    with scenario.database.unit_of_work() as session:
        numbers = [session.get_one(Demand, id_).number for id_ in (hidden, shown)]
        for id_ in (hidden, shown):
            audit.record(session, operator, "record.contacts", id_)
        audit.record(session, operator, "affiliation.given", None, str(other.organisation_id))
        audit.record(session, operator, "wall.link", hidden)
        name = session.get_one(User, user.user_id).name
        organisation = session.get_one(Organisation, other.organisation_id).name
    page = auditor.get("/audit")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert name in text and organisation in text
    assert f'<a href="/demands/{numbers[1]}">' in page.text and "储罐防腐涂料" in text
    assert numbers[0] in text and "内部选型" not in text, "a record that the auditor may not read"
    assert f'href="/demands/{numbers[0]}"' not in page.text
    assert str(operator.user_id) not in text and str(shown) not in text
    only = auditor.get(f"/audit?subject={shown}")
    assert "储罐防腐涂料" in text_of(only.text) and numbers[0] not in only.text
    assert "操作人：" in text_of(auditor.get(f"/audit?user={operator.user_id}").text)
    assert auditor.get("/audit?user=nobody").status_code == 422


def test_actions_and_roles_have_words_and_an_address_stands_once(app: Any, reader: ReaderOf) -> None:
    auditor = reader(Role.AUDITOR)
    login = {"email": auditor.email, "password": PASSWORD}
    assert reader(None).post("/login", data=login).status_code == 303
    who = Principal(user_id=auditor.user_id, organisation_id=auditor.organisation_id, role=Role.AUDITOR)
    with app.state.services[Database].unit_of_work() as session:
        audit.record(session, who, "user.create", auditor.user_id, "某公司; role=investor")
        audit.record(session, who, "api_key.refused", None, "sk_ab; address=192.0.2.7")
        audit.record(session, who, "moon.paint", None, "role=painter")
    page = auditor.get("/audit")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert "登录 · 登入 session.open" in text and "address=testclient" not in text
    assert "用户 · 新建 user.create" in text and "某公司; 角色：投资人" in text
    assert "address=192.0.2.7" in text, "another address than the entry's own"
    assert "moon.paint" in text and "role=painter" in text, "what has no words keeps its code"
    assert "User · created user.create" in text_of(auditor.get("/audit", headers=ENGLISH).text)


def _entered(path: Path) -> Iterator[str]:
    """The actions that a module enters in the trail under a code of its own or of the table of rights."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith(
            ("audit.record", "note_read")
        ):
            continue
        for part in ast.walk(ast.Tuple([*call.args, *(one.value for one in call.keywords)])):
            if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]*[a-z]", str(part.value)):
                yield str(part.value)
            elif isinstance(part, ast.Attribute) and ast.unparse(part.value) == "Action":
                yield Action[part.attr].value


def test_whatever_is_entered_in_the_trail_has_words() -> None:
    composed = {
        *(f"{concept}.{name}" for concept, table in MOVES.items() for name in table),
        *(f"affiliation.{state}" for state in (ConsentState.GIVEN, ConsentState.REFUSED)),
        *("round.objection_upheld", "round.objection_dismissed"),
        *(f"contract.{name}" for name in ("amend", "correct", "decline", "pay", "propose", "withdraw")),
        *("model.use", "model.rollback", "ties.changed", "ties.many_changes"),
    }
    entered = {code for path in APP.rglob("*.py") for code in _entered(path)}
    assert len(entered) > 60
    assert sorted(code for code in entered | composed if not action_words(code)) == []


def test_the_auditor_verifies_the_trail_on_their_page(app: Any, reader: ReaderOf) -> None:
    auditor = reader(Role.AUDITOR)
    page = auditor.get("/audit?q=session.open")
    assert faults_of(page.text) == []
    checked = auditor.post("/audit")
    assert checked.status_code == 200
    assert "未发现改动" in checked.text
    assert auditor.get("/audit/export?form=cef").status_code == 200
    security, operator = reader(Role.SECURITY_ADMINISTRATOR), reader(Role.OPERATOR)
    colleague = reader(Role.OPERATOR)
    path = f"/bureau/users/{operator.user_id}"
    assert faults_of(security.get(path).text) == []
    assert security.post(f"{path}/role", data={"_version": "1", "role": "auditor"}).status_code == 303
    assert operator.get("/bureau").headers["location"].startswith("/login"), "their logins have ended"
    assert security.post(f"{path}/role", data={"_version": "1", "role": "nobody"}).status_code == 404
    own = f"/bureau/users/{security.user_id}"
    assert security.post(f"{own}/role", data={"_version": "1", "role": "auditor"}).status_code == 403
    assert colleague.post(f"{own}/role", data={"_version": "1", "role": "auditor"}).status_code == 403


def test_addresses_and_single_words_of_lists_do_not_break(reader: ReaderOf) -> None:
    """A table is narrow on a tablet: `127.0.0.1` and `已启用` stay in one line."""
    trail, users = (
        reader(Role.AUDITOR).get("/audit").text,
        reader(Role.SECURITY_ADMINISTRATOR).get("/bureau/users").text,
    )
    for page, label in ((trail, "来源地址"), (users, "角色"), (users, "状态")):
        assert f'<td data-label="{label}" class="short">' in page, label
