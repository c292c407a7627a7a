"""How the installation runs, at the pages of the office that runs it."""

from typing import Any

import pytest
from pydantic import SecretStr

from app.accounts.models import Role
from app.settings import GROUPS, Settings
from tests.support.scenario import Scenario
from tests.web.html import faults_of, text_of
from tests.web.readers import ReaderOf

SECRETS: dict[str, Any] = {
    "smtp_password": SecretStr("geheim-1"),
    "secret_key": SecretStr("geheim-2"),
    "metrics_token": SecretStr("geheim-3"),
    "encryption_keys_command": "fetch --token geheim-4",
    "database_read_url": "postgresql://sanku:geheim-5@replica/sanku",
    "traces_url": "https://user:geheim-6@traces.example.com",
}


def test_the_settings_in_force_are_shown_without_what_may_be_secret(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    system = reader(Role.SYSTEM_ADMINISTRATOR)
    given = SECRETS | {"smtp_host": "mail.example.com", "smtp_port": 2525}
    app.state.services[Settings] = settings.model_copy(update=given)
    page = system.get("/bureau/system/settings")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    for name in (name for group in GROUPS for name in group.model_fields):
        assert f"SANKU_{name.upper()}" in text
    assert "geheim" not in page.text and settings.url not in page.text
    assert "SANKU_SMTP_HOST mail.example.com 本机设定" in text and "SANKU_SMTP_PORT 2525 本机设定" in text
    assert "SANKU_SMTP_PASSWORD 已设置，不显示 本机设定" in text
    assert "SANKU_SMTP_USERNAME 未设置" in text


def test_the_state_of_the_index_is_shown(reader: ReaderOf, scenario: Scenario) -> None:
    page = reader(Role.SYSTEM_ADMINISTRATOR).get("/bureau/system/index")
    assert page.status_code == 200
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert "已跟上数据库" in text and "技术需求 0" in text and "faiss" in text


@pytest.mark.parametrize("part", ["index", "settings"])
def test_only_the_office_that_runs_the_service_reads_them(reader: ReaderOf, part: str) -> None:
    system, operator = reader(Role.SYSTEM_ADMINISTRATOR), reader(Role.OPERATOR)
    address = f"/bureau/system/{part}"
    assert f'href="{address}"' in system.get("/bureau/system/events").text
    assert f'href="{address}"' not in operator.get("/bureau/system/events").text
    assert operator.get(address).status_code == 403
