"""`sanku check` finds what does not agree with itself, and mends what can be derived."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import OrganisationName
from app.database import Database, now
from app.engagements.files.encrypted_storage import EncryptedStore
from app.engagements.models import File
from app.events.outbox import Event
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.models import NumberSeries, RecordCode
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.models import RECORD_VECTORS_SEQ, Embedding, RecordVector
from app.matching.spaces.opened_models import OpenedModels
from app.matching.tools.checkpoint import Checkpoint
from app.matching.tools.reindex import reindex
from app.partners.feed.models import FeedPosition
from app.pushes.models import InboxPosition, PushAttempt
from app.settings import Settings
from app.store.consistency.result import CheckResult
from app.store.consistency.verification import CHECKS, StoreParts, check_store, mend_store
from tests.store.used_store import PDF, use
from tests.support.callers import LogIn


@pytest.fixture
def parts(app: Any, log_in: LogIn) -> StoreParts:
    use(app, log_in)
    services = app.state.services
    return StoreParts(
        services[Database],
        services[Settings],
        services[MatchingIndexer],
        services[OpenedModels],
        services[EncryptedStore],
    )


@pytest.fixture
def mended(parts: StoreParts, app: Any, tmp_path: Path) -> Callable[[], set[str]]:
    """Mend the store as `sanku check --mend` does; the names of the checks that still find something."""

    def mend() -> set[str]:
        mend_store(parts, check_store(parts))
        kept = Checkpoint(tmp_path / "progress", parts.indexer.model_id)
        reindex(parts.database, parts.indexer, progress=kept, ranker_version="1")
        return _different(check_store(parts))

    return mend


def _different(results: list[CheckResult]) -> set[str]:
    return {result.name for result in results if result.found}


def test_a_store_in_use_is_clean_and_everything_was_looked_at(parts: StoreParts) -> None:
    results = check_store(parts)
    assert [result.name for result in results] == [check.name for check in CHECKS]
    assert [one for result in results for one in result.differences] == []
    on_postgresql, on_sqlite = {"database_pages", "full_text_table"}, {"database_sequences"}
    unseen = {result.name for result in results if not result.examined}
    # None is dead, the trail is sealed by a job, the index is in memory, and there is one model. Messages wait in the
    # outbox at night.
    idle = {"dead_letters", "audit_trail", "search_engine", "other_spaces"}
    assert unseen - {"outbox"} == idle | (on_sqlite if parts.database.is_sqlite else on_postgresql)


def _damage_derived(session: Session) -> None:
    other = session.scalars(select(RecordVector.vector).where(RecordVector.kind == "manager")).one()
    demand = session.scalars(select(RecordVector).where(RecordVector.kind == "demand")).one()
    # Another text's vector in the index, and a broken one where it is kept for its text.
    demand.vector = other
    gone = session.scalars(select(Achievement.id).where(Achievement.state == "withdrawn")).one()
    session.execute(update(RecordVector).where(RecordVector.record_id == gone).values(active=True))
    session.execute(
        update(SearchDocument).where(SearchDocument.kind == "demand").values(member_words="别的 词语")
    )
    session.delete(session.scalars(select(RecordCode)).first())
    session.delete(session.scalars(select(OrganisationName)).first())
    session.execute(update(NumberSeries).where(NumberSeries.letter == "A").values(last=1))
    session.execute(update(InboxPosition).values(last=0))
    session.execute(update(FeedPosition).values(last=-1))


DERIVED = {
    "vectors", "vector_snapshot", "search_documents", "facet_codes", "organisation_names", "number_series",
    "inbox_positions", "feed_position",
}  # fmt: skip


def test_what_is_derived_is_mended(parts: StoreParts, mended: Callable[[], set[str]]) -> None:
    with parts.database.unit_of_work() as session:
        _damage_derived(session)
    assert _different(check_store(parts)) == DERIVED
    assert mended() == set()


def test_a_damaged_vector_is_embedded_again(parts: StoreParts, mended: Callable[[], set[str]]) -> None:
    """The stored vector of the text is damaged, and with it what was made of it."""
    demands = select(RecordVector).where(RecordVector.kind == "demand")
    with parts.database.unit_of_work() as session:
        row = session.scalars(demands).one()
        good = row.vector.copy()
        stored = session.get_one(Embedding, (row.text_hash, row.model_id))
        stored.vector = row.vector = good * 3
    assert _different(check_store(parts)) == {"vectors", "vector_snapshot"}
    assert mended() == set()
    with parts.database.reading() as session:
        assert session.scalars(demands).one().vector == pytest.approx(good)

    kept = parts.settings.index_path / "vectors.npz"
    kept.write_bytes(b"PK")
    assert _different(check_store(parts)) == {"vector_snapshot"}
    assert mended() == set()
    assert not kept.exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_a_clock_jump_events_are_due_again(parts: StoreParts, mended: Callable[[], set[str]]) -> None:
    future = now() + timedelta(days=400)
    with parts.database.unit_of_work() as session:
        times = {"created_at": future, "available_at": future, "leased_until": future}
        session.add(Event(name="demand.published", payload={"version": 1}, **times))
    assert _different(check_store(parts)) == {"outbox"}
    assert mended() == set()
    with parts.database.reading() as session:
        event = session.scalars(
            select(Event).where(Event.name == "demand.published", Event.attempts == 0)
        ).one()
        assert event.available_at <= now() and event.leased_until is None


def test_what_only_one_kind_of_database_has_is_mended(
    parts: StoreParts, mended: Callable[[], set[str]]
) -> None:
    """SQLite has a full-text table beside the documents, PostgreSQL has sequences beside the numbers."""
    lost, name = (
        ("INSERT INTO search_fts(search_fts) VALUES ('delete-all')", "full_text_table")
        if parts.database.is_sqlite
        else (f"SELECT setval('{RECORD_VECTORS_SEQ.name}', 1)", "database_sequences")
    )
    with parts.database.unit_of_work() as session:
        session.execute(text(lost))
    assert _different(check_store(parts)) == {name}
    assert mended() == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_only_people_can_decide_is_shown_and_kept(
    parts: StoreParts, mended: Callable[[], set[str]]
) -> None:
    with parts.database.unit_of_work() as session:
        session.execute(update(Demand).values(benchmark="没有版本的改动"))
        session.execute(update(PushAttempt).values(outcome=None))
        session.execute(update(Event).values(dead_at=now(), done_at=None, last_error="ValueError: 样例"))
    assert mended() == {"versions", "pushes", "dead_letters"}
    shown = [one for result in check_store(parts) for one in result.differences]
    assert all(one.zh and one.en and one.subject for one in shown)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lost_and_changed_bytes_are_told_apart(parts: StoreParts) -> None:
    with parts.database.reading() as session:
        key = session.scalars(select(File.storage_key)).one()
    path = parts.settings.files_path / key
    path.write_bytes(PDF.replace(b"1.4", b"1.5"))
    assert _of_files(parts) == ["方案.pdf: its bytes are not those of its SHA-256"]
    path.write_bytes(PDF[:-1])
    assert _of_files(parts) == [f"方案.pdf: has {len(PDF) - 1} bytes instead of {len(PDF)}"]
    path.unlink()
    assert _of_files(parts) == ["方案.pdf: its bytes are missing"]
    assert _of_files(replace(parts, files=None)) == []


def _of_files(parts: StoreParts) -> list[str]:
    return [one.en for result in check_store(parts) if result.name == "files" for one in result.differences]
