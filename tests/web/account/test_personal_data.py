"""One's own data, over the API and the page: taken out as a file, and erased."""

import io
import json
import zipfile
from typing import Any

from sqlalchemy import select

from app import database_schema
from app.accounts.models import Role, User
from app.database import Database
from app.store.personal_data import PLACES, OnErasure
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import LogIn
from tests.web.html import faults_of
from tests.web.readers import ReaderOf

NAME, PHONE = "欧阳白鹭", "13905319876"


def mentions(database: Database, *words: str) -> dict[str, set[str]]:
    """Word → the tables that hold it."""
    found: dict[str, set[str]] = {word: set() for word in words}
    with database.engine.connect() as connection:
        for table in database_schema.metadata().sorted_tables:
            # As tuples: the text of a row leaves out the middle of long ones.
            rows = str([tuple(row) for row in connection.execute(select(table))])
            for word in words:
                if word in rows:
                    found[word].add(table.name)
    return found


def test_every_table_with_a_user_has_its_place() -> None:
    decided = {place.table for place in PLACES}
    with_users = {table.name for table in database_schema.metadata().sorted_tables if "user_id" in table.c}
    assert with_users <= decided
    for place in PLACES:
        columns = database_schema.metadata().tables[place.table].c
        assert {place.person, *place.shown, *place.blanked} <= {column.name for column in columns}
        assert all(place.why) is (place.on_erasure is OnErasure.KEEP)
        assert not {"password_hash", "digest", "sealed"} & set(place.shown)


def test_a_person_takes_out_their_data_and_erases_it(app: Any, log_in: LogIn) -> None:
    """One story of a user who is the contact of a demand, and whose colleague stays."""
    database = app.state.services[Database]
    person = log_in(Role.ENTERPRISE, administrator=True)
    colleague = log_in(Role.ENTERPRISE, organisation_id=person.organisation_id, administrator=True)
    with database.unit_of_work() as session:
        user = session.get_one(User, person.user_id)
        user.name = NAME
        email = user.email
        other = session.get_one(User, colleague.user_id).email
    contact = {"contact_name": NAME, "contact_phone": PHONE, "contact_email": email}
    made = person.post(
        "/v1/demands", json=demand_payload(**contact), headers={"Idempotency-Key": "erasure-story-1"}
    )
    assert made.status_code == 201, made.text
    changed = person.patch(
        f"/v1/demands/{made.json()['id']}",
        json={"expected_goal": f"联系 {PHONE} 取样,年产 3000 套。", "confidential_note": f"{email} 接洽"},
        headers={"If-Match": made.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    before = mentions(database, email, PHONE, NAME)
    assert {"demands", "record_versions", "search_documents", "idempotency_keys"} <= before[PHONE]
    assert {"users", "record_versions", "idempotency_keys"} <= before[NAME]

    taken = person.get("/v1/me/data").json()
    assert taken["users"][0]["email"] == email
    assert other not in json.dumps(taken)
    assert "password_hash" not in json.dumps(taken)
    archive = zipfile.ZipFile(io.BytesIO(person.get("/v1/me/data", params={"format": "zip"}).content))
    assert json.loads(archive.read("users.json"))[0]["name"] == NAME

    assert person.post("/v1/me/erasure", json={"password": "Wrong-password-1"}).status_code == 422
    assert mentions(database, email)[email] == before[email]
    erased = person.post("/v1/me/erasure", json={"password": PASSWORD})
    assert erased.status_code == 200, erased.text
    assert {"audit_entries", "contract_signatures"} <= {one["place"] for one in erased.json()}
    assert all(one["zh"] and one["en"] for one in erased.json())
    assert mentions(database, email, PHONE, NAME) == {email: set(), PHONE: set(), NAME: set()}
    assert person.get("/v1/me").status_code == 401
    shown = colleague.get(f"/v1/demands/{made.json()['id']}").json()
    assert shown["title"] == made.json()["title"], "the organisation's record stays"


def test_an_erasure_leaves_what_is_about_others(app: Any, log_in: LogIn) -> None:
    """Anybody can enter anybody's telephone as their own, and call themselves as others do."""
    database = app.state.services[Database]
    leaving, staying = log_in(Role.ENTERPRISE, administrator=True), log_in(Role.ENTERPRISE)
    colleague = log_in(Role.ENTERPRISE, organisation_id=leaving.organisation_id, administrator=True)
    with database.unit_of_work() as session:
        user = session.get_one(User, leaving.user_id)
        user.name, user.email = NAME, "li@erasure.example"
    longer = "wang.li@erasure.example"
    numbers = ("0531-88886666", "13905310000")
    contact = {"contact_name": "王力", "contact_email": longer, "contact_phone": "0531-88886666"}
    goal = f"联系 {longer} 取样，编号 113905310000。"
    for caller in (staying, colleague):
        made = caller.post("/v1/demands", json=demand_payload(**contact, expected_goal=goal))
        assert made.status_code == 201, made.text
    for number in numbers:
        own = {"contact_name": NAME, "contact_phone": number, "contact_email": None}
        made = leaving.post("/v1/demands", json=demand_payload(**own, title=f"泵体铸件打磨 {number[-4:]}"))
        assert made.status_code == 201, made.text
    assert leaving.post("/v1/me/erasure", json={"password": PASSWORD}).status_code == 200
    demands = database_schema.metadata().tables["demands"]
    with database.reading() as session:
        columns = (demands.c.contact_name, demands.c.contact_phone, demands.c.contact_email)
        rows = session.execute(select(*columns, demands.c.expected_goal)).all()
    kept = [row[1:] for row in rows if row[0] == "王力"]
    assert [tuple(row) for row in kept] == [("0531-88886666", longer, goal)] * 2
    assert mentions(database, NAME) == {NAME: set()}


def test_the_page_of_ones_own_data(reader: ReaderOf) -> None:
    someone = reader(Role.INVESTOR)
    page = someone.get("/account/data")
    assert faults_of(page.text) == []
    assert "审计日志" in page.text, "what is kept, and why"
    assert someone.get("/account/data/download").content.startswith(b"PK")
    refused = someone.post("/account/data/erase", data={"password": "Wrong-password-1"})
    assert refused.status_code == 422
    assert "密码不正确" in refused.text
    last = someone.post("/account/data/erase", data={"password": PASSWORD})
    assert last.status_code in (303, 409)


def test_a_manager_withdraws_their_card_first(app: Any, log_in: LogIn, as_operator: Any) -> None:
    database = app.state.services[Database]
    person = log_in(Role.MANAGER)
    payload = manager_payload(title=NAME, user_id=str(person.user_id), contact_phone=PHONE)
    made = as_operator.post("/v1/managers", json=payload | {"owner_org_id": str(person.organisation_id)})
    assert made.status_code == 201, made.text
    refused = person.post("/v1/me/erasure", json={"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "record_published")
    path = f"/v1/managers/{made.json()['id']}"
    withdrawn = as_operator.post(
        f"{path}/withdraw", headers={"If-Match": as_operator.get(path).headers["ETag"]}
    )
    assert withdrawn.status_code == 200, withdrawn.text
    assert person.post("/v1/me/erasure", json={"password": PASSWORD}).status_code == 200
    assert mentions(database, PHONE, NAME) == {PHONE: set(), NAME: set()}
