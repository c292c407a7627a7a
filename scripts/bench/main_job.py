"""Rates and latencies of the main job on a directory of real texts, beside bare peers in the same run.

    python scripts/bench/main_job.py DIR [--records 2000] [--peer-texts 300] [--requests 200]

DIR is in interchange format; what its achievements lack (owner, region, TRL …) is filled with the same values for
all. Prints a table and, with --json, the figures for programs. Measured: embedding by the text model our way, by a bare
SentenceTransformer.encode and by the aligned encoder, in alternating chunks of the same texts; embedding the load: a
record is one text for both models, and its sentences for the aligned encoder alone; storing through the public path
(validation, version, codes, words, audit, event, vector), embedding excluded; building the index from the stored
vectors; match requests over HTTP of a stored demand (nothing is embedded) and of new texts (embedded), one client, one
after another.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from app import database_schema
from app.accounts.access.principal import SYSTEM
from app.accounts.models import OrganisationKind, Role
from app.accounts.new_users import UserFacts, create_user
from app.accounts.organisations.lookup import organisation_by_name
from app.database import Database
from app.libraries import bulk
from app.libraries.datasets import mapping
from app.libraries.datasets.dataset import read_dataset
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import Indexer
from app.main import create_app
from app.matching.embedding.aligned_encoder import UniversalSentenceEncoder
from app.matching.embedding.embedder import SentenceTransformerEmbedder
from app.matching.embedding.remote.opening import open_embedder
from app.matching.matcher import Matcher
from app.observability import configure_logging
from app.settings import Settings

DEFAULTS = {
    "field": "40",
    "region": "370100",
    "owner_org": "基准测试大学",
    "owner_type": "university",
    "trl": 6,
    "transfer_modes": ["licence"],
}
PASSWORD = "Rate-of-2026-matches"  # noqa: S105 — of a database that lives as long as this run
PEER_CHUNK = 50
NO_QUOTA = 100_000
BATCH = 64


def main() -> None:
    arguments = _arguments()
    configure_logging(level="ERROR", as_json=True)
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as home:
        settings = Settings(
            _env_file=None,
            demo=True,
            home=Path(home),
            model=str(arguments.model),
            worker_in_service=False,
            requests_per_minute=0,
            requests_per_minute_of_organisation=0,
            requests_per_minute_of_address=0,
            matching_per_minute=NO_QUOTA,
            matching_per_minute_of_organisation=NO_QUOTA,
        )
        figures = _measure(settings, arguments)
    print(json.dumps(figures, ensure_ascii=False, indent=2) if arguments.json else _table(figures))  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument(
        "--model", type=Path, default=Path("~/.local/share/sanku/models/multilingual-e5-small").expanduser()
    )
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--peer-texts", type=int, default=300)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _measure(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    rows = read_dataset(arguments.directory).achievements[: arguments.records]
    figures: dict[str, Any] = {"records": len(rows)}
    figures["embedding"] = _beside_bare_encode(
        settings, [str(row.data["summary"]) for row in rows[: arguments.peer_texts]]
    )
    embedder = open_embedder(settings)
    embedder.embed_queries(["warm-up"])
    database = Database(settings.url)
    database_schema.migrate(database)
    app = create_app(settings, embedder=embedder)
    owner, firm = _owners(database)
    payloads = [
        (str(row.data["id"]), mapping.achievement_payload(row.data, lambda *_: owner, DEFAULTS))
        for row in rows
    ]
    figures["load"] = _load(app, settings, payloads)
    figures["index"] = _index(app)
    with _serving(app) as base, httpx.Client(base_url=base, timeout=60) as http:
        figures["requests"] = _requests(http, rows, arguments.requests, firm=str(firm))
    return figures


def _beside_bare_encode(settings: Settings, texts: Sequence[str]) -> dict[str, float]:
    """Alternating chunks, so that a machine that slows down slows all of them."""
    from sentence_transformers import SentenceTransformer

    embedder, encoder = SentenceTransformerEmbedder(settings.model_path), UniversalSentenceEncoder()
    bare = SentenceTransformer(settings.model_path, device="cpu")
    embedder.embed_queries(["warm-up"])
    encoder.encode(["warm-up"])
    bare.encode(["warm-up"])
    ours = theirs = aligned = 0.0
    for start in range(0, len(texts), PEER_CHUNK):
        chunk = list(texts[start : start + PEER_CHUNK])
        theirs += _seconds(lambda chunk=chunk: bare.encode([f"passage: {text}" for text in chunk]))
        ours += _seconds(lambda chunk=chunk: embedder.embed_passages(chunk))
        aligned += _seconds(lambda chunk=chunk: encoder.encode(chunk))
    return {
        "texts": len(texts),
        "ours_per_s": len(texts) / ours,
        "bare_per_s": len(texts) / theirs,
        "ratio": theirs / ours,
        "aligned_per_s": len(texts) / aligned,
    }


def _owners(database: Database) -> tuple[UUID, UUID]:
    """The owner of the achievements and the firm with the demands; a user of the bureau asks for both."""
    with database.unit_of_work() as session:
        owner = organisation_by_name(
            session, principal=SYSTEM, name="基准测试大学", kind=OrganisationKind.UNIVERSITY, region="370100"
        )
        firm = organisation_by_name(
            session, principal=SYSTEM, name="基准测试企业", kind=OrganisationKind.ENTERPRISE, region="370102"
        )
        bureau = organisation_by_name(
            session, principal=SYSTEM, name="基准测试管理部门", kind=OrganisationKind.BUREAU, region="370100"
        )
        create_user(
            session,
            principal=SYSTEM,
            facts=UserFacts(email="rates@example.com", name="基准", password=PASSWORD),
            role=Role.OPERATOR,
            organisation_id=bureau.id,
        )
        return owner.id, firm.id


def _load(app: Any, settings: Settings, payloads: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    embedding = storing = 0.0
    texts = stored = refused = 0
    indexer = app.state.services[Indexer]

    class Timed:
        """The indexer with its embedding timed apart from its storing."""

        def prepare(self, records: Any, *, on_progress: Any = None) -> Any:
            nonlocal embedding, texts
            started = time.perf_counter()
            prepared = indexer.prepare(records, on_progress=on_progress)
            embedding += time.perf_counter() - started
            texts += sum(len(one.fresh) for one in prepared)
            return prepared

        store = staticmethod(indexer.store)
        store_many = staticmethod(indexer.store_many)
        remove = staticmethod(indexer.remove)

    for start in range(0, len(payloads), BATCH):
        batch = payloads[start : start + BATCH]
        began, before = time.perf_counter(), embedding
        outcome = bulk.create_many(
            app.state.services[Database], Timed(), settings, RecordKind.ACHIEVEMENT, batch, principal=SYSTEM
        )
        storing += time.perf_counter() - began - (embedding - before)
        stored += len(outcome.stored)
        refused += len(outcome.refused)
    return {
        "stored": stored,
        "refused": refused,
        "texts_embedded": texts,
        "storing_records_per_s": stored / storing,
        "embedding_records_per_s": stored / embedding,
        "embedding_texts_per_s": texts / embedding,
    }


def _index(app: Any) -> dict[str, Any]:
    matcher = app.state.services[Matcher]
    with app.state.services[Database].reading() as session:
        seconds = _seconds(lambda: matcher.index.rebuild(session))
        status = matcher.index.status(session)
    return {"records_per_s": sum(status["records"].values()) / seconds, "seconds": seconds}


@contextmanager
def _serving(app: Any) -> Any:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def _requests(http: httpx.Client, rows: Sequence[Any], count: int, *, firm: str) -> dict[str, Any]:
    answer = http.post("/v1/auth/token", data={"username": "rates@example.com", "password": PASSWORD})
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    demands = []
    for row in rows[:20]:
        text = str(row.data["summary"])
        posted = http.post(
            "/v1/demands",
            json={
                "title": f"基准需求: {row.data['title'][:40]}",
                "main_problem": text[: max(40, len(text) // 3)],
                "fields": ["40"],
                "region": "370102",
                "owner_org_id": firm,
                "deadline": "2030-12-31",
                "cooperation_modes": ["licence"],
            },
        )
        posted.raise_for_status()
        demands.append(posted.json()["id"])

    def stored(number: int) -> httpx.Response:
        return http.get(f"/v1/demands/{demands[number % len(demands)]}/matches", params={"limit": 20})

    def new_text(number: int) -> httpx.Response:
        # A number in front makes each text new to the embedder's memory.
        text = f"第{number}问: {str(rows[-1 - number % len(rows)].data['summary'])[:60]}"
        return http.post("/v1/matches/text", json={"text": text, "limit": 20})

    return {
        "stored_demand_ms": _latencies(stored, count),
        "new_text_ms": _latencies(new_text, max(20, count // 4)),
    }


def _latencies(request: Callable[[int], httpx.Response], count: int) -> dict[str, float]:
    for number in range(5):
        request(number).raise_for_status()
    times = []
    for number in range(5, 5 + count):
        started = time.perf_counter()
        request(number).raise_for_status()
        times.append((time.perf_counter() - started) * 1000)
    return {
        "requests": count,
        "median": statistics.median(times),
        "p95": statistics.quantiles(times, n=20)[-1],
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _table(figures: dict[str, Any]) -> str:
    embedding, load, requests = figures["embedding"], figures["load"], figures["requests"]
    lines = [
        f"records: {load['stored']} stored, {load['refused']} refused, {load['texts_embedded']} texts embedded",
        f"embedding beside bare encode ({embedding['texts']} texts): ours {embedding['ours_per_s']:.1f}/s, "
        f"bare {embedding['bare_per_s']:.1f}/s, ratio {embedding['ratio']:.2f}; "
        f"aligned encoder {embedding['aligned_per_s']:.1f}/s",
        f"storing: {load['storing_records_per_s']:.0f} records/s",
        f"embedding (whole texts by both models, sentences by the aligned encoder): "
        f"{load['embedding_records_per_s']:.1f} records/s, {load['embedding_texts_per_s']:.1f} texts/s",
        f"indexing: {figures['index']['records_per_s']:.0f} records/s",
    ]
    for name, row in requests.items():
        lines.append(f"{name}: median {row['median']:.1f}, p95 {row['p95']:.1f} over {row['requests']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
