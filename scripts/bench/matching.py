"""Matching at scale: one demand against 1,000 to 1,000,000 achievements, on both databases, beside other engines.

    python scripts/bench/matching.py --data DIR --cache FILE --home DIR [--sizes 1000,10000,100000,1000000]
        [--model DIR] [--peer DIR] [--parts sanku,postgresql,by-turns,faiss,txtai,lancedb,tantivy,by-hand] [--json]

DIR of --data holds the directories csl, csl-halves-dev and jinan in interchange format. A modest number of their
records is embedded once, into FILE; the crowd is made from them (see `crowd.py` for how, and for what is judged). The
databases are kept in --home and made where they are missing: 1,000,000 achievements take 10 GB and minutes. Each
measurement runs in a process of its own, so that memory is that of one part alone.

txtai, LanceDB and tantivy are no dependencies of this project and must not move its pinned ones: install them beside
them, and name the place:

    python -m pip install --target DIR --no-deps txtai msgpack regex pyyaml lancedb deprecation overrides \\
        lance-namespace lance-namespace-urllib3-client tantivy

Measured, per size: filling the indexes from the database; memory; following one change; a demand that is stored → 20
achievements with features and reasons, each of the judged demands once, with more and less memory for candidates; its
parts (search by vectors, by words), and 20 ids that both give by rank fusion, as the peers give them; recall of the
candidates by vector against brute force over the float32 vectors, without and with filters; nDCG@10. Times are of one
thread, LanceDB's and PostgreSQL's of as many as they take: `wall` as a clock sees it, `cpu` as the processor was used
by this process; other work disturbs that less, but it does not see a server.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from crowd import Array, Real
from peers.measures import Clock, fused, ndcg, one_thread, quality, recall, resident_mb, times
from peers.stored_rows import FILTERS, NEIGHBOURS, SHOWN, CrowdFile, brute_force

from app.matching.embedding.embedder import SingleSpace

# Memory for candidates: the default; enough for 140,000; none, so that each is read from the database.
CANDIDATES_MB = (512, 1000, 0)
OURS = ("sanku", "postgresql")
PEERS = {
    "by-turns": "both_stores",
    "faiss": "faiss_graph",
    "txtai": "txtai_hybrid",
    "lancedb": "lancedb_hybrid",
    "tantivy": "graph_and_tantivy",
    "by-hand": "postgresql_by_hand",
}
_INSTALLED_BESIDE = {"txtai", "lancedb", "tantivy"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "cache", "home"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--model", help="the prepared embedding model; only needed while --cache is missing")
    parser.add_argument("--peer", type=Path, help="where other engines were installed with pip --target")
    parser.add_argument("--peers-up-to", type=int, default=100_000)
    parser.add_argument(
        "--parts",
        default=",".join((*OURS, *PEERS)),
        help=f"what is measured ({', '.join(sorted(_INSTALLED_BESIDE))} only with --peer)",
    )
    parser.add_argument("--judged", type=int, default=300)
    parser.add_argument("--sources", type=int, default=700)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=(*OURS, *PEERS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    real = _real(asked)
    if asked.only:
        sys.stdout.write(json.dumps(_measured(asked, real, int(asked.sizes))))
        return
    rows = []
    for size in map(int, asked.sizes.split(",")):
        seeded = _seeded(asked, real, size)
        for part in asked.parts.split(","):
            if part not in (*OURS, "by-turns") and (
                size > asked.peers_up_to or (part in _INSTALLED_BESIDE and not asked.peer)
            ):
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


def _measured(asked: argparse.Namespace, real: Real, size: int) -> dict[str, Any]:
    crowd = CrowdFile(_file(asked, size), real)
    if asked.only in PEERS:
        found: dict[str, Any] = importlib.import_module(f"peers.{PEERS[asked.only]}").measure(crowd)
        return found
    return on_postgresql(crowd, size) if asked.only == "postgresql" else sanku(crowd, size)


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
    # Last on the path: what this project pins goes before what they brought along.
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(asked.peer or "")]))
    done = subprocess.run(  # noqa: S603 — this very script
        command,
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "LANCE_LOG": "error", "PYTHONPATH": path},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _lines(row: dict[str, Any]) -> str:
    return "".join(f"{row['size']:>9,} {row['part']:<6} {key}: {value}\n" for key, value in row.items())


# --- what is measured ---


def sanku(crowd: CrowdFile, size: int, *, url: str | None = None) -> dict[str, Any]:
    from uuid import UUID

    from app.database import Database
    from app.libraries.demands.models import Demand
    from app.libraries.record.enums import RecordKind
    from app.matching.index import IndexFilter, open_index, open_lexical
    from app.matching.managers.recommendation import ManagerLookups
    from app.matching.matcher import Matcher
    from app.matching.ranking.ranker import load_ranker
    from app.settings import Settings

    one_thread()
    real = crowd.real
    database = Database(url) if url else crowd.database()
    settings = Settings(_env_file=None, home=crowd.path.parent / f"none-{size}")
    found: dict[str, Any] = {"rss_mb": {"start": resident_mb()}, "seconds": {}}
    clock = Clock(found["seconds"])
    index = clock(
        "vectors from the database", lambda: open_index(settings, database, real.model_id, real.dimension)
    )
    found["rss_mb"]["with vectors"] = resident_mb()
    lexical = open_lexical(settings, database, real.model_id)
    with database.reading() as session:
        clock("words from the database", lambda: lexical.statistics(session, RecordKind.ACHIEVEMENT, ["x"]))
        found["rss_mb"]["with words"] = resident_mb()

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
        ids, answers = crowd.judged()
        demands = [session.get_one(Demand, UUID(id_)) for id_ in ids]
        stats = matcher.contexts.current(session)
        queries = real.queries
        limits = IndexFilter(RecordKind.ACHIEVEMENT)
        words = [text.words for text in real.demands]
        for demand in demands[:10]:
            matcher.for_demand(session, demand, limit=SHOWN)
        found["search by vectors"] = times(
            [lambda q=query: index.search(session, q, NEIGHBOURS, limits) for query in queries]
        )
        found["search by words"] = times(
            [lambda w=one: lexical.search(session, w, NEIGHBOURS // 2, limits, stats=stats) for one in words]
        )
        fused_ids: list[list[str]] = []

        def both(query: Array, text: list[str]) -> None:
            near = index.search(session, query, NEIGHBOURS, limits)
            worded = lexical.search(session, text, NEIGHBOURS // 2, limits, stats=stats)
            lists = [[str(hit.record_id) for hit in hits] for hits in (near, worded)]
            fused_ids.append(fused(lists, SHOWN))

        found["20 ids"] = times([lambda q=q, w=w: both(q, w) for q, w in zip(queries, words, strict=True)])
        found["quality, 20 ids"] = quality(fused_ids, answers)
        for megabytes in CANDIDATES_MB:
            matcher = clock(f"reading ahead, {megabytes} MB", lambda mb=megabytes: made(mb))
            matcher.contexts.current(session)
            found["rss_mb"][f"{megabytes} MB for candidates"] = resident_mb()
            ranked: list[list[str]] = []

            def ask(demand: Demand, asked: Matcher = matcher, ranked: list[list[str]] = ranked) -> None:
                answer = asked.for_demand(session, demand, limit=SHOWN)
                ranked.append([str(item.achievement_id) for item in answer.items])

            found[f"whole answer, {megabytes} MB for candidates"] = times(
                [lambda d=demand, ask=ask: ask(d) for demand in demands]
            )
            found["ndcg_at_10"] = ndcg(ranked, answers)
        exact = brute_force(crowd.database(), queries, NEIGHBOURS)
        found["recall"], found["filtered"] = {}, {}
        for name, parts in FILTERS.items():
            narrow = IndexFilter(RecordKind.ACHIEVEMENT, **parts)
            found["filtered"][name] = times(
                [lambda q=query, f=narrow: index.search(session, q, NEIGHBOURS, f) for query in queries]
            )
            hits = [
                [hit.record_id.hex for hit in index.search(session, q, NEIGHBOURS, narrow)] for q in queries
            ]
            found["recall"][name] = recall(hits, exact[name])
    found["seconds"] |= _following(database, index, lexical)
    index.close()
    lexical.close()
    return found


def on_postgresql(crowd: CrowdFile, size: int) -> dict[str, Any]:
    from peers.both_stores import postgresql_copy

    return sanku(crowd, size, url=postgresql_copy(crowd))


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


class _NoEmbedder(SingleSpace):
    """All demands are stored: nothing is embedded."""

    def __init__(self, model_id: str, dimension: int) -> None:
        self.model_id = model_id
        self.dimension = dimension

    def embed_queries(self, texts: Sequence[str], **_: Any) -> Array:
        raise AssertionError(f"{len(texts)} texts to embed, though every demand is stored")

    embed_passages = embed_queries


if __name__ == "__main__":
    main()
