"""An origin and a mirror as processes of their own: `python -m tests.partners.processes serve|mirror …`."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from app.database import Database
from app.partners.mirror.copies import Copier
from app.partners.mirror.follower import follow
from app.partners.mirror.source import FeedSource, KeyFile
from tests.libraries.conftest import RecordingIndexer
from tests.partners.conftest import assemble, equip
from tests.support.services import demo_settings


def serve(database_url: str, port: str) -> None:
    """Serve the feed of a database until the process is ended."""
    app = assemble()
    equip(app, Database(database_url), demo_settings(database_url=database_url))
    uvicorn.run(app, port=int(port), log_level="error")


def mirror(database_url: str, url: str, api_key: str, dies_after: str) -> None:
    """Follow once; the process is killed in the middle of the entry after so many, unless that is 0."""
    left = int(dies_after)
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
    report = follow(Database(database_url), RecordingIndexer(), settings, source, KeyFile(api_key=api_key))
    sys.stdout.write(f"{report.entries} {report.records} {report.drafts}")


if __name__ == "__main__":
    COMMANDS: dict[str, Callable[..., None]] = {"serve": serve, "mirror": mirror}
    COMMANDS[sys.argv[1]](*sys.argv[2:])
