"""`sanku import FILE --dry-run` and `sanku export LIST FILE`."""

import json
from pathlib import Path

from typer.testing import CliRunner

from app.cli import cli
from tests.exchange.files import DEMANDS, HEADER, sheet


def test_a_dry_run_reports_records_refusals_and_what_was_ignored(tmp_path: Path) -> None:
    file = tmp_path / "需求.xlsx"
    file.write_bytes(sheet([("附件",), HEADER, *DEMANDS[1:], (3, "某公司", "", "新材料", "没有名称的一行")]))
    done = CliRunner().invoke(cli, ["import", str(file), "--dry-run", "--json"])
    assert done.exit_code == 2
    report = json.loads(done.output)
    assert [record["ref"] for record in report["records"]] == ["需求!3", "需求!4"]
    assert [(one["ref"], one["code"]) for one in report["refused"]] == [("需求!5", "title_missing")]
    assert [one["ref"] for one in report["ignored"]] == ["需求!1"]


def test_what_was_ignored_is_said_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "表.csv"
    file.write_text("何物,何处\n甲,乙\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["import", str(file), "--dry-run"])
    assert "没有记录的文字 / text without records" in done.output


def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK not an archive")
    done = CliRunner().invoke(cli, ["import", str(file), "--dry-run"])
    assert done.exit_code == 2
    assert "另存" in done.output


def test_an_export_takes_a_known_ending_and_filters_of_the_list(tmp_path: Path) -> None:
    unknown = CliRunner().invoke(cli, ["export", "demands", str(tmp_path / "需求.doc")])
    assert unknown.exit_code == 2
    assert ".jsonl" in unknown.output
