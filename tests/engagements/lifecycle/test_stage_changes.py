"""An engagement from the accepted push to its end, over HTTP."""

from typing import Any

import pytest
from sqlalchemy import select

from app.database import Database
from app.engagements.models import OPEN_STAGES, Engagement, Stage
from app.engagements.transitions import TRANSITIONS, targets
from app.events.outbox import Event
from app.libraries.demands.models import Demand
from tests.support.days import day
from tests.support.http import ok, refused, sign, wrong_fields
from tests.support.scenario import Scenario


def events(database: Database, prefix: str) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        rows = session.scalars(select(Event).where(Event.name.startswith(prefix)).order_by(Event.id))
        return [(row.name, dict(row.payload)) for row in rows]


def test_accepting_a_push_opens_an_engagement_and_asks_both_owners(scenario: Scenario) -> None:
    meeting = scenario.open_engagement()
    seen = meeting.seen()
    assert seen["number"].startswith("DJ-")
    assert (seen["stage"], seen["manager"]["id"], seen["version"]) == ("proposed", str(scenario.lead_id), 1)
    assert [(one["role"], one["state"]) for one in seen["participants"]] == [
        ("manager", "consented"),
        ("entrepreneur", "invited"),
        ("scientist", "invited"),
    ]
    assert [(move.get("from_stage"), move["to_stage"], move["moved_as"]) for move in seen["moves"]] == [
        (None, "proposed", "manager")
    ]
    [(name, payload)] = events(scenario.database, "engagement.")
    assert name == "engagement.opened"
    assert payload["engagement_id"] == meeting.id
    assert payload["manager_id"] == str(scenario.lead_id)
    listed = ok(scenario.lead.get("/v1/pushes"))["items"]
    assert [push["engagement_id"] for push in listed] == [meeting.id]


