"""Accounts over pages: register in two steps, confirm the mailbox, reset and change a password, end sessions."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.links.models import AccountLink
from app.accounts.models import Organisation, Role, User
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.links import last_token
from tests.web.html import faults_of, filled_fields, hidden_fields
from tests.web.readers import ReaderOf

ORGANISATION = {
    "step": "1",
    "organisation.name": "济南泉城阀门有限公司",
    "organisation.kind": "enterprise",
    "organisation.uscc": "91370102YY000001X4",
    "organisation.region": "370102",
}
EMAIL = "li@valve.example.com"
PERSON = {"step": "2", "user.name": "李明", "user.email": EMAIL, "user.password": PASSWORD}
AGREED = {"notice_version": "1"}
NEW_PASSWORD = "Another-word-93"


def register(stranger: Any, **changes: str) -> Any:
    return stranger.post("/register", data=ORGANISATION | PERSON | AGREED | changes)


def user_exists(database: Database, email: str) -> bool:
    with database.reading() as session:
        return session.scalar(select(User.id).where(User.email == email)) is not None


def test_registering_takes_two_steps_and_a_mail(
    reader: ReaderOf, database: Database, settings: Settings
) -> None:
    stranger = reader(None)
    second = stranger.post("/register", data=ORGANISATION)
    assert second.status_code == 200
    assert faults_of(second.text) == []
    assert 'value="济南泉城阀门有限公司"' in second.text, "the first step travels along"
    sent = register(stranger)
    assert sent.status_code == 200
    assert faults_of(sent.text) == []
    assert EMAIL in sent.text
    assert not user_exists(database, EMAIL)

    token = last_token(database, settings, EMAIL)
    opened = stranger.get("/verify-mail", params={"token": token})
    assert opened.status_code == 200
    assert faults_of(opened.text) == []
    assert not user_exists(database, EMAIL), "mail programs open links by themselves"
    done = stranger.post("/verify-mail", data={"link": token})
    assert done.headers["location"] == "/login"
    assert user_exists(database, EMAIL)
    assert stranger.get("/login").headers["location"] == "/desk", "this browser chose the password"
    again = stranger.post("/verify-mail", data={"link": token})
    assert again.status_code == 404
    assert "只能用一次" in again.text


def test_the_link_alone_opens_no_session(reader: ReaderOf, database: Database, settings: Settings) -> None:
    """Somebody else may have registered with this address, and would read along what its owner writes."""
    register(reader(None))
    other = reader(None)
    other.cookies.set("sanku-registration", "invented", path="/verify-mail")
    token = last_token(database, settings, EMAIL)
    assert other.post("/verify-mail", data={"link": token}).headers["location"] == "/login"
    assert user_exists(database, EMAIL)
    assert other.get("/login").status_code == 200, "the form of the login"


def test_the_credit_code_says_the_region_that_was_not_chosen(
    reader: ReaderOf, database: Database, settings: Settings
) -> None:
    stranger = reader(None)
    assert register(stranger, **{"organisation.region": ""}).status_code == 200
    stranger.post("/verify-mail", data={"link": last_token(database, settings, EMAIL)})
    with database.reading() as session:
        region = session.scalars(select(Organisation.region).where(Organisation.self_registered)).one()
    assert region == "370102"


def test_who_comes_with_a_problem_is_an_enterprise_until_they_choose_otherwise(reader: ReaderOf) -> None:
    stranger = reader(None)
    chosen = re.compile(r'name="organisation.kind" value="(\w+)"[^>]* checked')
    assert chosen.findall(stranger.post("/register", data={"problem": PROBLEM}).text) == ["enterprise"]
    assert chosen.findall(stranger.get("/register").text) == []
    back = stranger.post(
        "/register",
        data=ORGANISATION | PERSON | {"organisation.kind": "university", "problem": PROBLEM, "back": "1"},
    )
    assert chosen.findall(back.text) == ["university"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisation.name", ""),
        ("organisation.uscc", "91370102YY000001X5"),
        ("organisation.uscc", ""),
    ],
)
def test_what_is_wrong_with_the_organisation_is_said_at_its_field_and_nothing_is_lost(
    reader: ReaderOf, field: str, value: str
) -> None:
    page = reader(None).post("/register", data=ORGANISATION | {field: value})
    assert page.status_code == 422
    assert faults_of(page.text) == []
    assert f'href="#f-{field.replace(".", "-")}"' in page.text
    if field != "organisation.name":
        assert "济南泉城阀门有限公司" in page.text


def test_a_foreign_organisation_needs_no_code_and_the_page_says_how(reader: ReaderOf) -> None:
    stranger, foreign = reader(None), {"organisation.uscc": "", "organisation.region": "000000"}
    refused = stranger.post("/register", data=ORGANISATION | {"organisation.uscc": ""})
    assert "境外" in refused.text
    assert "000000," not in refused.text
    second = stranger.post("/register", data=ORGANISATION | foreign)
    assert second.status_code == 200
    assert 'name="user.password"' in second.text


def test_a_kind_that_nobody_registers_by_themselves_leads_back_to_it(reader: ReaderOf) -> None:
    page = register(reader(None), **{"organisation.kind": "bureau"})
    assert page.status_code == 422
    assert 'href="#f-organisation-kind"' in page.text


def test_a_weak_password_is_refused_and_never_shown_again(reader: ReaderOf) -> None:
    page = register(reader(None), **{"user.password": "short"})
    assert page.status_code == 422
    assert "short" not in page.text
    assert "李明" in page.text


def test_going_back_keeps_the_person(reader: ReaderOf) -> None:
    page = register(reader(None), back="1")
    assert page.status_code == 200
    assert "单位全称" in page.text
    assert 'name="user.email" value="li@valve.example.com"' in page.text


def test_the_page_is_the_same_whether_or_not_the_address_has_an_account(reader: ReaderOf) -> None:
    taken = reader(Role.ENTERPRISE).email
    stranger = reader(None)
    pages = [register(stranger, **{"user.email": email}).text for email in (taken, "free@example.com")]
    assert pages[0].replace(taken, "X") == pages[1].replace("free@example.com", "X")


def test_a_forgotten_password_is_reset_by_mail(
    reader: ReaderOf, database: Database, settings: Settings
) -> None:
    email = reader(Role.MANAGER).email
    stranger = reader(None)
    pages = [stranger.post("/forgot-password", data={"email": one}) for one in (email, "no@example.com")]
    assert pages[0].text.replace(email, "X") == pages[1].text.replace("no@example.com", "X")
    token = last_token(database, settings, email)
    weak = stranger.post("/reset-password", data={"link": token, "new_password": "weak"})
    assert weak.status_code == 422
    assert faults_of(weak.text) == []
    done = stranger.post("/reset-password", data={"link": token, "new_password": NEW_PASSWORD})
    assert done.headers["location"] == "/login"
    assert stranger.post("/login", data={"email": email, "password": NEW_PASSWORD}).status_code == 303


def test_a_changed_password_ends_all_sessions(reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    wrong = who.post("/account/password", data={"current_password": "nope", "new_password": NEW_PASSWORD})
    assert wrong.status_code == 422
    assert faults_of(wrong.text) == []
    done = who.post("/account/password", data={"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert done.headers["location"] == "/login"
    assert who.get("/account/profile").headers["location"].startswith("/login")


def test_other_devices_are_listed_and_logged_out(reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    other = reader(None)
    other.post("/login", data={"email": who.email, "password": PASSWORD})
    page = who.get("/account/devices")
    assert faults_of(page.text) == []
    assert "本机" in page.text
    (session,) = re.findall(r'name="session" value="([^"]+)"', page.text)
    assert who.post("/account/devices/end", data={"session": session}).status_code == 303
    assert other.get("/account/profile").headers["location"].startswith("/login")
    assert who.get("/account/profile").status_code == 200


def test_a_session_of_somebody_else_cannot_be_ended(reader: ReaderOf) -> None:
    one, two = reader(Role.ENTERPRISE), reader(Role.MANAGER)
    two_at_home = reader(None)
    two_at_home.post("/login", data={"email": two.email, "password": PASSWORD})
    (session,) = re.findall(r'name="session" value="([^"]+)"', two.get("/account/devices").text)
    for made_up in (session, "x", "00000000-0000-0000-0000-000000000000"):
        assert one.post("/account/devices/end", data={"session": made_up}).status_code == 404
    assert two_at_home.get("/account/profile").status_code == 200


def test_a_new_address_holds_once_it_is_confirmed(
    reader: ReaderOf, database: Database, settings: Settings
) -> None:
    who = reader(Role.ENTERPRISE)
    new = "moved@example.com"
    wrong = who.post("/account/profile", data={"email": new, "password": "nope"})
    assert wrong.status_code == 422
    assert new in wrong.text
    assert who.post("/account/profile", data={"email": new, "password": PASSWORD}).status_code == 303
    assert user_exists(database, who.email)
    who.post("/verify-mail", data={"link": last_token(database, settings, new)})
    assert user_exists(database, new)
    assert not user_exists(database, who.email)


def test_an_invitation_becomes_an_account(
    reader: ReaderOf, as_enterprise: Any, database: Database, settings: Settings
) -> None:
    email = "colleague@valve.example.com"
    made = as_enterprise.post("/v1/invitations", json={"email": email, "role": "enterprise"})
    assert made.status_code in (201, 202), made.text
    token = last_token(database, settings, email)
    stranger = reader(None)
    page = stranger.get("/accept-invitation", params={"token": token})
    assert page.status_code == 200
    assert faults_of(page.text) == []
    assert email in page.text
    weak = stranger.post("/accept-invitation", data={"link": token, "name": "李明", "password": "weak"})
    assert weak.status_code == 422
    assert "李明" in weak.text
    form = {"link": token, "name": "李明", "password": PASSWORD}
    unread = stranger.post("/accept-invitation", data=form)
    assert unread.status_code == 422 and "请阅读现行的告知书" in unread.text
    done = stranger.post("/accept-invitation", data=form | AGREED)
    assert done.headers["location"] == "/login"
    assert user_exists(database, email)
    assert stranger.get("/accept-invitation", params={"token": token}).status_code == 404


PROBLEM = "变速器下线检测靠人耳听，漏检的异响件装车后才发现。" + "希望在节拍内自动判断。" * 150


def test_a_problem_typed_before_the_account_arrives_in_the_form_of_a_demand(
    reader: ReaderOf, database: Database, settings: Settings
) -> None:
    """`/try` → registration → mail → the form; the service stores nothing of it on the way."""
    stranger = reader(None)
    first = stranger.post("/register", data={"problem": PROBLEM})
    assert PROBLEM in first.text
    assert PROBLEM in register(stranger, problem=PROBLEM).text
    with database.reading() as session:
        link = session.scalars(select(AccountLink)).one()
        assert "变速器" not in str(link.data)
    stranger.post("/verify-mail", data={"link": last_token(database, settings, EMAIL)})
    led_on = stranger.get("/login")
    assert faults_of(led_on.text) == []
    assert 'action="/desk/demands/new/suggest"' in led_on.text
    assert hidden_fields(led_on.text)["main_problem"] == PROBLEM
    form = stranger.post("/desk/demands/new/suggest", data=hidden_fields(led_on.text))
    assert faults_of(form.text) == []
    assert filled_fields(form.text)["region"] == "370102", "the organisation's"
    assert re.search(r'name="fields"[^>]* checked', form.text), "what the problem is about"
    assert form.status_code == 200
    assert PROBLEM in form.text
    assert 'value="变速器下线检测靠人耳听"' in form.text, "the first clause is the title"
    assert stranger.get("/login").headers["location"] == "/desk", "it is carried once"


@pytest.mark.parametrize(("role", "arrives"), [(Role.INSTITUTION, True), (Role.INVESTOR, False)])
def test_a_problem_goes_through_the_login(reader: ReaderOf, role: Role, arrives: bool) -> None:
    """By the button beside the matches; who writes no demands may copy it."""
    stranger, user = reader(None), reader(role)
    asked = stranger.post("/desk/demands/new", data={"main_problem": PROBLEM})
    assert asked.status_code == 401
    assert f'name="problem" value="{PROBLEM}"' in asked.text, "registering keeps it, too"
    login = stranger.post(
        "/login", data=hidden_fields(asked.text) | {"email": user.email, "password": PASSWORD}
    )
    form = stranger.post("/desk/demands/new", data=hidden_fields(login.text))
    assert form.status_code == (200 if arrives else 403)
    assert PROBLEM in form.text


def test_damaged_cookies_carry_nothing(reader: ReaderOf) -> None:
    user = reader(Role.ENTERPRISE)
    user.cookies.set("sanku-problem-0", "eJwDAAAAAAE")
    assert user.get("/login").headers["location"] == "/desk"
