"""Helpers of the commands: settings, progress on standard error, JSON on standard output."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from app.observability import configure_logging
from app.settings import OF_DEMONSTRATION, Settings

if TYPE_CHECKING:
    from app.database import Database
    from app.services import Services

# Output is data (file:100:field, [brackets]), so rich must not interpret markup, emoji codes or numbers.
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_error(line: str, *, style: str = "") -> None:
    """Print one line to standard error without wrapping it, because programs read it too."""
    errors.print(line, style=style, soft_wrap=True)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment and configure logging.

    Raises:
        RuntimeError: a setting is invalid; the message names it. Or `sanku demo` has made the home, and the settings
            are no demonstration's: keys of its own would close it.
    """
    from pydantic import ValidationError

    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults = [(item["loc"], item["msg"].removeprefix("Value error, ")) for item in error.errors()]
        details = "; ".join(
            f"SANKU_{str(place[-1]).upper()}: {message}" if place else message for place, message in faults
        )
        raise RuntimeError(f"invalid settings (配置有误): {details}") from error
    if settings.is_demonstration_home:
        raise RuntimeError(OF_DEMONSTRATION)
    configure_logging(level=settings.log_level, as_json=settings.log_json and not sys.stderr.isatty())
    return settings


class ProgressCallback(Protocol):
    """Called with the number of finished items and their total."""

    def __call__(self, done: int, total: int) -> None: ...


@contextmanager
def progress(label: str) -> Iterator[ProgressCallback]:
    """A progress bar on standard error with count, percentage, elapsed and remaining time."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
    ) as bar:
        task = bar.add_task(label, total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update


def prepared_database(settings: Settings) -> "Database":
    """The database of the installation.

    Raises:
        RuntimeError: the database does not have the current schema, which is not created here, or an encryption key is
            missing.
    """
    from app import database_schema
    from app.database import Database
    from app.encryption.register import open_keys

    database = Database(settings.url)
    if not database_schema.is_current(database):
        database.dispose()
        raise RuntimeError(
            "the database is not initialised or has another version: run `sanku init` "
            "(数据库尚未初始化或版本不符：请先运行 sanku init)"
        )
    open_keys(settings, database)
    return database


@contextmanager
def opened_database(settings: Settings) -> Iterator["Database"]:
    """`prepared_database`, disposed at the end."""
    database = prepared_database(settings)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def opened_services(settings: Settings) -> Iterator["Services"]:
    """The services of the installation, given back at the end.

    Raises:
        RuntimeError: see `build_services`.
    """
    from app.bootstrap.services import build_services, close

    services = build_services(settings)
    try:
        yield services
    finally:
        close(services)


@contextmanager
def exit_if_refused(*refusals: type[Exception]) -> Iterator[None]:
    """Print one of these errors, and end with status 2."""
    try:
        yield
    except refusals as refused:
        print_error(str(refused), style="red")
        raise typer.Exit(2) from refused


def reserve_port(host: str, port: int) -> socket.socket:
    """Bind the socket that the service will listen on, before any long work starts.

    Raises:
        RuntimeError: the address is in use or does not belong to this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reserved = socket.socket(family)
    # Allow a port whose last connections have just closed.
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((host, port))
        reserved.listen()
    except (OSError, OverflowError) as error:
        reserved.close()
        raise RuntimeError(
            f"cannot listen on {host}:{port}: {error}; choose another port with --port "
            f"(无法监听 {host}:{port}，端口可能已被占用，请用 --port 指定其他端口)"
        ) from error
    return reserved


def write_secret(path: Path, secret: str) -> None:
    """Write a file that only its owner can read; it appears with its complete content."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secret, encoding="ascii")
    draft.replace(path)


def write_json(value: Any) -> None:
    """Print a value as indented JSON to standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
