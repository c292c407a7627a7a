"""`sanku mirror`: the file with the key."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli


@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o640, True), (0o600, False)])
def test_a_key_that_others_can_read_is_warned_of(tmp_path: Path, mode: int, warned: bool) -> None:
    file = tmp_path / "key.json"
    file.write_text("{}", encoding="utf-8")
    os.chmod(file, mode)
    done = CliRunner().invoke(cli, ["mirror", "https://origin.example", "--key-file", str(file)])
    assert done.exit_code == 1
    assert ("chmod 600" in done.output) is warned
