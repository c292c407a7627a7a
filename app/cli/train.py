"""The commands `sanku train` and `sanku model list | use | rollback`: training and promotion of the ranker."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import load_settings, opened_database, opened_services, progress, write_json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def train(
    dry_run: Annotated[bool, typer.Option(help="Train and report only; store nothing.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Use only training data from this day on.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=-1, max=1, help="Minimum nDCG@10 gain: lower end of the interval.")
    ] = 0.0,
    judged: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Judged directory for the regression check; default: built in."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a ranker on users' answers to matches. It becomes active only if it is better than the active one."""
    from app.database import Database
    from app.matching.embedding.embedder import Embedder
    from app.matching.matcher import Matcher
    from app.matching.training.job import TrainingOptions, report_lines, run_training
    from app.matching.training.judged_sets import judged_pairs, shipped_directory
    from app.settings import Settings

    with opened_services(load_settings()) as services:
        with progress("judged set (评测集)") as update:
            pairs = judged_pairs(
                services[Settings],
                services[Embedder],
                judged or shipped_directory(),
                on_progress=update,
                reranker=services[Matcher].reranker,
            )
        options = TrainingOptions(
            judged=pairs,
            since=since.replace(tzinfo=UTC) if since else None,
            margin=margin,
            dry_run=dry_run,
        )
        report = run_training(services[Database], services[Matcher].shipped, options)
    if as_json:
        write_json(report)
        return
    for line in report_lines(report):
        typer.echo(line)


def list_models(as_json: AsJson = False) -> None:
    """List the rankers, newest first; the active one is marked with *."""
    from app.matching.ranking.ranker import load_ranker
    from app.matching.training.report import listed_models

    with opened_database(load_settings()) as database, database.reading() as session:
        rows = [row.model_dump(mode="json") for row in listed_models(session, load_ranker())]
    if as_json:
        write_json({"items": rows})
        return
    for row in rows:
        mark = "*" if row["active"] else " "
        comparison = row["metrics"].get("later_demands")
        gain = f" nDCG@10 {comparison['difference']:+.4f}" if comparison else ""
        typer.echo(f"{mark} {row['version']} {row['state']}{gain}")


def use(version: Annotated[str, typer.Argument(help="A version from `sanku model list`.")]) -> None:
    """Activate this ranker in all processes. All pairs are ranked again in the background."""
    from app.accounts.access.principal import SYSTEM
    from app.matching.ranking import registry
    from app.matching.ranking.ranker import load_ranker

    with opened_database(load_settings()) as database, database.unit_of_work() as session:
        registry.use(session, version, shipped=load_ranker(), principal=SYSTEM)
    typer.echo(version)


def rollback() -> None:
    """Activate the previous ranker again."""
    from app.accounts.access.principal import SYSTEM
    from app.matching.ranking import registry
    from app.matching.ranking.ranker import load_ranker

    with opened_database(load_settings()) as database, database.unit_of_work() as session:
        version = registry.rollback(session, shipped=load_ranker(), principal=SYSTEM)
    typer.echo(version)
