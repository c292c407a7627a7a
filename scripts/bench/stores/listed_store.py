"""Makes a store of `crowd_store` fit for pages: its records get codes for filters, tokens for search, and days.

    python scripts/bench/stores/listed_store.py sqlite:///DIR/sanku.db

Run it once on a copy of a database that `scripts/bench/matching.py` made, then `sanku demo --once` with the folder as
SANKU_HOME, which migrates it and adds the accounts that `scripts.pages` opens pages as.
"""

import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, bindparam, insert, select, update

from app.database import Database
from app.database_schema import migrate
from app.libraries.achievements.models import Achievement
from app.libraries.record.models import RecordCode
from app.libraries.registry import LIBRARIES
from app.libraries.search.facet_index import code_values
from app.libraries.search_refresh import refresh_search

BATCH = 5_000
MADE = "X-%"
_TABLE: Table = Achievement.metadata.tables[Achievement.__tablename__]
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def complete(database: Database) -> None:
    """Codes, days and tokens of all made achievements."""
    migrate(database)
    library = LIBRARIES[Achievement.kind]
    with database.reading() as session:
        ids = session.scalars(select(Achievement.id).where(Achievement.number.like(MADE))).all()
    for start in range(0, len(ids), BATCH):
        with database.unit_of_work() as session:
            records = session.scalars(
                select(Achievement).where(Achievement.id.in_(ids[start : start + BATCH]))
            )
            rows = [row for record in records for row in code_values(record, library.facets)]
            session.execute(insert(RecordCode), rows)
            session.execute(
                update(_TABLE).where(_TABLE.c.id == bindparam("of")).values(published_at=bindparam("day")),
                [
                    {"of": id_, "day": _FIRST + timedelta(minutes=10 * number)}
                    for number, id_ in enumerate(ids[start : start + BATCH], start)
                ],
            )
        sys.stderr.write(f"\rcodes and days {start + BATCH:,} of {len(ids):,} ")
    refresh_search(database, on_progress=_tell)


def _tell(done: int, of: int) -> None:
    sys.stderr.write(f"\rtokens {done:,} of {of:,} ")


if __name__ == "__main__":
    complete(Database(sys.argv[1]))
