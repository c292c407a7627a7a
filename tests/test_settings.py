"""Settings: the signing key is strong, required and never shown."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.database import Database
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
