"""Owners' answers, reports of errors and what suppliers learn, over HTTP on the real service."""

import importlib.util
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.database import Database
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.feedback import reports
from app.pushes.feedback.models import MatchReport
from app.pushes.inbox import service as inbox
from app.vocabularies import vocabulary
from tests.support.callers import Caller
from tests.support.http import ON_ONE_DATABASE
from tests.support.paths import REPOSITORY
from tests.support.scenario import Scenario


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


@pytest.fixture
def match(scenario: Scenario, as_enterprise: Caller, as_institution: Caller) -> tuple[UUID, UUID]:
    """A demand of the enterprise that is logged in, with an achievement of the institution that is."""
    key = (
        scenario.demand(owner=as_enterprise.organisation_id, publish_mode="confidential", title="机密需求甲"),
        scenario.achievement(owner=as_institution.organisation_id),
    )
    scenario.rank_pair(*key, 0.8)
    return key


def answer_path(key: tuple[UUID, UUID]) -> str:
    return f"/v1/demands/{key[0]}/matches/{key[1]}/answer"


class TestOwnersAnswers:
    def test_an_owner_answers_and_changes_the_answer(
        self, scenario: Scenario, match: tuple[UUID, UUID], as_enterprise: Caller
    ) -> None:
        path = answer_path(match)
        assert as_enterprise.get(path).status_code == 404
        given = as_enterprise.put(path, json={"interested": False, "reason": "price", "note": "超预算"})
        assert given.status_code == 200, given.text
        assert (given.headers["ETag"], given.json()["side"]) == ('"1"', "demand")
        assert as_enterprise.put(path, json={"interested": True}).status_code == 428
        changed = as_enterprise.put(path, json={"interested": True}, headers={"If-Match": '"1"'})
        assert (changed.json()["interested"], changed.json()["reason"]) == (True, None)
        assert as_enterprise.get(path).json() == changed.json()
        actual = [one.payload for one in scenario.events("owner.answered")]
        assert [one["interested"] for one in actual] == [False, True]
        assert actual[0] == {
            "demand_id": str(match[0]),
            "achievement_id": str(match[1]),
            "side": "demand",
            "interested": False,
            "reason": "price",
            "pair_score": 0.8,
            "model_version": "test-1",
        }

    def test_both_sides_answer_each_for_itself(
        self, match: tuple[UUID, UUID], as_enterprise: Caller, as_institution: Caller
    ) -> None:
        theirs = f"/v1/achievements/{match[1]}/matches/{match[0]}/answer"
        as_enterprise.put(answer_path(match), json={"interested": True})
        given = as_institution.put(theirs, json={"interested": False, "reason": "capacity"})
        assert (given.json()["side"], given.json()["version"]) == ("achievement", 1)
        assert as_institution.get(answer_path(match)).status_code == 404
        assert as_enterprise.get(theirs).status_code == 404

    @ON_ONE_DATABASE
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"interested": False}, "reason"),
            ({"interested": True, "reason": "price"}, "reason"),
            ({"interested": False, "reason": "weather"}, "reason"),
            ({"interested": False, "reason": "other"}, "note"),
            ({}, "interested"),
        ],
    )
    def test_errors_name_the_field(
        self, match: tuple[UUID, UUID], as_enterprise: Caller, body: dict[str, Any], field: str
    ) -> None:
        refused = as_enterprise.put(answer_path(match), json=body)
        assert refused.status_code == 422
        assert [one["field"] for one in refused.json()["errors"]] == [field]
        assert refused.json()["errors"][0]["message_zh"]

    def test_only_the_owner_and_only_a_match(
        self,
        scenario: Scenario,
        match: tuple[UUID, UUID],
        as_enterprise: Caller,
        as_operator: Caller,
        as_manager: Caller,
        log_in: Callable[..., Caller],
    ) -> None:
        yes = {"interested": True}
        assert log_in(Role.ENTERPRISE).put(answer_path(match), json=yes).status_code == 404
        assert as_operator.put(answer_path(match), json=yes).status_code == 403
        assert as_manager.put(answer_path(match), json=yes).status_code == 403
        no_match = as_enterprise.put(answer_path((match[0], scenario.achievement())), json=yes)
        assert no_match.json()["code"] == "no_match"
        draft = scenario.achievement(state="draft")
        scenario.rank_pair(match[0], draft)
        assert as_enterprise.put(answer_path((match[0], draft)), json=yes).json()["code"] == "not_found"


