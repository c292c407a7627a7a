"""Compiled SQL statements, shared by all databases of a test process.

Each test has a database of its own, and so an engine of its own. An engine compiles every statement that it has not
seen yet, which was a third of the suite's time. In production one engine lives as long as its process.
"""

from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import DBAPIError

STATEMENTS = 20_000
"""All statements of the suite on one kind of database, so that none is compiled twice."""


def share_compiled_statements(patch: pytest.MonkeyPatch) -> None:
    """Let the engines that `app.database` makes from now on use the statements of the first one of their kind."""
    first: dict[str, Engine] = {}

    def create(url: URL, **options: Any) -> Engine:
        engine = create_engine(url, query_cache_size=STATEMENTS, **options)
        kind = engine.dialect.name
        if kind not in first:
            # In memory, because connecting to a SQLite file that is missing would create it.
            place = "sqlite://" if kind == "sqlite" else engine.url
            primer = create_engine(place, query_cache_size=STATEMENTS)
            if not _connects(primer):  # only a connection shows what the database's version can do
                return engine
            first[kind] = primer
        # A compiled statement is found by its dialect too, which keeps no state of a connection.
        engine.dialect = first[kind].dialect
        engine._compiled_cache = first[kind]._compiled_cache
        return engine

    patch.setattr("app.database.engine.create_engine", create)


def _connects(engine: Engine) -> bool:
    try:
        with engine.connect():
            return True
    except DBAPIError:
        return False
    finally:
        engine.dispose()
