"""Tasks with reminders, shares of several managers, notes and the time line, over HTTP."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import working_day_before
from app.database import Database
from app.engagements.models import Task
from app.engagements.tasks.service import remind
from app.events.outbox import Event
from tests.engagements.files import documents
from tests.support.days import day
from tests.support.http import ON_ONE_DATABASE, ok, refused, wrong_fields
from tests.support.scenario import Scenario


def reminders(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        is_reminder = Event.name.in_(["task.due", "task.overdue"])
        rows = session.scalars(select(Event).where(is_reminder).order_by(Event.id))
        return [(row.name, dict(row.payload)) for row in rows]


def run(database: Database) -> int:
    with database.unit_of_work() as session:
        return remind(session)


def age(database: Database, days: int) -> None:
    """Let all tasks have been due that much earlier."""
    with database.unit_of_work() as session:
        for task in session.scalars(select(Task)):
            task.due_on -= timedelta(days=days)
            task.remind_on -= timedelta(days=days)


class TestTasks:
    def test_a_task_is_reminded_of_once_and_overdue_once(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        body = {
            "title": "寄送样品",
            "due_on": day(3),
            "assignee_id": meeting.participation_of(scenario.institution),
        }
        task = ok(scenario.lead.post(f"{meeting.path}/tasks", json=body), 201)
        working = working_day_before(date.fromisoformat(day(3))).isoformat()
        assert task["remind_on"] == max(working, day(1))
        assert run(scenario.database) == 0
        age(scenario.database, 2)
        assert [run(scenario.database) for _ in range(3)] == [1, 0, 0]
        age(scenario.database, 2)
        assert [run(scenario.database) for _ in range(3)] == [1, 0, 0]
        actual = reminders(scenario.database)
        assert [name for name, _ in actual] == ["task.due", "task.overdue"]
        assert actual[0][1]["organisation_id"] == str(scenario.institution.organisation_id)
        assert actual[0][1]["engagement_id"] == meeting.id
        assert actual[0][1]["due_on"] == day(1)

    def test_without_an_assignee_the_lead_is_notified(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        ok(scenario.lead.post(f"{meeting.path}/tasks", json={"title": "致电企业", "due_on": day(1)}), 201)
        run(scenario.database)
        [(_, payload)] = reminders(scenario.database)
        assert (payload["manager_id"], payload["organisation_id"]) == (str(scenario.lead_id), None)

    def test_who_has_left_is_not_reminded_but_the_lead(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        body = {
            "title": "寄送样品",
            "due_on": day(1),
            "remind_on": day(),
            "assignee_id": meeting.participation_of(scenario.institution),
        }
        ok(scenario.lead.post(f"{meeting.path}/tasks", json=body), 201)
        assert meeting.answer(scenario.institution, "leave").status_code == 204
        run(scenario.database)
        [(_, payload)] = reminders(scenario.database)
        assert (payload["manager_id"], payload["organisation_id"]) == (str(scenario.lead_id), None)

    def test_what_is_done_dropped_or_over_is_not_reminded_of(self, scenario: Scenario) -> None:
        meeting, over = scenario.open_engagement(), scenario.open_engagement()
        for state in ("done", "dropped"):
            task = ok(
                scenario.lead.post(f"{meeting.path}/tasks", json={"title": state, "due_on": day(1)}), 201
            )
            path = f"{meeting.path}/tasks/{task['id']}"
            assert scenario.lead.patch(path, json={"state": state}).status_code == 428
            changed = ok(scenario.lead.patch(path, json={"state": state}, headers={"If-Match": '"1"'}))
            assert (changed["state"], changed["done_at"] is not None) == (state, state == "done")
        ok(scenario.lead.post(f"{over.path}/tasks", json={"title": "过时", "due_on": day(1)}), 201)
        ok(over.move("ended", reason="other"))
        age(scenario.database, 5)
        assert run(scenario.database) == 0

    def test_another_day_is_another_reminder(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        task = ok(scenario.lead.post(f"{meeting.path}/tasks", json={"title": "会面", "due_on": day(1)}), 201)
        assert run(scenario.database) == 1
        path = f"{meeting.path}/tasks/{task['id']}"
        ok(scenario.lead.patch(path, json={"due_on": day(20)}, headers={"If-Match": '"2"'}))
        assert run(scenario.database) == 0
        age(scenario.database, 19)
        assert run(scenario.database) == 1
        assert scenario.lead.patch(path, json={"title": "旧"}, headers={"If-Match": '"2"'}).status_code == 412

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
    def test_days_and_people_are_checked(self, scenario: Scenario) -> None:
        meeting, other = scenario.open_engagement(), scenario.open_engagement()
        path = f"{meeting.path}/tasks"
        body = {"title": "任务", "due_on": day(3)}
        assert wrong_fields(scenario.lead.post(path, json=body | {"due_on": day(-1)})) == ["due_on"]
        assert wrong_fields(scenario.lead.post(path, json=body | {"remind_on": day(4)})) == ["remind_on"]
        for stranger in (
            meeting.participation_of(scenario.enterprise),
            other.participation_of(scenario.lead),
        ):
            assert wrong_fields(scenario.lead.post(path, json=body | {"assignee_id": stranger})) == [
                "assignee_id"
            ]

    def test_all_my_tasks_in_one_list(self, scenario: Scenario) -> None:
        first, second = scenario.open_engagement(), scenario.open_engagement()
        for meeting, days in ((first, 5), (second, 2), (first, 9)):
            ok(scenario.lead.post(f"{meeting.path}/tasks", json={"title": "任务", "due_on": day(days)}), 201)
        page = ok(scenario.lead.get("/v1/tasks", params={"limit": 2}))
        assert [item["due_on"] for item in page["items"]] == [day(2), day(5)]
        rest = ok(scenario.lead.get("/v1/tasks", params={"cursor": page["next_cursor"]}))
        assert [item["due_on"] for item in rest["items"]] == [day(9)]
        soon = ok(scenario.lead.get("/v1/tasks", params={"due_before": day(5), "state": "open"}))
        assert [item["engagement_id"] for item in soon["items"]] == [second.id]
        assert ok(scenario.enterprise.get("/v1/tasks"))["items"] == []  # invited, not taking part yet


class TestShares:
    def test_the_lead_proposes_and_each_confirms(self, scenario: Scenario) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        path = f"{meeting.path}/shares"
        shares = [
            {"manager_id": str(scenario.lead_id), "percent": "66.67"},
            {"manager_id": str(other_id), "percent": "33.33"},
        ]
        refused(other.put(path, json={"shares": shares}), 409, "not_your_part")
        refused(other.post(f"{path}/confirm"), 409, "no_share")
        proposed = ok(scenario.lead.put(path, json={"shares": shares}))
        assert [one["confirmed_at"] is not None for one in proposed] == [True, False]
        assert all(one["confirmed_at"] for one in ok(other.post(f"{path}/confirm")))
        assert [one["percent"] for one in meeting.seen()["shares"]] == ["66.67", "33.33"]
        assert scenario.enterprise.put(path, json={"shares": shares}).status_code == 403
        assert meeting.answer(other, "leave").status_code == 204
        assert meeting.seen()["shares"] == []  # they were of other managers

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
    @pytest.mark.parametrize(
        ("percents", "fields"),
        [
            (["60.00", "39.99"], ["shares"]),
            (["60.00", "40.01"], ["shares"]),
            (["100.00"], ["shares"]),
            (["100.00", "0"], ["shares.1.percent"]),
            (["50.001", "49.999"], ["shares.0.percent", "shares.1.percent"]),
        ],
    )
    def test_what_is_no_sharing_out_is_refused(
        self, scenario: Scenario, percents: list[str], fields: list[str]
    ) -> None:
        meeting = scenario.agreed_engagement()
        other, other_id = scenario.manager_with_login()
        meeting.join(other, other_id)
        shares = [
            {"manager_id": str(id_), "percent": percent}
            for id_, percent in zip((scenario.lead_id, other_id), percents, strict=False)
        ]
        assert wrong_fields(scenario.lead.put(f"{meeting.path}/shares", json={"shares": shares})) == fields
        assert meeting.seen()["shares"] == []


class TestSecrets:
    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("part", "body"),
        [
            ("notes", {"text": "图纸为机密级项目,当面交付"}),
            ("tasks", {"title": "寄送秘密★10年的试验报告", "due_on": day(1)}),
            ("tasks", {"title": "寄样", "note": "样件属国家秘密", "due_on": day(1)}),
        ],
    )
    def test_a_marked_text_is_refused(self, scenario: Scenario, part: str, body: dict[str, Any]) -> None:
        meeting = scenario.open_engagement()
        meeting.consent(scenario.enterprise)
        answer = scenario.lead.post(f"{meeting.path}/{part}", json=body)
        assert answer.status_code == 422
        assert [error["code"] for error in answer.json()["errors"]] == ["state_secret"]

    def test_a_marked_file_name_is_refused(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        meeting.consent(scenario.enterprise)
        for name, status in (("机密★启用前 报告.pdf", 422), ("商业秘密保护方案.pdf", 201)):
            answer = scenario.lead.post(f"{meeting.path}/files", files={"file": (name, documents.PDF)})
            assert answer.status_code == status, answer.text


class TestTimeline:
    def test_everything_stands_there_in_its_order(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        meeting.consent(scenario.enterprise)
        meeting.consent(scenario.institution)
        ok(meeting.move("contacted"))
        ok(scenario.enterprise.post(f"{meeting.path}/notes", json={"text": "先做小试"}), 201)
        ok(scenario.lead.post(f"{meeting.path}/tasks", json={"title": "寄样", "due_on": day(1)}), 201)
        ok(scenario.lead.post(f"{meeting.path}/files", files={"file": ("a.pdf", documents.PDF)}), 201)
        ok(scenario.lead.post(f"{meeting.path}/contacts"))
        meeting.signed()
        expected = [
            ("opened", "manager"),
            ("consented", "entrepreneur"),
            ("consented", "scientist"),
            ("moved", "manager"),
            ("note", "entrepreneur"),
            ("task_added", "manager"),
            ("file_added", "manager"),
            ("contacts_revealed", "manager"),
            ("contacts_revealed", "manager"),
            ("contract_create", "manager"),
            ("contract_sign", "enterprise"),
            ("contract_sign", "institution"),
        ]
        found, params = [], {"newest_first": False, "limit": 4}
        while True:
            page = ok(scenario.institution.get(f"{meeting.path}/timeline", params=params))
            found += page["items"]
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]
        assert [(entry["kind"], entry["actor_role"]) for entry in found] == expected
        newest = ok(scenario.lead.get(f"{meeting.path}/timeline", params={"limit": 100}))["items"]
        assert newest == found[::-1]
        assert found[4]["text"] == "先做小试"

    def test_a_note_sent_twice_is_written_once(self, scenario: Scenario) -> None:
        meeting = scenario.open_engagement()
        for _ in range(2):
            ok(
                scenario.lead.post(
                    f"{meeting.path}/notes",
                    json={"text": "电话记录"},
                    headers={"Idempotency-Key": "note-0001"},
                ),
                201,
            )
        kinds = [entry["kind"] for entry in ok(scenario.lead.get(f"{meeting.path}/timeline"))["items"]]
        assert kinds == ["note", "opened"]
