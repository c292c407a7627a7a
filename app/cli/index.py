"""The commands `sanku index status | rebuild`."""

from typing import Annotated

import typer

from app.cli.common import load_settings, opened_services, write_json

commands = typer.Typer(help="The vector index (向量索引).", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@commands.command("status")
def status(as_json: AsJson = False) -> None:
    """Show the number of vectors, and how far the index has followed the database."""
    from app.bootstrap.services import build_services
    from app.database import Database
    from app.matching.matcher import Matcher

    services = build_services(load_settings())
    with services[Database].reading() as session:
        _show(services[Matcher].index.status(session), as_json)


@commands.command("rebuild")
def rebuild(as_json: AsJson = False) -> None:
    """Discard the index and rebuild it from the vectors in the database. No text is embedded again."""
    from app.database import Database
    from app.matching.matcher import Matcher

    with opened_services(load_settings()) as services, services[Database].unit_of_work() as session:
        services[Matcher].index.rebuild(session)
        services[Matcher].lexical.rebuild()
        state = services[Matcher].index.status(session)
    _show(state, as_json)


def _show(state: dict[str, object], as_json: bool) -> None:
    if as_json:
        write_json(state)
        return
    for key, value in state.items():
        text = (
            ", ".join(f"{kind} {count}" for kind, count in value.items())
            if isinstance(value, dict)
            else value
        )
        typer.echo(f"{key}: {text}")
