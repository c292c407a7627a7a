"""The pages on the real service; what texts mean does not matter here, so no model is loaded."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.models import Role
from app.accounts.sessions.browser import log_in_browser
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import KIND_OF_ROLE, PASSWORD, make_organisation, make_user
from tests.support.embedders import BigramEmbedder
from tests.web.readers import Reader, ReaderOf

ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages ask no database themselves: one is enough."""
    return sqlite_url


@pytest.fixture
def browser(app: Any) -> TestClient:
    """A stranger's browser, in Chinese. It follows no redirects, so that tests see them."""
    headers = ORIGIN | {"Accept": "text/html", "Accept-Language": "zh-CN"}
    return TestClient(app, headers=headers, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def reader(app: Any, settings: Settings, browser: TestClient) -> ReaderOf:
    """`reader(Role.ENTERPRISE)` → a browser in which a new user of this role is logged in; None: a stranger."""

    def make(role: Role | None, *, verified: bool = True) -> Reader:
        http = TestClient(
            app, headers=dict(browser.headers), follow_redirects=False, raise_server_exceptions=False
        )
        if role is None:
            return Reader(http, None, None, "")
        database = app.state.services[Database]
        with database.unit_of_work() as session:
            organisation = make_organisation(session, kind=KIND_OF_ROLE[role], verified=verified)
            user = make_user(session, role=role, organisation=organisation)
            email, ids = user.email, (user.id, organisation.id)
        login = log_in_browser(
            database, settings, email=email, password=PASSWORD, address="test", device="test"
        )
        http.cookies.set("sanku", login.cookie)
        return Reader(http, *ids, email)

    return make
