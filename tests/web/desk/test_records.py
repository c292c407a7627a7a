"""Owners' records: written, checked, published, changed and ended in the browser."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.accounts.models import Role
from app.accounts.sessions.browser import log_in_browser
from app.database import Database
from app.settings import Settings
from tests.support.builders.accounts import PASSWORD, make_organisation, make_user
from tests.web.desk.records import DEMAND, draft, published
from tests.web.html import faults_of, filled_fields, hidden_fields, text_of
from tests.web.readers import Reader, ReaderOf


@pytest.fixture
def owner(reader: ReaderOf) -> Reader:
    return reader(Role.ENTERPRISE)


def test_a_form_that_is_posted_twice_makes_one_record(owner: Reader) -> None:
    fields = hidden_fields(owner.get("/desk/demands/new").text) | DEMAND
    places = {owner.post("/desk/demands/new", data=fields).headers["location"] for _ in range(2)}
    assert len(places) == 1
    # Written on, it is another record: nothing that was typed is dropped.
    other = owner.post("/desk/demands/new", data=fields | {"title": "另一件事的名称"})
    assert other.headers["location"] not in places
    assert text_of(owner.get("/desk/demands").text).count("JN-D-") == 2


def test_what_is_wrong_is_shown_with_everything_that_was_typed(owner: Reader) -> None:
    wrong = DEMAND | {"deadline": "明年年底", "budget_min_wan": "许多", "scenario": "零下二十度的露天罐区"}
    answer = owner.post("/desk/demands/new", data=wrong)
    assert answer.status_code == 422
    assert faults_of(answer.text) == []
    for typed in ("明年年底", "许多", "零下二十度的露天罐区", DEMAND["title"]):
        assert str(typed) in answer.text
    assert 'href="#f-deadline"' in answer.text and 'href="#f-budget_min_wan"' in answer.text
    assert "还没有需求" in text_of(owner.get("/desk/demands").text)


def test_the_button_decides_where_a_draft_leads(owner: Reader) -> None:
    kept = owner.post("/desk/demands/new", data=DEMAND | {"_then": "draft"})
    assert kept.headers["location"].startswith("/desk/demands/JN-D-")
    assert not kept.headers["location"].endswith("/check")


def test_the_check_names_what_is_missing_and_publishes_once_it_is_there(owner: Reader) -> None:
    number = draft(owner, deadline="", fields=[])
    check = f"/desk/demands/{number}/check"
    page = owner.get(check)
    assert faults_of(page.text) == []
    assert f"/desk/demands/{number}/edit#f-deadline" in page.text
    assert "发布前还有 2 处需要修改" in text_of(page.text)
    assert "最晚什么时候要用上：发布前必填" in text_of(page.text) and "需求截止日期" not in text_of(page.text)
    assert owner.post(check, data=hidden_fields(page.text)).status_code == 422
    form = owner.get(f"/desk/demands/{number}/edit")
    owner.post(f"/desk/demands/{number}/edit", data=hidden_fields(form.text) | DEMAND)
    answer = owner.post(check, data=hidden_fields(owner.get(check).text))
    assert answer.headers["location"] == f"/desk/demands/{number}/matches"
    # A second press leads to the same place.
    assert owner.post(check, data={}).headers["location"] == f"/desk/demands/{number}/matches"


@pytest.mark.parametrize("plural", ["demands", "achievements"])
def test_what_is_missing_is_called_as_the_form_calls_it(reader: ReaderOf, plural: str) -> None:
    owner = reader(Role.ENTERPRISE if plural == "demands" else Role.INSTITUTION)
    number = draft(owner, plural, deadline="", fields=[])
    here = f"/desk/{plural}/{number}"
    missing = re.findall(rf'href="{here}/edit#f-(\w+)">([^<]+)</a>', owner.get(here).text)
    assert len(missing) >= 4
    form = owner.get(f"{here}/edit").text
    for name, label in missing:
        asked = re.search(rf'id="f-{name}"[^>]*>\s*<legend>([^<]+)|<label for="f-{name}">([^<]+)', form)
        assert asked and (asked[1] or asked[2]).strip() == label, name


def test_questions_beside_the_form_lead_to_fields_by_their_labels(owner: Reader) -> None:
    shown = owner.post("/desk/demands/new/preview", data=DEMAND | {"deadline": "", "cooperation_modes": []})
    assert 'href="#f-deadline">去填写“最晚什么时候要用上”</a>' in shown.text
    assert 'href="#f-indicators">去填写“考核指标”</a>' in shown.text


def test_a_name_in_a_confidential_demand_stops_it_with_its_place(reader: ReaderOf, owner: Reader) -> None:
    number = draft(
        owner, publish_mode="confidential", main_problem=DEMAND["main_problem"] + "电话13812345678"
    )
    page = owner.get(f"/desk/demands/{number}/check")
    assert '<mark class="pair-1">13812345678</mark>' in page.text


def test_doubtful_words_are_asked_and_the_answers_are_kept(
    browser: TestClient, app: Any, settings: Settings
) -> None:
    database = app.state.services[Database]
    with database.unit_of_work() as session:
        organisation = make_organisation(session, name="济南云岭特种阀门有限公司")
        email = make_user(session, organisation=organisation).email
    login = log_in_browser(database, settings, email=email, password=PASSWORD, address="test", device="")
    browser.cookies.set("sanku", login.cookie)
    number = draft(
        browser,
        publish_mode="confidential",
        main_problem="山区工况下云岭一带温差大,密封圈三个月就老化。",
    )
    check = f"/desk/demands/{number}/check"
    page = browser.get(check)
    assert faults_of(page.text) == []
    assert 'name="confirmed" value="云岭"' in page.text and '<mark class="pair-1">云岭</mark>' in page.text
    fields = hidden_fields(page.text)
    assert browser.post(check, data=fields).status_code == 422
    assert browser.post(check, data=fields | {"confirmed": "云岭"}).status_code == 303


def test_two_who_change_a_record_lose_nothing(owner: Reader) -> None:
    number = published(owner)
    edit = f"/desk/demands/{number}/edit"
    mine = hidden_fields(owner.get(edit).text)
    assert owner.post(edit, data=mine | DEMAND | {"benchmark": "同事写的标准"}).status_code == 303
    answer = owner.post(edit, data=mine | DEMAND | {"benchmark": "我写的标准"})
    assert answer.status_code == 412
    assert "同事写的标准" in answer.text and "我写的标准" in answer.text
    assert faults_of(answer.text) == []
    assert (
        owner.post(edit, data=hidden_fields(answer.text) | DEMAND | {"benchmark": "我写的标准"}).status_code
        == 303
    )
    assert "我写的标准" in owner.get(f"/desk/demands/{number}").text


def test_what_two_wrote_is_compared_in_words_and_by_value(owner: Reader) -> None:
    number = published(owner)
    edit = f"/desk/demands/{number}/edit"
    mine = hidden_fields(owner.get(edit).text)
    budget = {"budget_min_wan": "120", "budget_max_wan": "200"}
    assert owner.post(edit, data=mine | DEMAND | budget).status_code == 303
    answer = owner.post(edit, data=mine | DEMAND | budget | {"cooperation_modes": ["licence"]})
    assert answer.status_code == 412 and faults_of(answer.text) == []
    compared = re.split("<tbody>|</tbody>", answer.text)[1]
    assert "120" not in compared, "120 and 120.00 are the same"
    assert "许可" in compared and "licence" not in compared


def test_a_button_that_was_pressed_before_the_login_does_nothing_afterwards(owner: Reader) -> None:
    number = published(owner)
    here = f"/desk/demands/{number}"
    version = {"_version": hidden_fields(owner.get(here).text)["_version"]}
    led_back = owner.post(f"{here}/withdraw", data=version | {"_resume": "1"})
    assert led_back.status_code == 303 and led_back.headers["location"] == here
    page = text_of(owner.get(here).text)
    assert "刚才的操作没有执行" in page and "确认下架" in page
    assert owner.post(f"{here}/withdraw", data=version).status_code == 303
    assert "确认下架" not in text_of(owner.get(here).text)


def test_a_change_keeps_what_the_form_does_not_ask_for(owner: Reader) -> None:
    figures = {
        "indicators.0.name": "盐雾",
        "indicators.0.op": "≥",
        "indicators.0.value": "1000",
        "indicators.0.unit": "h",
        "indicators.0.current": "500",
        "indicators.0.must": "false",
    }
    number = draft(owner, **figures)
    edit = f"/desk/demands/{number}/edit"
    page = owner.get(edit).text
    assert 'value="1000"' in page and 'value="500"' in page
    assert owner.post(edit, data=hidden_fields(page) | DEMAND | figures).status_code == 303
    versions = text_of(owner.get(f"/desk/demands/{number}/versions").text)
    assert "考核指标" not in versions, "nothing was changed"


@pytest.mark.parametrize("page", ["", "/edit", "/check", "/versions", "/matches"])
def test_the_records_of_others_are_not_there(reader: ReaderOf, owner: Reader, page: str) -> None:
    number = published(owner)
    assert reader(Role.ENTERPRISE).get(f"/desk/demands/{number}{page}").status_code == 404


def test_steps_are_offered_where_they_may_be_taken(owner: Reader) -> None:
    number = published(owner)
    here = f"/desk/demands/{number}"
    for name, offered, then in (
        ("withdraw", "确认下架", "恢复为草稿"),
        ("restore", "恢复为草稿", "核对并发布"),
    ):
        page = owner.get(here)
        assert faults_of(page.text) == []
        assert offered in page.text
        assert owner.post(f"{here}/{name}", data={}).status_code == 303
        assert then in owner.get(here).text
    assert owner.post(f"{here}/close", data={}).status_code == 409
    assert owner.post(f"{here}/delete", data={}).status_code == 409, "it was published before"
    other = draft(owner)
    assert owner.post(f"/desk/demands/{other}/delete", data={}).headers["location"] == "/desk/demands"


def test_a_session_that_ended_loses_nothing(browser: TestClient) -> None:
    answer = browser.post("/desk/demands/new", data=DEMAND)
    assert answer.status_code == 401
    assert str(DEMAND["main_problem"]) in answer.text
    assert "kept:cooperation_modes" in answer.text


def test_after_the_login_the_form_stands_as_typed_and_has_a_title(owner: Reader) -> None:
    answer = owner.post(
        "/desk/demands/new", data={"main_problem": "油缸镀铬被叫停。想换工艺", "_resume": "1"}
    )
    assert answer.status_code == 200
    assert 'value="油缸镀铬被叫停"' in answer.text
    assert "还没有需求" in text_of(owner.get("/desk/demands").text)


def test_a_text_of_another_page_meets_what_is_known_of_the_organisation(owner: Reader) -> None:
    """As an empty form does; what was left blank in a form that was seen before stays blank."""
    known = filled_fields(owner.get("/desk/demands/new").text)
    begun = {"main_problem": "油缸镀铬被叫停。想换工艺", "_resume": "1"}
    first = filled_fields(owner.post("/desk/demands/new", data=begun).text)
    assert first["region"] == known["region"] != ""
    again = owner.post("/desk/demands/new", data=begun | {"title": "换工艺", "region": ""})
    assert filled_fields(again.text).get("region", "") == ""
    assert 'value="换工艺"' in again.text


def test_beside_the_form_stands_what_it_would_find(reader: ReaderOf, owner: Reader) -> None:
    short = owner.post("/desk/demands/new/preview", data={"title": "涂料"}, headers={"HX-Request": "true"})
    assert "写满一句话就开始找" in short.text and "<html" not in short.text
    found = owner.post("/desk/demands/new/preview", data=DEMAND | {"deadline": "不知道"})
    assert found.status_code == 200
    assert "清晰度" in text_of(found.text) and 'value="不知道"' in found.text


def test_an_institution_publishes_an_achievement(reader: ReaderOf) -> None:
    university = reader(Role.INSTITUTION)
    fields = {
        "title": "高耐蚀水性环氧防腐涂层制备技术",
        "summary": "以缓蚀微胶囊改性的水性环氧树脂,中性盐雾 1200 小时无起泡。",
        "trl": "6",
        "transfer_modes": ["licence"],
        "ip_clear": "1",
        "innovations": "微胶囊缓释；自修复\n低挥发",
    }
    number = draft(
        university, "achievements", **fields, main_problem=None, cooperation_modes=None, deadline=None
    )
    check = f"/desk/achievements/{number}/check"
    page = university.get(check)
    assert "发布前" not in text_of(page.text)
    answer = university.post(check, data=hidden_fields(page.text))
    assert answer.headers["location"] == f"/desk/achievements/{number}/matches"
    assert "微胶囊缓释；自修复" in university.get(f"/desk/achievements/{number}").text


def test_the_desk_begins_with_what_waits(owner: Reader) -> None:
    empty = owner.get("/desk")
    assert "三步开始" in text_of(empty.text) and faults_of(empty.text) == []
    number = draft(owner)
    page = owner.get("/desk")
    assert f'href="/desk/demands/{number}/check"' in page.text and "草稿待发布" in text_of(page.text)
    assert faults_of(page.text) == []
