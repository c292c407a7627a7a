"""The command line `sanku`. Commands import their modules when they run, so that `--help` is fast."""

import gc
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from app.cli import assistants, data, demo, index, model, reindex, serve, tiers, train
from app.cli.accounts import audit, users
from app.cli.common import print_error
from app.cli.exchange import drafts, exports, imports, mirror
from app.cli.matching import match, match_all
from app.cli.store import backup, check, keys, transfer
from app.errors import SankuError

cli = typer.Typer(
    name="sanku",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def show_version(requested: bool) -> None:
    """Print the version and exit, if requested."""
    if requested:
        typer.echo(f"sanku {version('sanku')}")
        raise typer.Exit


@cli.callback()
def about(
    _: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Sanku (三库): technology-transfer matchmaking (技术成果库、技术需求库、技术转移人才库)."""


cli.command("init")(serve.init)
cli.command("serve")(serve.serve)
cli.command("worker")(serve.worker)
cli.command("embed-server")(serve.embed_server)
cli.command("load")(data.load)
cli.command("import")(imports.import_file)
cli.command("import-undo")(imports.undo)
cli.command("export")(exports.export)
cli.command("draft")(drafts.draft)
cli.command("mcp")(assistants.mcp)
cli.command("mirror")(mirror.mirror)
cli.command("eval")(data.evaluate)
cli.command("match")(match.match)
cli.command("match-all")(match_all.match_all)
cli.command("reindex")(reindex.reindex)
cli.command("check")(check.check)
cli.command("backup")(backup.backup)
cli.command("restore")(backup.restore)
cli.command("migrate-store")(transfer.migrate_store)
cli.command("synonyms")(data.synonyms)
cli.command("train")(train.train)
cli.command("tiers")(tiers.tiers)
cli.command("demo")(demo.demo)
cli.add_typer(audit.commands, name="audit")
cli.add_typer(index.commands, name="index")
cli.add_typer(keys.commands, name="keys")
cli.add_typer(model.commands, name="model")
cli.add_typer(users.commands, name="user")


def main() -> None:
    """Run the command line. Errors that the user can correct are printed to standard error, with exit status 1."""
    # Half a million objects of the modules live as long as the process. By default they would be searched for garbage a
    # thousand times while a command starts, which is a fifth of the start.
    gc.set_threshold(20_000, 20, 20)
    refuse_undecodable_arguments(sys.argv[1:])
    try:
        cli()
    except SankuError as error:
        show_error(error)
        sys.exit(1)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        print_error(f"the database is not available (数据库无法使用): {reason}", style="red")
        sys.exit(1)
    except UnicodeDecodeError as error:
        print_error(f"the input is not UTF-8 text (输入不是 UTF-8 文本): {error}", style="red")
        sys.exit(1)
    except (RuntimeError, OSError) as error:
        print_error(str(error), style="red")
        sys.exit(1)


def refuse_undecodable_arguments(arguments: Sequence[str]) -> None:
    """Exit with status 2 if an argument has bytes that are no UTF-8: Python passes them on as lone surrogates, which
    can be neither matched, stored nor printed."""
    for number, argument in enumerate(arguments, 1):
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            print_error(
                f"argument {number} is not UTF-8 text from character {error.start + 1} on "
                f"(第 {number} 个参数自第 {error.start + 1} 个字符起不是 UTF-8 文本): {shown[:200]}",
                style="red",
            )
            sys.exit(2)


def show_error(error: SankuError) -> None:
    """Print an error and its fields to standard error, in Chinese and English."""
    print_error(error.message_zh, style="red")
    print_error(error.message_en)
    for field in error.fields:
        print_error(f"  {field.field}: {field.zh} / {field.en}")
