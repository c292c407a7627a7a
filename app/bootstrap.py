"""The parts of one process, put together: the service, a worker and the command line all start here."""

import threading
from functools import cache, partial

from threadpoolctl import threadpool_limits

from app.accounts.access.opened_records import Disclosure
from app.clock import use_announced_years
from app.database import Database
from app.encryption.register import open_keys
from app.engagements.contact_visibility import opened_records
from app.engagements.files.encrypted_storage import EncryptedStore, open_store
from app.engagements.files.storage import Store
from app.engagements.lifecycle.outcomes import outcomes_of_managers, success_rates_of_owners
from app.engagements.lifecycle.workload import open_engagement_counts
from app.events.handler import by_name
from app.handlers import HANDLERS
from app.health.api import HealthChecks
from app.libraries.managers.service import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.search.synonyms import SynonymFile
from app.load_limits.open_streams import OpenStreams
from app.load_limits.quota import PreviewQuota, Quota, WallQuota
from app.load_limits.turns import TurnLimits, Turns
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.embedding.remote.opening import check_at_start, open_embedder
from app.matching.index import open_index, open_lexical
from app.matching.managers.recommendation import ManagerLookups
from app.matching.matcher import Matcher
from app.matching.prefetch import Prefetcher, WarmUp
from app.matching.ranking.ranker import ranker_for
from app.matching.reranker.cross_encoder import Reranker, name_of, open_reranker
from app.matching.reranker.pair_values import pair_values
from app.matching.spaces.filler import SpaceFiller
from app.matching.spaces.follower import ModelFollower
from app.matching.spaces.lifecycle import registered, serving
from app.matching.spaces.opened_models import OpenedModels, close_embedder
from app.notifications.delivery.attempt import DeliveryContext, build_delivery_context
from app.notifications.handlers import OUTBOUND, recipient_order
from app.observability import Metrics
from app.pushes.eligibility.history import pending_by_manager
from app.pushes.feedback.manager_track_record import push_histories
from app.pushes.preferences.service import managers_who_do_not_want
from app.pushes.recommender import Recommender
from app.replica.replica import Replica
from app.schedule import scheduled_jobs
from app.services import Services
from app.settings import Settings
from app.talent.certificates.service import verified_levels
from app.transport.early_retries import EarlyRetries
from app.transport.request_limits import RequestLimits
from app.workers.concurrent import ConcurrentWorker
from app.workers.scheduler import JobRunner
from app.workers.threads import Runnable
from app.workers.worker import Worker


class WorkerDatabase(Database):
    """The same database through the connections of the workers."""


class Containers(list[Services]):
    """All containers of this process; each has the same matcher, and an indexer with its own connections."""


WALL_REFRESHES = 30
"""Refreshes of the wall a minute, for each link."""

RUNNING_REQUESTS = 30.0
"""Seconds for which requests that began with the model of before may still read its index."""

WORKER_CONNECTIONS = 5
"""Connections of the worker besides one for each delivery: its transaction, its heartbeat, its jobs."""


