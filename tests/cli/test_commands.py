"""The command line: output, errors and exit status."""

import io
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.cli import main
from app.observability import configure_logging
from tests.support.builders.interchange import ACHIEVEMENT, DEMAND, MANAGER, write
from tests.support.paths import REPOSITORY


@dataclass(frozen=True)
class Ended:
    """The result of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sanku = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sanku(
    home: Path,
    model_dir: Path,
    embedder: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Sanku]:
    """Run `sanku("load", folder)` in this process with its own home; the model is loaded once for all tests."""
    for name in [name for name in os.environ if name.startswith("SANKU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SANKU_HOME", str(home))
    monkeypatch.setenv("SANKU_MODEL", str(model_dir))
    monkeypatch.setenv("SANKU_LOG_LEVEL", "WARNING")
    monkeypatch.chdir(tmp_path)
    for module in ("app.bootstrap.services", "app.matching.embedding.remote.opening"):
        monkeypatch.setattr(f"{module}.open_embedder", lambda _: embedder)

    def run(*arguments: Any, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["sanku", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        status: Any = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
        seen = capsys.readouterr()
        return Ended(status, seen.out, seen.err)

    yield run
    configure_logging(level="WARNING", as_json=True)


@pytest.fixture
def ready(sanku: Sanku, home: Path, sqlite_template: Path) -> Sanku:
    """An installation set up as by `sanku init` (which has its own test)."""
    home.mkdir()
    shutil.copyfile(sqlite_template, home / "sanku.db")
    (home / "secret_key").write_text("x" * 48)
    return sanku


@pytest.fixture
def loaded(ready: Sanku, tmp_path: Path) -> Sanku:
    other = ACHIEVEMENT | {
        "id": "A2",
        "title": "桥式起重机防摇摆控制系统",
        "summary": "起重机吊运时载荷摇摆,前馈整形把残余摆角压到一度以内,定位更快。",
    }
    folder = write(tmp_path / "data", achievements=[ACHIEVEMENT, other], demands=[DEMAND], managers=[MANAGER])
    assert ready("load", folder).status == 0
    return ready


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestInit:
    def test_it_may_be_repeated_and_keeps_the_key(self, sanku: Sanku, home: Path) -> None:
        first = sanku("init")
        assert (first.status, first.out) == (0, "")
        assert "ready (已就绪)" in first.err
        key = home / "secret_key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert len(written := key.read_text()) >= 32
        assert [path.name for path in home.iterdir() if path.name.startswith("secret_key")] == ["secret_key"]
        assert sanku("init").status == 0
        assert key.read_text() == written
        assert sanku("index", "status").status == 0

    @pytest.mark.parametrize(
        "command",
        [
            ("serve",),
            ("worker",),
            ("index", "status"),
            ("index", "rebuild"),
            ("match", "--text", "防腐涂层"),
            ("user", "create", "a@example.org", "--name", "甲", "--password-stdin"),
            ("load", "."),
        ],
    )
    @pytest.mark.parametrize("there", [False, True])
    def test_everything_else_asks_for_it(
        self, sanku: Sanku, home: Path, command: tuple[str, ...], there: bool
    ) -> None:
        if there:
            home.mkdir()
        ended = sanku(*command)
        assert ended.status == 1
        assert ended.out == ""
        assert "sanku init" in ended.err
        assert "Traceback" not in ended.err
        assert not home.exists() or not list(home.iterdir())

    @pytest.mark.parametrize("command", [("init",), ("serve",), ("worker",)])
    @pytest.mark.parametrize("has_key", [False, True])
    def test_a_home_of_the_demonstration_stays_as_it_is(
        self,
        sanku: Sanku,
        home: Path,
        command: tuple[str, ...],
        has_key: bool,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Keys of its own would close it, also with SANKU_DEMO set afterwards."""
        home.mkdir()
        (home / "demo_password").write_text("x")
        if has_key:
            monkeypatch.setenv("SANKU_SECRET_KEY", "k" * 48)
        ended = sanku(*command)
        assert ended.status == 1
        assert "SANKU_DEMO=true" in ended.err
        assert [path.name for path in home.iterdir()] == ["demo_password"]

    def test_settings_that_are_not_valid_are_named(
        self, sanku: Sanku, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SANKU_MATCH_CANDIDATES", "many")
        ended = sanku("init")
        assert ended.status == 1
        assert "SANKU_MATCH_CANDIDATES" in ended.err

    def test_a_home_that_cannot_be_made(
        self, sanku: Sanku, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("SANKU_HOME", str(tmp_path / "file" / "home"))
        ended = sanku("init")
        assert ended.status == 1
        assert str(tmp_path / "file") in ended.err

    def test_a_database_that_does_not_answer(self, sanku: Sanku, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SANKU_DATABASE_URL", "postgresql://nobody:pa55word@127.0.0.1:1/none")
        ended = sanku("init")
        assert ended.status == 1
        assert "数据库无法使用" in ended.err
        assert "pa55word" not in ended.err

    def test_help_names_every_command(self, sanku: Sanku) -> None:
        ended = sanku("--help")
        assert ended.status == 0
        for command in [
            *("init", "serve", "worker", "load", "eval", "match", "match-all", "train", "tiers", "index"),
            *("model", "user", "demo"),
        ]:
            assert re.search(rf"^│ {command} ", ended.out, flags=re.MULTILINE)

    def test_a_year_without_rules_is_no_default(self, ready: Sanku) -> None:
        ended = ready("tiers", "--year", 0)
        assert (ended.status, ended.out) == (1, "")
        assert "has no recognition rules (0);" in ended.err

    def test_the_version(self, sanku: Sanku) -> None:
        ended = sanku("--version")
        assert (ended.status, ended.out) == (0, f"sanku {version('sanku')}\n")


class TestServe:
    def test_a_port_that_is_taken(self, ready: Sanku) -> None:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            ended = ready("serve", "--port", port)
        assert (ended.status, ended.out) == (1, "")
        assert f"127.0.0.1:{port}" in ended.err
        assert "--port" in ended.err

    @pytest.mark.parametrize(
        ("host", "port"), [("127.0.0.1", 70_000), ("203.0.113.9", 8000), ("no host", 8000)]
    )
    def test_an_address_that_is_none_of_this_machine(self, ready: Sanku, host: str, port: int) -> None:
        ended = ready("serve", "--host", host, "--port", port)
        assert ended.status == 1
        assert f"{host}:{port}" in ended.err


class TestUsers:
    def test_the_first_operator(self, ready: Sanku) -> None:
        command = ("user", "create", "op@example.org", "--name", "管理员", "--password-stdin")
        ended = ready(*command, stdin="Long-enough-passphrase-7\n")
        assert (ended.status, ended.err) == (0, "")
        UUID(ended.out.strip())
        again = ready(*command, stdin="Long-enough-passphrase-7\n")
        assert (again.status, again.out) == (1, "")
        assert "email" in again.err
        assert "该邮箱已注册" in again.err

    @pytest.mark.parametrize(
        ("options", "password", "field"),
        [
            ((), "short", "password"),
            ((), "", "password"),
            (("--role", "king"), "Long-enough-passphrase-7", "role"),
            (("--role", "manager"), "Long-enough-passphrase-7", "organisation"),
            (("--organisation", "无此机构"), "Long-enough-passphrase-7", "organisation"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, ready: Sanku, options: tuple[str, ...], password: str, field: str
    ) -> None:
        ended = ready(
            "user",
            "create",
            "op@example.org",
            "--name",
            "甲",
            "--password-stdin",
            *options,
            stdin=f"{password}\n",
        )
        assert (ended.status, ended.out) == (1, "")
        assert re.search(rf"^  {field}\w*: ", ended.err, re.MULTILINE), ended.err
        if password:
            assert password not in ended.err

    def test_an_address_that_is_none(self, ready: Sanku) -> None:
        ended = ready(
            "user", "create", "nobody", "--name", "甲", "--password-stdin", stdin="Long-enough-9-x\n"
        )
        assert ended.status == 1
        assert "  email: " in ended.err


class TestLoad:
    def test_what_was_stored_and_what_was_there(self, ready: Sanku, tmp_path: Path) -> None:
        folder = write(tmp_path / "data", achievements=[ACHIEVEMENT], demands=[DEMAND], managers=[MANAGER])
        first = ready("load", folder, "--json")
        one, none = (
            {"achievement": 1, "demand": 1, "manager": 1},
            {"achievement": 0, "demand": 0, "manager": 0},
        )
        assert first.status == 0
        assert first.json == {"stored": one, "present": none, "refused": []}
        again = ready("load", folder, "--json")
        assert again.status == 0
        assert again.json == {"stored": none, "present": one, "refused": []}
        assert "技术成果 achievement: stored 0, already present 1" in ready("load", folder).out

    def test_refused_rows_end_with_status_2(self, ready: Sanku, tmp_path: Path) -> None:
        bad = DEMAND | {"id": "D[2]", "region": "999999", "title": "[/red] :100: 需求"}
        folder = write(tmp_path / "data", demands=[DEMAND, bad])
        ended = ready("load", folder)
        assert ended.status == 2
        assert "技术需求 demand: stored 1" in ended.out
        lines = [line for line in ended.err.splitlines() if line.startswith("demands.jsonl:2:")]
        assert lines
        assert lines[0].startswith("demands.jsonl:2:region: ")
        actual = ready("load", folder, "--json")
        assert actual.status == 2
        assert actual.json["refused"][0] | {"message_zh": "", "message_en": ""} == {
            "file": "demands.jsonl",
            "line": 2,
            "id": "D[2]",
            "field": "region",
            "code": actual.json["refused"][0]["code"],
            "message_zh": "",
            "message_en": "",
        }

    def test_drafts_are_not_found(self, ready: Sanku, tmp_path: Path) -> None:
        folder = write(tmp_path / "data", achievements=[ACHIEVEMENT], demands=[DEMAND])
        assert ready("load", folder, "--draft").status == 0
        ended = ready("match", "--text", ACHIEVEMENT["summary"], "--json")
        assert ended.json["items"] == []

    def test_defaults(self, ready: Sanku, tmp_path: Path) -> None:
        bare = {key: ACHIEVEMENT[key] for key in ("id", "title", "summary")}
        folder = write(tmp_path / "data", achievements=[bare])
        assert ready("load", folder).status == 2
        defaults = tmp_path / "defaults.json"
        rest = {key: ACHIEVEMENT[key] for key in ("field", "trl", "transfer_modes", "owner_org", "region")}
        defaults.write_text(json.dumps({"achievement": rest}))
        assert ready("load", folder, "--defaults", defaults).status == 0
        defaults.write_text("{")
        broken = ready("load", folder, "--defaults", defaults)
        assert broken.status == 1
        assert "defaults.json" in broken.err

    @pytest.mark.parametrize(
        ("content", "place"),
        [
            (b'{"id": "A1"\n', "achievements.jsonl:1: "),
            ('{"id": "A1", "title": "涂层"}'.encode("gb18030"), "achievements.jsonl: "),
            (b'{"id": "A1"}\n{"id": "A1"}\n', "achievements.jsonl:2: "),
        ],
    )
    def test_files_that_cannot_be_read(
        self, ready: Sanku, tmp_path: Path, content: bytes, place: str
    ) -> None:
        ended = ready("load", write(tmp_path / "data", achievements=content), "--json")
        assert (ended.status, ended.out) == (1, "")
        assert f"  {place}" in ended.err

    def test_a_directory_that_is_missing_or_empty(self, ready: Sanku, tmp_path: Path) -> None:
        missing = ready("load", tmp_path / "nowhere")
        assert (missing.status, missing.out) == (2, "")
        assert "nowhere" in re.sub(r"[\s│]", "", missing.err), "a long path is wrapped inside its frame"
        (tmp_path / "empty").mkdir()
        empty = ready("load", tmp_path / "empty")
        assert (empty.status, empty.out) == (1, "")
        assert "achievements.jsonl" in empty.err


class TestMatch:
    def test_by_number_by_id_and_by_text(self, loaded: Sanku) -> None:
        by_number = loaded("match", "JN-D-2026-000001".replace("2026", _year(loaded)), "--json")
        assert by_number.status == 0
        assert set(by_number.json) == {"threshold", "no_good_match", "to_add", "items"}
        best = by_number.json["items"][0]
        assert set(best) == {
            "rank", "score", "good", "achievement_id", "number", "title", "reason_zh", "reason_en",
        }  # fmt: skip
        assert (best["rank"], best["title"]) == (1, ACHIEVEMENT["title"])
        assert 0 <= best["score"] <= 1
        by_text = loaded("match", "--text", "天车吊东西晃得厉害,想减小摆动", "--limit", 1, "--json")
        assert [item["title"] for item in by_text.json["items"]] == ["桥式起重机防摇摆控制系统"]
        for_people = loaded("match", "--text", "防腐涂层")
        assert for_people.out.startswith(" 1. ")

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("JN-D-2026-000001", "--text", "x"),
            ("--text", "  "),
            ("--text", "？"),
            ("--text", "x", "--limit", "0"),
        ],
    )
    def test_usage(self, ready: Sanku, arguments: tuple[str, ...]) -> None:
        ended = ready("match", *arguments)
        assert (ended.status, ended.out) == (2, "")
        assert "Usage" in ended.err

    @pytest.mark.parametrize("given", ["JN-D-2001-000009", "x", "0190a0a0-0000-7000-8000-000000000000"])
    def test_a_demand_that_is_not_there(self, ready: Sanku, given: str) -> None:
        ended = ready("match", given)
        assert (ended.status, ended.out) == (1, "")
        assert given in ended.err


def _year(sanku: Sanku) -> str:
    numbers = [item["number"] for item in sanku("match", "--text", "防腐涂层", "--json").json["items"]]
    return str(numbers[0].split("-")[2])


class TestIndex:
    def test_status_and_rebuild(self, loaded: Sanku) -> None:
        status = loaded("index", "status", "--json")
        assert status.status == 0
        assert status.json["records"] == {"achievement": 2, "demand": 1, "manager": 1}
        assert status.json["behind"] == 0
        rebuilt = loaded("index", "rebuild", "--json")
        assert rebuilt.status == 0
        assert set(rebuilt.json) == set(status.json)
        assert rebuilt.json["records"] == status.json["records"]
        assert "records: achievement 2, demand 1, manager 1" in loaded("index", "status").out


class TestEval:
    def test_figures_for_programs_and_nothing_touched(
        self, loaded: Sanku, home: Path, tmp_path: Path
    ) -> None:
        folder = write(
            tmp_path / "judged", achievements=[ACHIEVEMENT], demands=[DEMAND], qrels_pairs="D1\tA1\t3\n"
        )
        before = contents(home)
        ended = loaded("eval", folder, "--json")
        assert ended.status == 0
        assert contents(home) == before
        figures = ended.json
        keys = [f"pairs.{name}" for name in ("ndcg_at_10", "recall_at_10", "mrr", "no_match_auroc")]
        keys += ["managers.ndcg_at_5", "managers.conflicts_recommended", "seconds"]
        keys += [f"baselines.{name}.ndcg_at_10" for name in ("bm25", "dense", "rrf")]
        for key in keys:
            value: Any = figures
            for part in key.split("."):
                value = value[part]
            assert isinstance(value, int | float), key
            assert not isinstance(value, bool), key
        assert figures["pairs"]["ndcg_at_10"] == 1.0
        assert "nDCG@10" in loaded("eval", folder).out

    def test_it_needs_no_installation(self, sanku: Sanku, home: Path, tmp_path: Path) -> None:
        folder = write(
            tmp_path / "judged", achievements=[ACHIEVEMENT], demands=[DEMAND], qrels_pairs="D1\tA1\t3\n"
        )
        assert sanku("eval", folder, "--json").status == 0
        assert not home.exists()

    def test_nothing_to_measure(self, sanku: Sanku, tmp_path: Path) -> None:
        folder = write(tmp_path / "plain", achievements=[ACHIEVEMENT], demands=[DEMAND])
        ended = sanku("eval", folder, "--json")
        assert (ended.status, ended.out) == (1, "")
        assert "qrels_pairs.tsv" in ended.err


def start(*arguments: str, home: Path, model_dir: Path) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SANKU_")}
    environment = kept | {
        "SANKU_HOME": str(home),
        "SANKU_MODEL": str(model_dir),
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "120",
    }
    return subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=REPOSITORY,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_demo_tells_the_main_job_stops_on_ctrl_c_and_runs_again(tmp_path: Path, model_dir: Path) -> None:
    port, home = str(free_port()), tmp_path / "home"
    serving = start("demo", "--port", port, home=home, model_dir=model_dir)
    assert serving.stdout is not None
    story = ""
    for line in serving.stdout:
        story += line
        if "Ctrl-C" in line:
            break
    # While it serves, a second instance does not get the port, and says so before any long work.
    refused = start("demo", "--once", "--port", port, home=tmp_path / "other", model_dir=model_dir)
    out, err = refused.communicate(timeout=300)
    assert (refused.returncode, out) == (1, "")
    assert f"127.0.0.1:{port}" in err
    assert "Traceback" not in err
    assert not (tmp_path / "other").exists()

    serving.send_signal(signal.SIGINT)
    out, err = serving.communicate(timeout=300)
    assert serving.returncode == 0
    assert "Traceback" not in story + out + err
    actual = check_story(story, port)

    again = start("demo", "--once", "--port", port, home=home, model_dir=model_dir)
    out, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    assert "Traceback" not in out + err
    assert "stored 0, already present 68" in err
    # The same demand, not another one like it.
    assert check_story(out, port) == actual


def check_story(story: str, port: str) -> str:
    """Check the four parts of the story; returns the reference number of the demand."""
    number = re.search(r"JN-D-\d{4}-\d{6}", story)
    assert number, story
    demand, matches, managers, inbox, addresses = re.split(
        r"^─+ (?:[②③④]|访问).*$", story, flags=re.MULTILINE
    )
    assert "完整度" in demand
    assert re.search(r"│ 1 +│ 0\.\d\d ✓ │", matches), matches
    assert "语句对应" in matches
    assert "✓ 推荐" in managers
    assert "✗ 利益冲突" in managers, "no conflict of interest is shown"
    assert "←" in inbox, "the demand just posted is not in the inbox"
    for address in ("/docs", "/openapi.json", "/readyz"):
        assert f"http://127.0.0.1:{port}{address}" in addresses
    assert "…" not in story.replace("01 … 20", ""), "something was cut off"
    assert max(map(len, story.splitlines())) <= 120
    return number.group()
