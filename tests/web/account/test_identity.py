"""Login by the city's identity provider, against one that listens: sound answers, and those of an attacker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.accounts.models import Role
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.factors import code_of, next_code
from tests.web.account.provider import CLIENT_ID, CLIENT_SECRET, Provider, identity_provider
from tests.web.html import faults_of, hidden_fields
from tests.web.readers import Reader, ReaderOf


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Two logins of one identity meet in the database."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def provider(app: Any, settings: Settings, listening: Provider, tmp_path: Path) -> Provider:
    """The provider as it is set up for the service, with nobody logged in yet."""
    secret = tmp_path / "client-secret"
    secret.write_text(f"{CLIENT_SECRET}\n", encoding="utf-8")
    app.state.services[Settings] = settings.model_copy(
        update={
            "oidc_issuer": listening.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret_file": secret,
        }
    )
    listening.person, listening.forged, listening.signed = {}, {}, "RS256"
    return listening


def back_of(provider: Provider, browser: Reader, *, path: str = "/login/identity") -> str:
    """The address, below ours, to which the provider leads a browser after its login."""
    begun = browser.get(path)
    assert begun.status_code == 303
    back = urlsplit(provider.log_in(begun.headers["location"]))
    return f"{back.path}?{back.query}"


def account(subject: str, email: str, *, verified: bool = True) -> dict[str, Any]:
    return {"sub": subject, "email": email, "email_verified": verified, "name": "李明"}


def test_a_verified_address_finds_the_account_and_the_subject_from_then_on(
    provider: Provider, reader: ReaderOf
) -> None:
    who, browser = reader(Role.ENTERPRISE), reader(None)
    assert "/login/identity" in browser.get("/login").text
    provider.person = account("city-1", who.email.upper())
    done = browser.get(back_of(provider, browser, path="/login/identity?next=/desk"))
    assert done.headers["location"] == "/desk"
    assert browser.get("/desk").status_code == 200
    provider.person = account("city-1", "moved@example.com", verified=False)
    again = reader(None)
    assert again.get(back_of(provider, again)).status_code == 303
    assert again.get("/desk").status_code == 200, "issuer and subject count, not the address"

    provider.person = account("city-2", who.email)
    other = reader(None)
    refused = other.get(back_of(provider, other))
    assert refused.status_code == 401
    assert faults_of(refused.text) == []
    assert "邀请" in refused.text, "an account has one identity"

    assert browser.post("/account/security/unlink").headers["location"] == "/account/security"
    assert other.get(back_of(provider, other)).status_code == 303


def test_an_unverified_or_unknown_address_opens_nothing(provider: Provider, reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    people = [
        account("a", who.email, verified=False),
        account("b", "nobody@example.com"),
        {"sub": "c", "email": who.email, "email_verified": "true"},
        {"sub": "d"},
    ]
    for provider.person in people:
        browser = reader(None)
        answer = browser.get(back_of(provider, browser))
        assert answer.status_code == 401, provider.person
        assert browser.get("/desk").status_code == 303


def test_answers_that_cannot_be_checked_open_nothing(provider: Provider, reader: ReaderOf) -> None:
    who = reader(Role.ENTERPRISE)
    provider.person = account("city-1", who.email)
    forgeries: list[tuple[str, dict[str, Any]]] = [
        ("none", {}),
        ("HS256", {}),
        ("other", {}),
        ("RS256", {"aud": "another-client"}),
        ("RS256", {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"}),
        ("RS256", {"iss": "https://elsewhere.example"}),
        ("RS256", {"nonce": "of another login"}),
        ("RS256", {"exp": 1}),
        ("RS256", {"sub": None}),
    ]
    for provider.signed, provider.forged in forgeries:
        browser = reader(None)
        answer = browser.get(back_of(provider, browser))
        assert answer.status_code == 401, (provider.signed, provider.forged)
        assert browser.get("/desk").status_code == 303


def test_a_login_is_completed_once_and_in_the_browser_that_began_it(
    provider: Provider, reader: ReaderOf
) -> None:
    who, browser, victim = reader(Role.ENTERPRISE), reader(None), reader(None)
    provider.person = account("city-1", who.email)
    back = back_of(provider, browser)
    assert victim.get(back).status_code == 401, "nobody is logged in to the account of somebody else"
    assert browser.get(back.replace("state=", "state=x")).status_code == 401
    back = back_of(provider, browser)
    assert browser.get(back).status_code == 303
    assert reader(None).get(back).status_code == 401
    assert browser.get("/login/identity/return?error=access_denied").status_code == 401
    out = reader(None).get("/login/identity?next=https://evil.example").headers["location"]
    assert out.startswith(provider.issuer)


def test_the_second_factor_is_asked_for_here_as_well(
    provider: Provider, reader: ReaderOf, database: Database
) -> None:
    who, browser = reader(Role.MANAGER), reader(None)
    setup = who.post("/account/security/begin").text
    secret = setup.split("<code>")[1].split("</code>")[0]
    assert who.post("/account/security/enable", data={"secret_code": code_of(secret)}).status_code == 200
    provider.person = account("city-1", who.email)
    step = browser.get(back_of(provider, browser))
    assert browser.get("/inbox").status_code == 303
    code = next_code(database, who.user_id, secret)
    done = browser.post("/login/code", data=hidden_fields(step.text) | {"secret_code": code})
    assert done.status_code == 303
    assert browser.get("/inbox").status_code == 200


def test_a_provider_that_does_not_answer_leaves_the_password(
    app: Any, provider: Provider, reader: ReaderOf
) -> None:
    services = app.state.services
    services[Settings] = services[Settings].model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    browser, who = reader(None), reader(Role.ENTERPRISE)
    assert "密码" in browser.get("/login/identity").text
    assert browser.post("/login", data={"email": who.email, "password": PASSWORD}).status_code == 303
