"""The follower: a process goes over to the model that serves, without a restart."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import SankuError
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.spaces.due_rows import fill_all
from app.matching.spaces.lifecycle import serving
from app.matching.spaces.opened_models import OpenedModels

log = structlog.get_logger(__name__)

LOOKS_EVERY = 2.0
"""Seconds."""
PAUSE_AFTER_FAULT = 20.0


class ModelFollower:
    """Runs in a thread of its own, in each process that answers. Until it has followed, the process answers with the
    model of before, whose space stays complete."""

    def __init__(
        self,
        database: Database,
        models: OpenedModels,
        *,
        present: Callable[[], str],
        follow: Callable[[Embedder, threading.Event], None],
    ) -> None:
        """`present` tells the model by which the process answers; `follow` lets it answer by another one."""
        self._database = database
        self._models = models
        self._present = present
        self._follow = follow
        self._wake = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Look until `stop` is set."""
        while not stop.is_set():
            pause = LOOKS_EVERY
            try:
                self.step(stop)
            except (SankuError, SQLAlchemyError, OSError) as error:
                log.error("model_not_followed", error=str(error))
                pause = PAUSE_AFTER_FAULT
            if not stop.is_set():
                self._wake.wait(pause)
                self._wake.clear()

    def wake(self) -> None:
        self._wake.set()

    def step(self, stop: threading.Event) -> bool:
        """Go over to the model that serves, if it is another one: load it, fill what its space lacks, and use it."""
        with self._database.reading() as session:
            model = serving(session)
        if model is None or model.model_id == self._present():
            return False
        log.info("following_model", model_id=model.model_id)
        embedder = self._models.of(model)
        embedder.load()
        fill_all(self._database, MatchingIndexer(self._database, embedder))
        self._follow(embedder, stop)
        log.info("followed_model", model_id=model.model_id)
        return True