def decline(scenario: Scenario, achievement: UUID, reasons: list[str]) -> None:
    """Each by another manager, each for another demand."""
    for reason in reasons:
        scenario.manager(fit=0.9, capacity=9)
        demand = scenario.demand(publish_mode="confidential", title="机密需求乙")
        scenario.rank_pair(demand, achievement)
        scenario.emit_event("demand.published", demand)
        scenario.work()
        push = scenario.pushes(demand_id=demand, state="new")[0]
        with scenario.database.unit_of_work() as session:
            me = scenario.as_manager(push.manager_id)
            inbox.decline(session, push.id, principal=me, reason=reason, note="某某公司说太贵")


class TestSuppliersFeedback:
    def test_reasons_are_counted_with_advice_and_nobody_is_named(
        self, scenario: Scenario, match: tuple[UUID, UUID], as_institution: Caller, as_enterprise: Caller
    ) -> None:
        decline(scenario, match[1], ["price", "unclear_text", "unclear_text", "too_early"])
        as_enterprise.put(answer_path(match), json={"interested": False, "reason": "price", "note": "不要"})
        answer = as_institution.get(f"/v1/achievements/{match[1]}/feedback")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert [(one["code"], one["count"]) for one in found["reasons"]] == [
            ("price", 2),
            ("unclear_text", 2),
        ]
        assert found["reasons_withheld"] == 1
        assert found["declined"] == 4
        assert found["demand_owners_not_interested"] == 1
        assert all(one["advice_zh"] and one["advice_en"] for one in found["reasons"])
        actual = json.dumps(found, ensure_ascii=False)
        for secret in ("too_early", "机密", "某某公司", "不要", str(match[0])):
            assert secret not in actual
        assert not {str(one.manager_id) for one in scenario.pushes()} & set(actual.split('"'))

    def test_an_undone_refusal_does_not_count(
        self, scenario: Scenario, match: tuple[UUID, UUID], as_institution: Caller, as_manager: Caller
    ) -> None:
        manager = scenario.manager()
        with scenario.database.unit_of_work() as session:
            session.get_one(Manager, manager).user_id = as_manager.user_id
        scenario.emit_event("demand.published", match[0])
        scenario.work()
        [push] = scenario.pushes()
        as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "price"})
        path = f"/v1/achievements/{match[1]}/feedback"
        assert as_institution.get(path).json()["reasons_withheld"] == 1
        as_manager.post(f"/v1/pushes/{push.id}/undo")
        found = as_institution.get(path).json()
        assert (found["reasons_withheld"], found["declined"], found["waiting"]) == (0, 0, 1)
        scenario.push(scenario.manager(), match[0], match[1], state="expired")
        scenario.push(scenario.manager(), match[0], match[1], state="cancelled")
        found = as_institution.get(path).json()
        assert (found["pushed"], found["ended"]) == (3, 2)
        assert found["pushed"] == sum(found[one] for one in ("accepted", "declined", "waiting", "ended"))

    def test_for_the_owner_and_the_bureau(
        self,
        match: tuple[UUID, UUID],
        as_operator: Caller,
        as_manager: Caller,
        as_stranger: Any,
        log_in: Callable[..., Caller],
    ) -> None:
        path = f"/v1/achievements/{match[1]}/feedback"
        assert as_operator.get(path).status_code == 200
        assert log_in(Role.INSTITUTION).get(path).status_code == 403
        assert as_manager.get(path).status_code == 403
        assert as_stranger.get(path).status_code == 401
        assert as_operator.get(f"/v1/achievements/{uuid4()}/feedback").status_code == 404

    def test_every_reason_has_its_advice(self) -> None:
        for term in vocabulary("decline_reasons"):
            assert len(term.attributes["advice_zh"]) > 10
            assert len(term.attributes["advice_en"]) > 20


