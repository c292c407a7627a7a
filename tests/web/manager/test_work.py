"""Board, tasks and preferences of a manager."""

import re
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from app.accounts.models import User
from app.clock import today
from app.database import now
from app.engagements.models import CalendarLink, Engagement
from app.engagements.tasks.service import add_task
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.manager.desk import ManagerDesk

PREFERENCES = {"frequency": "daily", "digest_hour": "9", "weekday": "1", "list_size": "10"}


def _engagement(desk: ManagerDesk, title: str = "解决管道腐蚀") -> Any:
    push = desk.push(title)
    assert desk.reader.post(f"/inbox/{push}/accept").status_code == 303
    with desk.scenario.database.reading() as session:
        return session.query(Engagement).filter_by(push_id=push).one().id


def _task(desk: ManagerDesk, engagement: Any, title: str, days: int) -> None:
    values = {"title": title, "due_on": today() + timedelta(days=days)}
    with desk.scenario.database.unit_of_work() as session:
        add_task(session, engagement, values=values, principal=desk.scenario.as_manager(desk.manager_id))


def test_tasks_stand_by_how_soon_they_are_due(desk: ManagerDesk) -> None:
    engagement = _engagement(desk)
    for title, days in (("以后的任务", 20), ("今天的任务", 0), ("本周的任务", 3)):
        _task(desk, engagement, title, days)
    page = desk.reader.get("/tasks")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert text.index("今天的任务") < text.index("本周的任务") < text.index("以后的任务")
    assert "今天的任务" in text_of(desk.reader.get("/inbox").text)


def test_a_task_is_ticked_once(desk: ManagerDesk) -> None:
    _task(desk, _engagement(desk), "寄送样品", 1)
    fields = hidden_fields(desk.reader.get("/tasks").text)
    form = {name: fields[name] for name in ("engagement", "task", "_version")}
    answer = desk.reader.post("/tasks/done", data=form | {"back": "https://elsewhere.example/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks")
    page = desk.reader.get("/tasks").text
    assert "任务已完成" in page
    assert "寄送样品" not in page
    assert desk.reader.post("/tasks/done", data=form).status_code == 412
    assert desk.reader.post("/tasks/done", data={"task": "x"}).status_code == 404


def test_the_board_shows_each_engagement_in_its_stage(desk: ManagerDesk) -> None:
    engagement = _engagement(desk, "看板上的需求")
    _task(desk, engagement, "约会面", 2)
    page = desk.reader.get("/board")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert text.index("已提出") < text.index("看板上的需求") < text.index("约会面") < text.index("已联系")
    assert "主管部门确认落地后在这里" in text


def test_preferences_are_kept_and_checked(desk: ManagerDesk) -> None:
    page = desk.reader.get("/me/preferences")
    assert faults_of(page.text) == []
    hidden = {"_version": hidden_fields(page.text)["_version"]}
    saved = desk.reader.post("/me/preferences", data=PREFERENCES | hidden | {"per_day": "5", "fields": "40"})
    assert saved.status_code == 303, text_of(saved.text)
    again = desk.reader.get("/me/preferences").text
    assert 'value="5"' in again
    assert desk.reader.post("/me/preferences", data=PREFERENCES | hidden).status_code == 412
    assert desk.reader.post("/me/preferences", data=PREFERENCES).status_code == 428


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"digest_hour": "25"}, "清单时间"),
        ({"quiet_from": "22:00"}, "起止时间应同时填写"),
        ({"per_day": "9", "per_week": "3"}, "每日上限不能大于每周上限"),
        ({"minimum_score": "高"}, "最低匹配分"),
    ],
)
def test_preferences_that_are_wrong_are_shown_as_typed(
    desk: ManagerDesk, wrong: dict[str, str], said: str
) -> None:
    answer = desk.reader.post("/me/preferences", data=PREFERENCES | {"_version": "0"} | wrong)
    assert answer.status_code == 422
    assert faults_of(answer.text) == []
    assert said in text_of(answer.text)
    for value in wrong.values():
        assert f'value="{value}"' in answer.text


def test_tasks_are_taken_into_a_calendar(desk: ManagerDesk) -> None:
    _task(desk, _engagement(desk), "寄送样品", 1)
    assert "/tasks/calendar.ics" in desk.reader.get("/tasks").text
    answer = desk.reader.get("/tasks/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["content-disposition"].startswith("attachment")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["summary"]) == "寄送样品"
    assert event.decoded("dtstart") == today() + timedelta(days=1)
    assert "/engagements/" in str(event["url"])
    again = desk.reader.get("/tasks/calendar.ics").content
    assert [one["uid"] for one in Calendar.from_ical(again).walk("VEVENT")] == [event["uid"]]


def test_a_calendar_subscribes_until_its_address_is_revoked(desk: ManagerDesk, browser: Any) -> None:
    _task(desk, _engagement(desk), "约见厂方", 3)

    def subscribe() -> str:
        made = desk.reader.post("/tasks/calendar")
        assert faults_of(made.text) == []
        (address,) = re.findall(r"https?://[^/]+(/calendars/[\w-]+/tasks\.ics)</code>", made.text)
        return str(address)

    first, second = subscribe(), subscribe()
    assert browser.get(first).status_code == 404, "another address replaces it"
    read = browser.get(second)
    assert read.headers["cache-control"] == "private, no-store"
    (event,) = Calendar.from_ical(read.content).walk("VEVENT")
    assert event["summary"] == "约见厂方"
    token = second.split("/")[2]
    assert token not in desk.reader.get("/tasks").text, "shown once"
    with desk.scenario.database.unit_of_work() as session:
        assert token not in session.query(CalendarLink).one().token_digest
        user = session.get_one(User, desk.reader.user_id)
        user.password_changed_at = now() + timedelta(seconds=1)
    assert browser.get(second).status_code == 404, "the password was changed since"
    with desk.scenario.database.unit_of_work() as session:
        session.get_one(User, desk.reader.user_id).password_changed_at = None
    assert browser.get(second).status_code == 200
    assert desk.reader.post("/tasks/calendar/revoke").status_code == 303
    assert browser.get(second).status_code == 404
