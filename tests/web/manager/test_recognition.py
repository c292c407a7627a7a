"""A manager's recognition as pages: tier and what-if, filing with the pledge, certificates, trainings, rounds."""

from datetime import timedelta
from typing import Any

import pytest

from app.accounts.access.principal import SYSTEM
from app.accounts.models import Role
from app.clock import today
from app.talent.certificates.models import TrainingCertificate
from app.talent.filings.models import Filing
from app.talent.rounds import service as rounds
from app.talent.trainings.models import Training, TrainingBase
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.manager.desk import ManagerDesk
from tests.web.readers import ReaderOf

HERE = "/me/recognition"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CERTIFICATE = {
    "level": "intermediate",
    "number": "JS-2026-00017",
    "issued_by": "国家技术转移人才培养基地",
    "issued_on": "2026年3月20日",
    "evidence": "档案 2026-技-0031",
}


def sound(page: Any, status: int = 200) -> str:
    assert page.status_code == status, text_of(page.text)[:500]
    assert faults_of(page.text) == []
    return text_of(page.text)


def count(desk: ManagerDesk, model: Any) -> int:
    with desk.scenario.database.reading() as session:
        return int(session.query(model).count())


def test_what_if_shows_the_tier_that_contracts_would_give(desk: ManagerDesk) -> None:
    text = sound(desk.reader.get(HERE))
    assert "尚未达到任何类别" in text
    assert "还没有促成的合同" in text
    supposed = {"count": "20", "deal_amount_wan": "1000", "landed_in_jinan": "1", "level": "advanced"}
    text = sound(desk.reader.get(HERE, params=supposed))
    assert "结果：" in text.replace(" ", "")
    assert "仍未达到任何类别" not in text
    wrong = desk.reader.get(HERE, params={"count": "几份", "deal_amount_wan": "10"})
    sound(wrong, 422)
    assert 'value="几份"' in wrong.text


def test_a_filing_is_written_pledged_withdrawn_and_cancelled(desk: ManagerDesk) -> None:
    here = f"{HERE}/filing"
    assert "三步完成备案" in sound(desk.reader.get(here))
    form = {"statement": "从事新材料领域技术转移十年。", "_key": "form-of-one-filing"}
    for _ in range(2):
        assert desk.reader.post(here, data=form).status_code == 303
    assert count(desk, Filing) == 1
    page = desk.reader.get(here)
    assert "承诺书" in sound(page)
    fields = hidden_fields(page.text)
    pledge = {name: fields[name] for name in ("filing", "move", "_version", "pledge_version")}
    unsigned = desk.reader.post(f"{here}/submit", data=pledge)
    assert "请阅读承诺书并勾选" in sound(unsigned, 422)
    old = desk.reader.post(
        f"{here}/submit", data=pledge | {"accept_pledge": "1", "pledge_version": "1999-01"}
    )
    sound(old, 422)
    assert desk.reader.post(f"{here}/submit", data=pledge | {"accept_pledge": "1"}).status_code == 303
    again = desk.reader.post(f"{here}/submit", data=pledge | {"accept_pledge": "1"})
    assert again.status_code in (409, 412)
    page = desk.reader.get(here)
    assert "待审" in sound(page)
    assert "提交申请" in text_of(page.text), "the log of what was done"
    late = desk.reader.post(
        here, data={"filing": fields["filing"], "_version": "1", "statement": "晚了的补充"}
    )
    assert late.status_code in (409, 412)
    assert "晚了的补充" in late.text
    fields = hidden_fields(page.text)
    end = {"filing": fields["filing"], "_version": fields["_version"]}
    assert desk.reader.post(f"{here}/end", data=end | {"move": "withdraw"}).status_code == 303
    end["_version"] = hidden_fields(desk.reader.get(here).text)["_version"]
    sound(desk.reader.post(f"{here}/end", data=end | {"move": "cancel", "note": ""}), 422)
    assert desk.reader.post(f"{here}/end", data=end | {"move": "cancel", "note": "转岗"}).status_code == 303
    assert "三步完成备案" in sound(desk.reader.get(here))


