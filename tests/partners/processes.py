"""What an origin and a mirror run as processes of their own."""

import os
import signal
import socket
from pathlib import Path
from typing import Any

import uvicorn

from app.database import Database
from app.partners.mirror.copies import Copier
from app.partners.mirror.follower import follow
from app.partners.mirror.source import FeedSource, KeyFile
from tests.libraries.conftest import RecordingIndexer
from tests.partners.conftest import assemble, equip
from tests.support.services import demo_settings


def serve(database_url: str, listening: socket.socket) -> None:
    """Serve the feed of a database on a bound socket until the process is ended."""
    app = assemble()
    equip(app, Database(database_url), demo_settings(database_url=database_url))
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listening])


def mirror(database_url: str, url: str, api_key: str, dies_after: int, report: Path) -> None:
    """Follow once and write the report; the process is killed in the middle of the entry after so many, unless that is
    0."""
    left = dies_after
    settle = Copier.settle

    def settle_or_die(self: Copier, row_id: Any) -> None:
        nonlocal left
        settle(self, row_id)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if left:
        Copier.settle = settle_or_die  # type: ignore[method-assign]
    source = FeedSource.open(url, api_key)
    settings = demo_settings(database_url=database_url)
    done = follow(Database(database_url), RecordingIndexer(), settings, source, KeyFile(api_key=api_key))
    report.write_text(f"{done.entries} {done.records} {done.drafts}")
