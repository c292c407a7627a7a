"""A mirror whose origin means harm, or is broken: nothing ends in an error of ours, and nothing grows without end."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.accounts.models import Organisation
from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.managers.models import Manager
from app.partners.feed.keys import SIGNATURE_HEADER, FeedKeys
from app.partners.mirror import source
from app.partners.mirror.follower import MirrorReport, follow
from app.partners.mirror.source import FeedSource, FeedUnreadable, KeyFile
from app.settings import Settings
from tests.libraries.conftest import RecordingIndexer
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.managers import manager_payload
from tests.support.servers import Answer, Receiver, http_receiver

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Origin:
    """What it answers: its pages, each signed, or `answer` to every request."""

    keys: FeedKeys
    receiver: Receiver
    pages: list[dict[str, Any]] = field(default_factory=list)
    answer: Answer | None = None

    def give(self, *entries: dict[str, Any], **changes: Any) -> None:
        """One page with these entries, and no more."""
        self.pages = [{"entries": list(entries), "next": "end", "more": False} | changes]

    def respond(self, path: str) -> Answer:
        if self.answer is not None:
            return self.answer
        if path.startswith("/v1/feed/key"):
            return Answer(body=json.dumps(self.keys.public_key).encode())
        cursor = path.partition("cursor=")[2] or None
        head = {"format": "sanku-feed/1", "origin": "x", "agreement": str(uuid4()), "cursor": cursor}
        page = json.dumps(head | self.pages[0]).encode()
        return Answer(body=page, headers={SIGNATURE_HEADER: self.keys.sign(page)})


def upsert(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    return {"op": "upsert", "kind": kind, "id": str(uuid4()), "record": record}


def shaped(**shapes: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [{name: value} for name, values in shapes.items() for value in values]


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    with http_receiver() as receiver:
        made = Origin(FeedKeys(settings), receiver)
        receiver.answer = lambda call: made.respond(call.path)
        yield made


@pytest.fixture
def mirrored(origin: Origin, database: Database, settings: Settings) -> Callable[[], MirrorReport]:
    def run() -> MirrorReport:
        feed = FeedSource.open(f"http://{origin.receiver.host}", "sk_x")
        try:
            return follow(database, RecordingIndexer(), settings, feed, KeyFile(api_key="sk_x"))
        finally:
            feed.close()

    return run


def organisations(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Organisation.id))) or 0


def test_a_record_of_any_shape_is_a_fault_of_that_record(
    origin: Origin, mirrored: Any, database: Database
) -> None:
    """The others are stored all the same: one record does not stop a mirror."""
    achievement, manager = achievement_payload(), manager_payload()
    broken = shaped(
        owner_name=(7, ["甲"], {"zh": "乙"}, "名" * 5000, "\u0000", ""),
        co_org_names=(7, "济南", [7], [["a"]], [None], {"a": 1}),
        region=(7, ["370100"], "nowhere", "\u0000"),
        title=(7, ["a"]),
        fields=({"a": 1},),
        publish_mode=(7,),
    )
    broken_managers = shaped(
        affiliations=(7, "济南", [7], [{}], [{"organisation": 7}], {"a": 1}),
        certificate_level=(7, ["senior"]),
    )
    origin.give(
        *(upsert("achievement", achievement | one) for one in broken),
        *(upsert("manager", manager | one) for one in broken_managers),
        upsert("achievement", achievement | {"title": "最后一项成果"}),
    )
    report = mirrored()
    assert report.entries == len(broken) + len(broken_managers) + 1
    with database.reading() as session:
        assert "最后一项成果" in session.scalars(select(Achievement.title)).all()
        assert all(isinstance(one, str) for one in session.scalars(select(Manager.title)))


def test_a_record_does_not_fill_the_list_of_organisations(
    origin: Origin, mirrored: Any, database: Database
) -> None:
    names = [f"济南第{number}研究院" for number in range(400)]
    places = [{"organisation": name, "is_primary": False} for name in names]
    origin.give(
        upsert("achievement", achievement_payload(co_org_names=names)),
        upsert("manager", manager_payload(affiliations=places)),
    )
    before = organisations(database)
    report = mirrored()
    assert {fault["code"] for fault in report.faults} >= {"too_long"}
    assert organisations(database) - before < 5


def test_a_feed_that_leads_nowhere_ends(origin: Origin, mirrored: Any) -> None:
    for changes in ({"more": True}, {"next": "n" * 500}):
        origin.give(**({"next": "end"} | changes))
        with pytest.raises(FeedUnreadable, match="no page of a feed"):
            mirrored()
    origin.give(*(upsert("achievement", achievement_payload()) for _ in range(source.PAGE + 1)))
    with pytest.raises(FeedUnreadable, match="no page of a feed"):
        mirrored()
    assert len(origin.receiver.calls) < 20


def test_an_answer_without_end_is_not_read_to_it(
    origin: Origin, mirrored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_BYTES", 100_000)
    for headers, body in (
        ({}, b" " * 300_000),
        ({"Content-Encoding": "gzip"}, gzip.compress(b" " * 3_000_000)),
    ):
        origin.answer = Answer(200, body, headers)
        with pytest.raises(FeedUnreadable, match="larger than"):
            mirrored()


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"no JSON"),
        (200, {}, b"[]"),
        (200, {}, b'{"kty":"OKP","crv":"Ed25519","x":"!!"}'),
        (200, {}, b'{"kty":"oct","k":"c2VjcmV0"}'),
        (200, {"Content-Encoding": "gzip"}, b"no gzip"),
        (404, {}, "\u001b[2J gone \u0000".encode()),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
    ],
)
def test_what_is_no_key_is_said_to_be_none(
    origin: Origin, mirrored: Any, status: int, headers: dict[str, str], body: bytes
) -> None:
    origin.answer = Answer(status, body, headers)
    with pytest.raises(FeedUnreadable) as refused:
        mirrored()
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("pause", ["soon", "nan", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_pause_that_is_no_number_is_not_one_of_ours(
    origin: Origin, mirrored: Any, pause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("app.partners.mirror.source.time.sleep", slept.append)
    origin.answer = Answer(503, b"", {"Retry-After": pause})
    with pytest.raises(FeedUnreadable, match="503"):
        mirrored()
    assert slept == [1, 2, 3]
