"""`sanku load DIR` and `sanku eval DIR`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import complain, load_settings, progress, write_json

Directory = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="A directory in interchange format.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Stable output for programs.")]


def load(
    directory: Directory,
    defaults: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON: achievement/demand/manager → field → value."),
    ] = None,
    draft: Annotated[bool, typer.Option(help="Store as drafts instead of publishing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load achievements, demands and managers; what is there already (same source id) is left as it is.

    Exit status 2 when some rows were refused: each is named with its file, line, field and reason.
    """
    from app.bootstrap import build_services, close
    from app.database import Database
    from app.libraries.exchange.loading import load_directory, read_defaults
    from app.libraries.record.indexing import Indexer
    from app.settings import Settings

    services = build_services(load_settings())
    with progress("load") as step:
        report = load_directory(
            services[Database],
            services[Indexer],
            services[Settings],
            directory,
            defaults=read_defaults(defaults),
            draft=draft,
            on_progress=step,
        )
    close(services)
    if as_json:
        write_json(report.as_dict())
    else:
        for line in report.lines():
            typer.echo(line)
        for refused in report.refused:
            complain(str(refused))
    if report.refused:
        raise typer.Exit(2)


def evaluate(directory: Directory, as_json: AsJson = False) -> None:
    """Measure matching on a judged directory, in a throw-away store; your own data is not touched."""
    from app.matching.embedding.embedder import SentenceTransformerEmbedder
    from app.matching.evaluation.evaluator import evaluate_directory, report_lines

    settings = load_settings()
    embedder = SentenceTransformerEmbedder(settings.model_path, device=settings.model_device)
    with progress("eval") as step:
        figures = evaluate_directory(settings, embedder, directory, on_progress=step)
    if as_json:
        write_json(figures)
        return
    for line in report_lines(figures):
        typer.echo(line)
