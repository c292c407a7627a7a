"""The filler: embeds in the background what the spaces of a store lack, behind everything else."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import SankuError
from app.events.outbox import is_anything_due
from app.matching.embedding import vector_store
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.index.change_logs import ChangeLog, Position, vector_changes
from app.matching.models import EmbeddingSpace, RecordVector, SpaceState
from app.matching.spaces.due_rows import due_records, fill
from app.matching.spaces.lifecycle import registered, serve_if_complete, source_of
from app.matching.spaces.opened_models import OpenedModels

log = structlog.get_logger(__name__)

PAUSE = 1.0
"""Seconds between two looks while nothing is due."""
PAUSE_AFTER_FAULT = 20.0
STANDS_BACK = 10.0
"""Seconds for which events go first at most: a queue that never ends must not stop the filling for good."""
_LOOKED_AT_ONCE = 500

_LOWEST = UUID(int=0)


@dataclass(slots=True)
class _Space:
    """How far a space was looked through. A pass goes from `start` to the end and from the beginning to `start`."""

    position: Position | None = None
    passing: bool = False
    start: UUID = _LOWEST
    cursor: UUID = _LOWEST
    wrapped: bool = False
    changed: list[UUID] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)
    """Records that somebody else was changing."""

    def begin_pass(self, start: UUID) -> None:
        self.passing, self.wrapped = True, False
        self.start = self.cursor = start
        self.changed.clear()


class SpaceFiller:
    """Works in a thread of its own, in pieces of a few records, each an own transaction, while no event waits.

    Any number of them work side by side, without leases: each begins somewhere else, and jumps away where it meets
    another. One that is killed leaves nothing behind.
    """

    def __init__(self, database: Database, models: OpenedModels, *, stands_back: float = STANDS_BACK) -> None:
        self._stands_back = stands_back
        self._database = database
        self._models = models
        # A separate pool, as every follower has.
        self._source = Database(database.engine.url.render_as_string(hide_password=False))
        self._log: ChangeLog[UUID] = vector_changes(self._source)
        self._spaces: dict[str, _Space] = {}
        self._worked = time.monotonic()
        self._wake = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish the present piece."""
        while not stop.is_set():
            pause = 0.0
            try:
                if not self.step():
                    pause = PAUSE
            except (SankuError, SQLAlchemyError) as error:
                log.error("space_not_filled", error=str(error))
                pause = PAUSE_AFTER_FAULT
            if pause and not stop.is_set():
                self._wake.wait(pause)
                self._wake.clear()
        self.close()

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        """Close its connections."""
        self._log.close()
        self._source.dispose()

    def step(self) -> bool:
        """Fill one piece of each space, or look for more; False where nothing is left to do for now.

        Raises:
            SankuError, SQLAlchemyError: a model or the database is away.
        """
        with self._database.reading() as session:
            spaces = registered(session)
            waiting = bool(spaces) and is_anything_due(session)
            session.expunge_all()
        ids = [space.model_id for space in spaces]
        self._models.forget_others(ids)
        for model_id in self._spaces.keys() - set(ids):
            del self._spaces[model_id]
        if waiting and time.monotonic() - self._worked < self._stands_back:
            return False
        busy = [self._step(space) for space in spaces]
        self._worked = time.monotonic()
        return any(busy)

    def _step(self, registered: EmbeddingSpace) -> bool:
        space = self._spaces.setdefault(registered.model_id, _Space())
        self._follow(space)
        ids = self._due(space, registered.model_id)
        if ids:
            embedder = self._models.of(source_of(registered))
            done = fill(self._database, MatchingIndexer(self._database, embedder), ids)
            space.left += done.left
            if done.overtaken and space.passing:
                space.begin_pass(self._somewhere())
            return True
        if space.passing or space.changed:
            return True
        if space.left:
            space.changed, space.left = space.left, []
        elif registered.state == SpaceState.FILLING and not registered.held:
            self._serve(space, registered.model_id)
        return False

    def _follow(self, space: _Space) -> None:
        """Note what changed since the last look. A pass sees it by itself."""
        if space.passing or space.changed:
            return
        changes = self._log.since(space.position)
        if changes is None:
            return
        space.position = changes.position
        if changes.keys is None:
            space.begin_pass(self._somewhere())
        else:
            space.changed = list(changes.keys)

    def _due(self, space: _Space, model_id: str) -> list[UUID]:
        """The next piece; empty where this look found nothing."""
        with self._database.reading() as session:
            if not space.passing:
                among, space.changed = space.changed[:_LOOKED_AT_ONCE], space.changed[_LOOKED_AT_ONCE:]
                if not among:
                    return []
                ids = due_records(session, model_id, among=among)
                # What is left of them is looked at again.
                space.changed = [one for one in among if ids and one > ids[-1]] + space.changed
                return ids
            until = space.start if space.wrapped else None
            ids = due_records(session, model_id, after=space.cursor, until=until)
        if ids:
            space.cursor = ids[-1]
        elif space.wrapped:
            space.passing = False
        else:
            space.wrapped, space.cursor = True, _LOWEST
        return ids

    def _serve(self, space: _Space, model_id: str) -> None:
        """Let a complete space serve; one that is not is looked through again."""
        with self._database.reading() as session:
            number = vector_store.position(session)
            complete = not due_records(session, model_id, limit=1)
        serves = False
        if complete:
            with self._database.unit_of_work() as session:
                serves = serve_if_complete(session, model_id, since=number)
        if serves:
            log.info("space_serves", model_id=model_id)
        else:
            space.begin_pass(self._somewhere())

    def _somewhere(self) -> UUID:
        """Any place among the ids of the records, whose first bits are the time."""
        ids = select(RecordVector.record_id)
        with self._database.reading() as session:
            first = session.scalar(ids.order_by(RecordVector.record_id).limit(1))
            last = session.scalar(ids.order_by(RecordVector.record_id.desc()).limit(1))
        if first is None or last is None:
            return _LOWEST
        return UUID(int=first.int + secrets.randbelow(last.int - first.int + 1))
