"""Assignment at the bureau's pages: a dry run by names, a run that is made once, and its answer."""

import re

from app.accounts.models import Role
from app.libraries.demands.models import Demand
from tests.support.scenario import Scenario
from tests.web.html import faults_of
from tests.web.readers import ReaderOf

NEW = "/bureau/assignments/new"
FORM = {"numbers": "", "limit": "100", "least_load": "", "keep": "1"}


def number_of(scenario: Scenario, demand_id: object) -> str:
    with scenario.database.reading() as session:
        found = session.get(Demand, demand_id)
        assert found is not None
        return found.number


def test_a_dry_run_names_who_gets_what_and_a_run_writes_it_once(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    empty = operator.get(NEW)
    assert faults_of(empty.text) == []
    assert "还没有执行过统一派单" in empty.text
    scenario.manager(fit=0.9, capacity=1, title="周济民")
    (demand_id, _achievement_id), (other_id, _other) = scenario.ranked_pair(0.9), scenario.ranked_pair(0.8)
    chosen, other = number_of(scenario, demand_id), number_of(scenario, other_id)

    said = operator.post(f"{NEW}/plan", data=FORM)
    assert said.status_code == 200
    assert faults_of(said.text) == []
    assert "周济民" in said.text
    assert "逐对推送" in said.text
    assert f"/bureau/matches/{other}/" in said.text, "the pair for which no manager is left is named"
    assert "名额合计不足" in said.text
    assert scenario.pushes() == []

    one = operator.post(f"{NEW}/plan", data=FORM | {"numbers": chosen.lower()})
    assert f"/bureau/matches/{other}/" not in one.text
    key = re.findall(r'name="_key" value="([^"]+)"', one.text)[0]
    sent = FORM | {"numbers": chosen, "_key": key}
    started = operator.post(NEW, data=sent)
    assert started.status_code == 303
    again = operator.post(NEW, data=sent)
    assert again.headers["location"] == started.headers["location"], "a double click makes one run"
    waiting = operator.get(started.headers["location"])
    assert faults_of(waiting.text) == []
    assert "后台正在执行" in waiting.text
    scenario.work()
    done = operator.get(started.headers["location"])
    assert faults_of(done.text) == []
    assert "周济民" in done.text
    assert f"/bureau/matches/{other}/" not in done.text, "the run goes over the chosen demand alone"
    assert len(scenario.pushes()) == 1
    assert "指定需求 · 1" in operator.get(NEW).text


def test_what_cannot_be_assigned_is_said_at_its_field(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    for action, wrong, said in (
        ("/plan", {"limit": "0"}, "供需对数量"),
        ("/plan", {"numbers": "JN-D-2026-999999"}, "没有编号为 JN-D-2026-999999 的需求"),
        ("", {"keep": ""}, "执行时保留待答复的推送"),
        ("", {"limit": "很多"}, "供需对数量"),
    ):
        answer = operator.post(NEW + action, data=FORM | wrong)
        assert answer.status_code == 422, (action, wrong)
        assert said in answer.text
        assert faults_of(answer.text) == []
    assert "很多" in answer.text
    compared = operator.post(f"{NEW}/plan", data=FORM | {"keep": ""})
    assert compared.status_code == 200
    assert "仅供比较" in compared.text
    assert reader(Role.MANAGER).post(NEW, data=FORM).status_code == 403
    kept = reader(None).post(f"{NEW}/plan", data=FORM | {"numbers": "JN-D-2026-000026"})
    assert kept.status_code == 401
    assert "JN-D-2026-000026" in kept.text
