"""The real service in a process of its own, which kills itself at a named point. Only here is anything wrapped."""

import os
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.bootstrap.services import build_services
from app.bootstrap.workers import build_worker
from app.events import outbox
from app.events.domain_event import ClaimedEvent
from app.main import assemble
from app.settings import Settings
from app.workers.worker import Worker
from tests.support.embedders import BigramEmbedder


def settings_for(url: str, home: Path) -> Settings:
    """Every pair counts as good, so that what must be pushed does not depend on scores."""
    return Settings(
        _env_file=None, home=home, database_url=url, demo=True, worker_in_service=False, push_threshold=0.0
    )


@cache
def assembled() -> FastAPI:
    """One for each process, and for those that are forked from it: routes are worked out when they first answer."""
    return assemble()


def service(settings: Settings) -> FastAPI:
    app = assembled()
    app.state.services = build_services(settings, embedder=BigramEmbedder())
    return app


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(point: str, event_name: str) -> None:
    """Wrap the functions that stand before and after the point; the process does not survive reaching it."""
    in_hand: list[str] = []
    work, settle, commit = Worker._work, outbox.ack, Session.commit

    def working(self: Worker, claimed: ClaimedEvent) -> None:
        if point == "claimed" and claimed.name == event_name:
            die()
        work(self, claimed)

    def settling(session: Session, claimed: ClaimedEvent) -> None:
        if point == "planned" and claimed.name == event_name:
            die()
        settle(session, claimed)
        in_hand[:] = [claimed.name]

    def committing(session: Session) -> None:
        mine = in_hand == [event_name]
        if mine and point == "applied":
            session.flush()
            die()
        commit(session)
        if mine and point == "committed":
            die()
        in_hand.clear()

    patches: tuple[tuple[Any, str, Callable[..., None]], ...] = (
        (Worker, "_work", working),
        (outbox, "ack", settling),
        (Session, "commit", committing),
    )
    for owner, name, wrapped in patches:
        setattr(owner, name, wrapped)


def run(
    url: str, home: Path, demand: dict[str, Any], headers: dict[str, str], point: str, event_name: str
) -> None:
    """Post the demand over the service's own route, then work; dies on the way."""
    app = service(settings_for(url, home))
    with TestClient(app) as client:
        response = client.post("/v1/demands", json=demand, headers=headers)
        assert response.status_code == 201, response.text
        if point == "published":
            die()
        kill_at(point, event_name)
        build_worker(app.state.services).run_until_idle()
