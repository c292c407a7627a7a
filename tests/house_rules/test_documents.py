"""Documents are complete: settings, decisions."""

import re

from app.settings import Settings
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
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    told = set(re.findall(r"SANKU_[A-Z0-9_]+", text))
    assert {f"SANKU_{name.upper()}" for name in Settings.model_fields} - told == set()


def test_decisions_are_numbered_in_their_order() -> None:
    text = (REPOSITORY / "docs" / "decisions.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