def build_services(settings: Settings, *, embedder: Embedder | None = None) -> Services:
    """
    Raises:
        RuntimeError: the schema is not current, the replica is none, a key is missing, or the synonyms are invalid.
        WrongEmbedServer: the embed server has another model than the settings name.
        ModelReplaced: the model that serves is not where it was.
        ModelNotReady, RerankerNotFitted: a reranker is set and is not there, or the ranker is not fitted to it.
    """
    synonyms = SynonymFile(settings)
    _prepare_process(settings)
    policy = {
        "conflict_grace_months": settings.conflict_grace_months,
        "password_history": settings.password_history,
    }
    database = Database(settings.url, connections=settings.database_connections, policy=policy)
    health = HealthChecks(settings.url)
    if not health.is_current():
        raise RuntimeError(
            "the database is not initialised or has another version: run `sanku init` "
            "(数据库尚未初始化或版本不符：请先运行 sanku init)"
        )
    open_keys(settings, database)
    models = OpenedModels(settings, embedder or open_embedder(settings))
    try:
        embedder = _embedder_at_start(database, models)
    except RuntimeError:
        database.dispose()
        health.database.dispose()
        raise
    check_at_start(embedder)
    indexer = MatchingIndexer(database, embedder)
    services = Services()
    services[Containers] = Containers([services])
    services[OpenedModels] = models
    services[Settings] = settings
    services[Disclosure] = Disclosure(manager_of_user=manager_of_user, opened_records=opened_records)
    services[SynonymFile] = synonyms
    services[Database] = database
    if settings.database_read_url is not None:
        services[Replica] = replica = Replica(
            database,
            settings.database_read_url,
            connections=settings.database_connections,
            policy=policy,
            lag=settings.database_read_lag,
        )
        replica.check()
    services[Embedder] = embedder
    services[Indexer] = services[MatchingIndexer] = indexer
    reranker = open_reranker(settings)
    services[Matcher] = services[Recommender] = _matcher(settings, database, embedder, indexer, reranker)
    services[Metrics] = metrics = Metrics()
    _add_load_limits(services, settings, metrics)
    services[HealthChecks] = health
    services[WorkerDatabase] = WorkerDatabase(
        settings.url, connections=settings.couriers + WORKER_CONNECTIONS, policy=policy
    )
    services[Store] = services[EncryptedStore] = open_store(settings)
    services[DeliveryContext] = build_delivery_context(settings)
    return services


def _prepare_process(settings: Settings) -> None:
    """What holds for all of the process, whatever is built in it."""
    _calculate_in_one_thread()
    use_announced_years(settings.announced_years)


@cache
def _calculate_in_one_thread() -> None:
    """The matrices of a match are small: threads for them cost more than they save, and the embedder has its own."""
    threadpool_limits(limits=1, user_api="blas")


def _add_load_limits(services: Services, settings: Settings, metrics: Metrics) -> None:
    services[Turns] = Turns(_turn_limits(settings), metrics)
    services[Quota] = Quota(
        per_holder=settings.matching_per_minute,
        per_organisation=settings.matching_per_minute_of_organisation,
    )
    services[PreviewQuota] = PreviewQuota(
        per_address=settings.previews_per_hour, together=settings.previews_per_minute
    )
    services[WallQuota] = WallQuota(per_link=WALL_REFRESHES)
    services[EarlyRetries] = EarlyRetries()
    services[RequestLimits] = RequestLimits(
        per_caller=settings.requests_per_minute,
        per_organisation=settings.requests_per_minute_of_organisation,
        per_address=settings.requests_per_minute_of_address,
    )
    services[OpenStreams] = OpenStreams(per_user=settings.streams_per_user, in_all=settings.streams)


def _turn_limits(settings: Settings) -> TurnLimits:
    return TurnLimits(
        slots=settings.matching_slots,
        waiting=settings.matching_waiting,
        per_holder=settings.matching_per_user,
        per_organisation=settings.matching_per_organisation,
        seconds=settings.matching_deadline.total_seconds(),
    )


def _embedder_at_start(database: Database, models: OpenedModels) -> Embedder:
    """The model that serves; that of the settings where the store has one space.

    Raises:
        RuntimeError: the settings name a model that is none of the store's.
    """
    with database.reading() as session:
        model, known = serving(session), [space.model_id for space in registered(session)]
    if model is None:
        return models.of(models.of_settings)
    named = models.of_settings.model_id
    if named not in known:
        raise RuntimeError(
            f"SANKU_MODEL is {named}, but the store answers by {model.model_id}: set SANKU_MODEL={model.source}, then "
            f"run `sanku model switch` to change the model (SANKU_MODEL 为 {named}，而本库使用 {model.model_id}："
            f"请设置 SANKU_MODEL={model.source}；如需更换模型，请运行 sanku model switch)"
        )
    return models.of(model)


