"""The people of an engagement, each with a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.models import User
from app.accounts.sessions.browser import log_in_browser
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD
from tests.support.callers import Caller, LogIn
from tests.support.scenario import Scenario

BrowserOf = Callable[[Caller], TestClient]


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    assert scenario.enterprise and scenario.institution and scenario.lead
    return scenario


@pytest.fixture
def browser_of(app: Any, settings: Settings, browser: TestClient) -> BrowserOf:
    """`browser_of(scenario.enterprise)` → a browser in which that user is logged in."""

    def make(caller: Caller) -> TestClient:
        database = app.state.services[Database]
        with database.reading() as session:
            email = session.get_one(User, caller.user_id).email
        login = log_in_browser(
            database, settings, email=email, password=PASSWORD, address="test", device="test"
        )
        http = TestClient(
            app, headers=dict(browser.headers), follow_redirects=False, raise_server_exceptions=False
        )
        http.cookies.set("sanku", login.cookie)
        return http

    return make
