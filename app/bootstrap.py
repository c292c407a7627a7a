"""The parts of one process, put together: the service, a worker and the command line all start here.

`handlers` read downwards is the system: which event leads to what.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from app import database_schema
from app.clock import local_now
from app.database import Database
from app.engagements import handlers as engagements
from app.engagements.files import service as engagement_files
from app.engagements.files.storage import Store, open_store
from app.engagements.lifecycle.outcomes import outcomes_of_managers, records_of_owners
from app.engagements.lifecycle.workload import open_engagement_counts
from app.engagements.tasks import service as engagement_tasks
from app.events.outbox import ClaimedEvent, Handler
from app.idempotency import forget_old_keys
from app.libraries import expiry
from app.libraries.record.indexing import Indexer
from app.matching import handlers as matching
from app.matching.embedding.embedder import Embedder, SentenceTransformerEmbedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.feedback.judgements import delete_old_impressions
from app.matching.index import open_index, open_lexical
from app.matching.managers.recommendation import ManagerLookups
from app.matching.matcher import Matcher
from app.matching.prefetch import Prefetcher
from app.matching.ranking.ranker import load_ranker
from app.matching.training.job import train_if_due
from app.matching.training.outcome_handlers import listening_handlers
from app.notifications.delivery import outcome as delivery
from app.notifications.delivery.maintenance import delete_old_deliveries, requeue_lost
from app.observability import Metrics
from app.pushes import handlers as pushes
from app.pushes.assignment.runs import start_nightly
from app.pushes.digests.manager_digest import announce_digests
from app.pushes.digests.owner_digest import announce_owner_digests
from app.pushes.feedback.manager_track_record import push_histories
from app.pushes.feedback.training_signals import judging_handlers
from app.pushes.planning.overdue_reassignment import mark_overdue
from app.pushes.planning.revision import expire_due as expire_pushes
from app.pushes.policy import policy_of
from app.pushes.task_reminders import reminding_handlers
from app.services import Services
from app.settings import Settings
from app.talent import handlers as talent
from app.talent.certificates import evidence
from app.talent.certificates.service import note_expired
from app.talent.contests.service import close_due
from app.talent.filings.service import expire_due as expire_filings
from app.talent.tiers.loader import recognised_tiers
from app.talent.tiers.service import turn_year
from app.workers.concurrent import ConcurrentWorker
from app.workers.scheduler import ScheduledJob, in_transaction
from app.workers.threads import Runnable
from app.workers.worker import Worker

HandlerTable = Mapping[str, Sequence[Handler]]


def build_services(settings: Settings, *, embedder: Embedder | None = None) -> Services:
    """
    Raises:
        RuntimeError: the database does not have the schema that this code needs.
    """
    # The matrices of a match are small: threads for them cost more than they save, and the embedder has its own.
    threadpool_limits(limits=1, user_api="blas")
    database = Database(settings.url)
    if not database_schema.is_current(database):
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
        lookups=ManagerLookups(
            open_load=open_engagement_counts,
            histories=push_histories,
            outcomes=outcomes_of_managers,
            tiers=recognised_tiers,
            newcomer_share=settings.newcomer_share,
        ),
        owner_records=records_of_owners,
        candidates=settings.match_candidates,
        candidates_memory_mb=settings.candidates_memory_mb,
        threshold=settings.push_threshold,
        follow_registry=True,
    )
    services = Services()
    services[Settings] = settings
    services[Database] = database
    services[Embedder] = embedder
    services[Indexer] = services[MatchingIndexer] = indexer
    services[Matcher] = matcher
    services[Metrics] = Metrics()
    services[Store] = open_store(settings)
    return services


def build_worker(services: Services) -> Worker:
    """A worker for every event, and for the scheduled jobs."""
    return _worker(services, event_handlers(services[Settings], services[Matcher]))


def build_workers(services: Services) -> tuple[Runnable, ...]:
    """What works beside the service, or in a process of its own.

    A worker for the inner events and a concurrent one for outbound deliveries, so that a slow recipient delays neither
    matching nor another recipient.
    """
    settings = services[Settings]
    handlers = event_handlers(settings, services[Matcher])
    if not settings.couriers:
        return (_worker(services, handlers),)
    outside = {name: handlers[name] for name in delivery.EVENTS}
    inside = {name: found for name, found in handlers.items() if name not in outside}
    outbound = ConcurrentWorker(
        services[Database],
        outside,
        settings,
        slots=settings.couriers,
        order=delivery.recipient_order,
        metrics=services[Metrics],
    )
    return _worker(services, inside), outbound


def build_prefetcher(services: Services) -> Runnable:
    """For a process that answers for long: fills the memory for candidates after its start."""
    return Prefetcher(services[Database], services[Matcher])


def close(services: Services) -> None:
    """Save the index and give back what the process holds."""
    matcher = services[Matcher]
    matcher.index.save(services[Settings].index_path)
    matcher.index.close()
    matcher.lexical.close()
    services[Database].dispose()


def _worker(services: Services, handlers: HandlerTable) -> Worker:
    return Worker(
        services[Database],
        handlers,
        services[Settings],
        periodic=periodic_jobs(services),
        metrics=services[Metrics],
    )


def event_handlers(settings: Settings, matcher: Matcher) -> Mapping[str, Sequence[Handler]]:
    """Event → what follows from it: from matching to the way out of the house."""

    @lru_cache(maxsize=1)
    def deliveries_at(threshold: float) -> HandlerTable:
        """Kept: it opens the channels, and a certificate store for each message would cost more than the message."""
        return delivery.event_handlers(settings, threshold=threshold)

    def out_of_the_house() -> HandlerTable:
        return deliveries_at(policy_of(settings, matcher).threshold)

    return pushes.merge(
        matching.event_handlers(matcher),
        engagements.event_handlers(),
        with_present_ranker(matcher, lambda: pushes.event_handlers(matcher, settings)),
        listening_handlers(),
        judging_handlers(),
        reminding_handlers(),
        talent.event_handlers(),
        with_present_ranker(matcher, out_of_the_house),
    )


def with_present_ranker(matcher: Matcher, table: Callable[[], HandlerTable]) -> HandlerTable:
    """Handlers whose policy holds the ranker's threshold: made anew for each step, once this process knows which ranker
    is active, so that a switch by any process changes what is pushed from then on."""

    def wrapped(name: str, place: int) -> Handler:
        def plan(session: Session, event: ClaimedEvent) -> Any:
            matcher.ranker(session)
            return table()[name][place].plan(session, event)

        def apply(session: Session, event: ClaimedEvent, plan: Any) -> None:
            matcher.ranker(session)
            table()[name][place].apply(session, event, plan)

        return Handler(plan, apply)

    return {
        name: tuple(wrapped(name, place) for place in range(len(found))) for name, found in table().items()
    }


def periodic_jobs(services: Services) -> tuple[ScheduledJob, ...]:
    """What comes round by the clock."""
    settings = services[Settings]

    def expire_records(session: Session) -> None:
        expiry.expire_due(session, indexer=services[Indexer], settings=settings)

    def announce_news_for_owners(session: Session) -> None:
        announce_owner_digests(session, policy=policy_of(settings, services[Matcher]))

    def forget_keys(session: Session) -> None:
        forget_old_keys(session, older_than=settings.idempotency_lifetime)

    def sweep_files(database: Database) -> None:
        engagement_files.delete_orphaned_files(database, services[Store], elsewhere=evidence.kept)

    def forget_deliveries(session: Session) -> None:
        delete_old_deliveries(session, older_than=settings.delivery_log_lifetime)

    def assign_nightly(session: Session) -> None:
        if settings.assignment_nightly:
            hour, limit = settings.assignment_hour, settings.assignment_pairs
            start_nightly(session, hour=hour, limit=limit, moment=local_now())

    def forget_lists(session: Session) -> None:
        delete_old_impressions(session, older_than=settings.exposure_retention)

    def save_index(_: Database) -> None:
        services[Matcher].index.save(settings.index_path)

    def learn(database: Database) -> None:
        train_if_due(settings, database, services[Embedder], services[Matcher].shipped)

    every = settings.train_every
    training = () if every is None else (ScheduledJob("train", every, learn),)
    return (
        *training,
        ScheduledJob("forget_exposures", timedelta(days=1), in_transaction(forget_lists)),
        ScheduledJob("expire_records", timedelta(minutes=5), in_transaction(expire_records)),
        ScheduledJob("expire_pushes", timedelta(minutes=5), in_transaction(expire_pushes)),
        ScheduledJob("mark_overdue_pushes", timedelta(minutes=5), in_transaction(mark_overdue)),
        ScheduledJob("announce_digests", timedelta(minutes=5), in_transaction(announce_digests)),
        ScheduledJob(
            "announce_owner_digests", timedelta(minutes=15), in_transaction(announce_news_for_owners)
        ),
        ScheduledJob("expire_filings", timedelta(minutes=10), in_transaction(expire_filings)),
        ScheduledJob("note_expired_certificates", timedelta(minutes=10), in_transaction(note_expired)),
        ScheduledJob("close_contests", timedelta(minutes=5), in_transaction(close_due)),
        ScheduledJob("turn_tiers_to_the_year", timedelta(minutes=10), in_transaction(turn_year)),
        ScheduledJob("forget_idempotency_keys", timedelta(hours=1), in_transaction(forget_keys)),
        ScheduledJob("remind_of_tasks", timedelta(minutes=5), in_transaction(engagement_tasks.remind)),
        ScheduledJob("sweep_files", timedelta(hours=6), sweep_files),
        ScheduledJob("sweep_deliveries", timedelta(minutes=1), in_transaction(requeue_lost)),
        ScheduledJob("forget_deliveries", timedelta(hours=1), in_transaction(forget_deliveries)),
        ScheduledJob("assign_nightly", timedelta(minutes=5), in_transaction(assign_nightly)),
        ScheduledJob("save_index", timedelta(minutes=10), save_index, every_process=True),
    )
