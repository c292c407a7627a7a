"""From what happened to what arrives: reminders and lists by the real worker, through a mail server and a receiver."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database, now
from app.engagements.models import Task
from app.engagements.tasks.service import remind
from app.events.messages import MessageKind
from app.matching.models import Pair
from app.notifications.models import Message
from app.pushes.digests.manager_digest import announce_digests
from app.pushes.digests.owner_digest import announce_owner_digests, make_owner_digest
from app.pushes.policy import current_policy
from app.pushes.preferences.models import Frequency, OwnerPreference
from app.pushes.preferences.working_time import local
from tests.notifications.test_webhooks import verified
from tests.support.callers import Caller, LogIn
from tests.support.days import day
from tests.support.http import ok
from tests.support.scenario import Scenario as Scenario
from tests.support.scenario.engagements import EngagementCase
from tests.support.servers import Letter, Mailbox, Receiver

Drain = Callable[[], int]
Endpoint = Callable[..., dict[str, Any]]
WithMail = Callable[[Caller], str]

AT_ANY_HOUR = {"digest_hour": 0, "quiet_from": None, "quiet_until": None, "on_days_off": True}


def wants_at_any_hour(scenario: Scenario, organisation_id: UUID) -> None:
    with scenario.database.unit_of_work() as session:
        session.add(
            OwnerPreference(organisation_id=organisation_id, frequency=Frequency.DAILY, **AT_ANY_HOUR)
        )


def test_a_list_of_the_day_arrives(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    with_mail: WithMail,
    endpoint: Endpoint,
    mailbox: Mailbox,
    receiver: Receiver,
    drain: Drain,
) -> None:
    address, issued = with_mail(as_manager), endpoint(as_manager.organisation_id, "push.digest")
    scenario.prefer(manager, frequency=Frequency.DAILY, digest_hour=0)
    best, second = (
        scenario.push(manager, scenario.demand(title="止漏"), score=0.9),
        scenario.push(manager, scenario.demand(title="降噪"), score=0.7),
    )
    scenario.pass_days(1)
    with scenario.database.unit_of_work() as session:
        assert announce_digests(session) == 1
    drain()
    [letter] = mailbox.to(address)
    assert letter.subject == "【三库】今日推送：2 项待您处理"
    text = letter.parts["text/plain"]
    assert text.index("止漏") < text.index("降噪") and "0.90" in text
    [call] = receiver.calls
    body = verified(call, issued["secret"])
    assert body["type"] == "push.digest"
    assert [push["id"] for push in body["data"]["pushes"]] == [str(best), str(second)]


def test_news_for_an_owner_arrives(
    app: Any,
    scenario: Scenario,
    as_enterprise: Caller,
    with_mail: WithMail,
    endpoint: Endpoint,
    mailbox: Mailbox,
    receiver: Receiver,
    drain: Drain,
) -> None:
    address, issued = with_mail(as_enterprise), endpoint(as_enterprise.organisation_id, "owner.digest")
    wants_at_any_hour(scenario, as_enterprise.organisation_id)
    demand = scenario.demand(owner=as_enterprise.organisation_id, title="止漏")
    for _ in range(3):
        scenario.rank_pair(demand, scenario.achievement())
    with scenario.database.unit_of_work() as session:
        for pair in session.scalars(select(Pair)):
            pair.computed_at -= timedelta(days=1)
    with scenario.database.unit_of_work() as session:
        announce_owner_digests(session, policy=current_policy(session, app.state.services))
    drain()
    [letter] = mailbox.to(address)
    assert letter.subject == "【三库】三项成果与您的需求匹配"
    assert "止漏" in letter.parts["text/plain"]
    [call] = receiver.calls
    [record] = verified(call, issued["secret"])["data"]["records"]
    assert (record["kind"], record["count"]) == ("demand", 3)


def test_a_match_to_which_the_owner_was_invited_meanwhile_is_not_sent(
    app: Any, log_in: LogIn, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    owner = scenario.enterprise
    address = with_mail(owner)
    wants_at_any_hour(scenario, owner.organisation_id)
    key = scenario.contactable_pair()
    scenario.rank_pair(*key)
    with scenario.database.unit_of_work() as session:
        for pair in session.scalars(select(Pair)):
            pair.computed_at -= timedelta(days=1)
    with scenario.database.unit_of_work() as session:
        assert make_owner_digest(session, owner.organisation_id, policy=scenario.policy) is not None
    ok(scenario.lead.post(f"/v1/pushes/{scenario.push_to_lead(key)}/accept"))
    drain()
    assert [re.sub(r" .*", "", letter.subject) for letter in mailbox.to(address)] == [
        "【三库】一位技术经理人就贵单位的记录发起了对接"
    ]


def test_what_says_the_same_is_counted_behind_the_first(
    scenario: Scenario,
    manager: UUID,
    as_manager: Caller,
    as_enterprise: Caller,
    with_mail: WithMail,
    endpoint: Endpoint,
    mailbox: Mailbox,
    receiver: Receiver,
    drain: Drain,
) -> None:
    demand, achievement = scenario.demand(owner=as_enterprise.organisation_id), scenario.achievement()
    scenario.rank_pair(demand, achievement, 0.9)
    copies = scenario.copies(demand, achievement, 2)
    own, others = with_mail(as_enterprise), with_mail(as_manager)
    issued = endpoint(as_enterprise.organisation_id, "owner.digest")
    push = scenario.push(manager, demand, achievement, score=0.9)
    scenario.enqueue_message(MessageKind.PUSH, manager_id=manager, ids={"push_id": push})
    scenario.enqueue_message(MessageKind.DIGEST, manager_id=manager, ids={"push_ids": [push]})
    wants_at_any_hour(scenario, as_enterprise.organisation_id)
    with scenario.database.unit_of_work() as session:
        for pair in session.scalars(select(Pair)):
            pair.computed_at -= timedelta(days=1)
    with scenario.database.unit_of_work() as session:
        make_owner_digest(session, as_enterprise.organisation_id, policy=scenario.policy)
    drain()
    [single, of_the_day], [news] = mailbox.to(others), mailbox.to(own)
    for letter in (single, of_the_day, news):
        for part in ("text/plain", "text/html"):
            assert "另有 2 项相近成果" in letter.parts[part]
            assert not re.search(r"\n\n\n", letter.parts[part])
    assert news.subject == "【三库】一项成果与您的需求匹配"
    [call] = receiver.calls
    [record] = verified(call, issued["secret"])["data"]["records"]
    [match] = record["matches"]
    assert match["id"] == str(achievement) and set(match["similar"]) == set(map(str, copies))


def reminders(mailbox: Mailbox) -> list[Letter]:
    """The reminders among what arrived: people are notified of the engagement, too."""
    return [letter for letter in mailbox.letters if letter.subject == "【三库】对接任务提醒"]


class TestReminders:
    """A task of an engagement: its assignee is notified of the task and of nothing else."""

    @pytest.fixture
    def meeting(self, app: Any, log_in: Callable[..., Caller]) -> EngagementCase:
        return Scenario(app.state.services[Database], log_in=log_in).agreed_engagement()

    def add(self, meeting: EngagementCase, assignee: Caller | None = None) -> dict[str, Any]:
        body = {"title": "寄送样品", "due_on": day(1), "remind_on": day()}
        if assignee is not None:
            body["assignee_id"] = meeting.participation_of(assignee)
        task: dict[str, Any] = ok(meeting.scenario.lead.post(f"{meeting.path}/tasks", json=body), 201)
        return task

    def remind(self, meeting: EngagementCase) -> None:
        with meeting.scenario.database.unit_of_work() as session:
            assert remind(session) == 1

    def test_the_assignee_is_notified_when_it_is_due_and_when_it_is_overdue(
        self,
        scenario: Scenario,
        meeting: EngagementCase,
        with_mail: WithMail,
        endpoint: Endpoint,
        mailbox: Mailbox,
        receiver: Receiver,
        drain: Drain,
    ) -> None:
        institution = meeting.scenario.institution
        address, issued = with_mail(institution), endpoint(institution.organisation_id, "task.reminder")
        with_mail(meeting.scenario.enterprise)
        wants_at_any_hour(scenario, institution.organisation_id)
        task = self.add(meeting, institution)
        for days_later in (0, 2):
            drain()
            with scenario.database.unit_of_work() as session:
                session.get_one(Task, UUID(task["id"])).due_on -= timedelta(days=days_later)
                for message in session.scalars(select(Message)):
                    message.created_at -= timedelta(days=1)
            self.remind(meeting)
        drain()
        assert [letter.to for letter in reminders(mailbox)] == [address, address]
        letter = reminders(mailbox)[0]
        assert f"/open/engagements/{meeting.id}" in letter.parts["text/plain"]
        assert all(hidden not in part for part in letter.parts.values() for hidden in ("寄送样品", "腐蚀"))
        for call in receiver.calls:
            body = verified(call, issued["secret"])
            assert body["type"] == "task.reminder"
            assert body["data"] == {"engagement_id": meeting.id, "task_id": task["id"]}
        assert len(receiver.calls) == 2

    def test_without_an_assignee_the_lead_is_notified_outside_their_quiet_hours(
        self, scenario: Scenario, meeting: EngagementCase, with_mail: WithMail, mailbox: Mailbox, drain: Drain
    ) -> None:
        address = with_mail(meeting.scenario.lead)
        awake = local(now()) + timedelta(hours=2)  # quiet but for one minute that is not this one
        until, since = awake.strftime("%H:%M"), (awake + timedelta(minutes=1)).strftime("%H:%M")
        scenario.prefer(meeting.scenario.lead_id, quiet_from=since, quiet_until=until)
        self.add(meeting)
        self.remind(meeting)
        drain()
        assert reminders(mailbox) == []
        scenario.pass_time(timedelta(days=1))
        drain()
        assert [letter.to for letter in reminders(mailbox)] == [address]

    def test_a_task_done_in_the_meantime_causes_no_message(
        self, scenario: Scenario, meeting: EngagementCase, with_mail: WithMail, mailbox: Mailbox, drain: Drain
    ) -> None:
        with_mail(meeting.scenario.lead)
        scenario.prefer(meeting.scenario.lead_id)
        task = self.add(meeting)
        self.remind(meeting)
        path = f"{meeting.path}/tasks/{task['id']}"
        ok(meeting.scenario.lead.patch(path, json={"state": "done"}, headers={"If-Match": '"2"'}))
        drain()
        assert reminders(mailbox) == []
        dropped = [row.last_error for row in scenario.deliveries(state="dropped")]
        assert dropped == ["nothing_left_to_tell"]
