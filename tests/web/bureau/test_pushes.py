"""Pushes, the story of a pair, and reported errors at the bureau's pages."""

import re

from app.accounts.models import Role
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.pushes.feedback.models import MatchReport
from app.pushes.inbox import service as inbox
from tests.support.scenario import Scenario
from tests.web.html import faults_of
from tests.web.readers import ReaderOf


def numbers_of(scenario: Scenario, key: tuple[object, object]) -> tuple[str, str]:
    with scenario.database.reading() as session:
        return session.get_one(Demand, key[0]).number, session.get_one(Achievement, key[1]).number


def test_a_pair_says_to_whom_it_was_pushed_and_why_not_to_others(
    scenario: Scenario, reader: ReaderOf
) -> None:
    operator = reader(Role.OPERATOR)
    assert "没有这样的推送" in operator.get("/bureau/pushes").text
    chosen = scenario.manager(fit=0.9, title="周济民")
    scenario.manager(fit=0.8, title="吴未发", state="draft")
    key = scenario.ranked_pair(0.83)
    demand, achievement = numbers_of(scenario, key)
    scenario.emit_event("demand.published", key[0])
    scenario.work()
    (push,) = scenario.pushes()
    with scenario.database.unit_of_work() as session:
        inbox.decline(
            session,
            push.id,
            principal=scenario.as_manager(chosen),
            reason="price",
            note=None,
            if_match=None,
        )

    shelf = operator.get(f"/bureau/pushes?state=declined&q={achievement.lower()}")
    assert faults_of(shelf.text) == []
    address = f"/bureau/matches/{demand}/{achievement}"
    assert address in shelf.text
    assert address not in operator.get("/bureau/pushes").text, "it waits for no answer"
    assert address not in operator.get("/bureau/pushes?state=all&q=JN-D-2026-999999").text

    page = operator.get(address)
    assert faults_of(page.text) == []
    assert "推送给周济民" in page.text
    assert "周济民婉拒" in page.text
    assert "0.83" in page.text
    whole = operator.get(f"{address}/others")
    assert faults_of(whole.text) == []
    part = operator.get(f"{address}/others", headers={"HX-Request": "true"})
    assert "<h1" not in part.text
    for answer in (whole, part):
        assert "吴未发" in answer.text
        assert "未发布" in answer.text
    assert operator.post(f"{address}/plan").status_code == 303
    assert operator.get(f"/bureau/matches/{demand}/JN-A-2026-999999").status_code == 404
    assert reader(Role.MANAGER).post(f"{address}/plan").status_code == 403
    assert reader(None).post(f"{address}/plan").status_code == 401


def test_a_report_is_closed_once_with_an_explanation(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    assert "没有这样的差错报告" in operator.get("/bureau/reports").text
    demand_id, achievement_id = scenario.ranked_pair()
    with scenario.database.unit_of_work() as session:
        report = MatchReport(
            demand_id=demand_id, achievement_id=achievement_id, category="wrong_terms", note="盐雾不足。"
        )
        session.add(report)
        session.flush()
        report_id = str(report.id)
    page = operator.get("/bureau/reports")
    assert faults_of(page.text) == []
    assert "盐雾不足。" in page.text
    (version,) = re.findall(r'name="_version" value="(\d+)"', page.text)
    sent = {"report": report_id, "_version": version, "state": "resolved", "resolution": "已更正指标。"}
    refused = operator.post("/bureau/reports/resolve", data=sent | {"resolution": " "})
    assert refused.status_code == 422
    assert faults_of(refused.text) == []
    for address in re.findall(r'href="(/bureau/reports[^"]*)"', refused.text):
        assert operator.get(address).status_code == 200, (
            "the tabs lead to the list, not to where the form was sent"
        )
    stale = operator.post("/bureau/reports/resolve", data=sent | {"_version": "9"})
    assert stale.status_code == 412
    assert "已更正指标。" in stale.text
    assert operator.post("/bureau/reports/resolve", data=sent | {"report": "nonsense"}).status_code == 404
    assert operator.post("/bureau/reports/resolve", data=sent).status_code == 303
    del sent["_version"]
    assert operator.post("/bureau/reports/resolve", data=sent).status_code == 409
    assert "已更正指标。" in operator.get("/bureau/reports?state=resolved").text
    assert reader(Role.ENTERPRISE).post("/bureau/reports/resolve", data=sent).status_code == 403
    kept = reader(None).post("/bureau/reports/resolve", data=sent)
    assert kept.status_code == 401
    assert "已更正指标。" in kept.text
