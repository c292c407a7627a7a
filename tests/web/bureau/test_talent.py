"""Certificates, training, rankings, contests, rules of tiers, duplicates and models at the bureau's pages."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.clock import today
from app.matching.models import EmbeddingSpace, SpaceState
from app.talent.certificates.models import TrainingCertificate
from app.talent.contests.models import ContestRegistration
from tests.support.builders.accounts import make_organisation
from tests.support.scenario import Scenario
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import Reader, ReaderOf


def certificate(scenario: Scenario, manager_id: Any) -> str:
    with scenario.database.unit_of_work() as session:
        row = TrainingCertificate(
            manager_id=manager_id,
            level="intermediate",
            number="ZS-1",
            issued_by="济南市科技局",
            issued_on=date(2026, 1, 5),
            evidence="档案 31 号",
        )
        session.add(row)
        session.flush()
        return str(row.id)


def test_a_certificate_is_verified_or_rejected_with_a_reason(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    assert "没有这样的证书" in operator.get("/bureau/certificates").text
    assert faults_of(operator.get("/bureau/trainings").text) == []
    claim = certificate(scenario, scenario.manager(title="周济民"))
    page = operator.get("/bureau/certificates")
    assert faults_of(page.text) == []
    assert "周济民" in page.text
    english = operator.get("/bureau/certificates", headers={"Accept-Language": "en"})
    assert "Intermediate · ZS-1" in text_of(english.text)
    sent = {"claim": claim, "_version": "1", "step": "reject", "note": " "}
    review = "/bureau/certificates/review"
    refused = operator.post(review, data=sent)
    assert refused.status_code == 422
    for address in re.findall(r'href="(/bureau/certificates[^"]*)"', refused.text):
        assert operator.get(address).status_code == 200
    stale = operator.post(review, data=sent | {"_version": "7", "note": "查无此号。"})
    assert stale.status_code == 412
    assert "查无此号。" in stale.text
    assert operator.post(review, data=sent | {"step": "nonsense"}).status_code == 404
    assert operator.post(review, data=sent | {"step": "verify"}).status_code == 303
    del sent["_version"]
    assert operator.post(review, data=sent | {"step": "verify"}).status_code == 409
    assert reader(Role.MANAGER).post(review, data=sent).status_code == 403
    assert reader(None).post(review, data=sent | {"note": "查无此号。"}).status_code == 401
    assert "ZS-1" in operator.get("/bureau/certificates?state=verified").text


def version_of(page: Any) -> str:
    found: list[str] = re.findall(r'name="_version" value="(\d+)"', page.text)
    return found[0]


def weights_are_changed(operator: Reader, path: str) -> Any:
    """The ranking's page after its formula and its honours were changed there."""
    form = operator.get(f"{path}/formula")
    assert faults_of(form.text) == []
    weights = {
        "title_zh": "本市评选公式",
        "title_en": "Formula of the city",
        "figures.0.name": "contracts",
        "figures.0.weight": "６０",
        "figures.0.full_at": "12",
        "figures.2.name": "training_hours",
        "figures.2.weight": "30",
    } | {"_version": hidden_fields(form.text)["_version"]}
    wrong = operator.post(f"{path}/formula", data=weights)
    assert wrong.status_code == 422
    assert "权重之和应为 100，现为 90" in text_of(wrong.text) and 'value="６０"' in wrong.text
    weights["figures.2.weight"] = "40"
    assert operator.post(f"{path}/formula", data=weights).status_code == 303
    stale = operator.post(f"{path}/formula", data=weights)
    assert stale.status_code == 412 and 'value="本市评选公式"' in stale.text
    edit = operator.get(f"{path}/edit")
    assert faults_of(edit.text) == [] and 'value="金牌"' in edit.text
    values = {"_version": hidden_fields(edit.text)["_version"], "title": "金牌技术经理人评选"}
    assert operator.post(f"{path}/edit", data=values | {"title": ""}).status_code == 422
    assert operator.post(f"{path}/edit", data=values).status_code == 303
    page = operator.get(path)
    shown = text_of(page.text)
    assert "权重 60 · 满分值 12" in shown and "权重 40" in shown and "至 3 名" not in shown
    default = {"_version": version_of(page), "default": "1"}
    assert operator.post(f"{path}/formula", data=default).status_code == 303
    page = operator.get(path)
    assert "满分值 12" not in text_of(page.text)
    return page


