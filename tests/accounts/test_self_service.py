"""What people do for their own account: confirm a registration, reset a password, change the mailbox, end sessions."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.accounts.links.models import AccountLink
from app.accounts.models import Organisation, Role, User
from app.database import Database, now
from app.events.outbox import Event
from app.settings import Settings
from tests.accounts.conftest import People
from tests.accounts.test_users import REGISTRATION, confirm, register
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.links import last_token
from tests.support.http import ok, refused, wrong_fields

EMAIL: str = REGISTRATION["user"]["email"]
NEW_PASSWORD = "Another-word-93"


def outdate_links(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(update(AccountLink).values(expires_at=now() - timedelta(seconds=1)))


def mails_requested(database: Database) -> int:
    with database.reading() as session:
        query = select(func.count()).where(Event.name == "message.due")
        return session.scalar(query) or 0


def ask_for_reset(client: TestClient, email: str) -> Any:
    return client.post("/v1/auth/password-reset", json={"email": email})


def reset(client: TestClient, token: str, password: str = NEW_PASSWORD) -> Any:
    body = {"token": token, "new_password": password}
    return client.post("/v1/auth/password-reset/confirm", json=body)


class TestRegistration:
    def test_before_the_mailbox_is_confirmed_nothing_exists(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        """Neither the address, nor the name, nor the credit code is taken by an unconfirmed registration."""
        ok(register(client), 202)
        with database.reading() as session:
            assert session.scalars(select(User)).all() == []
            assert session.scalars(select(Organisation)).all() == []
        ok(register(client, user__email="owner@valve.example.com"), 202)
        ok(confirm(client, database, settings, "owner@valve.example.com"))

    def test_a_link_is_used_once_and_not_forever(
        self, client: TestClient, database: Database, settings: Settings
    ) -> None:
        register(client)
        token = last_token(database, settings, EMAIL)
        outdate_links(database)
        refused(client.post("/v1/auth/verify-mail", json={"token": token}), 404, "link_invalid")
        register(client)
        ok(confirm(client, database, settings, EMAIL))
        refused(confirm(client, database, settings, EMAIL), 404, "link_invalid")
        refused(client.post("/v1/auth/verify-mail", json={"token": "x" * 43}), 404, "link_invalid")

    def test_the_store_holds_neither_token_nor_password(
        self, client: TestClient, database: Database, settings: Settings
    ) -> None:
        register(client)
        with database.engine.connect() as connection:
            stored = str(connection.exec_driver_sql("SELECT * FROM account_links").all())
            events = str(connection.exec_driver_sql("SELECT * FROM events").all())
        token = last_token(database, settings, EMAIL)
        assert token not in stored + events
        assert PASSWORD not in stored + events

    def test_the_answer_does_not_tell_who_has_an_account(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        user = people.make()
        taken = register(client, user__email=user.email.upper())
        free = register(client, user__email="free@example.com")
        assert taken.status_code == free.status_code == 202
        assert taken.json().keys() == free.json().keys()
        assert mails_requested(database) == 2, "the owner learns that somebody tried"
        refused(confirm(client, database, settings, user.email), 409, "email_taken")
        for email in (user.email, "free@example.com"):
            login = client.post("/v1/auth/token", data={"username": email, "password": "Quancheng-72-x"})
            refused(login, 401, "invalid_credentials")

    def test_the_mail_is_sent_again_but_not_endlessly(self, client: TestClient, database: Database) -> None:
        register(client)
        again = [client.post("/v1/register/resend", json={"email": EMAIL}).status_code for _ in range(4)]
        assert again == [202, 202, 202, 429]
        assert mails_requested(database) == 4
        ok(client.post("/v1/register/resend", json={"email": "nobody@example.com"}), 202)
        assert mails_requested(database) == 4

    def test_nobody_uses_up_the_mails_that_another_asks_for(self, app: Any, database: Database) -> None:
        """To register somebody's mailbox again and again keeps nobody from their own link."""

        def at(n: int) -> TestClient:
            return TestClient(app, client=(f"10.{n}.0.1", 4000))

        for n in range(5):
            for _ in range(3):
                ok(register(at(n)), 202)
        flood = mails_requested(database)
        assert flood < 15
        ok(register(at(7)), 202)
        ok(at(8).post("/v1/register/resend", json={"email": EMAIL}), 202)
        assert mails_requested(database) == flood + 2

    def test_a_credit_code_registered_meanwhile_refuses_the_second(
        self, client: TestClient, database: Database, settings: Settings
    ) -> None:
        code = "91370102YY000001X4"
        register(client, organisation__uscc=code)
        register(client, organisation__uscc=code, user__email="second@example.com")
        ok(confirm(client, database, settings, EMAIL))
        problem = refused(confirm(client, database, settings, "second@example.com"), 409, "uscc_taken")
        assert problem["errors"][0]["field"] == "organisation.uscc"

    def test_the_bureau_confirms_whom_no_mail_reaches(self, client: TestClient, people: People) -> None:
        register(client)
        operator = people.role(Role.OPERATOR)
        (pending,) = ok(client.get("/v1/registrations", headers=operator))["items"]
        assert (pending["email"], pending["organisation_name"]) == (EMAIL, "济南泉城阀门有限公司")
        path = f"/v1/registrations/{pending['id']}/confirm"
        for role in (Role.ENTERPRISE, Role.MANAGER, Role.INVESTOR, Role.INSTITUTION):
            assert client.post(path, headers=people.role(role)).status_code == 403
            assert client.get("/v1/registrations", headers=people.role(role)).status_code == 403
        ok(client.post(path, headers=operator))
        assert client.post(path, headers=operator).status_code == 404
        login = client.post("/v1/auth/token", data={"username": EMAIL, "password": PASSWORD})
        assert login.status_code == 200


