"""The change of the embedding model in running processes: threads that work by themselves, and one that is killed."""

import os
import signal
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.database import Database
from app.matching.spaces import due_rows, filler, follower, opened_models
from app.matching.spaces.filler import SpaceFiller
from app.matching.spaces.opened_models import OpenedModels
from app.settings import Settings
from tests.faults.processes import exit_of
from tests.matching.spaces.conftest import NEW, OLD, TITLES, Store, opened
from tests.support.embedders import BigramEmbedder
from tests.support.services import demo_settings


def fill_until_killed(url: str, home: Path) -> None:
    """Two records are stored; the transaction of the third is never committed. Runs in a process of its own."""
    opened_models.open_embedder = opened  # type: ignore[attr-defined]
    defaults = due_rows.due_records.__kwdefaults__
    assert defaults is not None
    defaults["limit"] = 1
    commit, stored = Session.commit, []

    def counted(session: Session) -> None:
        stored.append(session)
        if len(stored) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(session)

    Session.commit = counted  # type: ignore[method-assign, assignment]
    settings = demo_settings(home=home, database_url=url, model=OLD)
    working = SpaceFiller(Database(url), OpenedModels(settings, BigramEmbedder()))
    while True:
        working.step()


def test_a_killed_worker_leaves_nothing_half_done_and_the_next_one_goes_on(store: Store) -> None:
    store.run("switch", NEW)
    ended = exit_of(fill_until_killed, store.settings.url, store.settings.home)
    assert ended == -signal.SIGKILL
    assert len(store.rows(NEW)) == 2
    assert store.states() == {OLD: "serving", NEW: "filling"}
    store.fill()
    assert store.rows(NEW) == store.rows(OLD)
    assert store.states() == {OLD: "kept", NEW: "serving"}


def test_a_running_service_changes_over_by_itself_and_no_request_notices(
    store: Store, app: Any, settings: Settings, monkeypatch: Any
) -> None:
    for module, name in ((filler, "PAUSE"), (follower, "LOOKS_EVERY")):
        monkeypatch.setattr(module, name, 0.05)
    before = store.matches()
    app.state.services[Settings] = settings.model_copy(update={"worker_in_service": True})
    store.run("switch", NEW)
    seen = [before]
    with TestClient(app):  # its threads run within
        while store.answers_by == OLD:
            seen.append(store.matches())
        published = store.achievement("桥梁钢结构长效防腐体系")
        after = store.matches()
    assert published
    assert all(answer == before for answer in seen[:-1])
    assert store.titles() == {*TITLES, "桥梁钢结构长效防腐体系"}
    assert dict(after) != dict(before)
    assert store.states() == {OLD: "kept", NEW: "serving"}
