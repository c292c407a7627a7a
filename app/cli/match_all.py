"""`sanku match-all`: every demand against every achievement, stored as pairs; goes on where it was broken off."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.common import load_settings, progress, write_json


def match_all(
    fresh: Annotated[
        bool, typer.Option(help="Begin anew instead of going on where a run was broken off.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Stable output for programs.")] = False,
) -> None:
    """Rank all published demands and store their good pairs; pushes follow, as after a publication."""
    from app.bootstrap import build_services, close
    from app.database import Database
    from app.matching.matcher import Matcher
    from app.matching.tools.bulk_ranking import match_all
    from app.matching.tools.checkpoint import Checkpoint

    settings = load_settings()
    services = build_services(settings)
    matcher = services[Matcher]
    with services[Database].reading() as session:
        ranker_version = matcher.ranker(session).version
    kept = Checkpoint(settings.home_path / "match-all.progress", f"{ranker_version} {matcher.index.model_id}")
    if fresh:
        kept.end()
    with progress("demands (需求)") as step:
        done = match_all(services[Database], matcher, progress=kept, on_progress=step)
    close(services)
    if as_json:
        write_json(asdict(done))
        return
    typer.echo(
        f"{done.demands} demands ranked, {done.pairs} good pairs "
        f"(已匹配需求 {done.demands} 条, 合适的供需对 {done.pairs} 个)"
    )
    if done.skipped:
        typer.echo(f"{done.skipped} demands were done before (此前已完成 {done.skipped} 条)")
