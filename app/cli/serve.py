"""The commands `sanku init | serve | worker`: a new installation, the service, and a separate worker."""

import contextlib
import os
import secrets
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from app.cli.common import load_settings, print_error, progress, reserve_port, write_secret
from app.cli.model import prepare_default_model
from app.settings import Settings


def init() -> None:
    """Set up an installation: home directory, keys, model and database schema. Safe to repeat."""
    initialise(load_settings())


def initialise(settings: Settings) -> None:
    """Create what the installation lacks, and migrate the database."""
    from app.database import Database
    from app.database_schema import migrate
    from app.encryption.algorithms import KeyAlgorithm
    from app.encryption.register import open_keys
    from app.encryption.ring import new_entry, next_id
    from app.store.reencryption import reencrypt

    settings.home_path.mkdir(parents=True, exist_ok=True)
    keep_files_private(settings)
    if settings.secret_key is None and not settings.secret_file.exists() and not settings.demo:
        write_secret(settings.secret_file, secrets.token_urlsafe(48))
        print_error(f"signing key created (已生成签名密钥): {settings.secret_file}")
    if _needs_ring(settings):
        path = settings.home_path / "encryption_keys"
        write_secret(path, f"{new_entry(next_id(()), KeyAlgorithm(settings.encryption_algorithm))}\n")
        print_error(f"encryption key created (已生成加密密钥): {path}")
    if settings.model is None:
        prepare_default_model(settings)
    database = Database(settings.url)
    migrate(database)
    open_keys(settings, database)
    with progress("encrypting (加密)") as bar:
        encrypted = reencrypt(database, on_tables=bar)
    for row in encrypted.unreadable:
        print_error(f"cannot be decrypted (无法解密): {row}", style="red")
    database.dispose()
    url = database.engine.url
    place = url.database if database.is_sqlite else url.render_as_string(hide_password=True)
    print_error(f"ready (已就绪): {place}")


def _needs_ring(settings: Settings) -> bool:
    """Whether the installation gets a ring of its own. Where the signing key is a setting, the home directory may not
    outlive the process, so a key is derived from the signing key until somebody sets a ring."""
    is_set = settings.encryption_keys_file is not None or settings.encryption_keys_path is None
    exists = (settings.home_path / "encryption_keys").exists()
    return not (is_set or exists or settings.demo or settings.secret_key is not None)


def keep_files_private(settings: Settings) -> None:
    """Let only the user of this process read what lies in the home directory, and what the process creates."""
    os.umask(0o077)
    if settings.home_path.is_dir():
        settings.home_path.chmod(0o700)
    file = make_url(settings.url).database
    if settings.url.startswith("sqlite") and file and Path(file).is_file():
        Path(file).chmod(0o600)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the REST API. The worker runs in the same process unless SANKU_WORKER_IN_SERVICE=false."""
    from app.main import create_app
    from app.transport.server import refuse_public_demo, server_for
    from app.workers.garbage import keep_long_lived_objects

    settings = load_settings()
    refuse_public_demo(settings, host)
    keep_long_lived_objects()
    keep_files_private(settings)
    app = create_app(settings)
    with reserve_port(host, port) as reserved:
        server = server_for(app, settings)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[reserved])
    if not server.started:
        raise RuntimeError("the service failed to start; see the log (服务未能启动，详见日志)")


def embed_server(
    listen: Annotated[
        str | None,
        typer.Option(help="unix:///path or http://host:port to listen on. Default: SANKU_EMBED_URL."),
    ] = None,
) -> None:
    """Embed texts for all processes that have SANKU_EMBED_URL, until SIGINT or SIGTERM: they need no model then."""
    from app.accounts.access.metrics_readers import MetricsReaders
    from app.matching.embedding.joint_embedder import open_local_embedder
    from app.matching.embedding.remote.address import EmbedAddress, listen_on_file
    from app.matching.embedding.remote.server import embed_app
    from app.transport.server import server_for

    settings = load_settings(**({} if listen is None else {"embed_url": listen}))
    if settings.embed_url is None:
        raise RuntimeError("set SANKU_EMBED_URL, or give --listen (请设置 SANKU_EMBED_URL 或 --listen)")
    keep_files_private(settings)
    address = EmbedAddress.parse(settings.embed_url)
    app = embed_app(
        open_local_embedder(settings),
        MetricsReaders.of(settings),
        secret=settings.embed_secret,
        queue=settings.embed_queue,
    )
    listening = listen_on_file(address.path) if address.path else reserve_port(address.host, address.port)
    with listening as reserved:
        server = server_for(app, settings)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[reserved])


def worker() -> None:
    """Handle events (matching, pushes, deliveries, expiry) until SIGINT or SIGTERM. Several workers may run at once."""
    from app.bootstrap.services import build_services, close
    from app.bootstrap.workers import build_prefetchers, build_workers
    from app.workers.garbage import keep_long_lived_objects
    from app.workers.threads import WorkerThreads

    settings = load_settings()
    keep_long_lived_objects()
    keep_files_private(settings)
    services = build_services(settings)
    stop = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stop.set())
    threads = WorkerThreads((*build_prefetchers(services), *build_workers(services)))
    threads.start()
    stop.wait()
    threads.stop()
    close(services)
