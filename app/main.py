"""The HTTP application: `create_app` assembles routes, error handlers, middleware and the worker threads."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute

from app.accounts.api import router as accounts
from app.accounts.audit.requests import audited
from app.accounts.sessions.demonstration import DemonstrationLogins
from app.bootstrap.services import build_services, close
from app.bootstrap.workers import build_prefetchers, build_workers
from app.database import Database
from app.engagements.api import router as engagements
from app.engagements.contracts.api import router as contracts
from app.engagements.contracts.documents.api import router as contract_documents
from app.engagements.files.api import router as engagement_files
from app.engagements.reviews.api import router as engagement_reviews
from app.engagements.tasks.api import router as engagement_tasks
from app.errors.handlers import install_handlers
from app.errors.request_bodies import collect_faults
from app.exchange.batches.api import router as imports
from app.exchange.duplicates.api import router as duplicates
from app.exchange.out.api import router as exports
from app.exchange.out.official.api import router as official_exports
from app.exchange.suggestions.api import router as drafts
from app.health.api import router as health
from app.libraries.api import router as libraries
from app.matching.api.check import router as checking
from app.matching.api.matches import router as matching
from app.matching.api.models import router as models
from app.matching.api.reports import router as match_reports
from app.matching.embedding.embedder import Embedder
from app.notifications.addresses.api import router as channels
from app.notifications.delivery.api import router as deliveries
from app.notifications.notices.api import router as notices
from app.notifications.webhooks.api import router as webhooks
from app.observability import ObserveRequests
from app.partners.agreements.api import router as partner_agreements
from app.partners.feed.api import router as feed
from app.partners.open_data.api import router as open_data
from app.pushes.assignment.api import router as assignments
from app.pushes.digests.api import router as digests
from app.pushes.feedback.api import router as feedback
from app.pushes.inbox.api import router as pushes
from app.pushes.inbox.stream.api import router as stream
from app.query_parameters import refuse_unknown_parameters
from app.replica.requests import NotePosition
from app.services import Services
from app.settings import Settings
from app.statistics.api import router as statistics
from app.store.api import router as own_data
from app.talent.api import router as talent
from app.transport.answer_headers import AnswerHeaders
from app.transport.description import describe
from app.transport.documentation import add_documentation_page
from app.transport.request_limits import LimitRequests
from app.transport.route_search import search_by_beginning
from app.web.installation import install_pages
from app.web.problems import answer_error
from app.web.security import is_page
from app.workers import admin_api
from app.workers.threads import WorkerThreads

log = structlog.get_logger(__name__)

UPLOADS = re.compile(
    r"/v1/(imports(?:/[^/]+/marked-file)?|drafts/file|(?:engagements|contracts)/[^/]+/files|certificates/[^/]+/evidence)"
    r"|/engagements/[^/]+/file"
)
FORM_OVERHEAD = 64 * 1024
"""Maximum bytes of an upload form besides its file."""

DESCRIPTION = """
三库 is a technology-transfer matchmaking service. It matches 技术成果 (achievements) with 技术需求 (demands) by meaning
and words, and pushes the pairs to 技术经理人 (managers) who can broker them.

Log in at `POST /v1/auth/token`, or send an API key in `X-API-Key`. Lists are paged with `next_cursor`. Changes require
`If-Match` with the ETag that was read; creating requests may carry an `Idempotency-Key`. Errors are problem+json
(RFC 9457) with Chinese and English messages for each field. Amounts are in 万元, times in UTC.
"""

ROUTERS = (
    accounts,
    libraries,
    checking,
    matching,
    match_reports,
    # Before the pushes, which would otherwise parse `stream` as the id of a push.
    stream,
    channels,
    webhooks,
    deliveries,
    notices,
    digests,
    feedback,
    pushes,
    assignments,
    engagements,
    engagement_reviews,
    engagement_tasks,
    engagement_files,
    contracts,
    imports,
    drafts,
    duplicates,
    official_exports,
    exports,
    partner_agreements,
    feed,
    open_data,
    contract_documents,
    models,
    talent,
    statistics,
    own_data,
    admin_api.router,
)
"""All routers, in the order in which paths are matched."""


def create_app(
    settings: Settings,
    *,
    embedder: Embedder | None = None,
    demonstration: DemonstrationLogins | None = None,
) -> FastAPI:
    """Build the application. `embedder` replaces the embedding model of the settings; `demonstration` are the accounts
    that the login page of a demonstration names.

    Raises:
        RuntimeError: the database is not initialised, or there is no signing key.
    """
    _ = settings.signing_key  # without one the service must not start
    services = build_services(settings, embedder=embedder)
    if demonstration is not None:
        services[DemonstrationLogins] = demonstration
    app = assemble()
    app.state.services = services
    return app


def assemble() -> FastAPI:
    """The application without its services, which `app.state.services` takes: the same for all settings."""
    app = FastAPI(
        title="Sanku 三库",
        version=version("sanku"),
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        dependencies=[
            Depends(audited, scope="function"),
            Depends(collect_faults, scope="function"),
            Depends(_known_parameters),
        ],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # Its own spans have the words of a search, and its logs the texts of exceptions; ours have neither.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    install_handlers(app, answer_error)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(health)
    add_documentation_page(app)
    describe(app)
    install_pages(app)
    search_by_beginning(app)
    # Outside the middleware of the pages, so that their refusals are measured as well.
    app.add_middleware(LimitRequests, refuse=answer_error)
    app.add_middleware(ObserveRequests, refuse=answer_error, uploads=UPLOADS, form_overhead=FORM_OVERHEAD)
    app.add_middleware(AnswerHeaders)
    app.add_middleware(NotePosition)
    return app


async def _known_parameters(request: Request) -> None:
    """Pages take no notice: people come to them by links to which mail programs and portals add marks of their own."""
    if not is_page(request.url.path):
        await refuse_unknown_parameters(request)


def _operation_id(route: APIRoute) -> str:
    """Operation id such as `demands_create`: stable, and readable in a generated client."""
    tag = str(route.tags[0]) if route.tags else "service"
    english = re.split(r"[^\x00-\x7f]", tag)[-1]
    return "_".join(re.findall(r"[a-z0-9]+", f"{english} {route.name}".lower()))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    has_worker = services[Settings].worker_in_service
    workers = build_workers(services) if has_worker else ()
    threads = WorkerThreads((*build_prefetchers(services), *workers))
    threads.start()
    log.info("started", worker=has_worker, database=services[Database].engine.dialect.name)
    yield
    threads.stop()
    close(services)
    log.info("stopped")
