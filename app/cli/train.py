"""`sanku train`, and `sanku model list | use | rollback`: the ranker that learns from use."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, prepared_database, progress, write_json

if TYPE_CHECKING:
    from app.database import Database

AsJson = Annotated[bool, typer.Option("--json", help="Stable output for programs.")]


def train(
    dry_run: Annotated[bool, typer.Option(help="Compute and report; store and replace nothing.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Learn from what came since that day only.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=-1, max=1, help="nDCG@10 that the interval's lower end must reach.")
    ] = 0.0,
    judged: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Judged directory not to lose on; default: the shipped."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from what people did with matches; the new ranker answers only if it is the better one."""
    from app.bootstrap import build_services, close
    from app.database import Database
    from app.matching.embedding.embedder import Embedder
    from app.matching.matcher import Matcher
    from app.matching.training.job import TrainingOptions, report_lines, run_training
    from app.matching.training.judged_sets import judged_pairs, shipped_directory
    from app.settings import Settings

    services = build_services(load_settings())
    with progress("judged set") as step:
        held = judged_pairs(
            services[Settings], services[Embedder], judged or shipped_directory(), on_progress=step
        )
    options = TrainingOptions(
        judged=held,
        since=since.replace(tzinfo=UTC) if since else None,
        margin=margin,
        dry_run=dry_run,
    )
    report = run_training(services[Database], services[Matcher].shipped, options)
    close(services)
    if as_json:
        write_json(report)
        return
    for line in report_lines(report):
        typer.echo(line)


def list_models(as_json: AsJson = False) -> None:
    """The rankers there are, the newest first, and which one answers."""
    from app.matching.ranking.ranker import load_ranker
    from app.matching.training.report import listed_models

    with _database() as database, database.reading() as session:
        rows = [row.model_dump(mode="json") for row in listed_models(session, load_ranker())]
    if as_json:
        write_json({"items": rows})
        return
    for row in rows:
        mark = "*" if row["active"] else " "
        gap = row["metrics"].get("later_demands")
        gained = f" nDCG@10 {gap['difference']:+.4f}" if gap else ""
        typer.echo(f"{mark} {row['version']} {row['state']}{gained}")


def use(version: Annotated[str, typer.Argument(help="As `sanku model list` names it.")]) -> None:
    """Let this ranker answer from now on, in every process; all pairs are ranked again in the background."""
    from app.accounts.access.principal import SYSTEM
    from app.matching.ranking import registry
    from app.matching.ranking.ranker import load_ranker

    with _database() as database, database.unit_of_work() as session:
        registry.use(session, version, shipped=load_ranker(), principal=SYSTEM)
    typer.echo(version)


def rollback() -> None:
    """Bring back the ranker that answered before the present one."""
    from app.accounts.access.principal import SYSTEM
    from app.matching.ranking import registry
    from app.matching.ranking.ranker import load_ranker

    with _database() as database, database.unit_of_work() as session:
        version = registry.rollback(session, shipped=load_ranker(), principal=SYSTEM)
    typer.echo(version)


@contextmanager
def _database() -> Iterator["Database"]:
    """The prepared database; closed however the command ends."""
    database = prepared_database(load_settings())
    try:
        yield database
    finally:
        database.dispose()
