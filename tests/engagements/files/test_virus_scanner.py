"""Files pass a scanner that speaks the protocol of clamd, or they are not stored."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.engagements.files.virus_scanner import MOST_AT_ONCE
from app.settings import Settings
from tests.engagements.files import documents
from tests.engagements.files.clamd import MARK, TOO_LONG, dripping, scanner
from tests.support.http import ON_ONE_DATABASE, ok, refused
from tests.support.scenario import Scenario

PATIENCE = 60
"""Seconds until a test that waits for others has failed."""


@pytest.fixture
def clamd() -> Iterator[str]:
    with scanner() as address:
        yield address


@ON_ONE_DATABASE
def test_only_what_the_scanner_passes_is_stored(
    scenario: Scenario, settings: Settings, app: Any, clamd: str
) -> None:
    case = scenario.open_engagement()

    def upload(content: bytes, address: str | None) -> Any:
        app.state.services[Settings] = settings.model_copy(update={"clamd": address})
        files = {"file": ("a.pdf", content, "application/pdf")}
        return scenario.lead.post(f"{case.path}/files", files=files)

    infected, large = documents.PDF + MARK, documents.PDF + b"\n" * TOO_LONG
    ok(upload(documents.PDF, clamd), 201)
    problem = refused(upload(infected, clamd), 422, "invalid")
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("file", "infected")]
    refused(upload(large, clamd), 503, "scanner_unavailable")
    refused(upload(documents.PDF, "127.0.0.1:9"), 503, "scanner_unavailable")
    refused(upload(documents.PDF, "/nowhere/clamd.sock"), 503, "scanner_unavailable")
    assert len(ok(scenario.lead.get(f"{case.path}/files"))["items"]) == 1
    ok(upload(large, None), 201)


@ON_ONE_DATABASE
def test_a_scanner_that_never_comes_to_an_end_is_left(
    scenario: Scenario, settings: Settings, app: Any
) -> None:
    case = scenario.open_engagement()
    with dripping() as (address, server):
        app.state.services[Settings] = settings.model_copy(
            update={"clamd": address, "clamd_deadline": timedelta(seconds=1)}
        )
        answer = scenario.lead.post(f"{case.path}/files", files={"file": ("a.pdf", documents.PDF)})
        sent = server.sent
    refused(answer, 503, "scanner_unavailable")
    assert sent < 4096, "the longest reply was waited for"


@ON_ONE_DATABASE
def test_who_may_not_add_a_file_has_nothing_scanned(scenario: Scenario, settings: Settings, app: Any) -> None:
    """The scanner is away: who gets its refusal has reached it."""
    case = scenario.open_engagement()
    app.state.services[Settings] = settings.model_copy(update={"clamd": "127.0.0.1:9"})
    files = {"file": ("a.pdf", documents.PDF, "application/pdf")}
    none = uuid4()
    answers = [
        scenario.manager_with_login()[0].post(f"{case.path}/files", files=files),
        scenario.lead.post(f"/v1/engagements/{none}/files", files=files),
        scenario.lead.post(f"/v1/contracts/{none}/files", files=files),
        scenario.lead.put(f"/v1/certificates/{none}/evidence", files=files),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    refused(scenario.lead.post(f"{case.path}/files", files=files), 503, "scanner_unavailable")


@ON_ONE_DATABASE
def test_scans_leave_threads_to_other_requests(scenario: Scenario, settings: Settings, app: Any) -> None:
    """A scanner that takes its time must not hold all threads of the service."""
    case = scenario.open_engagement()
    answers: list[int] = []
    are_waiting = threading.Barrier(MOST_AT_ONCE + 1)
    may_go = threading.Event()

    def upload() -> Any:
        return scenario.lead.post(f"{case.path}/files", files={"file": ("a.pdf", documents.PDF)})

    def hold() -> None:
        are_waiting.wait(PATIENCE)
        may_go.wait(PATIENCE)

    with scanner(hold) as address:
        app.state.services[Settings] = settings.model_copy(update={"clamd": address})
        threads = [
            threading.Thread(target=lambda: answers.append(upload().status_code)) for _ in range(MOST_AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        are_waiting.wait(PATIENCE)
        one_more = upload()
        may_go.set()
        for thread in threads:
            thread.join()
    problem = refused(one_more, 503, "scanner_unavailable")
    assert one_more.headers["Retry-After"] == "2", problem
    assert answers == [201] * MOST_AT_ONCE
