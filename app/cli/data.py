"""The commands `sanku load DIR` and `sanku eval DIR`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, opened_services, print_error, progress, write_json

if TYPE_CHECKING:
    from app.libraries.datasets.load_report import LoadReport

Directory = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Directory in the interchange format.")
]
Directories = Annotated[
    list[Path], typer.Argument(exists=True, file_okay=False, help="Directories in the interchange format.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def load(
    directory: Directory,
    defaults: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="JSON with default values: kind of record → field → value.",
        ),
    ] = None,
    draft: Annotated[bool, typer.Option(help="Store as drafts instead of publishing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import achievements, demands and managers. Existing records (same source id) are not changed.

    Exits with status 2 if rows are refused; each is reported with its file, line, field and reason.
    """
    from app.database import Database
    from app.libraries.datasets.loading import load_directory, read_defaults
    from app.libraries.record.indexing import Indexer
    from app.settings import Settings

    with opened_services(load_settings()) as services:
        with progress("records (记录)") as update:
            report = load_directory(
                services[Database],
                services[Indexer],
                services[Settings],
                directory,
                defaults=read_defaults(defaults),
                draft=draft,
                on_progress=update,
            )
        services[Database].refresh_statistics()
    if as_json:
        write_json(report.as_dict())
    else:
        _print(report)
    if report.refused:
        raise typer.Exit(2)


def _print(report: "LoadReport") -> None:
    for line in report.lines():
        typer.echo(line)
    for refused in report.refused:
        print_error(str(refused))


def evaluate(directories: Directories, as_json: AsJson = False) -> None:
    """Evaluate matching on judged directories, read as one ephemeral store. Your data is not used or changed."""
    from app.matching.embedding.remote.opening import open_embedder
    from app.matching.evaluation.evaluator import evaluate_directories
    from app.matching.evaluation.report import report_lines
    from app.matching.reranker.cross_encoder import open_reranker

    settings = load_settings()
    embedder = open_embedder(settings)
    with progress("evaluation (评测)") as update:
        figures = evaluate_directories(
            settings, embedder, directories, on_progress=update, reranker=open_reranker(settings)
        )
    if as_json:
        write_json(figures)
        return
    for line in report_lines(figures):
        typer.echo(line)


def synonyms(
    file: Annotated[
        Path | None, typer.Argument(help="File to check; default: the one that the installation uses.")
    ] = None,
) -> None:
    """Check a file of synonyms (同义词). Each faulty line is listed, and the exit status is then 1."""
    from app.libraries.search.synonyms import load_synonyms, synonyms_path

    path = file or synonyms_path(load_settings())
    groups = len(load_synonyms(path).groups)
    typer.echo(f"{path}: {groups} groups, no errors ({groups} 组同义词，无误)")
