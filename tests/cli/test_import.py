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


def _asking(tmp_path: Path) -> Path:
    file = tmp_path / "单子.csv"
    file.write_text(
        "甲栏,乙栏,丙栏\n济南泺岫轴承有限公司,磨削烧伤识别,13800000011\n济南岱青玻璃有限公司,退火窑节能,13800000012\n",
        encoding="utf-8",
    )
    return file


def test_a_list_of_unknown_kind_ends_with_what_to_type(tmp_path: Path) -> None:
    file = str(_asking(tmp_path))
    asked = CliRunner().invoke(cli, ["import", file, "--dry-run"])
    assert asked.exit_code == 3
    assert "看不出是哪一类记录" in asked.output and "磨削烧伤识别" in asked.output
    assert f'sanku import "{file}" --dry-run --kind' in asked.output
    answer = [
        "--kind",
        "demand",
        "--map",
        "甲栏=owner_org",
        "--map",
        "乙栏=需求名称",
        "--map",
        "丙栏=contact_phone",
    ]
    answered = CliRunner().invoke(cli, ["import", file, "--dry-run", "--json", *answer])
    assert answered.exit_code == 0, answered.output
    records = json.loads(answered.output)["records"]
    assert [one["fields"]["title"] for one in records] == ["磨削烧伤识别", "退火窑节能"]


def test_what_is_mapped_must_be_a_column_and_a_field(tmp_path: Path) -> None:
    file = str(_asking(tmp_path))
    unknown = CliRunner().invoke(
        cli, ["import", file, "--dry-run", "--kind", "demand", "--map", "乙栏=seller"]
    )
    assert unknown.exit_code == 2
    assert "owner_org" in unknown.output
    absent = CliRunner().invoke(
        cli, ["import", file, "--dry-run", "--kind", "demand", "--map", "乙栏=title", "--map", "丁栏=region"]
    )
    assert absent.exit_code == 3
    assert "没有列“丁栏”" in absent.output


def test_a_deduced_kind_is_confirmed_before_anything_is_stored(tmp_path: Path) -> None:
    file = tmp_path / "求解事项.csv"
    file.write_text(
        "求解主体,求解事项,卡点说明,愿出费用（万）,咨询人,座机或手机\n"
        "济南泺岫轴承有限公司,轴承套圈磨削烧伤识别,磨削烧伤靠酸洗抽检，漏检率约3%。,60,苗青,13800000011\n",
        encoding="utf-8",
    )
    asked = CliRunner().invoke(cli, ["import", str(file), "--dry-run"])
    assert asked.exit_code == 3
    assert "--kind demand" in asked.output and '--map "求解事项=title"' in asked.output
    confirmed = CliRunner().invoke(cli, ["import", str(file), "--dry-run", "--yes"])
    assert confirmed.exit_code == 0, confirmed.output


def test_a_column_that_is_not_understood_is_named(tmp_path: Path) -> None:
    file = tmp_path / "表.csv"
    file.write_text(
        "企业名称,需求名称,主要问题,内部口径\n济南难岳有限公司,甲技术,乙问题,丙丁\n", encoding="utf-8"
    )
    done = CliRunner().invoke(cli, ["import", str(file), "--dry-run"])
    assert done.exit_code == 0
    assert "“内部口径”（丙丁）: 没有认出" in done.output


def test_a_kind_alone_says_what_the_list_holds(tmp_path: Path) -> None:
    file = str(_asking(tmp_path))
    for kind in ("demand", "achievement"):
        done = CliRunner().invoke(cli, ["import", file, "--dry-run", "--json", "--yes", "--kind", kind])
        assert {one["kind"] for one in json.loads(done.stdout)["records"]} == {kind}, done.output


def test_a_kind_that_no_list_is_read_as_is_said(tmp_path: Path) -> None:
    file = tmp_path / "需求.xlsx"
    file.write_bytes(sheet(DEMANDS))
    done = CliRunner().invoke(cli, ["import", str(file), "--dry-run", "--kind", "contract"])
    assert done.exit_code == 3
    assert "仍按“技术需求”读取" in done.output
