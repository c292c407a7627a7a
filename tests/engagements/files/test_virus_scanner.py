"""Files pass a scanner that speaks the protocol of clamd, or they are not stored."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.settings import Settings
from tests.engagements.files import documents
from tests.engagements.files.clamd import MARK, TOO_LONG, scanner
from tests.support.http import ON_ONE_DATABASE, ok, refused
from tests.support.scenario import Scenario


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