class TestPasswordReset:
    def test_the_owner_of_the_mailbox_sets_a_new_password_and_every_session_ends(
        self, client: TestClient, people: People, database: Database, settings: Settings, log_in: Any
    ) -> None:
        user = people.make()
        header = people.headers(user)
        ok(ask_for_reset(client, user.email), 202)
        token = last_token(database, settings, user.email)
        assert wrong_fields(reset(client, token, "short")) == ["new_password"] * 2
        ok(reset(client, token), 204)
        assert client.get("/v1/me", headers=header).status_code == 401
        assert log_in(user).status_code == 401
        assert log_in(user, NEW_PASSWORD).status_code == 200
        refused(reset(client, token, "Third-word-9377"), 404, "link_invalid")

    @pytest.mark.parametrize("spoilt", ["expired", "deactivated", "another purpose", "later used"])
    def test_a_link_that_is_over_sets_nothing(
        self, client: TestClient, people: People, database: Database, settings: Settings, spoilt: str
    ) -> None:
        user = people.make()
        ask_for_reset(client, user.email)
        token = last_token(database, settings, user.email)
        match spoilt:
            case "expired":
                outdate_links(database)
            case "deactivated":
                with database.unit_of_work() as session:
                    session.execute(update(User).values(active=False))
            case "another purpose":
                register(client)
                token = last_token(database, settings, EMAIL)
            case "later used":
                ask_for_reset(client, user.email)
                ok(reset(client, last_token(database, settings, user.email)), 204)
        refused(reset(client, token), 404, "link_invalid")

    def test_the_answer_does_not_tell_who_has_an_account(self, client: TestClient, people: People) -> None:
        known, unknown = ask_for_reset(client, people.make().email), ask_for_reset(client, "no@example.com")
        assert (known.status_code, unknown.status_code) == (202, 202)
        assert known.json().keys() == unknown.json().keys()

    def test_requests_are_limited(self, client: TestClient) -> None:
        codes = [ask_for_reset(client, "li@example.com").status_code for _ in range(4)]
        assert codes == [202, 202, 202, 429]

    def test_one_mailbox_is_not_flooded_from_many_addresses(
        self, app: Any, people: People, database: Database, settings: Settings
    ) -> None:
        user = people.make()
        for n in range(15):
            ok(ask_for_reset(TestClient(app, client=(f"10.{n}.0.1", 4000)), user.email), 202)
        assert mails_requested(database) == 10


