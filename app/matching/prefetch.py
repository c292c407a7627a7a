"""Reads candidates before anybody asks for them, so that the first answers after a start are as quick as later ones."""

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.matching.matcher import Matcher

log = structlog.get_logger()


class Prefetcher:
    """Works once after a start of the process, for a thread of its own."""

    def __init__(self, database: Database, matcher: Matcher) -> None:
        self._url = database.engine.url.render_as_string(hide_password=False)
        self._matcher = matcher

    def run(self, stop: threading.Event) -> None:
        """Returns when the memory for candidates is full, all published records are read, or it is told to stop."""
        # Not the service's pool: requests must not wait for a connection that reads ahead.
        database = Database(self._url)
        try:
            below: int | None = None
            while not stop.is_set():
                with database.reading() as session:
                    below = self._matcher.read_ahead(session, below)
                if below is None:
                    break
        except SQLAlchemyError as error:
            # Nothing depends on it: whoever asks reads what is missing.
            log.warning("read_ahead_failed", error=type(error).__name__)
        finally:
            database.dispose()

    def wake(self) -> None:
        return None
