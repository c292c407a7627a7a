"""An engagement from the accepted push to its end, over HTTP."""

from typing import Any

import pytest
from sqlalchemy import select

from app.database import Database
from app.engagements.models import OPEN_STAGES, Engagement, Stage
from app.engagements.transitions import MOVES, targets
from app.events.outbox import Event
from app.libraries.demands.models import Demand
from tests.engagements.town import Town, day, ok, refused, wrong_fields


def events(database: Database, prefix: str) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        rows = session.scalars(select(Event).where(Event.name.startswith(prefix)).order_by(Event.id))
        return [(row.name, dict(row.payload)) for row in rows]


def test_accepting_a_push_opens_an_engagement_and_asks_both_owners(town: Town) -> None:
    meeting = town.open()
    seen = meeting.seen()
    assert seen["number"].startswith("DJ-")
    assert (seen["stage"], seen["manager"]["id"], seen["version"]) == ("proposed", str(town.lead_id), 1)
    assert [(one["role"], one["state"]) for one in seen["participants"]] == [
        ("manager", "consented"),
        ("entrepreneur", "invited"),
        ("scientist", "invited"),
    ]
    assert [(move.get("from_stage"), move["to_stage"], move["moved_as"]) for move in seen["moves"]] == [
        (None, "proposed", "manager")
    ]
    [(name, payload)] = events(town.database, "engagement.")
    assert name == "engagement.opened"
    assert payload["engagement_id"] == meeting.id
    assert payload["manager_id"] == str(town.lead_id)
    listed = ok(town.lead.get("/v1/pushes"))["items"]
    assert [push["engagement_id"] for push in listed] == [meeting.id]


