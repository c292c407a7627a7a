"""The file of synonyms."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.libraries.search.synonyms import SHIPPED, SynonymError, SynonymFile, load_synonyms
from app.settings import Settings


def test_the_shipped_file_is_valid() -> None:
    synonyms = load_synonyms(SHIPPED)
    assert len(synonyms.groups) >= 40
    assert synonyms.of("co2") == ("二氧化碳",)
    for group in synonyms.groups:
        for word in group:
            assert set(synonyms.of(word)) == set(group) - {word}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"# a comment\n\xff\xfe", "UTF-8"),
        ("车灯\n".encode(), "line 1"),
        ("车灯, 汽车灯具\n大灯, 车灯\n".encode(), "line 2.*line 1"),
        ("車燈, 车灯\n".encode(), "twice"),
        ("PA-66, 尼龙, PA66\n".encode(), "twice"),
        ("车灯, !!\n".encode(), "neither a letter"),
        (("车灯, " + "灯" * 80 + "\n").encode(), "at most 60"),
        (",".join(f"词{n}" for n in range(20)).encode(), "at most 12"),
    ],
)
def test_a_broken_file_names_its_lines(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "synonyms.txt"
    file.write_bytes(content)
    with pytest.raises(SynonymError, match=problem) as error:
        SynonymFile(Settings(_env_file=None, home=tmp_path, demo=True))
    assert str(file) in str(error.value)


def test_a_missing_file_is_an_error_if_the_setting_names_it(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path, demo=True, synonyms=Path("words.txt"))
    with pytest.raises(SynonymError, match=r"words\.txt"):
        SynonymFile(settings)


def test_the_command_line_checks_a_file(tmp_path: Path) -> None:
    file = tmp_path / "synonyms.txt"
    file.write_text("﻿皮带, 传动胶带\n", encoding="utf-8")
    good = CliRunner().invoke(cli, ["synonyms", str(file)])
    assert good.exit_code == 0
    assert "1 groups" in good.output
    file.write_text("皮带\n", encoding="utf-8")
    bad = CliRunner().invoke(cli, ["synonyms", str(file)])
    assert bad.exit_code == 1
    assert "line 1" in str(bad.exception)
