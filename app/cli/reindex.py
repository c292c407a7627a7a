"""`sanku reindex`: an existing store brought up to date after an upgrade or with another model."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.common import complain, load_settings, progress, write_json


def reindex(
    everything: Annotated[
        bool, typer.Option("--all", help="Store every record and embed every text anew, out of date or not.")
    ] = False,
    embed_only: Annotated[
        bool, typer.Option("--embed-only", help="Embed what is due and keep it beside; change no search.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option(help="Forget how far a run of --all got that was broken off.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Stable output for programs.")] = False,
) -> None:
    """Bring published records up to date: vectors of the present model, texts as this version reads them.

    Only what is out of date is stored, and only texts without a vector are embedded. Broken off, it goes on.
    """
    from app.bootstrap import build_services, close
    from app.database import Database
    from app.matching.embedding.embedder import Embedder
    from app.matching.embedding.indexer import MatchingIndexer
    from app.matching.matcher import Matcher
    from app.matching.tools.checkpoint import Checkpoint
    from app.matching.tools.reindex import reindex
    from app.settings import Settings

    services = build_services(load_settings())
    with services[Database].reading() as session:
        ranker_version = services[Matcher].ranker(session).version
    kept = Checkpoint(
        services[Settings].home_path / "reindex.progress",
        f"{services[Embedder].model_id}{' --all' if everything else ''}",
    )
    if fresh:
        kept.forget()
    with progress("records (记录)") as step:
        done = reindex(
            services[Database],
            services[MatchingIndexer],
            progress=kept,
            ranker_version=ranker_version,
            everything=everything,
            embed_only=embed_only,
            on_progress=step,
        )
    close(services)
    if as_json:
        write_json(asdict(done))
        return
    verb, zh = ("prepared", "已备好") if embed_only else ("brought up to date", "已更新")
    typer.echo(
        f"{done.records} records {verb}, {done.embedded} texts embedded, {done.current} were up to date "
        f"({zh} {done.records} 条, 嵌入文本 {done.embedded} 段, 原已最新 {done.current} 条)"
    )
    if done.skipped:
        typer.echo(f"{done.skipped} records were done before (此前已完成 {done.skipped} 条)")
    if done.changed:
        complain(
            f"{done.changed} records changed meanwhile; run it again (处理中有变动 {done.changed} 条, 请再运行一次)"
        )
