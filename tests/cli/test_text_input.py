"""Text that is no UTF-8, as an argument, in a setting or on standard input: an error that says so, and no traceback."""

import io
import sys

import pytest

from app.cli import main

BROKEN = b"\xb7\xc0\xb8\xaf"  # 防腐 in GBK


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: bytes, stdin: bytes = b"") -> int:
    given = [one.decode("utf-8", "surrogateescape") for one in arguments]  # as Python decodes arguments
    monkeypatch.setattr(sys, "argv", ["sanku", *given])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    "arguments",
    [
        (b"match", b"--text", BROKEN),
        (b"match", b"--text=" + BROKEN),
        (b"match", BROKEN),
        (b"load", BROKEN),
        (b"user", b"create", b"a@example.org", b"--name", BROKEN),
        (b"model", b"use", BROKEN),
    ],
)
def test_an_argument_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[bytes, ...]
) -> None:
    assert _run(monkeypatch, *arguments) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert f"argument {len(arguments)} is not UTF-8 text" in seen.err
    assert "不是 UTF-8 文本" in seen.err and "Traceback" not in seen.err


@pytest.mark.parametrize("name", ["SANKU_HOME", "SANKU_DATABASE_URL", "SANKU_SECRET_KEY", "SANKU_PUBLIC_URL"])
def test_a_setting_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv(name, "/srv/secret-" + BROKEN.decode("utf-8", "surrogateescape"))
    assert _run(monkeypatch, b"check") == 1
    seen = capsys.readouterr()
    assert f"{name}: is not UTF-8 text from character 13 on" in seen.err
    assert "不是 UTF-8 文本" in seen.err and "secret-" not in seen.err


def test_standard_input_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sqlite_url: str
) -> None:
    monkeypatch.setenv("SANKU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SANKU_DEMO", "true")
    created = (b"user", b"create", b"a@example.org", b"--name", "甲".encode(), b"--role", b"operator")
    assert _run(monkeypatch, *created, b"--password-stdin", stdin=BROKEN) == 1
    seen = capsys.readouterr()
    assert "the input is not UTF-8 text" in seen.err
