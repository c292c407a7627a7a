"""Documents are complete: settings, decisions."""

import re

from app.settings import GROUPS, Settings
from scripts.docs import decisions, settings
from tests.support.paths import REPOSITORY


def test_the_example_shows_every_setting_with_its_default() -> None:
    text = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^# SANKU_([A-Z0-9_]+)=(.*)$", text, flags=re.MULTILINE))
    internal = {"DEMO"}
    assert shown.keys() == {name.upper() for name in Settings.model_fields} - internal
    for name, value in shown.items():
        default = Settings.model_fields[name.lower()].default
        if default is not None:
            given = Settings(_env_file=None, **{name.lower(): value})
            assert getattr(given, name.lower()) == default, name


def test_every_setting_is_explained_to_operators() -> None:
    shown = dict(re.findall(r"^\| `(SANKU_\w+)` .*\| ([^|]+) \|$", settings.page(), flags=re.MULTILINE))
    assert shown.keys() == {f"SANKU_{name.upper()}" for name in Settings.model_fields}
    assert not [name for name, meaning in shown.items() if len(meaning.split()) < 3]
    assert all(group.__doc__ for group in GROUPS)


def test_decisions_are_numbered_in_their_order() -> None:
    found = decisions.all_decisions()
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert [int(one.file[:4]) for one in found] == [one.number for one in found]
