"""How long a page of the feed takes in a store with many changes.

python scripts/bench/feed/feed_pages.py --changes 1000000 [--url sqlite:////var/tmp/feed.db] [--runs 3]

A store that is named by `--url` is kept: it is filled by the first call and only read by the next ones.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, Role
from app.clock import today
from app.database import Database, new_id, now
from app.database_schema import migrate
from app.libraries.demands.models import Demand
from app.partners.agreements.models import PartnerAgreement
from app.partners.feed.changes import last_number
from app.partners.feed.keys import Cursor, FeedKeys
from app.partners.feed.models import FeedPosition
from app.partners.feed.pages import feed_page
from app.settings import Settings

BATCH = 5_000
PAGES = 60
FIELDS = ["title", "main_problem", "fields", "region", "deadline", "cooperation_modes", "owner_name"]


def fill(database: Database, changes: int) -> UUID:
    """Published demands of one owner, numbered as if the feed had been read; returns the owner."""
    with database.unit_of_work() as session:
        owner = Organisation(name="济南样例泵业有限公司", kind="enterprise", region="370100")
        session.add(owner)
        session.flush()
        owner_id = owner.id
    for start in range(0, changes, BATCH):
        rows: list[dict[str, Any]] = [
            {
                "id": new_id(),
                "number": f"B-{number}",
                "owner_org_id": owner_id,
                "state": "published",
                "published_at": now(),
                "title": f"第{number}项密封环涂层需求",
                "main_problem": "密封环半年磨穿，希望寿命提高一倍，并适应含砂水质。" * 4,
                "region": "370102",
                "fields": ["405"],
            }
            for number in range(start, min(start + BATCH, changes))
        ]
        with database.unit_of_work() as session:
            session.execute(insert(Demand), rows)
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE feed_changes SET seq = drawn")
    with database.unit_of_work() as session:
        session.add(FeedPosition(id=1, last=changes))
    return owner_id


def agree(database: Database, **scope: Any) -> tuple[Principal, PartnerAgreement]:
    """A new partner with an agreement."""
    with database.unit_of_work() as session:
        partner = Organisation(name=f"合作平台{new_id()}", kind="agency", region="370000")
        session.add(partner)
        session.flush()
        values: dict[str, Any] = {"libraries": {"demand": FIELDS}, "all_regions": True, "regions": []} | scope
        agreement = PartnerAgreement(
            organisation_id=partner.id,
            publish_modes=["public"],
            level="verified",
            starts_on=today(),
            ends_on=None,
            basis="协议",
            agreed_by="处室",
            scope_version=1,
            **values,
        )
        session.add(agreement)
        session.flush()
        reader = Principal(
            organisation_id=partner.id,
            role=Role.INSTITUTION,
            scopes=frozenset({"feed:read"}),
            api_key_id=new_id(),
        )
        session.expunge(agreement)
        return reader, agreement


def main() -> None:
    """Print the times of pages of 100 entries, in milliseconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=1_000_000)
    parser.add_argument("--url", help="A database; by default a new SQLite file.")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        database = Database(options.url or f"sqlite:///{Path(directory) / 'bench.db'}")
        migrate(database)
        if not _changes(database):
            started = time.perf_counter()
            fill(database, options.changes)
            _line("filled", f"{time.perf_counter() - started:.0f} s")
        changes = _changes(database)
        settings = Settings(_env_file=None, demo=True)
        for _ in range(options.runs):
            for name, scope in (("all", {}), ("nothing of it", {"libraries": {"achievement": ["title"]}})):
                _measure(database, FeedKeys(settings), name, changes, scope)
        database.dispose()


def _changes(database: Database) -> int:
    with database.reading() as session:
        return last_number(session)


def _measure(database: Database, keys: FeedKeys, name: str, changes: int, scope: dict[str, Any]) -> None:
    reader, agreement = agree(database, **scope)
    times, busy, entries = [], [], 0
    for page in range(PAGES):
        place = Cursor(agreement.id, 1, changes * page // PAGES)
        started, worked = time.perf_counter(), time.process_time()
        body = feed_page(database, keys, reader, cursor=keys.seal(place), limit=100, origin="http://origin")
        keys.sign(body)
        times.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        entries += body.count(b'"op"')
    parts = statistics.quantiles(times, n=20)
    _line(
        name,
        f"{entries} entries; median {statistics.median(times):.1f} ms, p95 {parts[-1]:.1f} ms, "
        f"of which processor {statistics.median(busy):.1f} ms; load {os.getloadavg()[0]:.1f}",
    )


def _line(name: str, text: str) -> None:
    print(f"{name:>16}  {text}")  # noqa: T201


if __name__ == "__main__":
    main()
