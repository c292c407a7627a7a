"""The command `sanku match-all`: ranks all demands and stores the pairs; an interrupted run can be resumed."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.common import load_settings, opened_services, progress, write_json


def match_all(
    fresh: Annotated[bool, typer.Option(help="Start again instead of resuming an interrupted run.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Rank all published demands and store their good pairs. Pushes follow, as after a publication."""
    from app.database import Database
    from app.matching.matcher import Matcher
    from app.matching.tools.bulk_ranking import match_all
    from app.matching.tools.checkpoint import Checkpoint

    settings = load_settings()
    with opened_services(settings) as services:
        matcher = services[Matcher]
        with services[Database].reading() as session:
            ranker_version = matcher.ranker(session).version
        checkpoint = Checkpoint(
            settings.home_path / "match-all.progress", f"{ranker_version} {matcher.index.model_id}"
        )
        if fresh:
            checkpoint.end()
        with progress("demands (需求)") as update:
            report = match_all(services[Database], matcher, progress=checkpoint, on_progress=update)
    if as_json:
        write_json(asdict(report))
        return
    typer.echo(
        f"{report.demands} demands ranked, {report.pairs} good pairs "
        f"(已匹配需求 {report.demands} 条，合适的供需对 {report.pairs} 个)"
    )
    if report.skipped:
        typer.echo(f"{report.skipped} demands were already ranked (此前已完成 {report.skipped} 条)")