class TestReports:
    def test_an_error_goes_to_the_bureaus_list_and_is_resolved(
        self, scenario: Scenario, match: tuple[UUID, UUID], as_enterprise: Caller, as_operator: Caller
    ) -> None:
        body = {"demand_id": str(match[0]), "achievement_id": str(match[1]), "category": "wrong_topic"}
        key = {"Idempotency-Key": "report-0001"}
        made = as_enterprise.post("/v1/match-reports", json=body | {"note": "讲的是别的"}, headers=key)
        assert made.status_code == 201, made.text
        again = as_enterprise.post("/v1/match-reports", json=body | {"note": "讲的是别的"}, headers=key)
        assert again.json() == made.json()
        assert as_enterprise.post("/v1/match-reports", json=body).json()["code"] == "reported_before"
        [listed] = as_operator.get("/v1/match-reports").json()["items"]
        assert (listed["id"], listed["organisation_id"]) == (
            made.json()["id"],
            str(as_enterprise.organisation_id),
        )
        path = f"/v1/match-reports/{listed['id']}/resolve"
        word = {"state": "resolved", "resolution": "已改正关键词"}
        assert as_operator.post(path, json=word, headers={"If-Match": '"9"'}).status_code == 412
        done = as_operator.post(path, json=word)
        assert (done.json()["state"], done.headers["ETag"]) == ("resolved", '"2"')
        assert as_operator.post(path, json=word).status_code == 409
        assert as_operator.get("/v1/match-reports").json()["items"] == []
        listed = as_operator.get("/v1/match-reports", params={"state": "resolved", "category": "leak"})
        assert listed.json()["items"] == []
        [event] = scenario.events("match.reported")
        assert (event.payload["category"], event.payload["role"], event.payload["pair_score"]) == (
            "wrong_topic",
            "enterprise",
            0.8,
        )
        assert "别的" not in json.dumps(event.payload, ensure_ascii=False)

    def test_two_reports_at_the_same_moment_are_one(
        self,
        scenario: Scenario,
        match: tuple[UUID, UUID],
        as_enterprise: Caller,
        as_operator: Caller,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Both have looked for an open report before either is written; on SQLite writers queue before they look."""
        looked = Barrier(1 if scenario.database.is_sqlite else 2)
        look = reports._refuse_second_report

        def look_together(*arguments: Any) -> None:
            look(*arguments)
            looked.wait(timeout=120)

        monkeypatch.setattr(reports, "_refuse_second_report", look_together)
        body = {"demand_id": str(match[0]), "achievement_id": str(match[1]), "category": "outdated"}
        with ThreadPoolExecutor(2) as pool:
            posted = list(pool.map(lambda _: as_enterprise.post("/v1/match-reports", json=body), range(2)))
        assert sorted(answer.status_code for answer in posted) == [201, 409]
        [refused] = [answer.json() for answer in posted if answer.status_code == 409]
        assert refused["code"] == "reported_before"
        assert len(as_operator.get("/v1/match-reports").json()["items"]) == 1
        assert len(scenario.events("match.reported")) == 1

    def test_a_settled_report_may_be_made_again(
        self, match: tuple[UUID, UUID], as_enterprise: Caller, as_operator: Caller
    ) -> None:
        body = {"demand_id": str(match[0]), "achievement_id": str(match[1]), "category": "outdated"}
        for _ in range(2):
            made = as_enterprise.post("/v1/match-reports", json=body)
            assert made.status_code == 201, made.text
            done = as_operator.post(
                f"/v1/match-reports/{made.json()['id']}/resolve",
                json={"state": "resolved", "resolution": "已更新"},
            )
            assert done.status_code == 200, done.text

    def test_a_manager_reports_what_was_pushed_to_him(
        self, scenario: Scenario, match: tuple[UUID, UUID], as_manager: Caller, log_in: Callable[..., Caller]
    ) -> None:
        manager = scenario.manager()
        with scenario.database.unit_of_work() as session:
            session.get_one(Manager, manager).user_id = as_manager.user_id
        body = {"demand_id": str(match[0]), "achievement_id": str(match[1]), "category": "outdated"}
        assert as_manager.post("/v1/match-reports", json=body).status_code == 404
        scenario.emit_event("demand.published", match[0])
        scenario.work()
        assert as_manager.post("/v1/match-reports", json=body).status_code == 201
        assert log_in(Role.MANAGER).post("/v1/match-reports", json=body).status_code == 404
        assert log_in(Role.ENTERPRISE).post("/v1/match-reports", json=body).status_code == 404
        assert log_in(Role.INVESTOR).post("/v1/match-reports", json=body).status_code == 403
        assert as_manager.get("/v1/match-reports").status_code == 403

    @pytest.mark.parametrize(
        ("change", "field"), [({"category": "weather"}, "category"), ({"category": "other"}, "note")]
    )
    def test_bad_reports_are_refused_by_field(
        self, match: tuple[UUID, UUID], as_enterprise: Caller, change: dict[str, str], field: str
    ) -> None:
        body = {"demand_id": str(match[0]), "achievement_id": str(match[1])} | change
        refused = as_enterprise.post("/v1/match-reports", json=body)
        assert refused.status_code == 422
        assert [one["field"] for one in refused.json()["errors"]] == [field]

    def test_a_report_does_not_reveal_hidden_records(
        self, scenario: Scenario, match: tuple[UUID, UUID], as_enterprise: Caller
    ) -> None:
        """A record that is there and one that is not answer alike."""
        draft = scenario.achievement(state="draft")
        for achievement in (draft, uuid4()):
            body = {
                "demand_id": str(match[0]),
                "achievement_id": str(achievement),
                "category": "outdated",
            }
            assert as_enterprise.post("/v1/match-reports", json=body).json()["code"] == "not_found"


def test_of_reports_that_doubled_before_the_first_stays_open(scenario: Scenario) -> None:
    path = REPOSITORY / "migrations" / "versions" / "20261126_owners_word_and_reports.py"
    spec = importlib.util.spec_from_file_location("reports_migration", path)
    assert spec is not None and spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    key, reporter = scenario.ranked_pair(), uuid4()
    with scenario.database.engine.execution_options(sanku_write=True).begin() as connection:
        connection.execute(text("DROP INDEX uq_match_reports_open"))
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            for by, category in (
                (reporter, "leak"),
                (reporter, "leak"),
                (reporter, "outdated"),
                (uuid4(), "leak"),
            ):
                session.add(
                    MatchReport(demand_id=key[0], achievement_id=key[1], category=category, reported_by=by)
                )
                session.flush()
            session.commit()
        for _ in range(2):
            migration.settle_doubles(connection)
    with scenario.database.reading() as session:
        found = session.scalars(select(MatchReport).order_by(MatchReport.id)).all()
        assert [one.state for one in found] == ["open", "dismissed", "open", "open"]
        assert found[1].resolution


def test_new_reasons_and_old_ones_are_valid(scenario: Scenario, match: tuple[UUID, UUID]) -> None:
    codes = vocabulary("decline_reasons").codes
    old = [
        "too_early",
        "outside_need",
        "price",
        "terms",
        "already_known",
        "unclear_text",
        "no_benefit",
        "other",
    ]
    assert set(old) < set(codes)
    decline(scenario, match[1], ["conflict", "capacity"])
    assert {one.reason for one in scenario.push_attempts(outcome="declined")} == {"conflict", "capacity"}
    with scenario.database.reading() as session:
        assert session.get(Demand, match[0]) is not None
