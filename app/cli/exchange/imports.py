"""The command `sanku import FILE`: read a file of any common format, and show what would be stored."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.common import print_error, write_json

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="XLSX, XLS, ET, CSV, JSON, DOCX, PDF, HTML …")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def import_file(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read demands, achievements, managers, contracts or organisations from a file of any common format.

    Exits with status 2 if rows are refused; each is reported with its place and what would be right.
    """
    from app.exchange.report import report_of

    if not dry_run:
        raise typer.BadParameter("only --dry-run is available", param_hint="--dry-run")
    report = report_of(file.read_bytes(), name=file.name)
    if as_json:
        write_json(report)
    else:
        _print(report)
    if report["refused"]:
        raise typer.Exit(2)


def _print(report: dict[str, Any]) -> None:
    for record in report["records"]:
        missing = ", ".join(record["missing"]) or "–"
        state = "可发布 complete" if record["publishable"] else f"草稿 draft, missing {missing}"
        typer.echo(f"{record['ref']}: {record['kind']} {record['fields'].get('title', '')} – {state}")
        for name, how in record["derived"].items():
            typer.echo(f"    {name} = {record['fields'].get(name)}  ({how})")
        for warning in record["warnings"]:
            typer.echo(f"    {warning['cell']} {warning['field']}: {warning['zh']} / {warning['en']}")
    for one in report["ignored"]:
        typer.echo(f"{one['ref']}: ignored, {one['why']}")
    for one in report["refused"]:
        print_error(f"{one['ref']}: {one['code']}: {one['reason_zh']} / {one['reason_en']}")
    counts = len(report["records"]), len(report["refused"])
    typer.echo(f"{counts[0]} records, {counts[1]} refused (记录 {counts[0]} 条，拒绝 {counts[1]} 条)")
