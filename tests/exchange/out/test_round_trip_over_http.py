"""A list that is exported and imported again over HTTP changes nothing, whatever its kind and format."""

import io
from typing import Any

import pytest

from app.exchange.columns.tables import Body
from app.exchange.headers.dictionary import Kind
from app.exchange.out.files import ListFormat, write_rows
from tests.exchange.out.test_round_trip import records
from tests.exchange.test_batches import commit, rows_of
from tests.support.http import ON_ONE_DATABASE, ok
from tests.support.scenario.library_users import UserClient

ROWS = 12
LISTS = {kind: f"{kind.value}s" for kind in Kind}


def upload(user: UserClient, data: bytes, format_: ListFormat, sender: str) -> dict[str, Any]:
    """The batch of a file."""
    answer = user.upload("/v1/imports", data, name=f"名单.{format_.value}", sender=sender)
    batch: dict[str, Any] = ok(answer, 201)
    return batch


DAYS = {
    Kind.DEMAND: {"start_date": "2027-01-04", "deadline": "2027-06-30"},
    Kind.CONTRACT: {
        "signed_on": "2026-03-01",
        "starts_on": "2026-03-02",
        "ends_on": "2027-03-01",
        "registered_on": "2026-03-20",
    },
}
"""Days in an order that a record keeps: those that are drawn are in none."""


def unknown(kind: Kind, body: Body) -> dict[str, Any]:
    """A record that the service does not have."""
    kept = {name: value for name, value in body.items() if name not in ("id", "number")}
    return kept | DAYS.get(kind, {})


def export(user: UserClient, kind: Kind, format_: ListFormat, **filters: str) -> bytes:
    """The bureau's list as a file."""
    answer = user.get(f"/v1/exports/{LISTS[kind]}.{format_.value}", **filters)
    assert answer.status_code == 200, answer.text
    data: bytes = answer.content
    return data


@ON_ONE_DATABASE
@pytest.mark.parametrize("kind", Kind)
def test_an_exported_list_comes_back_without_a_difference(operator: UserClient, kind: Kind) -> None:
    out = io.BytesIO()
    write_rows(kind, ListFormat.JSONL, (unknown(kind, body) for body, _ in records(kind)[:ROWS]), out)
    first = upload(operator, out.getvalue(), ListFormat.JSONL, "历城区科学技术局")
    commit(operator, first, accept_derived=True, publish=True)
    of_libraries: tuple[dict[str, str], ...] = ({"state": "published"}, {"state": "draft"})
    lists = ({},) if kind in (Kind.CONTRACT, Kind.ORGANISATION) else of_libraries
    compared = 0
    for filters in lists:
        before = export(operator, kind, ListFormat.JSONL, **filters)
        number = len(before.splitlines())
        compared += number
        for format_ in ListFormat if number else ():
            data = export(operator, kind, format_, **filters)
            batch = upload(operator, data, format_, "济南市科学技术局")
            assert batch["report"]["counts"] == {"duplicate": number}, (format_, filters)
            assert {row["action"] for row in rows_of(operator, batch)} == {"duplicate"}
            commit(operator, batch, accept_derived=True)
            assert export(operator, kind, ListFormat.JSONL, **filters) == before, (format_, filters)
    # The roll has the bureau itself, too.
    assert compared == ROWS + (kind is Kind.ORGANISATION)