def test_a_ranking_is_computed_and_published(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    claim = certificate(scenario, scenario.manager(title="周济民"))
    operator.post("/bureau/certificates/review", data={"claim": claim, "step": "verify"})
    assert faults_of(operator.get("/bureau/rankings").text) == []
    assert operator.post("/bureau/rankings", data={"year": "2026", "title": ""}).status_code == 422
    values = {"year": "2026", "title": "2026 年度金牌技术经理人", "_key": "a-form-of-a-page"}
    honours = {"honours.0.name": "金牌", "honours.0.first_place": "1", "honours.0.last_place": "3"}
    made = operator.post("/bureau/rankings", data=values | honours)
    assert made.status_code == 303
    path = made.headers["location"]
    assert operator.post("/bureau/rankings", data=values | honours).headers["location"] == path
    page = operator.get(path)
    assert faults_of(page.text) == []
    assert operator.post(f"{path}/publish", data={"_version": version_of(page)}).status_code == 409
    page = weights_are_changed(operator, path)
    assert operator.post(f"{path}/compute", data={"_version": "9"}).status_code == 412
    assert operator.post(f"{path}/compute", data={"_version": version_of(page)}).status_code == 303
    assert (
        operator.post(f"{path}/publish", data={"_version": version_of(operator.get(path))}).status_code == 303
    )
    assert "已公布" in operator.get(path).text
    for place in (path, path.removeprefix("/bureau")):
        assert "周济民" in operator.get(place).text
        english = text_of(operator.get(place, headers={"Accept-Language": "en"}).text)
        assert "周济民" in english and "落地项目" not in english, "the figures are named in English"
    assert reader(Role.ENTERPRISE).post(f"{path}/compute").status_code == 403
    assert reader(None).post(f"{path}/compute").status_code == 401


def test_a_contest_goes_its_way_and_has_results(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    assert faults_of(operator.get("/bureau/contests").text) == []
    year = today().year + 1
    values = {
        "kind": "project_contest",
        "title": f"{year} 技术转移项目大赛",
        "deadline": f"{year}-05-10 16:00",
        "starts_at": f"{year}-05-20 09:00",
        "ends_at": f"{year}-05-20",
    }
    wrong = operator.post("/bureau/contests", data=values | {"deadline": "明年五月"})
    assert wrong.status_code == 422
    assert "明年五月" in wrong.text
    assert operator.post("/bureau/contests", data=values).status_code == 422, "it would end before it starts"
    made = operator.post(
        "/bureau/contests", data=values | {"ends_at": f"{year}-05-20 17:00", "capacity": "６０"}
    )
    assert made.status_code == 303
    path = made.headers["location"]
    form = operator.get(f"{path}/edit")
    assert faults_of(form.text) == [] and f"{year}-05-20 17:00" in form.text
    changed = values | {"ends_at": f"{year}-05-21 17:00", "capacity": "", "venue": "龙奥大厦"}
    changed["_version"] = hidden_fields(form.text)["_version"]
    assert operator.post(f"{path}/edit", data=changed | {"ends_at": "后天"}).status_code == 422
    assert operator.post(f"{path}/edit", data=changed).status_code == 303
    assert operator.post(f"{path}/edit", data=changed | {"title": "改名"}).status_code == 412
    shown = text_of(operator.get(path).text)
    assert "龙奥大厦" in shown and "不限" in shown
    assert operator.post(path, data={"step": "finish"}).status_code == 409
    assert operator.post(path, data={"step": "nonsense"}).status_code == 400
    assert operator.post(path, data={"step": "cancel", "note": ""}).status_code == 422
    stale = operator.post(path, data={"step": "open", "_version": "9", "note": "写好的话"})
    assert stale.status_code == 412
    assert "写好的话" in stale.text
    assert operator.post(path, data={"step": "open"}).status_code == 303
    with scenario.database.unit_of_work() as session:
        row = ContestRegistration(
            contest_id=UUID(path.rpartition("/")[2]),
            manager_id=scenario.manager(title="周济民"),
            project="防腐涂层",
        )
        session.add(row)
        session.flush()
        registration = str(row.id)
    assert operator.post(path, data={"step": "close"}).status_code == 303
    page = operator.get(path)
    assert faults_of(page.text) == []
    result = {
        "registration": registration,
        f"place.{registration}": "第一",
        f"award.{registration}": "一等奖",
    }
    refused = operator.post(f"{path}/results", data=result)
    assert refused.status_code == 422
    assert "第一" in refused.text
    assert operator.post(f"{path}/results", data=result | {f"place.{registration}": "1"}).status_code == 303
    assert operator.post(path, data={"step": "finish"}).status_code == 303
    assert "一等奖" in operator.get(path).text
    assert reader(Role.MANAGER).post(f"{path}/results", data=result).status_code == 403
    assert reader(None).post(f"{path}/results", data=result).status_code == 401


def test_a_choice_of_rules_shows_its_effect_before_it_is_saved(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    page = operator.get("/bureau/tiers/config")
    assert faults_of(page.text) == []
    (rules,) = set(re.findall(r'name="rules" value="([^"]+)"', page.text))
    choices = dict(re.findall(r'name="(\w+)" value="(\w+)" checked', page.text))
    other = next(
        value for value in re.findall(r'name="filing" value="(\w+)"', page.text) if value != choices["filing"]
    )
    sent = choices | {"rules": rules, "_version": "0", "filing": other}
    shown = operator.post("/bureau/tiers/config/effect", data=sent | {"reason": "局务会纪要"})
    assert shown.status_code == 200
    assert faults_of(shown.text) == []
    assert "没有人的类别因此改变" in shown.text
    assert "局务会纪要" in shown.text
    config = "/bureau/tiers/config"
    assert operator.post(config, data=sent).status_code == 422
    assert (
        operator.post(config, data=sent | {"filing": "nonsense", "reason": "局务会纪要"}).status_code == 422
    )
    assert operator.post(config, data=sent | {"reason": "局务会纪要"}).status_code == 303
    assert operator.post(config, data=sent | {"reason": "另一次"}).status_code == 412
    assert operator.post(config, data=sent | {"rules": "nonsense"}).status_code == 404
    assert "局务会纪要" in operator.get(config).text
    assert reader(Role.MANAGER).post(config, data=sent).status_code == 403
    assert reader(None).post(config, data=sent).status_code == 401


def test_duplicates_are_merged_kept_apart_and_undone(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    with scenario.database.unit_of_work() as session:
        for name in ("济南泉城防腐科技有限公司", "济南泉城防腐科技有限责任公司"):
            make_organisation(session, name=name)
    page = operator.get("/bureau/duplicates")
    assert faults_of(page.text) == []
    first, second = (
        re.findall(rf'name="{side}" value="([^"]+)"', page.text)[0] for side in ("first", "second")
    )
    sent = {"first": first, "second": second, "verdict": "keep_first", "note": ""}
    assert operator.post("/bureau/duplicates/decide", data=sent).status_code == 422
    sent["note"] = "营业执照一致。"
    assert operator.post("/bureau/duplicates/decide", data=sent).status_code == 303
    again = operator.post("/bureau/duplicates/decide", data=sent)
    assert again.status_code == 409
    decided = operator.get("/bureau/duplicates").text
    assert "并入" in decided
    assert f'name="first" value="{first}"' not in decided
    (decision,) = re.findall(r'name="decision" value="([^"]+)"', decided)
    assert operator.post("/bureau/duplicates/undo", data={"decision": decision}).status_code == 303
    assert operator.post("/bureau/duplicates/undo", data={"decision": decision}).status_code == 409
    assert f'name="first" value="{first}"' in operator.get("/bureau/duplicates").text
    assert reader(Role.INSTITUTION).post("/bureau/duplicates/decide", data=sent).status_code == 403
    assert reader(None).post("/bureau/duplicates/decide", data=sent).status_code == 401


@pytest.fixture
def operator(reader: ReaderOf) -> Reader:
    return reader(Role.OPERATOR)


def test_models_can_be_switched_where_there_is_another(operator: Reader, reader: ReaderOf) -> None:
    page = operator.get("/bureau/system/models")
    assert faults_of(page.text) == []
    assert "使用中" in page.text
    assert operator.post("/bureau/system/models/rollback").status_code == 409
    assert operator.post("/bureau/system/models/use", data={"version": "nonsense"}).status_code == 404
    assert reader(Role.MANAGER).post("/bureau/system/models/rollback").status_code == 403
    assert reader(None).post("/bureau/system/models/rollback").status_code == 401


def test_embedding_models_are_shown_while_there_are_two(operator: Reader, scenario: Scenario) -> None:
    assert "向量模型" not in text_of(operator.get("/bureau/system/models").text)
    with scenario.database.unit_of_work() as session:
        session.add(EmbeddingSpace(model_id="model-of-now", source="/m", state=SpaceState.SERVING))
        session.add(EmbeddingSpace(model_id="model-to-come", source="/n", state=SpaceState.FILLING))
    page = operator.get("/bureau/system/models")
    assert faults_of(page.text) == []
    assert "model-to-come 正在补齐 0 / 0" in " ".join(text_of(page.text).split())
