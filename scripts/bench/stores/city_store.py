"""Makes the store of a city for `scripts.mixture`: 100,000 achievements, 20,000 demands, 2,000 managers, in SQLite.

    PYTHONPATH=.:scripts/bench python scripts/bench/stores/city_store.py --cache FILE --home DIR --model DIR
        [--achievements 100000] [--demands 20000] [--managers 2000]

FILE holds the embedded records that `scripts/bench/matching.py` has written. Achievements and demands are made from
them (see `crowd.py`); managers are the twenty of the demonstration, again and again under other names, with their
vectors. The demonstration's accounts open the store. `sanku migrate-store` copies it into a PostgreSQL.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from crowd import Real
from crowd_store import seed
from listed_store import complete
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.cli.demo import _load
from app.cli.serve import initialise
from app.database import Base, Database, new_id
from app.libraries.managers.models import Manager
from app.libraries.record.models import RecordCode
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding import vector_store
from app.matching.models import RecordVector
from app.settings import Settings

Row = dict[str, Any]


def make(arguments: argparse.Namespace) -> None:
    """The store, in the home directory."""
    home: Path = arguments.home
    home.mkdir(parents=True, mode=0o700)
    shutil.copytree(arguments.model, home / "models" / arguments.model.name)
    file = home / "sanku.db"
    seed(
        file,
        Real.load(arguments.cache),
        achievements=arguments.achievements,
        demands=arguments.demands,
    )
    complete(Database(f"sqlite:///{file}"))
    os.environ["SANKU_HOME"] = str(home)
    settings = Settings(_env_file=None, home=home, demo=True, log_level="ERROR")
    initialise(settings)
    _load(settings)
    database = Database(settings.url)
    with database.unit_of_work() as session:
        _multiply_managers(session, arguments.managers)
    database.dispose()


def _multiply_managers(session: Session, wanted: int) -> None:
    """Copies of each manager with all that publishing has written about them."""
    managers = _rows(session, Manager, Manager.id.is_not(None))
    known = [manager["id"] for manager in managers]
    vectors = _rows(session, RecordVector, RecordVector.record_id.in_(known), without="seq")
    documents = _rows(session, SearchDocument, SearchDocument.record_id.in_(known), without="number")
    codes = _rows(session, RecordCode, RecordCode.record_id.in_(known))
    made = 0
    while len(managers) + made < wanted:
        renamed = {}
        for manager in managers[: wanted - len(managers) - made]:
            made += 1
            renamed[manager["id"]] = new_id()
            named = {"number": f"X-M-{made:06}", "title": f"{manager['title']}{made}", "source_ref": None}
            session.execute(
                insert(Manager), [manager | named | {"id": renamed[manager["id"]], "user_id": None}]
            )
        vector_store.store_vectors(session, _renamed(vectors, renamed))
        session.execute(insert(SearchDocument), _renamed(documents, renamed))
        session.execute(insert(RecordCode), _renamed(codes, renamed))
        sys.stderr.write(f"\rmanagers {len(managers) + made:,} ")


def _rows(session: Session, model: type[Base], where: Any, *, without: str | None = None) -> list[Row]:
    """The rows, without a column that each gets anew."""
    table = Base.metadata.tables[model.__tablename__]
    found = session.execute(select(table).where(where)).mappings()
    return [{name: value for name, value in row.items() if name != without} for row in found]


def _renamed(rows: list[Row], renamed: Mapping[UUID, UUID]) -> list[Row]:
    return [row | {"record_id": renamed[row["record_id"]]} for row in rows if row["record_id"] in renamed]


def main() -> None:
    """Read the arguments, and make the store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("cache", "home", "model"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name, count in (("achievements", 100_000), ("demands", 20_000), ("managers", 2_000)):
        parser.add_argument(f"--{name}", type=int, default=count)
    make(parser.parse_args())


if __name__ == "__main__":
    main()
