"""`sanku demo`: the whole way of the data on demonstration data, from a posted demand to a manager's inbox."""

import threading
from socket import socket
from typing import Annotated, Any

import typer

from app.cli.common import complain, errors, load_settings, progress, reserve_port
from app.cli.serve import initialise
from app.settings import Settings


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on (127.0.0.1).")] = 8000,
    once: Annotated[
        bool, typer.Option("--once", help="Show the story and stop, instead of serving on.")
    ] = False,
) -> None:
    """Prepare everything, load the demonstration data, serve it, and walk through the main job over HTTP."""
    settings = _settings()
    with reserve_port("127.0.0.1", port) as reserved:
        initialise(settings)
        _load(settings)
        _serve(settings, reserved, once=once)


def _settings() -> Settings:
    """The demonstration's own home, a worker inside, and no log lines across the story unless they are asked for."""
    given = load_settings(demo=True).model_fields_set
    own: dict[str, Any] = {"demo": True, "worker_in_service": True}
    if "home" not in given:
        own["home"] = Settings.model_fields["home"].default.parent / "sanku-demo"
    if "log_level" not in given:
        own["log_level"] = "WARNING"
    return load_settings(**own)


def _load(settings: Settings) -> None:
    from app.bootstrap import build_services, build_worker, close
    from app.database import Database
    from app.demo.accounts import create_accounts
    from app.demo.data_files import DATA
    from app.libraries.exchange.loading import load_directory
    from app.libraries.record.indexing import Indexer

    services = build_services(settings)
    with progress("demo data (演示数据)") as step:
        report = load_directory(
            services[Database], services[Indexer], settings, DATA, defaults={}, on_progress=step
        )
    for line in report.lines():
        complain(f"  {line}")
    for refused in report.refused:
        complain(f"  {refused}", style="red")
    create_accounts(services[Database], settings)
    with errors.status("matching and pushing (匹配与推送)"):
        build_worker(services).run_until_idle()
    close(services)


def _serve(settings: Settings, reserved: socket, *, once: bool) -> None:
    import uvicorn

    from app.demo.accounts import password_of
    from app.demo.story import tell
    from app.main import create_app

    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    base = f"http://127.0.0.1:{reserved.getsockname()[1]}"
    unfinished = ["the service stopped before the story ended (服务提前停止)"]

    def narrate() -> None:
        try:
            tell(base, password_of(settings), serves_on=not once)
            unfinished.clear()
        except RuntimeError as error:
            unfinished[:] = [str(error)]
        finally:
            server.should_exit = once or bool(unfinished)

    # The server keeps the main thread, so that Ctrl-C reaches it and it ends cleanly.
    narrator = threading.Thread(target=narrate, name="demo", daemon=True)
    _start_when_ready(server, narrator)
    try:
        server.run(sockets=[reserved])
    except KeyboardInterrupt:
        complain("stopped (已停止)")
        return
    if unfinished:
        raise RuntimeError(f"the demo could not be told (演示未能完成): {unfinished[0]}")


def _start_when_ready(server: Any, narrator: threading.Thread) -> None:
    """Begin the story when the server accepts connections: its own start-up calls us then."""
    startup = server.startup

    async def started(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        if server.started:
            narrator.start()

    server.startup = started