def test_a_certificate_is_submitted_once_with_its_scan(desk: ManagerDesk) -> None:
    here = f"{HERE}/certificates"
    for _ in range(2):
        assert (
            desk.reader.post(here, data=CERTIFICATE | {"_key": "form-of-one-certificate"}).status_code == 303
        )
    assert count(desk, TrainingCertificate) == 1
    twice = desk.reader.post(here, data=CERTIFICATE)
    assert "已申报" in sound(twice, 409)
    assert 'value="JS-2026-00017"' in twice.text
    page = desk.reader.get(here)
    assert "待核验" in sound(page)
    with desk.scenario.database.reading() as session:
        scan = f"{here}/{session.query(TrainingCertificate).one().id}/scan"
    assert desk.reader.get(scan).status_code == 404
    assert "请选择要上传的文件" in sound(desk.reader.post(scan, data={"_version": "1"}), 422)
    files = {"file": ("证书.pdf", PDF, "application/pdf")}
    uploaded = desk.reader.post(scan, data={"_version": "1"}, files=files)
    assert uploaded.status_code == 303, text_of(uploaded.text)
    assert desk.reader.post(scan, data={"_version": "1"}, files=files).status_code == 412
    found = desk.reader.get(scan)
    assert found.content == PDF
    assert found.headers["content-disposition"].startswith("attachment")
    wrong = desk.reader.post(here, data=CERTIFICATE | {"number": "另一张", "issued_on": "明年"})
    sound(wrong, 422)
    assert 'value="明年"' in wrong.text


def test_trainings_climb_the_ladder(desk: ManagerDesk) -> None:
    here = f"{HERE}/trainings"
    with desk.scenario.database.unit_of_work() as session:
        base = TrainingBase(name="济南市技术转移人才培养基地", level="municipal")
        session.add(base)
        session.flush()
        form = {
            "base_id": str(base.id),
            "rung": "short_course",
            "course": "技术合同实务",
            "hours": "16 ",
            "started_on": "20260302",
            "ended_on": (today() - timedelta(days=1)).isoformat(),
        }
    for _ in range(2):
        assert desk.reader.post(here, data=form | {"_key": "form-of-one-training"}).status_code == 303
    assert count(desk, Training) == 1
    text = sound(desk.reader.get(here))
    assert "技术合同实务" in text
    assert "待核验 16" in text
    wrong = desk.reader.post(here, data=form | {"hours": "十六", "ended_on": "2020-01-01"})
    sound(wrong, 422)
    assert 'value="十六"' in wrong.text


def test_an_entry_is_objected_to_until_it_is_answered(desk: ManagerDesk) -> None:
    here = f"{HERE}/rounds"
    assert "还没有参加年度认定" in sound(desk.reader.get(here))
    with desk.scenario.database.unit_of_work() as session:
        session.add(
            TrainingCertificate(
                **CERTIFICATE | {"issued_on": today()}, manager_id=desk.manager_id, state="verified"
            )
        )
        round_ = rounds.open_round(session, today().year, "年度认定", principal=SYSTEM)
        rounds.change_state(session, round_.id, "freeze", None, principal=SYSTEM)
        form = {"round": str(round_.id), "_key": "form-of-one-objection"}
    sound(desk.reader.get(here))
    sound(desk.reader.post(f"{here}/object", data=form | {"text": ""}), 422)
    objection = form | {"text": "合同已登记，未计入。"}
    for _ in range(2):
        assert desk.reader.post(f"{here}/object", data=objection).status_code == 303
    text = sound(desk.reader.get(here))
    assert "合同已登记，未计入。" in text
    assert "待答复" in text
    second = desk.reader.post(f"{here}/object", data={"round": form["round"], "text": "再提一次"})
    assert "再提一次" in sound(second, 409) or "再提一次" in second.text
    assert desk.reader.post(f"{here}/object", data={"round": "x", "text": "没有这一轮"}).status_code == 404


@pytest.mark.parametrize("part", ["", "/filing", "/certificates", "/trainings", "/rounds"])
def test_recognition_needs_a_record(reader: ReaderOf, part: str) -> None:
    assert "尚无记录" in sound(reader(Role.MANAGER).get(f"{HERE}{part}"))
