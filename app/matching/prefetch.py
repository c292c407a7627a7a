"""What happens after a start, so that the first answers are as fast as later ones: models and candidates are loaded."""

import threading
from collections.abc import Sequence
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import SankuError
from app.matching.matcher import Matcher

log = structlog.get_logger()


class Model(Protocol):
    def load(self) -> None: ...


class WarmUp:
    """Loads the models once after the process starts; until then the service is not ready."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = models

    def run(self, stop: threading.Event) -> None:
        for model in self._models:
            if stop.is_set():
                return
            try:
                model.load()
            except SankuError as error:
                # The service answers what needs no model, and `/readyz` says that it is not ready.
                log.error("model_not_loaded", error=str(error))

    def wake(self) -> None:
        return None


class Prefetcher:
    """Runs once after the process starts, in its own thread."""

    def __init__(self, database: Database, matcher: Matcher) -> None:
        self._url = database.engine.url.render_as_string(hide_password=False)
        self._matcher = matcher

    def run(self, stop: threading.Event) -> None:
        """Returns when the cache is full, all published records are loaded, or `stop` is called."""
        # A separate pool: requests must not wait for a connection that prefetches.
        database = Database(self._url)
        try:
            below: int | None = None
            while not stop.is_set():
                with database.reading() as session:
                    below = self._matcher.read_ahead(session, below)
                if below is None:
                    break
        except SQLAlchemyError as error:
            # Nothing depends on it: a request loads what is missing.
            log.warning("read_ahead_failed", error=type(error).__name__)
        finally:
            database.dispose()

    def wake(self) -> None:
        return None