def test_the_whole_way_to_landing(scenario: Scenario) -> None:
    meeting = scenario.open_engagement()
    ok(meeting.move("contacted"))
    refused(meeting.move("meeting"), 409, "needs_agreement")
    meeting.consent(scenario.enterprise)
    refused(meeting.move("meeting"), 409, "needs_agreement")
    meeting.consent(scenario.institution)
    ok(meeting.move("meeting"))
    ok(meeting.move("negotiating"))
    refused(meeting.move("signed"), 409, "needs_signed_contract")
    contract = ok(meeting.contract(), 201)
    refused(meeting.move("signed"), 409, "needs_signed_contract")
    ok(sign(scenario.enterprise, contract["id"], day()))
    refused(meeting.move("signed"), 409, "needs_signed_contract")
    ok(sign(scenario.institution, contract["id"], day()))
    ok(meeting.move("signed"))
    refused(meeting.move("landed"), 409, "needs_landed_contract")
    landing = {"landed_on": day(), "landed_in_jinan": True}
    ok(scenario.operator.post(f"/v1/contracts/{contract['id']}/land", json=landing))
    landed = ok(meeting.move("landed", scenario.operator))
    assert [(move["to_stage"], move["note"]) for move in landed["moves"]][1:] == [
        (stage, f"进入 {stage}") for stage in ("contacted", "meeting", "negotiating", "signed", "landed")
    ]
    assert landed["moves"][-1]["moved_as"] == "operator"
    actual = events(scenario.database, "engagement.moved")
    assert [payload["to_stage"] for _, payload in actual] == [
        "contacted",
        "meeting",
        "negotiating",
        "signed",
        "landed",
    ]
    refused(meeting.move("ended", reason="other"), 409, "engagement_closed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_only_rows_of_the_table_are_moves(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    for stage in ("meeting", "negotiating", "signed", "landed", "proposed"):
        problem = refused(meeting.move(stage), 409, "no_such_move")
        assert problem["allowed"] == ["contacted", "ended"]
    for caller in (scenario.enterprise, scenario.institution, scenario.operator):
        problem = refused(meeting.move("contacted", caller), 409, "no_such_move")
        assert problem["allowed"] == ["ended"]
    assert wrong_fields(meeting.move("contacted", note="")) == ["note"]
    assert wrong_fields(meeting.move("contacted", reason="price")) == ["reason"]
    assert wrong_fields(meeting.move("gone")) == ["to"]
    assert meeting.seen()["allowed"] == ["contacted", "ended"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
@pytest.mark.parametrize("who", ["lead", "enterprise", "institution", "operator"])
def test_every_party_may_end_it_with_a_reason(scenario: Scenario, who: str) -> None:
    meeting = scenario.agreed_engagement()
    caller = getattr(scenario, who)
    assert wrong_fields(meeting.move("ended", caller)) == ["reason"]
    assert wrong_fields(meeting.move("ended", caller, reason="weather")) == ["reason"]
    ended = ok(meeting.move("ended", caller, reason="price"))
    assert (ended["stage"], ended["ended_reason"], ended["allowed"]) == ("ended", "price", [])
    [(_, payload)] = events(scenario.database, "engagement.ended")
    assert (payload["reason"], payload["from_stage"]) == ("price", "proposed")
    refused(meeting.move("contacted"), 409, "engagement_closed")


def test_a_stale_etag_moves_nothing(scenario: Scenario) -> None:
    meeting = scenario.open_engagement()
    old = {"If-Match": '"1"'}
    ok(meeting.move("contacted"))
    answer = scenario.lead.post(
        f"{meeting.path}/moves", json={"to": "ended", "note": "x", "reason": "other"}, headers=old
    )
    assert answer.status_code == 412
    assert meeting.seen()["stage"] == "contacted"


def test_the_table_of_moves() -> None:
    """The state machine stated a second time: a change of it needs a deliberate change here."""
    rows = {
        (move.source.value, move.target.value): (
            sorted(move.actors),
            move.requires.value if move.requires else None,
        )
        for move in TRANSITIONS.values()
    }
    anyone = ["entrepreneur", "manager", "operator", "scientist", "service"]
    assert rows == {
        ("proposed", "contacted"): (["manager"], None),
        ("contacted", "meeting"): (["manager"], "agreement"),
        ("meeting", "negotiating"): (["manager"], "agreement"),
        ("negotiating", "signed"): (["manager", "operator", "service"], "signed_contract"),
        ("signed", "landed"): (["manager", "operator"], "landed_contract"),
        ("signed", "negotiating"): (["service"], "no_signed_contract"),
        ("landed", "negotiating"): (["service"], "no_signed_contract"),
        ("landed", "signed"): (["service"], "no_landed_contract"),
        **{(stage.value, "ended"): (anyone, "reason") for stage in OPEN_STAGES},
    }
    people = [actor for actor in anyone if actor != "service"]
    assert targets(Stage.LANDED, people) == targets(Stage.ENDED, anyone) == ()


class TestPlaces:
    """A manager's open engagements never exceed their capacity; an ended one frees its slot."""

    def accept(self, scenario: Scenario) -> Any:
        return scenario.lead.post(f"/v1/pushes/{scenario.push_to_lead(scenario.contactable_pair())}/accept")

    def test_an_ended_one_frees_the_place(self, scenario: Scenario) -> None:
        meetings = [scenario.open_engagement() for _ in range(3)]
        refused(self.accept(scenario), 409, "manager_full")
        ok(meetings[1].move("ended", reason="timing"))
        ok(self.accept(scenario))
        refused(self.accept(scenario), 409, "manager_full")

    def test_a_landed_one_frees_the_place(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement().reach("negotiating")
        contract = meeting.signed()
        ok(meeting.move("signed"))
        for _ in range(2):
            scenario.open_engagement()
        refused(self.accept(scenario), 409, "manager_full")
        landing = {"landed_on": day(), "landed_in_jinan": False}
        ok(scenario.operator.post(f"/v1/contracts/{contract['id']}/land", json=landing))
        ok(meeting.move("landed"))
        ok(self.accept(scenario))

    def test_a_record_taken_back_ends_what_is_not_agreed(self, scenario: Scenario, drain: Any) -> None:
        first, agreed = scenario.open_engagement(), scenario.agreed_engagement()
        for meeting in (first, agreed):
            scenario.set_state(Demand, meeting.demand_id, "withdrawn")
        drain()
        assert first.seen()["ended_reason"] == "record_unavailable"
        assert first.seen()["moves"][-1]["moved_as"] == "service"
        assert agreed.seen()["stage"] == "proposed"

    def test_what_comes_back_takes_no_place_that_was_given_away(self, scenario: Scenario) -> None:
        """Withdrawn, the place is given to another pair; published again, it is not there any more."""
        meetings = [scenario.open_engagement() for _ in range(3)]
        scenario.set_state(Demand, meetings[0].demand_id, "withdrawn")
        ok(self.accept(scenario))
        scenario.set_state(Demand, meetings[0].demand_id, "published")
        with scenario.database.reading() as session:
            open_ones = session.scalars(select(Engagement).where(Engagement.stage.in_(OPEN_STAGES))).all()
            assert len(open_ones) == 3
        assert meetings[0].seen()["stage"] == "ended"

    def test_a_second_manager_needs_a_place_too(self, scenario: Scenario) -> None:
        other, other_id = scenario.manager_with_login(capacity=1)
        first, second = scenario.open_engagement(), scenario.open_engagement()
        first.join(other, other_id)
        ok(second.invite(scenario.lead, "manager", manager_id=str(other_id)))
        refused(second.answer(other, "consent"), 409, "manager_full")
        assert scenario.as_manager(other_id).manager_id == other_id
        ok(first.move("ended", reason="other"))
        second.consent(other)
