"""What several commands share: settings, progress on standard error, JSON on standard output."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

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

from app.observe import configure_logging
from app.settings import Settings

errors = Console(stderr=True)


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


def write_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
