"""Who sees what: strangers nothing, participants theirs, contacts only while both sides consent, each look noted."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from app.accounts.models import AuditEntry, Organisation, Role
from app.database import now
from app.engagements.models import Reveal
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario import Scenario

CONFIDENTIAL: dict[str, Any] = {"publish_mode": "confidential", "existing_basis": "两台中频炉"}


def contacts(meeting: Any, caller: Any) -> Any:
    return caller.post(f"{meeting.path}/contacts")


def test_contacts_are_shown_only_after_both_sides_consent(scenario: Scenario) -> None:
    meeting = scenario.open_engagement()
    refused(contacts(meeting, scenario.lead), 409, "no_agreement")
    meeting.consent(scenario.enterprise)
    refused(contacts(meeting, scenario.lead), 409, "no_agreement")
    refused(contacts(meeting, scenario.institution), 409, "not_consented")
    meeting.consent(scenario.institution)
    shown = ok(contacts(meeting, scenario.lead))
    assert [(one["side"], one["contact_phone"]) for one in shown] == [
        ("demand", "13905310000"),
        ("achievement", "13800000001"),
    ]
    assert [one["side"] for one in ok(contacts(meeting, scenario.enterprise))] == ["achievement", "manager"]
    assert [one["side"] for one in ok(contacts(meeting, scenario.institution))] == ["demand", "manager"]


def test_every_reveal_is_noted_and_audited(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    ok(contacts(meeting, scenario.lead))
    ok(contacts(meeting, scenario.lead))
    with scenario.database.reading() as session:
        reveals = session.scalars(select(Reveal)).all()
        assert {(row.record_id, row.manager_id, row.user_id) for row in reveals} == {
            (record_id, scenario.lead_id, scenario.lead.user_id)
            for record_id in (meeting.demand_id, meeting.achievement_id)
        }
        audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "engagement.contacts")).all()
        assert len(reveals) == len(audited) == 4
    seen = ok(scenario.enterprise.get(f"{meeting.path}/reveals"))["items"]
    assert [(row["side"], row["manager_id"]) for row in seen] == [("demand", str(scenario.lead_id))] * 2
    assert len(ok(scenario.operator.get(f"{meeting.path}/reveals", params={"limit": 3}))["items"]) == 3


def test_contacts_stand_in_no_record(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    for caller in (scenario.lead, scenario.enterprise, scenario.institution):
        pages = [*meeting.records(caller), meeting.seen(caller)]
        own = {scenario.enterprise: meeting.demand_id, scenario.institution: meeting.achievement_id}.get(
            caller
        )
        assert all("contact_phone" not in page for page in pages if page["id"] != str(own))


def test_consent_opens_a_confidential_record_and_withdrawal_closes_it(scenario: Scenario) -> None:
    meeting = scenario.open_engagement(**CONFIDENTIAL)

    def levels() -> tuple[int, int]:
        return tuple(
            meeting.records(caller)[0]["view_level"] for caller in (scenario.lead, scenario.institution)
        )

    assert levels() == (1, 1)
    assert "demand" in meeting.seen() and "owner_org_id" not in meeting.seen()["demand"]
    named = {one["role"]: one["name"] for one in meeting.seen()["participants"]}
    assert named["entrepreneur"] is None and named["scientist"] is not None
    meeting.consent(scenario.enterprise)
    assert levels() == (2, 1)  # the manager whom its owner lets in; the counterpart has not answered yet
    meeting.consent(scenario.institution)
    assert levels() == (2, 2)
    seen = meeting.records(scenario.institution)[0]
    assert (seen["existing_basis"], seen["owner_org_id"]) == (
        "两台中频炉",
        str(scenario.enterprise.organisation_id),
    )
    assert "confidential_note" not in seen
    named = {one["role"]: one["name"] for one in meeting.seen(scenario.institution)["participants"]}
    assert named["entrepreneur"] is not None

    assert meeting.answer(scenario.enterprise, "leave").status_code == 204
    assert levels() == (1, 1)
    refused(contacts(meeting, scenario.lead), 409, "no_agreement")
    refused(contacts(meeting, scenario.institution), 409, "no_agreement")
    assert scenario.enterprise.get(meeting.path).status_code == 404
    assert meeting.seen()["agreed_at"] is None


def test_other_peoples_consent_opens_nothing(scenario: Scenario) -> None:
    """Two engagements side by side: what is open in one stays closed in the other, and to everybody else."""
    meeting = scenario.agreed_engagement(**CONFIDENTIAL)
    other = scenario.open_engagement(**CONFIDENTIAL)
    other.consent(scenario.institution)
    assert [meeting.records(scenario.institution)[0]["view_level"]] == [2]
    assert [other.records(scenario.institution)[0]["view_level"]] == [1]
    stranger, _ = scenario.manager_with_login()
    for caller in (stranger, scenario.log_in(Role.ENTERPRISE), scenario.log_in(Role.INVESTOR)):
        assert meeting.records(caller)[0]["view_level"] == 1
    ok(meeting.move("ended", reason="price"))
    assert meeting.records(scenario.institution)[0]["view_level"] == 1
    refused(contacts(meeting, scenario.institution), 409, "no_agreement")


def test_a_record_of_another_owner_is_closed_until_they_consent(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement(**CONFIDENTIAL)
    with scenario.database.unit_of_work() as session:
        session.get_one(Demand, meeting.demand_id).owner_org_id = scenario.organisation()
    assert [page["view_level"] for page in (meeting.records(scenario.institution)[0],)] == [1]
    refused(contacts(meeting, scenario.lead), 409, "no_agreement")


def test_whom_the_bureau_has_not_verified_gets_no_contacts(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement()
    with scenario.database.unit_of_work() as session:
        organisation = session.get_one(Organisation, scenario.lead.organisation_id)
        organisation.verified_at, organisation.self_registered = None, True
    refused(contacts(meeting, scenario.lead), 403, "forbidden")


def test_strangers_see_nothing(scenario: Scenario, as_stranger: Any) -> None:
    meeting = scenario.agreed_engagement()
    other_manager, _ = scenario.manager_with_login()
    outsiders = [
        other_manager,
        *(scenario.log_in(role) for role in (Role.ENTERPRISE, Role.INSTITUTION, Role.INVESTOR)),
    ]
    for caller in outsiders:
        assert ok(caller.get("/v1/engagements"))["items"] == []
        for path in ("", "/timeline", "/tasks", "/files", "/reveals"):
            assert caller.get(meeting.path + path).status_code == 404, path
        assert meeting.move("ended", caller, reason="other").status_code in (403, 404)
        assert caller.post(f"{meeting.path}/notes", json={"text": "偷看"}).status_code == 404
        assert caller.get("/v1/tasks").json()["items"] == []
    assert as_stranger.get("/v1/engagements").status_code == 401
    assert as_stranger.get(meeting.path).status_code == 401
    assert scenario.operator.get(meeting.path).status_code == 200
    assert [item["id"] for item in ok(scenario.enterprise.get("/v1/engagements"))["items"]] == [meeting.id]


def test_an_invited_one_sees_the_pair_but_not_the_work(scenario: Scenario) -> None:
    meeting = scenario.open_engagement()
    ok(scenario.lead.post(f"{meeting.path}/notes", json={"text": "内部记录"}), 201)
    seen = meeting.seen(scenario.enterprise)
    assert (seen["moves"], seen["shares"], seen["allowed"]) == ([], [], [])
    for path in ("/timeline", "/tasks", "/files", "/reveals"):
        refused(scenario.enterprise.get(meeting.path + path), 409, "not_consented")
    refused(meeting.move("ended", scenario.enterprise, reason="other"), 409, "not_consented")


class TestInvitations:
    def test_an_investor_takes_part_without_contacts(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement(**CONFIDENTIAL)
        investor = scenario.log_in(Role.INVESTOR)
        ok(meeting.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
        refused(
            meeting.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)),
            409,
            "already_invited",
        )
        meeting.consent(investor)
        assert contacts(meeting, investor).status_code == 403
        assert meeting.records(investor)[0]["view_level"] == 1
        seen = meeting.seen(investor)
        assert {one["role"]: one["name"] for one in seen["participants"]}["entrepreneur"] is None
        ok(investor.post(f"{meeting.path}/notes", json={"text": "可投 500 万元"}), 201)

    def test_an_investor_gets_no_message_about_a_contract_they_may_not_see(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement().reach("negotiating")
        investor = scenario.log_in(Role.INVESTOR)
        ok(meeting.invite(scenario.lead, "investor", organisation_id=str(investor.organisation_id)))
        meeting.consent(investor)
        contract = meeting.signed()
        ok(meeting.move("signed"))
        cancel = {"reason": "成交额由 120 万元降为 80 万元"}
        ok(scenario.operator.post(f"/v1/contracts/{contract['id']}/cancel", json=cancel))
        assert investor.get(f"/v1/contracts/{contract['id']}").status_code == 404

        def actual(caller: Any) -> str:
            lines = ok(caller.get(f"{meeting.path}/timeline", params={"limit": 100}))["items"]
            return f"{lines} {meeting.seen(caller)['moves']}"

        assert "120 万元" in actual(scenario.lead) and "contract_sign" in actual(scenario.enterprise)
        assert "万元" not in actual(investor) and "contract_" not in actual(investor)

    def test_who_may_ask_whom(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        investor, colleague = (
            scenario.log_in(Role.INVESTOR),
            scenario.log_in(Role.ENTERPRISE, organisation_id=scenario.enterprise.organisation_id),
        )
        someone = scenario.log_in(Role.ENTERPRISE)
        by_enterprise = meeting.invite(
            scenario.enterprise, "investor", organisation_id=str(investor.organisation_id)
        )
        refused(by_enterprise, 409, "not_your_part")
        refused(
            meeting.invite(scenario.lead, "entrepreneur", user_id=str(colleague.user_id)),
            409,
            "not_your_part",
        )
        ok(meeting.invite(scenario.enterprise, "entrepreneur", user_id=str(colleague.user_id)))
        outside = meeting.invite(scenario.enterprise, "entrepreneur", user_id=str(someone.user_id))
        assert wrong_fields(outside) == ["user_id"]
        assert wrong_fields(meeting.invite(scenario.lead, "manager")) == ["manager_id"]

    def test_who_declined_may_be_asked_again(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        participant = meeting.participation_of(scenario.enterprise)
        assert meeting.answer(scenario.enterprise, "decline").status_code == 204
        assert scenario.enterprise.get(meeting.path).status_code == 404
        again = scenario.enterprise.post(f"{meeting.path}/participants/{participant}/consent")
        assert again.status_code == 404
        ok(meeting.invite(scenario.lead, "entrepreneur"))
        meeting.consent(scenario.enterprise)

    def test_nobody_answers_for_another(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        theirs = meeting.participation_of(scenario.enterprise)
        for caller in (scenario.lead, scenario.institution):
            assert caller.post(f"{meeting.path}/participants/{theirs}/consent").status_code == 404
        assert scenario.operator.post(f"{meeting.path}/participants/{theirs}/consent").status_code == 403

    def test_the_lead_does_not_leave(self, scenario: Scenario) -> None:
        refused(scenario.open_engagement().answer(scenario.lead, "leave"), 409, "lead_cannot_leave")

    def test_a_manager_with_an_interest_is_not_taken_in(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        other, other_id = scenario.manager_with_login()
        with scenario.database.unit_of_work() as session:
            owner = str(scenario.enterprise.organisation_id)
            session.get_one(Manager, other_id).declared_conflicts = [{"organisation_id": owner}]
        refused(
            meeting.invite(scenario.lead, "manager", manager_id=str(other_id)), 409, "conflict_of_interest"
        )
        with scenario.database.unit_of_work() as session:
            session.get_one(Manager, other_id).declared_conflicts = []
        ok(meeting.invite(scenario.lead, "manager", manager_id=str(other_id)))
        scenario.affiliate(other_id, scenario.institution.organisation_id)
        refused(meeting.answer(other, "consent"), 409, "conflict_of_interest")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_a_key_may_read_and_work_but_not_consent(scenario: Scenario, app: Any) -> None:
    from fastapi.testclient import TestClient

    from app.accounts.models import User
    from tests.support.builders.accounts import make_api_key

    meeting = scenario.open_engagement()
    with scenario.database.unit_of_work() as session:
        user = session.get_one(User, scenario.enterprise.user_id)
        secret = make_api_key(session, user, "engagements:read", "engagements:write")
    key = TestClient(app, headers={"X-API-Key": secret}, raise_server_exceptions=False)
    participant = meeting.participation_of(scenario.enterprise)
    assert ok(key.get(meeting.path))["id"] == meeting.id
    refused(key.post(f"{meeting.path}/participants/{participant}/consent"), 403, "insufficient_scope")
    refused(key.post(f"{meeting.path}/contacts"), 403, "insufficient_scope")
    meeting.consent(scenario.enterprise)
    ok(key.post(f"{meeting.path}/notes", json={"text": "系统同步"}), 201)


def test_lists_are_filtered_and_paged(scenario: Scenario) -> None:
    meetings = [scenario.open_engagement() for _ in range(3)]
    ok(meetings[1].move("contacted"))
    first = ok(scenario.lead.get("/v1/engagements", params={"limit": 2}))
    rest = ok(scenario.lead.get("/v1/engagements", params={"cursor": first["next_cursor"]}))
    ids = [item["id"] for item in (*first["items"], *rest["items"])]
    assert ids == [meeting.id for meeting in reversed(meetings)]
    for params, expected in (
        ({"stage": ["contacted", "landed"]}, [meetings[1].id]),
        ({"demand_id": str(meetings[2].demand_id)}, [meetings[2].id]),
        ({"achievement_id": str(meetings[0].achievement_id)}, [meetings[0].id]),
        ({"manager_id": str(UUID(int=1))}, []),
        ({"opened_before": now().isoformat(), "limit": 1}, [meetings[2].id]),
        ({"opened_from": now().isoformat()}, []),
    ):
        found = ok(scenario.operator.get("/v1/engagements", params=params))["items"]
        assert [item["id"] for item in found] == expected, params


def test_the_number_of_queries_does_not_grow_with_the_list(scenario: Scenario) -> None:
    def count(path: str) -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        event.listen(scenario.database.engine, "before_cursor_execute", note)
        items = ok(scenario.lead.get(path))["items"]
        event.remove(scenario.database.engine, "before_cursor_execute", note)
        assert items
        return len(seen)

    meeting = scenario.agreed_engagement()
    meeting.signed()
    paths = ("/v1/engagements", "/v1/contracts", "/v1/pushes")
    before = [count(path) for path in paths]
    for _ in range(2):
        scenario.agreed_engagement().signed()
    assert [count(path) for path in paths] == before
