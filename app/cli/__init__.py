"""`sanku`: the command line. Each command imports what it needs when it runs, so that `--help` is instant."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from app.cli import data, demo, index, match, match_all, model, reindex, serve, tiers, train, users
from app.cli.common import complain
from app.errors import SankuError

cli = typer.Typer(
    name="sanku",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sanku {version('sanku')}")
        raise typer.Exit


@cli.callback()
def about(
    _: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """三库: technology-transfer matchmaking (技术成果库、技术需求库、技术转移人才库)."""


cli.command("init")(serve.init)
cli.command("serve")(serve.serve)
cli.command("worker")(serve.worker)
cli.command("load")(data.load)
cli.command("eval")(data.evaluate)
cli.command("match")(match.match)
cli.command("match-all")(match_all.match_all)
cli.command("reindex")(reindex.reindex)
cli.command("train")(train.train)
cli.command("tiers")(tiers.tiers)
cli.command("demo")(demo.demo)
cli.add_typer(index.commands, name="index")
cli.add_typer(model.commands, name="model")
cli.add_typer(users.commands, name="user")


def main() -> None:
    """Errors that a user can mend go to standard error as one clear message, with exit status 1."""
    try:
        cli()
    except SankuError as error:
        show_error(error)
        sys.exit(1)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        complain(f"the database cannot be used (数据库无法使用): {reason}", style="red")
        sys.exit(1)
    except (RuntimeError, OSError) as error:
        complain(str(error), style="red")
        sys.exit(1)


def show_error(error: SankuError) -> None:
    complain(error.message_zh, style="red")
    complain(error.message_en)
    for field in error.fields:
        complain(f"  {field.field}: {field.zh} / {field.en}")
