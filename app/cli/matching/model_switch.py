"""The commands `sanku model switch | status | cancel | drop`: another embedding model while the service runs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import errors, load_settings, prepared_database, progress, write_json
from app.settings import Settings

if TYPE_CHECKING:
    from app.database import Database
    from app.matching.models import SpaceState
    from app.matching.spaces.lifecycle import ModelSource
    from app.matching.spaces.opened_models import OpenedModels

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

STATES = {"serving": "使用中", "filling": "正在补齐", "kept": "保留"}


def switch(
    model: Annotated[
        str, typer.Argument(help="A directory or hub id as in SANKU_MODEL, or a model that `status` lists.")
    ],
    hold: Annotated[
        bool, typer.Option("--hold", help="When its space is complete, wait for this command without --hold.")
    ] = False,
    embed_url: Annotated[
        str | None,
        typer.Option(help="Address of the embed server that has this model. Default: each process loads it."),
    ] = None,
) -> None:
    """Change the embedding model while the service runs: the workers embed all records, then all processes change over.

    A model whose space is complete serves at once, so this is also the way back.
    """
    from app.matching.ranking.ranker import ranker_for
    from app.matching.reranker.cross_encoder import name_of, open_reranker
    from app.matching.spaces import lifecycle

    settings = load_settings()
    database = prepared_database(settings)
    try:
        models = _models(settings)
        wanted = _wanted(settings, database, models, model, embed_url)
        ranker_for(settings.home_path / "models", wanted.model_id, name_of(open_reranker(settings)))
        with database.reading() as session:
            is_known = wanted.model_id in {space.model_id for space in lifecycle.registered(session)}
        if not is_known:  # the way back is immediate
            with errors.status("model (模型)"):
                models.of(wanted).load()
        with database.unit_of_work() as session:
            state = lifecycle.begin(session, wanted, present=models.of_settings, held=hold)
    finally:
        database.dispose()
    typer.echo(f"{wanted.model_id}: {state.value} ({STATES[state]})")


def status(as_json: AsJson = False) -> None:
    """Show the embedding models of the store, and how far the space of each is complete."""
    from app.matching.spaces.lifecycle import progress as spaces_of

    settings = load_settings()
    database = prepared_database(settings)
    with database.reading() as session:
        spaces = spaces_of(session)
    database.dispose()
    if as_json:
        write_json({"spaces": [asdict(one) for one in spaces]})
        return
    if not spaces:
        typer.echo("one embedding model, that of SANKU_MODEL (只有一个向量模型，即 SANKU_MODEL)")
    for one in spaces:
        held = ", held (暂不启用)" if one.held and one.state == "filling" else ""
        left = "" if one.seconds_left is None else f", about {_duration(one.seconds_left)} left (预计剩余)"
        typer.echo(
            f"{one.model_id}: {one.state.value} ({STATES[one.state]}), {one.done}/{one.records}{held}{left}"
        )


def cancel() -> None:
    """Remove the space that is not complete or not in use yet. Nothing else changes."""
    from app.matching.models import SpaceState

    _remove(None, SpaceState.FILLING)


def drop(
    model: Annotated[
        str | None, typer.Argument(help="A model that `status` lists. Default: the one of before.")
    ] = None,
) -> None:
    """Remove the space of the model of before; after that, there is no immediate way back."""
    from app.matching.models import SpaceState

    _remove(model, SpaceState.KEPT)


def _remove(model: str | None, state: "SpaceState") -> None:
    from app.errors import Conflict
    from app.matching.models import SpaceState
    from app.matching.spaces import lifecycle, removal

    settings = load_settings()
    database = prepared_database(settings)
    try:
        named = _models(settings).of_settings.model_id
        with database.unit_of_work() as session:
            left = removal.unregistered_models(session)
            removed = left[0] if left else lifecycle.remove(session, model, state)
            if removed == named and state is SpaceState.KEPT:
                raise Conflict(
                    f"SANKU_MODEL still names {named}, so no process would start: set it to the model that serves.",
                    f"SANKU_MODEL 仍为 {named}，删除后进程将无法启动：请先将其设为现用模型。",
                    code="model_named",
                )
        _delete(database, removed)
    finally:
        database.dispose()
    typer.echo(f"{removed}: removed (已删除)")


def _delete(database: "Database", model_id: str) -> None:
    """Delete the rows of a model without a space, in short transactions; what is interrupted goes on with the next
    call."""
    from uuid import UUID

    from app.matching.spaces import removal

    with progress("vectors (向量)") as update:
        done, record, text = 0, UUID(int=0), ""
        while True:
            with database.unit_of_work() as session:
                next_record = removal.delete_rows(session, model_id, record)
                next_text = removal.delete_texts(session, model_id, text)
            if next_record is None and next_text is None:
                return
            record, text = next_record or record, next_text or text
            done += removal.DELETED_AT_ONCE
            update(done, done)


def _models(settings: Settings) -> "OpenedModels":
    from app.matching.embedding.remote.opening import open_embedder
    from app.matching.spaces.opened_models import OpenedModels

    return OpenedModels(settings, open_embedder(settings))


def _wanted(
    settings: Settings, database: "Database", models: "OpenedModels", name: str, embed_url: str | None
) -> "ModelSource":
    """The model of this name: one that the store has a space of, or one that the settings could name."""
    from app.errors import Conflict
    from app.matching.embedding.remote.opening import open_embedder
    from app.matching.spaces import lifecycle

    with database.reading() as session:
        known = [lifecycle.source_of(space) for space in lifecycle.registered(session)]
    for one in (*known, models.of_settings):
        if name in (one.model_id, one.source):
            return one if embed_url is None else lifecycle.ModelSource(one.model_id, one.source, embed_url)
    if settings.embed_url is not None and embed_url is None:
        raise Conflict(
            "Processes have no model with SANKU_EMBED_URL: start a second `sanku embed-server` with "
            f"SANKU_MODEL={name}, and give its address with --embed-url.",
            "已设置 SANKU_EMBED_URL，各进程不加载模型：请以 "
            f"SANKU_MODEL={name} 另行启动 sanku embed-server，并用 --embed-url 指定其地址。",
            code="embed_server_needed",
        )
    source = str(Path(name).expanduser().resolve()) if Path(name).expanduser().is_dir() else name
    opened = open_embedder(settings.model_copy(update={"model": source, "embed_url": embed_url}))
    return lifecycle.ModelSource(opened.model_id, source, embed_url)


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