class TestMailbox:
    def change(self, client: TestClient, header: dict[str, str], email: str, password: str = PASSWORD) -> Any:
        body = {"email": email, "password": password}
        return client.post("/v1/me/email", json=body, headers=header)

    def test_a_new_address_holds_once_it_is_confirmed(
        self, client: TestClient, people: People, database: Database, settings: Settings, log_in: Any
    ) -> None:
        user = people.make(email="old@example.com")
        header = people.headers(user)
        ok(self.change(client, header, "New@example.com"), 202)
        assert log_in(user).status_code == 200, "the old one holds until then"
        answer = ok(confirm(client, database, settings, "new@example.com"))
        assert (answer["purpose"], answer["user"]["email"]) == ("change_mail", "new@example.com")
        assert log_in(user).status_code == 401
        login = client.post("/v1/auth/token", data={"username": "new@example.com", "password": PASSWORD})
        assert login.status_code == 200
        with database.reading() as session:
            notice = session.scalars(select(AccountLink).where(AccountLink.email == "old@example.com")).one()
            assert notice.purpose == "mail_changed"

    def test_it_takes_the_password_and_another_address(self, client: TestClient, people: People) -> None:
        header = people.headers(people.make(email="old@example.com"))
        assert wrong_fields(self.change(client, header, "old@example.com")) == ["email"]
        assert wrong_fields(self.change(client, header, "no address")) == ["email"]
        assert wrong_fields(self.change(client, header, "n@example.com", "Wrong-password-1")) == ["password"]

    def test_it_does_not_tell_who_has_an_account_and_takes_nobody_s_address(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        other = people.make()
        ok(self.change(client, people.role(Role.ENTERPRISE), other.email), 202)
        refused(confirm(client, database, settings, other.email), 409, "email_taken")

    def test_a_changed_password_ends_what_was_requested_before(
        self, client: TestClient, people: People, database: Database, settings: Settings
    ) -> None:
        """A thief of the session keeps no way back in."""
        user = people.make()
        header = people.headers(user)
        ok(self.change(client, header, "thief@example.com"), 202)
        ask_for_reset(client, user.email)
        by_mail = last_token(database, settings, user.email)
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        ok(client.post("/v1/me/password", json=body, headers=header), 204)
        refused(confirm(client, database, settings, "thief@example.com"), 404, "link_invalid")
        refused(reset(client, by_mail, "Third-word-9377"), 404, "link_invalid")


class TestSessions:
    def log_in_with(self, client: TestClient, user: User, device: str) -> dict[str, str]:
        answer = client.post(
            "/v1/auth/token",
            data={"username": user.email, "password": PASSWORD},
            headers={"User-Agent": device},
        )
        return {"Authorization": f"Bearer {ok(answer)['access_token']}"}

    def test_a_user_sees_their_sessions_and_ends_one_or_all_others(
        self, client: TestClient, people: People
    ) -> None:
        user, other = people.make(), people.headers(people.make())
        desk, phone, lost = (self.log_in_with(client, user, name) for name in ("desk", "phone", "lost"))
        listed = ok(client.get("/v1/me/sessions", headers=desk))
        assert [one["device"] for one in listed] == ["lost", "phone", "desk"]
        assert [one["current"] for one in listed] == [False, False, True]
        assert all(one["address"] and one["last_used_at"] for one in listed)
        path = f"/v1/me/sessions/{listed[0]['id']}"
        assert client.delete(path, headers=other).status_code == 404
        ok(client.delete(path, headers=desk), 204)
        assert client.get("/v1/me", headers=lost).status_code == 401
        assert client.delete(path, headers=desk).status_code == 404
        ok(client.delete("/v1/me/sessions", headers=desk), 204)
        assert client.get("/v1/me", headers=phone).status_code == 401
        assert len(ok(client.get("/v1/me/sessions", headers=desk))) == 1

    def test_an_api_key_has_no_sessions(self, client: TestClient, people: People) -> None:
        key = {"X-API-Key": people.key(people.make(), "demands:read")}
        assert client.get("/v1/me/sessions", headers=key).status_code == 403
        assert client.delete("/v1/me/sessions", headers=key).status_code == 403

    def test_a_session_ends_however_often_it_is_refreshed(
        self, client: TestClient, people: People, database: Database, settings: Settings, log_in: Any
    ) -> None:
        tokens = ok(log_in(people.make()))
        tokens = ok(client.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}))
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE login_sessions SET created_at = '2020-01-01 00:00:00'")
        over = client.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        refused(over, 401, "invalid_refresh_token")
