"""The command `sanku migrate-store`: moves the store to another database."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import exit_if_refused, load_settings, print_error, progress, write_json

if TYPE_CHECKING:
    from app.store.transfer import TransferReport


def migrate_store(
    to: Annotated[
        str,
        typer.Option(
            envvar="SANKU_MIGRATE_TO",
            help="The target: `postgresql://user:password@host/name` or `sqlite:////path`. The environment variable "
            "keeps a password out of the list of processes.",
            show_default=False,
        ),
    ],
    resume: Annotated[bool, typer.Option(help="Continue an interrupted transfer.")] = False,
    verify_only: Annotated[
        bool, typer.Option("--verify-only", help="Copy nothing; compare every row of both databases.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Copy the whole store of `SANKU_DATABASE_URL` to an empty database, and compare every row.

    Stop services and workers first: what they store meanwhile is not copied. Uploaded files stay where they are.
    """
    from app.database import Database
    from app.encryption.keys import use_keys
    from app.store import transfer

    settings = load_settings()
    use_keys(settings)
    source, target = Database(settings.url), Database(to)
    with exit_if_refused(transfer.TransferRefusedError), ExitStack() as closed:
        closed.callback(source.dispose)
        closed.callback(target.dispose)
        if verify_only:
            report = transfer.compare(source, target)
        else:
            with progress("Copying (复制)") as bar:
                report = transfer.transfer(
                    source, target, resume=resume, on_table=lambda _, done, total: bar(done, total)
                )
    _show(report, as_json=as_json)


def _show(report: "TransferReport", *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "rows": report.rows,
                "tables": {
                    name: {"rows": digest.rows, "checksum": digest.checksum}
                    for name, digest in report.tables.items()
                },
                "different": list(report.different),
            }
        )
    elif report.different:
        print_error(
            f"these tables differ: {', '.join(report.different)}; stop all services and repeat with an empty target "
            f"(以下表不一致：{', '.join(report.different)}；请停止全部服务，并以空库重新迁移)",
            style="red",
        )
    else:
        typer.echo(
            f"{report.rows} rows in {len(report.tables)} tables are the same in both databases "
            f"(两库一致：{len(report.tables)} 张表，共 {report.rows} 行)"
        )
    if report.different:
        raise typer.Exit(1)
