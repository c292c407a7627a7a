"""Who reads reviews: the bureau alone, and of the reason nobody else a word."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from app.accounts.models import Role
from app.events.outbox import Event
from app.notifications.notices.models import Notice
from app.store.reencryption import reencrypt
from tests.engagements.reviews.cases import declare, hidden_demand, reviews
from tests.support.http import ok, refused
from tests.support.scenario import Scenario

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

NAME, REASON = "济南琢光液压成套有限公司", "其配偶任琢光液压监事"


@pytest.mark.parametrize("verdict", ["clear", "confirm"])
def test_nobody_but_the_bureau_reads_a_review(
    scenario: Scenario, drain: Callable[[], int], verdict: str
) -> None:
    case, owner, spy, spy_id = hidden_demand(scenario, NAME)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    refused(case.answer(owner, "consent"), 409, "under_review")
    (waiting,) = reviews(scenario)
    path = f"/v1/engagement-reviews/{waiting['id']}"
    body = {"verdict": verdict, "reason": REASON}
    others = [
        owner,
        spy,
        scenario.institution,
        *(scenario.log_in(role) for role in Role if role != Role.OPERATOR),
    ]
    for caller in others:
        refused(caller.get("/v1/engagement-reviews"), 403, "forbidden")
        refused(caller.get(path), 403, "forbidden")
        refused(caller.post(f"{path}/decision", json=body), 403, "forbidden")
    ok(scenario.operator.post(f"{path}/decision", json=body))
    drain()
    for caller in (owner, spy, scenario.institution):
        for address in (case.path, f"{case.path}/timeline", "/v1/notices", "/v1/engagements"):
            read = caller.get(address).text
            assert REASON not in read, address
            assert waiting["id"] not in read, address
    for address in (case.path, f"{case.path}/timeline", "/v1/notices", "/v1/engagements", "/v1/pushes"):
        known = (
            verdict == "clear" and address != "/v1/notices"
        )  # their owner has consented to be known to the manager
        assert known or NAME not in spy.get(address).text, address
        assert NAME not in scenario.institution.get(address).text, address
    with scenario.database.reading() as session:
        sent = [f"{one.zh} {one.en} {one.data}" for one in session.scalars(select(Notice))]
        said = [str(one.payload) for one in session.scalars(select(Event))]
    assert not [one for one in [*sent, *said] if REASON in one]
    assert not [one for one in sent if NAME in one]


def test_a_reason_of_an_earlier_release_is_read_and_then_encrypted(
    scenario: Scenario, drain: Callable[[], int]
) -> None:
    """`sanku init` encrypts what releases before stored as it was written."""
    _, owner, spy, spy_id = hidden_demand(scenario)
    declare(spy, spy_id, organisation_id=str(owner.organisation_id))
    drain()
    with scenario.database.unit_of_work() as session:
        session.execute(text("UPDATE engagement_reviews SET reason = :reason"), {"reason": REASON})
    assert [one["reason"] for one in reviews(scenario)] == [REASON]
    reencrypt(scenario.database)
    with scenario.database.reading() as session:
        (stored,) = session.scalars(text("SELECT reason FROM engagement_reviews"))
    assert REASON not in stored
    assert [one["reason"] for one in reviews(scenario)] == [REASON]