def test_the_whole_way_to_landing(town: Town) -> None:
    meeting = town.open()
    ok(meeting.move("contacted"))
    refused(meeting.move("meeting"), 409, "needs_agreement")
    meeting.consent(town.enterprise)
    refused(meeting.move("meeting"), 409, "needs_agreement")
    meeting.consent(town.institution)
    ok(meeting.move("meeting"))
    ok(meeting.move("negotiating"))
    refused(meeting.move("signed"), 409, "needs_signed_contract")
    contract = ok(meeting.contract(), 201)
    refused(meeting.move("signed"), 409, "needs_signed_contract")
    ok(town.lead.post(f"/v1/contracts/{contract['id']}/sign", json={"signed_on": day()}))
    ok(meeting.move("signed"))
    refused(meeting.move("landed"), 409, "needs_landed_contract")
    landing = {"landed_on": day(), "landed_in_jinan": True}
    ok(town.bureau.post(f"/v1/contracts/{contract['id']}/land", json=landing))
    landed = ok(meeting.move("landed", town.bureau))
    assert [(move["to_stage"], move["note"]) for move in landed["moves"]][1:] == [
        (stage, f"进入 {stage}") for stage in ("contacted", "meeting", "negotiating", "signed", "landed")
    ]
    assert landed["moves"][-1]["moved_as"] == "operator"
    told = events(town.database, "engagement.moved")
    assert [payload["to_stage"] for _, payload in told] == [
        "contacted",
        "meeting",
        "negotiating",
        "signed",
        "landed",
    ]
    refused(meeting.move("ended", reason="other"), 409, "engagement_closed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_only_rows_of_the_table_are_moves(town: Town) -> None:
    meeting = town.agreed()
    for stage in ("meeting", "negotiating", "signed", "landed", "proposed"):
        problem = refused(meeting.move(stage), 409, "no_such_move")
        assert problem["allowed"] == ["contacted", "ended"]
    for caller in (town.enterprise, town.institution, town.bureau):
        problem = refused(meeting.move("contacted", caller), 409, "no_such_move")
        assert problem["allowed"] == ["ended"]
    assert wrong_fields(meeting.move("contacted", note="")) == ["note"]
    assert wrong_fields(meeting.move("contacted", reason="price")) == ["reason"]
    assert wrong_fields(meeting.move("gone")) == ["to"]
    assert meeting.seen()["allowed"] == ["contacted", "ended"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
@pytest.mark.parametrize("who", ["lead", "enterprise", "institution", "bureau"])
def test_every_party_may_end_it_with_a_reason(town: Town, who: str) -> None:
    meeting = town.agreed()
    caller = getattr(town, who)
    assert wrong_fields(meeting.move("ended", caller)) == ["reason"]
    assert wrong_fields(meeting.move("ended", caller, reason="weather")) == ["reason"]
    ended = ok(meeting.move("ended", caller, reason="price"))
    assert (ended["stage"], ended["ended_reason"], ended["allowed"]) == ("ended", "price", [])
    [(_, payload)] = events(town.database, "engagement.ended")
    assert (payload["reason"], payload["from_stage"]) == ("price", "proposed")
    refused(meeting.move("contacted"), 409, "engagement_closed")


def test_a_stale_etag_moves_nothing(town: Town) -> None:
    meeting = town.open()
    old = {"If-Match": '"1"'}
    ok(meeting.move("contacted"))
    answer = town.lead.post(
        f"{meeting.path}/moves", json={"to": "ended", "note": "x", "reason": "other"}, headers=old
    )
    assert answer.status_code == 412
    assert meeting.seen()["stage"] == "contacted"


def test_the_table_of_moves() -> None:
    """Told a second time: whoever changes the state machine changes it here too, knowingly."""
    rows = {
        (move.source.value, move.target.value): (sorted(move.who), move.needs.value if move.needs else None)
        for move in MOVES.values()
    }
    anyone = ["entrepreneur", "manager", "operator", "scientist", "service"]
    assert rows == {
        ("proposed", "contacted"): (["manager"], None),
        ("contacted", "meeting"): (["manager"], "agreement"),
        ("meeting", "negotiating"): (["manager"], "agreement"),
        ("negotiating", "signed"): (["manager", "operator"], "signed_contract"),
        ("signed", "landed"): (["manager", "operator"], "landed_contract"),
        ("signed", "negotiating"): (["service"], "no_signed_contract"),
        **{(stage.value, "ended"): (anyone, "reason") for stage in OPEN_STAGES},
    }
    assert targets(Stage.LANDED, anyone) == targets(Stage.ENDED, anyone) == ()


class TestPlaces:
    """A manager's open engagements never exceed his capacity; what is over frees its place."""

    def accept(self, town: Town) -> Any:
        return town.lead.post(f"/v1/pushes/{town.push(town.pair())}/accept")

    def test_an_ended_one_frees_the_place(self, town: Town) -> None:
        meetings = [town.open() for _ in range(3)]
        refused(self.accept(town), 409, "manager_full")
        ok(meetings[1].move("ended", reason="timing"))
        ok(self.accept(town))
        refused(self.accept(town), 409, "manager_full")

    def test_a_landed_one_frees_the_place(self, town: Town) -> None:
        meeting = town.agreed().reach("negotiating")
        contract = meeting.signed()
        ok(meeting.move("signed"))
        for _ in range(2):
            town.open()
        refused(self.accept(town), 409, "manager_full")
        landing = {"landed_on": day(), "landed_in_jinan": False}
        ok(town.bureau.post(f"/v1/contracts/{contract['id']}/land", json=landing))
        ok(meeting.move("landed"))
        ok(self.accept(town))

    def test_a_record_taken_back_ends_what_is_not_agreed(self, town: Town, drain: Any) -> None:
        first, agreed = town.open(), town.agreed()
        for meeting in (first, agreed):
            town.world.set_state(Demand, meeting.demand_id, "withdrawn")
        drain()
        assert first.seen()["ended_reason"] == "record_unavailable"
        assert first.seen()["moves"][-1]["moved_as"] == "service"
        assert agreed.seen()["stage"] == "proposed"

    def test_what_comes_back_takes_no_place_that_was_given_away(self, town: Town) -> None:
        """Withdrawn, the place is given to another pair; published again, it is not there any more."""
        meetings = [town.open() for _ in range(3)]
        town.world.set_state(Demand, meetings[0].demand_id, "withdrawn")
        ok(self.accept(town))
        town.world.set_state(Demand, meetings[0].demand_id, "published")
        with town.database.reading() as session:
            open_ones = session.scalars(select(Engagement).where(Engagement.stage.in_(OPEN_STAGES))).all()
            assert len(open_ones) == 3
        assert meetings[0].seen()["stage"] == "ended"

    def test_a_second_manager_needs_a_place_too(self, town: Town) -> None:
        other, other_id = town.manager(capacity=1)
        first, second = town.open(), town.open()
        first.join(other, other_id)
        ok(second.invite(town.lead, "manager", manager_id=str(other_id)))
        refused(second.answer(other, "consent"), 409, "manager_full")
        assert town.world.as_manager(other_id).manager_id == other_id
        ok(first.move("ended", reason="other"))
        second.consent(other)
