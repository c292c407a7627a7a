"""A recognition round at the bureau's pages: its steps, refusals, and decisions."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from app.accounts.models import Role
from app.database import Database
from app.settings import Settings
from app.talent.certificates.models import TrainingCertificate
from tests.pdf.reader import text_of_pdf
from tests.pdf.without_extra import pdf_extra_missing
from tests.support.scenario import Scenario
from tests.web.html import faults_of, text_of
from tests.web.manager.desk import manager_desk
from tests.web.readers import Reader, ReaderOf


def test_a_round_goes_its_way_by_single_steps(reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    empty = operator.post("/bureau/rounds", data={"year": "2026", "title": ""})
    assert empty.status_code == 422
    assert faults_of(empty.text) == []
    opened = operator.post("/bureau/rounds", data={"year": "2026", "title": "2026 年度认定"})
    assert opened.status_code == 303
    path = opened.headers["location"]
    again = operator.post("/bureau/rounds", data={"year": "2026", "title": "又一次"})
    assert again.status_code == 409
    assert "又一次" in again.text
    assert path in operator.get("/bureau/rounds").text
    page = operator.get(path)
    assert faults_of(page.text) == []
    (version,) = re.findall(r'name="_version" value="(\d+)"', page.text)
    assert operator.post(path, data={"_version": version, "step": "freeze"}).status_code == 303
    assert operator.post(path, data={"step": "publish"}).status_code == 409
    refused = operator.post(path, data={"step": "reopen", "note": " "})
    assert refused.status_code == 422
    assert "须说明理由" in refused.text
    assert operator.post(path, data={"step": "nonsense"}).status_code == 400
    assert faults_of(operator.get(f"{path}/objections").text) == []
    assert operator.post(path, data={"step": "reopen", "note": "数据补录。"}).status_code == 303


def test_an_entry_shows_how_it_was_computed_and_is_decided_with_a_reason(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    database = app.state.services[Database]
    manager_id = Scenario(database, settings).manager()
    with database.unit_of_work() as session:
        session.add(_certificate(manager_id))
    operator = reader(Role.OPERATOR)
    opened = operator.post("/bureau/rounds", data={"year": "2026", "title": "2026 年度认定"})
    path = opened.headers["location"]
    assert operator.post(path, data={"step": "freeze"}).status_code == 303
    (entry,) = re.findall(rf"{path}/entries/[0-9a-f-]+", operator.get(f"{path}?decision=all").text)
    page = operator.get(entry)
    assert faults_of(page.text) == []
    assert "现有 0.00，要求" in text_of(page.text)
    english = text_of(operator.get(entry, headers={"Accept-Language": "en"}).text)
    assert "have 0.00, need" in english and "合同额" not in english
    refused = operator.post(entry, data={"tier": "D", "reason": " "})
    assert refused.status_code == 422
    assert "须说明理由" in refused.text
    assert operator.post(entry, data={"tier": "D", "reason": "经核实。"}).status_code == 303
    assert "已更正" in operator.get(entry).text
    assert entry in operator.get(path).text, "nobody waits, so the round opens on everybody"
    certificate = f"{entry}/certificate.pdf"
    assert operator.get(certificate).status_code == 409
    assert operator.get("/recognitions/2026/list.pdf").status_code == 404
    for step in ("review", "publish"):
        assert operator.post(path, data={"step": step}).status_code == 303
    stranger, other = reader(None), reader(Role.MANAGER)
    assert "/recognitions/2026/list.pdf" in stranger.get("/recognitions").text
    name = stranger.get("/v1/recognitions").json()["items"][0]["name"]
    _files_are_refused_without_a_font(app, settings, stranger)
    listed = stranger.get("/recognitions/2026/list.pdf")
    assert listed.headers["content-type"] == "application/pdf"
    assert f"1{name}D类人才" in text_of_pdf(listed.content)
    assert certificate in operator.get(entry).text
    assert f"{name}在2026年度技术转移人才认定中，认定为D类人才。" in text_of_pdf(
        operator.get(certificate).content
    )
    id_ = entry.rpartition("/")[2]
    assert other.get(f"/me/recognition/rounds/{id_}/certificate.pdf").status_code == 404
    page = operator.get(entry).text
    assert "撤销认定" in page and "维持认定" not in page, "nothing was taken back"
    refused = operator.post(f"{entry}/review", data={"verdict": "withdraw", "reason": ""})
    assert refused.status_code == 422 and faults_of(refused.text) == []
    done = operator.post(f"{entry}/review", data={"verdict": "withdraw", "reason": "证书不实。"})
    assert done.status_code == 303
    page = operator.get(entry).text
    assert "证书不实。" in page and "撤销认定" not in page and certificate not in page
    assert "认定已于" in stranger.get("/recognitions").text
    assert f"1{name}D类人才（" in text_of_pdf(stranger.get("/recognitions/2026/list.pdf").content)


def test_a_decision_leads_to_the_next_entry_that_waits(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    """In the order of the numbers, from the end on from the first; after the last one to the round."""
    scenario = Scenario(app.state.services[Database], settings)
    for _ in range(3):
        scenario.signed_contracts(scenario.manager(), 20, deal="250.00", landed_on=date(2026, 3, 2))
    operator = reader(Role.OPERATOR)
    opened = operator.post("/bureau/rounds", data={"year": "2026", "title": "2026 年度认定"})
    path = opened.headers["location"]
    assert operator.post(path, data={"step": "freeze"}).status_code == 303
    first, second, third = dict.fromkeys(
        re.findall(rf"{path}/entries/[0-9a-f-]+", operator.get(f"{path}?decision=pending").text)
    )
    confirmed = {"tier": "C", "reason": ""}
    decided = operator.post(second, data=confirmed)
    assert (decided.status_code, decided.headers["location"]) == (303, third)
    assert "已审定。这是下一位待审定的人员。" in operator.get(third).text
    refused = operator.post(third, data={"tier": "D", "reason": " "})
    assert refused.status_code == 422, "a correction without a reason goes nowhere"
    assert operator.post(third, data=confirmed).headers["location"] == first
    decided = operator.post(first, data=confirmed)
    assert (decided.status_code, decided.headers["location"]) == (303, path)
    assert "已审定，没有待审定的人员了。" in operator.get(path).text


def test_the_bureau_sees_who_objects_and_answers_them_once(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    desk = manager_desk(app, settings, reader, title="钱多多")
    with desk.scenario.database.unit_of_work() as session:
        session.add(_certificate(desk.manager_id))
    operator = reader(Role.OPERATOR)
    path = operator.post("/bureau/rounds", data={"year": "2026", "title": "2026 年度认定"}).headers[
        "location"
    ]
    assert operator.post(path, data={"step": "freeze"}).status_code == 303
    own = {"round": path.rsplit("/", 1)[1], "text": "合同未计入。"}
    said = desk.reader.post("/me/recognition/rounds/object", data=own)
    assert said.status_code == 303, said.text
    page = operator.get(f"{path}/objections")
    assert faults_of(page.text) == []
    assert "钱多多" in text_of(page.text)
    (objection,) = re.findall(r'name="objection" value="([^"]+)"', page.text)
    answer, typed = f"{path}/objections/answer", {"objection": objection, "answer": "经核实。", "upheld": "0"}
    shown = operator.post(answer, data=typed | {"_resume": "1"})
    assert shown.status_code == 200 and "经核实。" in shown.text, "after a login nothing is sent by itself"
    assert operator.post(answer, data=typed).status_code == 303
    assert operator.post(answer, data=typed).status_code == 409


def _certificate(manager_id: Any) -> TrainingCertificate:
    return TrainingCertificate(
        manager_id=manager_id,
        level="intermediate",
        number="ZS-1",
        issued_by="济南市科技局",
        issued_on=date(2026, 1, 5),
        evidence="证书扫描件",
        state="verified",
    )


def _files_are_refused_without_a_font(app: Any, settings: Settings, stranger: Reader) -> None:
    services = app.state.services
    with pdf_extra_missing():
        page = stranger.get("/recognitions/2026/list.pdf")
        assert page.status_code == 503 and faults_of(page.text) == []
        assert "生成 PDF 需要安装附加组件" in text_of(page.text) and "sanku[pdf]" in text_of(page.text)
        problem = stranger.get(
            "/v1/recognitions.pdf?year=2026", headers={"Accept": "application/json"}
        ).json()
        assert (problem["status"], problem["code"]) == (503, "pdf_unavailable")
        assert "sanku[pdf]" in problem["message_en"]
    assert stranger.get("/recognitions/2026/list.pdf").status_code == 200, "the library is there again"
    services[Settings] = settings.model_copy(update={"pdf_font": Path("/no/such/font.ttf")})
    page = stranger.get("/recognitions/2026/list.pdf")
    assert page.status_code == 503
    assert "SANKU_PDF_FONT" in page.text
    problem = stranger.get("/v1/recognitions.pdf?year=2026", headers={"Accept": "application/json"}).json()
    assert (problem["status"], problem["code"]) == (503, "pdf_unavailable")
    services[Settings] = settings
