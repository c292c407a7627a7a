"""What several commands share: settings, progress on standard error, JSON on standard output."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

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
from app.settings import Settings

if TYPE_CHECKING:
    from app.database import Database

# What is printed is data (file:100:field, [brackets]), never markup, an emoji code or a number to colour.
errors = Console(stderr=True, highlight=False, markup=False, emoji=False)


def complain(line: str, *, style: str = "") -> None:
    """One line on standard error, however long: programs read it too."""
    errors.print(line, style=style, soft_wrap=True)


def load_settings(**overrides: Any) -> Settings:
    """Settings of the environment, and logging as they say.

    Raises:
        RuntimeError: a setting is not valid; the message names it.
    """
    from pydantic import ValidationError

    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        faults = "; ".join(f"SANKU_{str(item['loc'][-1]).upper()}: {item['msg']}" if item["loc"] else item["msg"]
                           for item in error.errors())  # fmt: skip
        raise RuntimeError(f"settings are not valid (配置有误): {faults}") from error
    configure_logging(level=settings.log_level, as_json=settings.log_json and not sys.stderr.isatty())
    return settings


class Step(Protocol):
    def __call__(self, done: int, total: int) -> None: ...


@contextmanager
def progress(label: str) -> Iterator[Step]:
    """A progress bar on standard error with count, share, elapsed and remaining time."""
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

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield step


def prepared_database(settings: Settings) -> "Database":
    """
    Raises:
        RuntimeError: `sanku init` has not been run; nothing is made in its place.
    """
    from app import database_schema
    from app.database import Database

    database = Database(settings.url)
    if not database_schema.is_current(database):
        database.dispose()
        raise RuntimeError(
            "the database is not prepared or of another version: run `sanku init` "
            "(数据库尚未初始化或版本不符: 请先运行 sanku init)"
        )
    return database


def reserve_port(host: str, port: int) -> socket.socket:
    """The bound socket that the service will listen on, before any long work is begun.

    Raises:
        RuntimeError: the address is taken, or is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reserved = socket.socket(family)
    # A port whose last connections have just ended may be taken again at once.
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((host, port))
        reserved.listen()
    except (OSError, OverflowError) as error:
        reserved.close()
        raise RuntimeError(
            f"cannot listen on {host}:{port}: {error}; choose another with --port "
            f"(无法监听 {host}:{port}, 可能已被占用, 请用 --port 另选端口)"
        ) from error
    return reserved


def write_secret(path: Path, secret: str) -> None:
    """A file that only its owner can read, there with its content or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secret, encoding="ascii")
    draft.replace(path)


def write_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
