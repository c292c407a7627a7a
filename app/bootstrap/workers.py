"""What works in a process beside the answers to requests."""

import threading
from functools import partial

from app.bootstrap.process_matcher import build_matcher
from app.bootstrap.services import Containers, WorkerDatabase
from app.database import Database
from app.events.handler import by_name
from app.handlers import HANDLERS
from app.libraries.record.indexing import Indexer
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.matcher import Matcher
from app.matching.prefetch import Prefetcher, WarmUp
from app.matching.spaces.filler import SpaceFiller
from app.matching.spaces.follower import ModelFollower
from app.matching.spaces.opened_models import OpenedModels
from app.notifications.handlers import OUTBOUND, recipient_order
from app.pushes.recommender import Recommender
from app.schedule import scheduled_jobs
from app.services import Services
from app.settings import Settings
from app.workers.concurrent import ConcurrentWorker
from app.workers.scheduler import JobRunner
from app.workers.threads import Runnable
from app.workers.worker import Worker

RUNNING_REQUESTS = 30.0
"""Seconds for which requests that began with the model of before may still read its index."""


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
    matcher = build_matcher(settings, database, embedder, indexer, before.reranker)
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
