"""An institution acts for its managers: cards, filings, certificates, trainings and objections on its pages."""

from datetime import date
from typing import Any

import pytest

from app.accounts.models import Role
from app.database import Database
from app.libraries.managers.models import Manager
from app.settings import Settings
from app.talent.certificates.models import TrainingCertificate
from app.talent.filings.models import Filing
from app.talent.trainings.models import Training, TrainingBase
from tests.support.scenario import Scenario
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import Reader, ReaderOf

STAFF = "/desk/staff"


@pytest.fixture
def scenario(app: Any, settings: Settings) -> Scenario:
    return Scenario(app.state.services[Database], settings)


@pytest.fixture
def institution(reader: ReaderOf) -> Reader:
    return reader(Role.INSTITUTION)


def sound(page: Any, status: int = 200) -> str:
    assert page.status_code == status, text_of(page.text)[:500]
    assert faults_of(page.text) == []
    return text_of(page.text)


def member(scenario: Scenario, institution: Reader) -> tuple[str, Any]:
    """The number and the id of one of the staff."""
    manager_id = scenario.manager(owner=institution.organisation_id, title="林若溪")
    with scenario.database.reading() as session:
        return session.get_one(Manager, manager_id).number, manager_id


def base_of(scenario: Scenario, reader: ReaderOf) -> str:
    """The id of a base that the bureau made, changed and could not have twice."""
    here, operator = "/bureau/training-bases", reader(Role.OPERATOR)
    form = {"name": "济南市技术转移人才培养基地", "level": "municipal", "designated_on": "2026年1月5日"}
    sound(operator.post(here, data=form | {"organisation_id": "没有的单位"}), 422)
    assert operator.post(here, data=form).status_code == 303
    assert operator.post(here, data=form).status_code == 409
    assert form["name"] in sound(operator.get(here))
    with scenario.database.reading() as session:
        base = str(session.query(TrainingBase).one().id)
    page = operator.get(f"{here}/{base}")
    sound(page)
    changed = form | {"_version": hidden_fields(page.text)["_version"], "level": "provincial", "active": "1"}
    assert operator.post(f"{here}/{base}", data=changed).status_code == 303
    assert operator.post(f"{here}/{base}", data=changed).status_code == 412
    return base


def test_who_runs_a_base_verifies_its_trainings(
    scenario: Scenario, institution: Reader, reader: ReaderOf
) -> None:
    here, other = "/desk/trainings", reader(Role.INSTITUTION)
    manager = scenario.manager()
    with scenario.database.unit_of_work() as session:
        base = TrainingBase(name="泉城基地", level="municipal", organisation_id=institution.organisation_id)
        session.add(base)
        session.flush()
        values = {"base_id": base.id, "manager_id": manager, "rung": "short_course", "hours": 16}
        training = Training(
            **values, course="技术合同实务", started_on=date(2026, 3, 2), ended_on=date(2026, 3, 3)
        )
        session.add(training)
        session.flush()
        claim = {"claim": str(training.id), "_version": "1", "step": "verify"}
    assert "技术合同实务" in sound(institution.get(here))
    assert "没有这样的培训记录" in sound(other.get(here))
    assert other.post(f"{here}/review", data=claim).status_code == 404
    sound(institution.post(f"{here}/review", data=claim | {"step": "reject"}), 422)
    assert institution.post(f"{here}/review", data=claim).headers["location"] == here
    with scenario.database.unit_of_work() as session:
        assert session.query(Training).one().state == "verified"
    path = f"/bureau/training-bases/{base.id}"
    assert reader(Role.OPERATOR).post(f"{path}/delete", data={"_version": "1"}).status_code == 409


