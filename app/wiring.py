"""The parts of one process, put together: the service, a worker and the command line all start here.

`handlers` read downwards is the system: which event leads to what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from app import schema
from app.db import Database
from app.engagements import files as engagement_files
from app.engagements import handlers as engagements
from app.engagements import tasks as engagement_tasks
from app.engagements.load import open_load
from app.engagements.storage import Store, open_store
from app.events import Handler
from app.libraries import expiry
from app.matching import handlers as matching
from app.matching.embedder import Embedder, SentenceTransformerEmbedder
from app.matching.index import open_index, open_lexical
from app.matching.indexer import MatchingIndexer
from app.matching.pairs import Matcher
from app.matching.ranker import load_ranker
from app.observe import Metrics
from app.preconditions import forget_old_keys
from app.pushes import handlers as pushes
from app.pushes.planning import expire_due as expire_pushes
from app.settings import Settings
from app.talent import handlers as talent
from app.talent.certificates import evidence
from app.talent.certificates.service import note_expired
from app.talent.contests.service import close_due
from app.talent.filings.service import expire_due as expire_filings
from app.talent.tiers.service import turn_year
from app.worker import Periodic, Worker, in_transaction


@dataclass(frozen=True, slots=True)
class Services:
    """What routes, handlers and commands use; made once per process by `assemble`."""

    settings: Settings
    database: Database
    embedder: Embedder
    indexer: MatchingIndexer
    matcher: Matcher
    metrics: Metrics
    files: Store
    handlers: Mapping[str, Sequence[Handler]]

    def worker(self) -> Worker:
        return Worker(
            self.database,
            self.handlers,
            self.settings,
            periodic=periodic_jobs(self),
            metrics=self.metrics,
        )

    def close(self) -> None:
        self.matcher.index.save(self.settings.index_path)
        self.matcher.index.close()
        self.database.dispose()


def assemble(settings: Settings, *, embedder: Embedder | None = None) -> Services:
    """
    Raises:
        RuntimeError: the database does not have the schema that this code needs.
    """
    # The matrices of a match are small: threads for them cost more than they save, and the embedder has its own.
    threadpool_limits(limits=1, user_api="blas")
    database = Database(settings.url)
    if not schema.is_current(database):
        raise RuntimeError(
            "the database is not prepared or of another version: run `sanku init` "
            "(数据库尚未初始化或版本不符: 请先运行 sanku init)"
        )
    embedder = embedder or SentenceTransformerEmbedder(
        settings.model_path, device=settings.model_device, threads=settings.model_threads
    )
    index = open_index(settings, database, embedder.model_id, embedder.dimension)
    matcher = Matcher(
        embedder=embedder,
        index=index,
        lexical=open_lexical(database),
        ranker=load_ranker(),
        indexer=(indexer := MatchingIndexer(database, embedder)),
        open_load=open_load,
        candidates=settings.match_candidates,
        threshold=settings.push_threshold,
    )
    return Services(
        settings=settings,
        database=database,
        embedder=embedder,
        indexer=indexer,
        matcher=matcher,
        metrics=Metrics(),
        files=open_store(settings),
        handlers=event_handlers(settings, matcher),
    )


def event_handlers(settings: Settings, matcher: Matcher) -> Mapping[str, Sequence[Handler]]:
    """Event → what follows from it: matching first, then engagements, pushing and recognition."""
    return pushes.merge(
        matching.event_handlers(matcher),
        engagements.event_handlers(),
        pushes.event_handlers(matcher, settings),
        talent.event_handlers(),
    )


def periodic_jobs(services: Services) -> tuple[Periodic, ...]:
    """What comes round by the clock."""
    settings = services.settings

    def expire_records(session: Session) -> None:
        expiry.expire_due(session, indexer=services.indexer, settings=settings)

    def forget_keys(session: Session) -> None:
        forget_old_keys(session, older_than=settings.idempotency_lifetime)

    def sweep_files(database: Database) -> None:
        engagement_files.sweep(database, services.files, elsewhere=evidence.kept)

    def save_index(_: Database) -> None:
        services.matcher.index.save(settings.index_path)

    return (
        Periodic("expire_records", timedelta(minutes=5), in_transaction(expire_records)),
        Periodic("expire_pushes", timedelta(minutes=5), in_transaction(expire_pushes)),
        Periodic("expire_filings", timedelta(minutes=10), in_transaction(expire_filings)),
        Periodic("note_expired_certificates", timedelta(minutes=10), in_transaction(note_expired)),
        Periodic("close_contests", timedelta(minutes=5), in_transaction(close_due)),
        Periodic("turn_tiers_to_the_year", timedelta(minutes=10), in_transaction(turn_year)),
        Periodic("forget_idempotency_keys", timedelta(hours=1), in_transaction(forget_keys)),
        Periodic("remind_of_tasks", timedelta(minutes=5), in_transaction(engagement_tasks.remind)),
        Periodic("sweep_files", timedelta(hours=6), sweep_files),
        Periodic("save_index", timedelta(minutes=10), save_index, every_process=True),
    )
