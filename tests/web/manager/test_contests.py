"""Registration for contests as pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.database import new_id, now
from app.talent.contests.models import Contest, ContestKind, ContestState
from tests.web.html import faults_of, hidden_fields
from tests.web.manager.desk import ManagerDesk
from tests.web.readers import ReaderOf


def test_a_manager_registers_for_a_contest_once_and_withdraws(desk: ManagerDesk, reader: ReaderOf) -> None:
    contest = _open_contest(desk, capacity=1)
    here = f"/contests/{contest}/register"
    assert here in desk.reader.get(f"/contests/{contest}").text
    assert here not in reader(None).get(f"/contests/{contest}").text
    assert reader(Role.ENTERPRISE).get(here).status_code == 403
    missing = desk.reader.post(here, data={"project": "", "_key": "registration-0"})
    assert missing.status_code == 422
    assert "请填写参赛项目" in missing.text
    form = {"project": "高温防腐涂层在阀门上的应用", "_key": "registration-1"}
    for _ in range(2):
        assert desk.reader.post(here, data=form).status_code == 303
    page = desk.reader.get(here)
    assert faults_of(page.text) == []
    assert "高温防腐涂层在阀门上的应用" in page.text
    twice = desk.reader.post(here, data=form | {"_key": "registration-2"})
    assert twice.status_code == 409
    assert "请勿重复报名" in twice.text
    registration = hidden_fields(page.text)["registration"]
    assert desk.reader.post(f"{here}/withdraw", data={"registration": registration}).status_code == 303
    assert "已退出" in desk.reader.get(here).text
    assert desk.reader.post(f"{here}/withdraw", data={"registration": "x"}).status_code == 404


def test_an_institution_registers_its_own_managers_alone(desk: ManagerDesk, reader: ReaderOf) -> None:
    contest = _open_contest(desk)
    institution = reader(Role.INSTITUTION)
    answer = institution.post(
        f"/contests/{contest}/register",
        data={"manager": "M-2026-999999", "project": "某项目", "_key": "one-key"},
    )
    assert answer.status_code == 422
    assert "本单位没有该编号的技术经理人" in answer.text
    assert 'value="某项目"' in answer.text


def _open_contest(desk: ManagerDesk, **values: Any) -> UUID:
    with desk.scenario.database.unit_of_work() as session:
        contest = Contest(
            id=new_id(),
            number=f"S-{new_id().hex[:8]}",
            kind=ContestKind.PROJECT_CONTEST,
            title="技术经理人项目大赛",
            starts_at=now() + timedelta(days=20),
            ends_at=now() + timedelta(days=21),
            deadline=now() + timedelta(days=10),
            state=ContestState.OPEN,
            **values,
        )
        session.add(contest)
    return contest.id
