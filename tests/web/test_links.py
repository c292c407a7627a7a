"""Links of mails lead each reader to their own page of what the message is about."""

import re
from typing import Any
from uuid import uuid4

import pytest

from app.accounts.models import Role
from app.database import Database
from app.notifications.notices.models import Notice
from app.web.page import built_pages
from app.web.pages import BY_ADDRESS, MappedPage
from tests.support.builders.demands import demand_payload
from tests.web.html import text_of
from tests.web.readers import ReaderOf

NIL = "00000000-0000-0000-0000-000000000000"


def test_a_stranger_logs_in_first_and_is_led_on(reader: ReaderOf) -> None:
    answer = reader(None).get(f"/open/pushes/{NIL}")
    assert answer.headers["location"] == f"/login?next=/open/pushes/{NIL}"


def test_a_record_leads_its_owner_to_work_and_others_to_read(reader: ReaderOf, as_enterprise: Any) -> None:
    made = as_enterprise.post("/v1/demands", json=demand_payload()).json()
    for role in (Role.MANAGER, Role.OPERATOR, Role.ENTERPRISE):
        answer = reader(role).get(f"/open/demands/{made['id']}")
        assert answer.headers["location"] == f"/demands/{made['number']}"


@pytest.mark.parametrize(
    ("role", "path", "place"),
    [
        (Role.MANAGER, f"pushes/{NIL}", f"/inbox/{NIL}"),
        (Role.ENTERPRISE, f"engagements/{NIL}", f"/engagements/{NIL}"),
        (Role.MANAGER, f"filings/{NIL}", "/me/recognition/filing"),
        (Role.OPERATOR, f"filings/{NIL}", f"/bureau/filings/{NIL}"),
        (Role.ENTERPRISE, "notices", "/notices"),
        (Role.OPERATOR, f"certificates/{NIL}", "/bureau/certificates"),
        (Role.OPERATOR, f"match-reports/{NIL}", "/bureau/reports"),
        (Role.MANAGER, f"match-reports/{NIL}", "/inbox"),
        (Role.OPERATOR, f"recognition-rounds/{NIL}/objections", f"/bureau/rounds/{NIL}/objections"),
        (Role.MANAGER, f"recognition-rounds/{NIL}/objections", "/me/recognition/rounds"),
        (Role.INSTITUTION, "affiliations", "/desk/staff"),
        (Role.OPERATOR, "organisations", "/bureau/organisations"),
    ],
)
def test_each_role_has_its_place(reader: ReaderOf, role: Role, path: str, place: str) -> None:
    assert reader(role).get(f"/open/{path}").headers["location"] == place


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "demands",
        f"demands/{NIL}",
        "demands/x",
        f"contracts/{NIL}",
        "pushes/x",
        "//evil.example",
    ],
)
def test_what_is_no_link_of_a_message_is_not_found(reader: ReaderOf, path: str) -> None:
    answer = reader(Role.MANAGER).get(f"/open/{path}")
    assert answer.status_code == 404, answer.headers.get("location")


def test_notices_are_counted_and_read(app: Any, reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    empty = who.get("/notices")
    assert "没有通知" in empty.text
    assert who.post("/notices/read", data={"notice": NIL}).status_code == 404
    assert who.post("/notices/read", data={"notice": "x"}).status_code == 404
    assert who.post("/notices/read").headers["location"] == "/notices"
    assert 'class="unread"' not in empty.text
    with app.state.services[Database].unit_of_work() as session:
        for number in range(3):
            session.add(
                Notice(
                    event_id=uuid4(),
                    type="demand_published",
                    group="records",
                    recipient_kind="user_id",
                    recipient_id=who.user_id,
                    zh=f"第 {number} 条",
                    en=f"number {number}",
                )
            )
    assert "3 条未读通知" in text_of(who.get("/desk").text)
    first, *_ = re.findall(r'name="notice" value="([^"]+)"', who.get("/notices").text)
    assert who.post("/notices/read", data={"notice": first}).status_code == 303
    assert "2 条未读通知" in text_of(who.get("/desk").text)
    assert who.post("/notices/read").status_code == 303
    assert "条未读通知" not in text_of(who.get("/desk").text)


def test_channels_of_notices_are_chosen_by_group(reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    assert 'name="contracts" value="mail" checked' in who.get("/account/notices").text
    saved = who.post("/account/notices", data={"_version": "0", "tasks": ["mail", "robot"]})
    assert saved.status_code == 303
    page = who.get("/account/notices").text
    assert 'name="contracts" value="mail" checked' not in page
    assert 'name="tasks" value="robot" checked' in page
    assert who.post("/account/notices", data={"_version": "0"}).status_code == 412


def test_another_language_keeps_the_ticks_and_stores_nothing(reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    page = who.post("/account/notices", data={"_version": "0", "tasks": ["robot"], "_lang": "en"})
    assert page.status_code == 200 and "Notifications" in text_of(page.text)
    assert 'name="tasks" value="robot" checked' in page.text
    assert 'name="contracts" value="mail" checked' not in page.text
    assert 'name="contracts" value="mail" checked' in who.get("/account/notices").text


def mapped(path: str) -> MappedPage | None:
    """The page at this path; one without parameters comes first."""
    if path in BY_ADDRESS:
        return BY_ADDRESS[path]
    shapes = ((re.sub(r"\{[^}]+\}", "[^/]+", address), page) for address, page in BY_ADDRESS.items())
    return next((page for shape, page in shapes if re.fullmatch(shape, path)), None)


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_no_page_leads_its_reader_to_a_page_of_another_role(
    app: Any, reader: ReaderOf, role: Role | None
) -> None:
    someone, colleague = reader(role), reader(Role.ENTERPRISE)
    opened = {address for address in built_pages(app) if "{" not in address} | {
        f"/bureau/users/{colleague.user_id}",
        f"/bureau/organisations/{colleague.organisation_id}",
    }
    refused: dict[str, list[str]] = {}
    for address in sorted(opened):
        page = mapped(address)
        if page is None or role not in page.readers or address == "/logout":
            continue
        shown = someone.get(address)
        if shown.status_code != 200 or "text/html" not in shown.headers["content-type"]:
            continue
        leads = set(re.findall(r'href="(/[^"#?]*)', shown.text))
        wrong = [one for one in sorted(leads) if (to := mapped(one)) is not None and role not in to.readers]
        # A stranger is led over the login.
        refused |= {address: wrong} if wrong and role is not None else {}
    assert refused == {}