def _matcher(
    settings: Settings,
    database: Database,
    embedder: Embedder,
    indexer: MatchingIndexer,
    reranker: Reranker | None,
) -> Matcher:
    with database.reading() as session:
        several = serving(session) is not None
    return Matcher(
        embedder=embedder,
        index=open_index(settings, database, embedder.model_id, embedder.dimension),
        lexical=open_lexical(settings, database, embedder.model_id),
        ranker=ranker_for(settings.home_path / "models", embedder.model_id, name_of(reranker)),
        pair_values=pair_values(reranker, database),
        indexer=indexer,
        lookups=ManagerLookups(
            open_load=open_engagement_counts,
            histories=push_histories,
            outcomes=outcomes_of_managers,
            newcomer_share=settings.newcomer_share,
            pending=pending_by_manager,
            verified_certificates=verified_levels,
            pending_per_slot=settings.pushes_waiting_per_place,
            unwilling=managers_who_do_not_want,
        ),
        owner_records=success_rates_of_owners,
        candidates=settings.match_candidates,
        candidates_memory_mb=settings.candidates_memory_mb,
        threshold=settings.push_threshold,
        follow_registry=True,
        of_one_model=several,
    )


def build_worker(services: Services) -> Worker:
    """A worker for every event."""
    return Worker(services, by_name(HANDLERS))


def build_job_runner(services: Services) -> JobRunner:
    """What runs the scheduled jobs of this installation."""
    return JobRunner(services, scheduled_jobs(services[Settings]))


def build_workers(services: Services) -> tuple[Runnable, ...]:
    """What works beside the service, or in a process of its own.

    A worker for the inner events, a concurrent one for outbound deliveries, so that a slow recipient delays neither
    matching nor another recipient, and a runner of scheduled jobs, so that no event waits for a long one. They have
    connections of their own, so that requests cannot take them all.
    """
    settings = services[Settings]
    services = services.copy()
    services[Database] = database = services[WorkerDatabase]
    services[Indexer] = services[MatchingIndexer] = MatchingIndexer(database, services[Embedder])
    services[Containers].append(services)
    beside = build_job_runner(services), SpaceFiller(database, services[OpenedModels])
    if not settings.couriers:
        return build_worker(services), *beside
    inner = {event: handlers for event, handlers in HANDLERS.items() if event not in OUTBOUND}
    outbound = {event: HANDLERS[event] for event in OUTBOUND}
    return (
        Worker(services, by_name(inner)),
        ConcurrentWorker(services, by_name(outbound), slots=settings.couriers, order=recipient_order),
        *beside,
    )


def build_prefetchers(services: Services) -> tuple[Runnable, ...]:
    """For a process that answers for long: loads the models and fills the memory for candidates after its start, and
    follows to another embedding model."""
    matcher = services[Matcher]
    models = [model for model in (services[Embedder], matcher.reranker) if model is not None]
    follower = ModelFollower(
        services[Database],
        services[OpenedModels],
        present=lambda: services[Matcher].index.model_id,
        follow=partial(answer_by, services),
    )
    return WarmUp(models), Prefetcher(services[Database], matcher), follower


def answer_by(services: Services, embedder: Embedder, stop: threading.Event) -> None:
    """Let the process answer by another embedding model from the next request on; those that run keep theirs."""
    settings, database, before = services[Settings], services[Database], services[Matcher]
    indexer = MatchingIndexer(database, embedder)
    matcher = _matcher(settings, database, embedder, indexer, before.reranker)
    for container in services[Containers]:
        others = Services()
        others[Embedder] = embedder
        others[Indexer] = others[MatchingIndexer] = MatchingIndexer(container[Database], embedder)
        others[Matcher] = others[Recommender] = matcher
        container.replace(others)
    Prefetcher(database, matcher).run(stop)
    stop.wait(RUNNING_REQUESTS)
    before.index.close()
    before.lexical.close()


def close(services: Services) -> None:
    """Save the index and give back what the process holds."""
    matcher = services[Matcher]
    matcher.index.save(services[Settings].index_path)
    matcher.index.close()
    matcher.lexical.close()
    close_embedder(services[Embedder])
    services[OpenedModels].forget_others(())
    for database in (services[Database], services[WorkerDatabase], services[HealthChecks].database):
        database.dispose()
    if Replica in services:
        services[Replica].dispose()
