"""The command `sanku demo`: from a new demand to a manager's inbox, on demonstration data."""

import threading
from socket import socket
from typing import Annotated, Any

import typer

from app.cli.common import errors, load_settings, print_error, progress, reserve_port
from app.cli.serve import initialise
from app.settings import Settings


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on (127.0.0.1).")] = 8000,
    once: Annotated[
        bool, typer.Option("--once", help="Stop after the demonstration instead of serving on.")
    ] = False,
) -> None:
    """Set up a demonstration installation, serve it, and show the main workflow over HTTP."""
    settings = _settings(port)
    with reserve_port("127.0.0.1", port) as reserved:
        initialise(settings)
        _load(settings)
        _serve(settings, reserved, once=once)


def _settings(port: int) -> Settings:
    """Settings with a separate home directory, a worker in the service, few log lines and links to the port, unless set
    otherwise."""
    explicit = load_settings(demo=True).model_fields_set
    overrides: dict[str, Any] = {"demo": True, "worker_in_service": True}
    if "home" not in explicit:
        overrides["home"] = Settings.model_fields["home"].default.parent / "sanku-demo"
    if "log_level" not in explicit:
        overrides["log_level"] = "WARNING"
    if "public_url" not in explicit and port:
        overrides["public_url"] = f"http://127.0.0.1:{port}"
    return load_settings(**overrides)


def _load(settings: Settings) -> None:
    from app.bootstrap.services import build_services, close
    from app.bootstrap.workers import build_worker
    from app.database import Database
    from app.demo.accounts import create_accounts
    from app.demo.data_files import DATA
    from app.libraries.datasets.loading import load_directory
    from app.libraries.record.indexing import Indexer

    services = build_services(settings)
    with progress("demo data (演示数据)") as update:
        report = load_directory(
            services[Database], services[Indexer], settings, DATA, defaults={}, on_progress=update
        )
    for line in report.lines():
        print_error(f"  {line}")
    for refused in report.refused:
        print_error(f"  {refused}", style="red")
    create_accounts(services[Database], settings)
    with errors.status("matching and pushing (匹配与推送)"):
        build_worker(services).run_until_idle()
    close(services)


def _serve(settings: Settings, reserved: socket, *, once: bool) -> None:
    from app.demo.accounts import logins_of, password_of
    from app.demo.story import run_story
    from app.main import create_app
    from app.transport.server import server_for

    server = server_for(create_app(settings, demonstration=logins_of(settings)), settings)
    base = f"http://127.0.0.1:{reserved.getsockname()[1]}"
    failures = ["the service stopped before the demonstration ended (服务提前停止)"]

    def demonstrate() -> None:
        try:
            run_story(base, password_of(settings), keeps_serving=not once)
            failures.clear()
        except RuntimeError as error:
            failures[:] = [str(error)]
        finally:
            server.should_exit = once or bool(failures)

    # The server runs in the main thread, so that Ctrl-C stops it cleanly.
    thread = threading.Thread(target=demonstrate, name="demo", daemon=True)
    _start_when_ready(server, thread)
    try:
        server.run(sockets=[reserved])
    except KeyboardInterrupt:
        print_error("stopped (已停止)")
        return
    if failures:
        raise RuntimeError(f"the demonstration failed (演示未能完成): {failures[0]}")


def _start_when_ready(server: Any, thread: threading.Thread) -> None:
    """Start the thread once the server accepts connections, by wrapping the server's start-up."""
    startup = server.startup

    async def startup_then_thread(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        if server.started:
            thread.start()

    server.startup = startup_then_thread
