"""`sanku demo`: the whole way of the data on demonstration data, from a posted demand to a manager's inbox."""

import threading
from typing import Annotated, Any

import typer

from app.cli.common import errors, progress
from app.cli.serve import initialise
from app.settings import Settings


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on (127.0.0.1).")] = 8000,
    once: Annotated[
        bool, typer.Option("--once", help="Show the story and stop, instead of serving on.")
    ] = False,
) -> None:
    """Prepare everything, load the demonstration data, serve it, and walk through the main job over HTTP."""
    from app.cli.common import load_settings

    settings = load_settings(demo=True)
    if "home" not in settings.model_fields_set:
        settings = load_settings(demo=True, home=Settings.model_fields["home"].default.parent / "sanku-demo")
    initialise(settings)
    _load(settings)
    _serve(settings, port, once=once)


def _load(settings: Settings) -> None:
    from app.demo.accounts import create_accounts
    from app.demo.files import DATA
    from app.libraries.exchange.loading import load_directory
    from app.wiring import assemble

    services = assemble(settings)
    with progress("demo data (演示数据)") as step:
        report = load_directory(
            services.database, services.indexer, settings, DATA, defaults={}, on_progress=step
        )
    for line in report.lines():
        errors.print(f"  {line}", highlight=False)
    create_accounts(services.database, settings)
    with errors.status("matching and pushing (匹配与推送)"):
        services.worker().run_until_idle()
    services.close()


def _serve(settings: Settings, port: int, *, once: bool) -> None:
    import uvicorn

    from app.demo.accounts import password_of
    from app.demo.story import tell
    from app.main import create_app

    config = uvicorn.Config(
        create_app(settings),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    failure: list[BaseException] = []

    def narrate() -> None:
        try:
            tell(f"http://127.0.0.1:{port}", password_of(settings))
        except (OSError, RuntimeError) as error:
            failure.append(error)
            server.should_exit = True
        if once:
            server.should_exit = True

    # The server keeps the main thread, so that Ctrl-C reaches it and it ends cleanly.
    narrator = threading.Thread(target=narrate, name="demo", daemon=True)
    _start_when_ready(server, narrator)
    server.run()
    if failure:
        raise RuntimeError(f"the demo could not be told (演示未能完成): {failure[0]}")


def _start_when_ready(server: Any, narrator: threading.Thread) -> None:
    """Begin the story when the server accepts connections: its own start-up calls us then."""
    startup = server.startup

    async def started(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        if server.started:
            narrator.start()

    server.startup = started
