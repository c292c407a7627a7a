"""The commands `sanku audit …`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, prepared_database, print_error, write_json

if TYPE_CHECKING:
    from app.accounts.audit.verification import Verification

commands = typer.Typer(help="The audit trail (审计日志).", no_args_is_help=True)


@commands.command("verify")
def verify(
    anchors: Annotated[
        list[Path] | None,
        typer.Option(
            help="Files of anchors, such as a copy that is kept elsewhere. Default: the file of this home."
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", help="Public keys whose anchors count, besides that of this home."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Check that no entry was changed, removed, inserted or moved. Exit status 1 if one was, 2 without any anchor."""
    from app.accounts.audit.anchors import read_anchors, signing_key
    from app.accounts.audit.verification import verify as check
    from app.encryption.signature_keys import public_key

    settings = load_settings()
    database = prepared_database(settings)
    files = anchors or [file for file in [settings.audit_anchors_path] if file.exists()]
    trusted = frozenset([public_key(signing_key(settings)), *(keys or ())])
    try:
        with database.reading() as session:
            result = check(session, read_anchors(files), trusted_keys=trusted)
    except ValueError as error:
        raise RuntimeError(f"not a signed anchor (不是有效的签名锚点): {error}") from error
    finally:
        database.dispose()
    _show(result, as_json=as_json)
    if result.faults_found:
        raise typer.Exit(1)
    if not result.anchors and result.sealed:
        print_error(
            "there are no anchors, so a rewritten chain would not be noticed (没有锚点，无法发现整链改写)"
        )
        raise typer.Exit(2)


def _show(result: "Verification", *, as_json: bool) -> None:
    if as_json:
        write_json(asdict(result))
        return
    for fault in result.faults:
        print_error(f"{fault.code} {fault.seq or ''}: {fault.what}", style="red")
    typer.echo(
        f"{result.sealed} sealed entries, {result.waiting} waiting, {result.anchors} anchors, "
        f"{result.faults_found} faults (已封存 {result.sealed} 条，待封存 {result.waiting} 条，"
        f"锚点 {result.anchors} 个，发现问题 {result.faults_found} 处)"
    )


@commands.command("seal")
def seal() -> None:
    """Seal new entries now, and write the anchor; the worker does so every minute."""
    from app.accounts.audit.anchors import seal_and_anchor

    settings = load_settings()
    database = prepared_database(settings)
    head = seal_and_anchor(database, settings)
    database.dispose()
    typer.echo(f"{head.seq} {head.digest}" if head else "nothing to seal (没有待封存的记录)")


@commands.command("export")
def export(
    form: Annotated[str, typer.Option("--format", help="ocsf or cef.")] = "ocsf",
    after: Annotated[int, typer.Option(min=0, help="Number of the last entry that was taken before.")] = 0,
) -> None:
    """Write the sealed entries to standard output, one a line, and an entry about it."""
    from app.accounts import audit
    from app.accounts.access.principal import SYSTEM
    from app.accounts.audit.export import AuditFormat, lines
    from app.errors import Invalid

    if form not in set(AuditFormat):
        raise Invalid.field("format", "enum", "应为 ocsf 或 cef", "must be ocsf or cef")
    database = prepared_database(load_settings())
    with database.unit_of_work() as session:
        audit.record(session, SYSTEM, "audit.export", details=f"{form} after {after}")
    with database.reading() as session:
        sys.stdout.writelines(lines(session, AuditFormat(form), after=after))
    database.dispose()


@commands.command("key")
def key() -> None:
    """Print the public key with which this home signs anchors (base64)."""
    from app.accounts.audit.anchors import signing_key
    from app.encryption.signature_keys import public_key

    typer.echo(public_key(signing_key(load_settings())))
