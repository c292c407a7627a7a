"""The command `sanku reindex`: updates an existing store after an upgrade or for another model."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, print_error, progress, write_json

if TYPE_CHECKING:
    from app.matching.tools.reindex import ReindexReport


def reindex(
    everything: Annotated[
        bool, typer.Option("--all", help="Store every record and embed every text again, up to date or not.")
    ] = False,
    embed_only: Annotated[
        bool,
        typer.Option(
            "--embed-only", help="Only embed outdated texts in advance; search results do not change."
        ),
    ] = False,
    fresh: Annotated[
        bool, typer.Option(help="Start again instead of resuming an interrupted run of --all.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Update records: tokens for search, vectors of the current model, texts as this version reads them.

    Only outdated records are stored, and only texts without a vector are embedded. An interrupted run is resumed.
    """
    report, refreshed = _reindex(everything=everything, embed_only=embed_only, fresh=fresh)
    if as_json:
        write_json(asdict(report) | {"search_documents": refreshed})
    else:
        if refreshed:
            typer.echo(f"{refreshed} search documents updated (检索文档已更新 {refreshed} 条)")
        _print_report(report, embed_only=embed_only)


def _reindex(*, everything: bool, embed_only: bool, fresh: bool) -> "tuple[ReindexReport, int]":
    """The report of the records, and the number of search documents written again."""
    from app.bootstrap.services import build_services, close
    from app.database import Database
    from app.libraries.search_refresh import refresh_search
    from app.matching.embedding.embedder import Embedder
    from app.matching.embedding.indexer import MatchingIndexer
    from app.matching.matcher import Matcher
    from app.matching.tools.checkpoint import Checkpoint
    from app.matching.tools.reindex import reindex
    from app.settings import Settings

    services = build_services(load_settings())
    with services[Database].reading() as session:
        ranker_version = services[Matcher].ranker(session).version
    checkpoint = Checkpoint(
        services[Settings].home_path / "reindex.progress",
        f"{services[Embedder].model_id}{' --all' if everything else ''}",
    )
    if fresh:
        checkpoint.forget()
    refreshed = 0
    if not embed_only:
        with progress("search documents (检索文档)") as update:
            refreshed = refresh_search(services[Database], on_progress=update)
    with progress("records (记录)") as update:
        report = reindex(
            services[Database],
            services[MatchingIndexer],
            progress=checkpoint,
            ranker_version=ranker_version,
            everything=everything,
            embed_only=embed_only,
            on_progress=update,
        )
    close(services)
    return report, refreshed


def _print_report(report: "ReindexReport", *, embed_only: bool) -> None:
    verb, zh = ("prepared", "已准备") if embed_only else ("updated", "已更新")
    typer.echo(
        f"{report.records} records {verb}, {report.embedded} texts embedded, {report.current} already up to date "
        f"({zh} {report.records} 条，嵌入文本 {report.embedded} 段，无需更新 {report.current} 条)"
    )
    if report.skipped:
        typer.echo(f"{report.skipped} records were already processed (此前已完成 {report.skipped} 条)")
    if report.changed:
        print_error(
            f"{report.changed} records changed during the run; run the command again "
            f"(处理期间有 {report.changed} 条记录变动，请再次运行)"
        )
