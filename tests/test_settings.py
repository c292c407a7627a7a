"""Settings: the signing key is strong, required and never shown."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.cli.common import load_settings
from app.database import Database
from app.encryption.keys import read_ring
from app.main import create_app
from app.settings import DEMO_SECRET, Settings


class TestSecrets:
    @pytest.mark.parametrize("weak", [DEMO_SECRET, "short", "x" * 31, ""])
    def test_a_weak_signing_key_is_refused(self, weak: str) -> None:
        with pytest.raises(ValidationError, match="32 or more random characters"):
            Settings(_env_file=None, secret_key=weak)

    def test_without_a_signing_key_the_service_does_not_start(self, tmp_path: Path, embedder: Any) -> None:
        with pytest.raises(RuntimeError, match="signing key"):
            create_app(Settings(_env_file=None, home=tmp_path), embedder=embedder)

    def test_an_embed_server_of_the_network_needs_a_secret(self) -> None:
        with pytest.raises(ValidationError, match="SANKU_EMBED_SECRET must have 32"):
            Settings(_env_file=None, embed_url="http://10.0.0.7:8100")
        with pytest.raises(ValidationError, match="neither unix"):
            Settings(_env_file=None, embed_url="tcp://10.0.0.7:8100")
        secret = "k3y-" * 10
        settings = Settings(_env_file=None, embed_url="http://10.0.0.7:8100", embed_secret=secret)
        assert secret not in repr(settings)
        assert Settings(_env_file=None, embed_url="unix:///run/sanku/embed.sock").embed_secret is None

    def test_a_signing_key_is_never_shown(self) -> None:
        key = "k3y-" * 10
        settings = Settings(_env_file=None, secret_key=key)
        assert key not in repr(settings)
        assert key not in settings.model_dump_json()


@pytest.mark.parametrize(
    "name", ["a?b", "a#b", "a%b", "a%20b", "a b", "a+b", "a&b=c", "a@b:c", "库", "a?mode=memory"]
)
def test_the_database_lies_in_the_home_directory_whatever_its_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    database = Database(Settings(_env_file=None, home=home).url)
    again = Database(database.engine.url.render_as_string())  # as parts of the service open it again
    for one in (database, again):
        with one.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        one.dispose()
    assert [path.name for path in home.iterdir() if path.suffix == ".db"] == ["sanku.db"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


HOLIDAYS_2029 = [
    "2029-01-01",
    "2029-02-10/2029-02-18",
    "2029-04-04/2029-04-06",
    "2029-05-01/2029-05-05",
    "2029-06-16/2029-06-18",
    "2029-09-22/2029-09-24",
    "2029-10-01/2029-10-07",
]
"""As they might be announced; nobody knows yet."""


class TestTheCalendar:
    def test_one_error_names_every_fault(self) -> None:
        with pytest.raises(ValidationError) as refused:
            Settings(
                _env_file=None,
                holidays="2029-02-30,2029-10-07/2029-10-01,1929-01-01,2029-01-01/2029-03-01,heute",
                make_up_days="2029-02-20,2029-2-3",
            )
        text = str(refused.value)
        for fault in (
            "SANKU_HOLIDAYS: '2029-02-30' is no day",
            "SANKU_HOLIDAYS: '2029-10-07/2029-10-01' must end after it begins",
            "SANKU_HOLIDAYS: '1929-01-01': the years must be",
            "SANKU_HOLIDAYS: '2029-01-01/2029-03-01' must end after it begins, and have at most 31 days",
            "SANKU_HOLIDAYS: 'heute' is no day",
            "SANKU_MAKE_UP_DAYS: 2029-02-20 is neither a Saturday nor a Sunday",
            "SANKU_MAKE_UP_DAYS: '2029-2-3' is no day",
        ):
            assert fault in text

    def test_days_must_fit_together(self) -> None:
        without_spring = [*HOLIDAYS_2029[:1], *HOLIDAYS_2029[2:], "2029-10-07"]
        with pytest.raises(ValidationError) as refused:
            Settings(
                _env_file=None,
                holidays=",".join(without_spring),
                make_up_days="2029-10-06,2029-02-25,2029-02-25,2031-02-01",
            )
        text = str(refused.value)
        for fault in (
            "SANKU_HOLIDAYS: 2029-10-07 is there twice",
            "SANKU_MAKE_UP_DAYS: 2029-02-25 is there twice",
            "2029-10-06 is in SANKU_HOLIDAYS and in SANKU_MAKE_UP_DAYS",
            "SANKU_HOLIDAYS has no day of 2031",
            "SANKU_HOLIDAYS: 2029-02-12 is missing, a statutory holiday: Chinese New Year's Eve",
        ):
            assert fault in text
        assert "2029-02-17" not in text  # the weekends of a holiday need not be entered

    def test_the_command_line_says_what_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SANKU_MAKE_UP_DAYS", "2029-02-20")
        with pytest.raises(RuntimeError, match="2029-02-20 is neither a Saturday nor a Sunday"):
            load_settings()

    def test_nothing_is_announced_by_default(self) -> None:
        assert Settings(_env_file=None).announced_years == {}


@pytest.mark.parametrize(
    "value", ['["127.0.0.1:8080"]', "'hooks.test:8443'", "{hooks.test}", "http://hooks.test"]
)
def test_what_is_no_host_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANKU_WEBHOOK_ALLOWED_HOSTS", value)
    with pytest.raises(RuntimeError, match="without brackets and quotes"):
        load_settings()
    monkeypatch.setenv("SANKU_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1:8080, hooks.test:8443,[::1]:9000")
    assert load_settings().webhook_allowed_hosts == ["127.0.0.1:8080", "hooks.test:8443", "[::1]:9000"]


def test_a_home_of_the_demonstration_says_so(tmp_path: Path) -> None:
    empty = Settings(_env_file=None, home=tmp_path)
    with pytest.raises(RuntimeError, match="sanku init"):
        _ = empty.signing_key
    (tmp_path / "demo_password").touch()
    demonstration = Settings(_env_file=None, home=tmp_path)
    for read in (lambda: demonstration.signing_key, lambda: read_ring(demonstration)):
        with pytest.raises(RuntimeError, match="SANKU_DEMO=true") as refused:
            read()
        assert "sanku init" not in str(refused.value)
    assert Settings(_env_file=None, home=tmp_path, demo=True).signing_key