def test_an_institution_files_for_one_of_its_staff(
    scenario: Scenario, institution: Reader, reader: ReaderOf
) -> None:
    number, manager_id = member(scenario, institution)
    here = f"{STAFF}/{number}"
    assert here in institution.get(STAFF).text, "the list leads there"
    assert "林若溪" in sound(institution.get(here))
    filing = f"{here}/filing"
    form = {"statement": "从事新材料领域技术转移十年。", "_key": "filing-of-one-of-the-staff"}
    for _ in range(2):
        assert institution.post(filing, data=form).headers["location"] == filing
    page = institution.get(filing)
    assert "由本单位代为提交" in sound(page)
    fields = hidden_fields(page.text)
    pledge = {name: fields[name] for name in ("filing", "move", "_version", "pledge_version")}
    sound(institution.post(f"{filing}/submit", data=pledge), 422)
    assert institution.post(f"{filing}/submit", data=pledge | {"accept_pledge": "1"}).status_code == 303

    certificate = {
        "level": "intermediate",
        "number": "JS-2026-00017",
        "issued_by": "国家技术转移人才培养基地",
        "issued_on": "2026年3月20日",
        "evidence": "档案 2026-技-0031",
    }
    assert institution.post(f"{here}/certificates", data=certificate).status_code == 303
    assert "JS-2026-00017" in sound(institution.get(f"{here}/certificates"))
    training = {"base_id": base_of(scenario, reader), "rung": "short_course", "course": "技术合同实务"}
    training["hours"] = "16"
    training |= {"started_on": "20260302", "ended_on": "20260303"}
    wrong = institution.post(f"{here}/trainings", data=training | {"hours": "十六"})
    sound(wrong, 422)
    assert institution.post(f"{here}/trainings", data=training).status_code == 303
    assert "技术合同实务" in sound(institution.get(f"{here}/trainings"))
    assert "还没有参加年度认定" in sound(institution.get(f"{here}/rounds"))
    with scenario.database.reading() as session:
        for model in (Filing, TrainingCertificate, Training):
            row: Any = session.query(model).one()
            assert (row.manager_id, row.created_by) == (manager_id, institution.user_id)
        scan = f"{here}/certificates/{session.query(TrainingCertificate).one().id}/scan"
    assert institution.get(scan).status_code == 404

    stranger, manager = reader(Role.INSTITUTION), reader(Role.MANAGER)
    for part in ("", "/filing", "/certificates", "/trainings", "/rounds", "/profile", "/profile/preview"):
        assert stranger.get(f"{here}{part}").status_code == 404, part
        assert manager.get(f"{here}{part}").status_code == 403, part
    assert stranger.post(filing, data=form).status_code == 404
    assert stranger.post(f"{here}/certificates", data=certificate).status_code == 404


def test_an_institution_writes_the_cards_of_its_staff(
    scenario: Scenario, institution: Reader, reader: ReaderOf
) -> None:
    assert "新建经理人名片" in sound(institution.get(f"{STAFF}/new"))
    form = {
        "title": "林若溪",
        "expertise": "十年新材料领域技术转移经历，擅长高校专利许可与作价入股谈判。",
        "fields": "401",
        "regions": "370100",
        "accepts_pushes": "1",
        "_key": "card-of-one-of-the-staff",
    }
    sound(institution.post(f"{STAFF}/new", data=form | {"title": "", "_key": "another"}), 422)
    made = institution.post(f"{STAFF}/new", data=form)
    assert made.status_code == 303, text_of(made.text)[:500]
    card = made.headers["location"]
    assert institution.post(f"{STAFF}/new", data=form).status_code == 303
    with scenario.database.reading() as session:
        assert session.query(Manager).count() == 1, "sent twice, it is one"
        assert session.query(Manager).one().user_id is None
    page = institution.get(card)
    sound(page)
    version = {"_version": hidden_fields(page.text)["_version"]}
    changed = institution.post(card, data=form | version | {"years": "10"})
    assert changed.status_code == 303, text_of(changed.text)[:500]
    assert institution.post(card, data=form | version).status_code == 412
    assert "改动" in sound(institution.get(f"{card}/versions"))
    assert "名片尚未发布" in sound(institution.get(f"{card}/preview"))

    def step(name: str) -> Any:
        now = {"_version": hidden_fields(institution.get(card).text)["_version"]}
        return institution.post(f"{card}/{name}", data=now)

    assert step("submit").status_code == 303
    assert institution.get(f"/managers/{card.split('/')[3]}").status_code == 200
    assert step("withdraw").status_code == 303
    assert "恢复为草稿" in sound(institution.get(card))
    assert step("delete").status_code == 409, "it was published"
    assert step("restore").status_code == 303
    assert reader(Role.INSTITUTION).post(f"{card}/withdraw", data=version).status_code == 404
