"""The replica: a session on it if it has come far enough, else one on the primary.

How far a server has come is its position in the write-ahead log (LSN), here a number of bytes.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.database import Database, release_connection

log = structlog.get_logger(__name__)

AWAY = 5.0
"""Seconds for which a replica that failed is not asked."""
CONNECT_WITHIN = "3"
"""Seconds."""
SAMPLE_EVERY = 1.0
"""Seconds between two looks at the primary's position, at most."""

# After the commit the insert position is behind its record, also where commits are asynchronous.
_WRITTEN = text("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
_REPLAYED = text("SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint, pg_is_in_recovery()")


class Replica:
    """One streaming replica of the primary. Thread-safe."""

    def __init__(
        self, primary: Database, url: str, *, connections: int, policy: Mapping[str, Any], lag: timedelta
    ) -> None:
        """
        Args:
            lag: how far behind the primary a session on the replica may be.
        """
        parsed = make_url(url)
        if "connect_timeout" not in parsed.query:
            parsed = parsed.update_query_dict({"connect_timeout": CONNECT_WITHIN})
        self._primary = primary
        self._database = Database(
            parsed.render_as_string(hide_password=False), connections=connections, policy=policy
        )
        self._lag = lag.total_seconds()
        self._lock = threading.Lock()
        self._samples: deque[tuple[float, int]] = deque()
        self._away_until = 0.0

    @contextmanager
    def reading(self, least: int | None, primary: Session) -> Iterator[Session]:
        """A session for reading: on the replica if it has replayed `least`, and what the primary had written `lag` ago.

        Without `least`, and while the replica is away or behind, it is `primary`; else that one gives its connection
        back.
        """
        with ExitStack() as stack:
            session = None if least is None else self._caught_up(stack, least, primary)
            if session is None:
                yield primary
                return
            release_connection(primary)
            try:
                yield session
            except DBAPIError as error:
                # Also a statement that the replica ended because it would have held up the replay: the next one, which
                # the client sends again, is for the primary.
                self._note_failure(error)
                raise

    def position(self) -> int:
        """What the primary has written by now."""
        with self._primary.reading() as session:
            return _written(session)

    def check(self) -> None:
        """
        Raises:
            RuntimeError: the address is that of a server which is no replica.
        """
        try:
            with self._database.reading() as session:
                _, is_replica = session.execute(_REPLAYED).one()
        except (DBAPIError, PoolTimeout) as error:
            self._note_failure(error)
            return
        if not is_replica:
            raise RuntimeError(
                "SANKU_DATABASE_READ_URL is no streaming replica (SANKU_DATABASE_READ_URL 所指的不是流复制备库)"
            )

    def dispose(self) -> None:
        """Close all connections."""
        self._database.dispose()

    def _caught_up(self, stack: ExitStack, least: int, primary: Session) -> Session | None:
        if time.monotonic() < self._away_until:
            return None
        needed = max(least, self._floor(primary))
        try:
            with ExitStack() as opened:
                session = opened.enter_context(self._database.reading())
                replayed, _ = session.execute(_REPLAYED).one()
                if replayed is None or replayed < needed:
                    return None
                stack.push(opened.pop_all())
                return session
        except (DBAPIError, PoolTimeout) as error:
            self._note_failure(error)
            return None

    def _floor(self, primary: Session) -> int:
        """What the primary had written `lag` ago, or when it was first asked, if that is later."""
        moment = time.monotonic()
        with self._lock:
            if not self._samples or moment - self._samples[-1][0] >= min(SAMPLE_EVERY, self._lag):
                self._samples.append((moment, _written(primary)))
            while len(self._samples) > 1 and moment - self._samples[1][0] >= self._lag:
                self._samples.popleft()
            return self._samples[0][1]

    def _note_failure(self, error: Exception) -> None:
        self._away_until = time.monotonic() + AWAY
        log.warning("replica_away", error=f"{type(error).__name__}: {error}")


def _written(session: Session) -> int:
    return int(session.scalars(_WRITTEN).one())
