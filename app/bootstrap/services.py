"""The services of one process: built at its start, given back at its end."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from threadpoolctl import threadpool_limits

from app.accounts.access.opened_records import Disclosure
from app.bootstrap.process_matcher import build_matcher, embedder_at_start
from app.clock import use_announced_years
from app.database import Database
from app.encryption.register import open_keys
from app.engagements.contact_visibility import opened_records
from app.engagements.files.encrypted_storage import EncryptedStore, open_store
from app.engagements.files.storage import Store
from app.health.api import HealthChecks
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.indexing import Indexer
from app.libraries.search.synonyms import SynonymFile
from app.load_limits.open_streams import OpenStreams
from app.load_limits.quota import PreviewQuota, Quota, WallQuota
from app.load_limits.turns import TurnLimits, Turns
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.embedding.remote.opening import check_at_start, open_embedder
from app.matching.matcher import Matcher
from app.matching.reranker.cross_encoder import open_reranker
from app.matching.spaces.opened_models import OpenedModels, close_embedder
from app.notifications.delivery.attempt import DeliveryContext, build_delivery_context
from app.observability import Metrics, Tracer
from app.pushes.recommender import Recommender
from app.replica.replica import Replica
from app.services import Services
from app.settings import Settings
from app.transport.early_retries import EarlyRetries
from app.transport.request_limits import RequestLimits


class WorkerDatabase(Database):
    """The same database through the connections of the workers."""


class Containers(list[Services]):
    """All containers of this process; each has the same matcher, and an indexer with its own connections."""


WALL_REFRESHES = 30
"""Refreshes of the wall a minute, for each link."""

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
    services = Services()
    services[Containers] = Containers([services])
    services[Settings] = settings
    services[SynonymFile] = synonyms
    services[Disclosure] = Disclosure(manager_of_user=manager_of_user, opened_records=opened_records)
    services[Database] = database = Database(
        settings.url, connections=settings.database_connections, policy=policy
    )
    services[HealthChecks] = health = HealthChecks(settings.url)
    _require_current_schema(health)
    open_keys(settings, database)
    _add_embedder(services, embedder)
    if settings.database_read_url is not None:
        services[Replica] = _checked_replica(database, settings, settings.database_read_url, policy)
    services[Matcher] = services[Recommender] = build_matcher(
        settings, database, services[Embedder], services[MatchingIndexer], open_reranker(settings)
    )
    services[Metrics] = metrics = Metrics()
    services[Tracer] = Tracer(settings)
    _add_load_limits(services, settings, metrics)
    services[WorkerDatabase] = WorkerDatabase(
        settings.url, connections=settings.couriers + WORKER_CONNECTIONS, policy=policy
    )
    services[Store] = services[EncryptedStore] = open_store(settings)
    services[DeliveryContext] = build_delivery_context(settings)
    return services


def _require_current_schema(health: HealthChecks) -> None:
    if not health.is_current():
        raise RuntimeError(
            "the database is not initialised or has another version: run `sanku init` "
            "(数据库尚未初始化或版本不符：请先运行 sanku init)"
        )


def _add_embedder(services: Services, given: Embedder | None) -> None:
    """The embedding model that the store answers by, and the indexer that embeds with it."""
    settings, database = services[Settings], services[Database]
    services[OpenedModels] = models = OpenedModels(settings, given or open_embedder(settings))
    try:
        embedder = embedder_at_start(database, models)
    except RuntimeError:
        database.dispose()
        services[HealthChecks].database.dispose()
        raise
    check_at_start(embedder)
    services[Embedder] = embedder
    services[Indexer] = services[MatchingIndexer] = MatchingIndexer(database, embedder)


def _checked_replica(database: Database, settings: Settings, url: str, policy: Mapping[str, Any]) -> Replica:
    """
    Raises:
        RuntimeError: the replica is none.
    """
    replica = Replica(
        database,
        url,
        connections=settings.database_connections,
        policy=policy,
        lag=settings.database_read_lag,
    )
    replica.check()
    return replica


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
    services[Tracer].close()
