"""The command `sanku import FILE`: read a file of any common format, show what would be stored, and store it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from app.cli.common import load_settings, opened_services, print_error, progress, write_json
from app.exchange.headers.dictionary import Kind

if TYPE_CHECKING:
    from app.database import Database

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="XLSX, XLS, ET, CSV, JSON, DOCX, PDF, HTML …")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def import_file(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; store nothing.")] = False,
    sender: Annotated[
        str, typer.Option(help="Who sends the list; records and confirmed headers are known per sender.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="You have checked the deductions; store them too.")
    ] = False,
    publish: Annotated[
        bool, typer.Option(help="Publish complete records; otherwise all are drafts.")
    ] = False,
    kind: Annotated[
        Kind | None, typer.Option(help="What the lists hold, where their headers do not tell.")
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="What a column means, as HEADER=FIELD; remembered for the sender. Repeatable."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read demands, achievements, managers, contracts or organisations from a file of any common format and store them
    as one batch.

    The same file again changes nothing, a newer one updates. Exits with status 2 if rows are refused, each with its
    place and what would be right; with status 3 if it is not clear what a list holds, or which column names its
    records: nothing of the file is stored then, and the message says what to type.
    """
    from app.cli.exchange import questions
    from app.exchange.batches.workbooks import scanned
    from app.exchange.headers.dictionary import key_of
    from app.exchange.headers.explained import Explained
    from app.exchange.report import report_of

    meanings = questions.meanings_of(mapped or (), kind)
    if dry_run:
        learnt = Explained({key_of(header): field for header, field in meanings.items()}, kind=kind)
        report = report_of(scanned(file.read_bytes(), load_settings()), name=file.name, learnt=learnt)
    else:
        report = _store(file, sender, yes=yes, publish=publish, kind=kind, meanings=meanings)
    if as_json:
        write_json(report)
    elif dry_run:
        _print(report)
    else:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(report["outcomes"].items()))
        typer.echo(f"batch {report['batch']}: {counts or 'no rows (没有记录)'}")
        _print_refused(report)
    flags = {"--publish": publish, "--dry-run": dry_run, "--yes": yes}
    command = [str(file), *(["--sender", sender] if sender else []), *(one for one in flags if flags[one])]
    questions.print_questions(report["questions"], command, yes=yes)
    is_unknown = questions.print_unknown_headers(meanings, report) or questions.print_other_kind(kind, report)
    if is_unknown or any(questions.is_blocking(one, yes=yes) for one in report["questions"]):
        raise typer.Exit(3)
    if report["refused"]:
        raise typer.Exit(2)


def undo(batch: Annotated[UUID, typer.Argument(help="The batch that an import has printed.")]) -> None:
    """Undo an import. Records that somebody has changed since are kept."""
    from app.accounts.access.principal import SYSTEM
    from app.database import Database
    from app.exchange.batches.reversal import Reversal
    from app.libraries.record.indexing import Indexer
    from app.settings import Settings

    with opened_services(load_settings()) as services:
        kept = Reversal(services[Database], services[Indexer], services[Settings], SYSTEM).undo(batch)
    typer.echo(
        f"undone; {kept} records kept, because they were changed since (已撤销；{kept} 条导入后有修改，保留)"
    )


def _store(
    file: Path, sender: str, *, yes: bool, publish: bool, kind: Kind | None, meanings: Mapping[str, str]
) -> dict[str, Any]:
    """Read the file and store its rows, unless it must be said first what one of its lists holds."""
    from app.accounts.access.principal import SYSTEM
    from app.cli.exchange.questions import headers_of, is_blocking
    from app.database import Database
    from app.exchange.batches.commit import Committer
    from app.exchange.batches.preview import preview
    from app.exchange.batches.senders import confirm_headers, sender_of
    from app.exchange.batches.workbooks import scanned
    from app.libraries.record.indexing import Indexer
    from app.settings import Settings

    data = scanned(file.read_bytes(), load_settings())
    with opened_services(load_settings()) as services:
        database = services[Database]
        if meanings:
            with database.unit_of_work() as session:
                whose = sender_of(SYSTEM, sender)
                confirm_headers(session, whose, meanings, principal=SYSTEM, kind=kind)
        with progress("rows read (已读行)") as update:
            batch = preview(
                database,
                services[Settings],
                data,
                name=file.name,
                sender=sender,
                principal=SYSTEM,
                kind=kind,
                on_progress=lambda done: update(done, done),
            )
        committer = Committer(
            database, services[Indexer], services[Settings], SYSTEM, publish=publish, accept_derived=yes
        )
        read = _read(database, batch)
        if kind is not None:
            with database.unit_of_work() as session:
                headers = headers_of(read, kind)
                confirm_headers(session, sender_of(SYSTEM, sender), headers, principal=SYSTEM, kind=kind)
        is_held = any(is_blocking(one, yes=yes) for one in read["questions"])
        with progress("rows (行)") as update:
            total = left = 0 if is_held else committer.waiting(batch)
            while left:
                left = committer.store_rows(batch)
                update(total - left, total)
        report = _outcomes(database, batch)
    return report | read


def _read(database: "Database", batch: UUID) -> dict[str, Any]:
    """How the lists of the file were understood, and what is open."""
    from app.exchange.batches.models import ImportBatch

    with database.reading() as session:
        found = session.get_one(ImportBatch, batch)
        return {"tables": found.report.get("tables", []), "questions": found.questions or []}


def _outcomes(database: "Database", batch: UUID) -> dict[str, Any]:
    from app.exchange.batches.results import outcomes_of

    with database.reading() as session:
        outcomes, refused = outcomes_of(session, batch)
    return {"batch": str(batch), "outcomes": outcomes, "refused": refused}


def _print(report: dict[str, Any]) -> None:
    from app.exchange.labels import IGNORED

    for record in report["records"]:
        missing = ", ".join(record["missing"]) or "–"
        state = "可发布 complete" if record["publishable"] else f"草稿 draft, missing {missing}"
        typer.echo(f"{record['ref']}: {record['kind']} {record['fields'].get('title', '')} – {state}")
        for name, how in record["derived"].items():
            typer.echo(f"    {name} = {record['fields'].get(name)}  ({how})")
        for warning in record["warnings"]:
            typer.echo(f"    {warning['cell']} {warning['field']}: {warning['zh']} / {warning['en']}")
    for one in report["ignored"]:
        count = f"（{one['count']} 个值）" if one.get("count") else ""
        typer.echo(f"{one['ref']}: 略过 ignored, {IGNORED.get(one['code'], '')}{count} / {one['why']}")
    _print_refused(report)
    counts = len(report["records"]), len(report["refused"])
    typer.echo(f"{counts[0]} records, {counts[1]} refused (记录 {counts[0]} 条，拒绝 {counts[1]} 条)")


def _print_refused(report: dict[str, Any]) -> None:
    for one in report["refused"]:
        print_error(f"{one['ref']}: {one['code']}: {one['reason_zh']} / {one['reason_en']}")
