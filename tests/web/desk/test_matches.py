"""Matches of owners: evidence, answers, managers, what readers of organisations that are not verified see."""

import re
from typing import Any

import pytest

from app.accounts.models import Role
from tests.pdf.reader import text_of_pdf
from tests.support.builders.managers import manager_payload
from tests.web.desk.records import offer, published
from tests.web.html import faults_of, filled_fields, hidden_fields, text_of
from tests.web.readers import Reader, ReaderOf

SENTENCE = "改用水性涂料后半年即起泡脱落,需要耐盐雾的水性防腐体系。"
PRIVATE = {"contact_phone": "13900001234", "rd_investment_wan": "77.31"}


@pytest.fixture
def owner(reader: ReaderOf) -> Reader:
    return reader(Role.ENTERPRISE)


@pytest.fixture
def offered(reader: ReaderOf) -> str:
    """The number of a published achievement that says what the demand says."""
    return offer(reader(Role.INSTITUTION), summary=SENTENCE, **PRIVATE)


def listed(browser: Any, number: str, to: str = "") -> Any:
    return browser.get(f"/desk/demands/{number}/matches/list?to={to}")


def test_the_page_comes_at_once_and_asks_for_its_list(owner: Reader, offered: str) -> None:
    number = published(owner, main_problem=SENTENCE)
    page = owner.get(f"/desk/demands/{number}/matches")
    assert faults_of(page.text) == []
    address = f"/desk/demands/{number}/matches/list"
    assert f'hx-get="{address}"' in page.text and f"url={address}" in page.text
    part = owner.get(address, headers={"HX-Request": "true"})
    assert "<html" not in part.text and "高耐蚀水性环氧防腐涂层" in part.text
    assert faults_of(owner.get(address).text) == []


def test_evidence_is_marked_on_both_sides_and_nothing_hidden_is_shown(owner: Reader, offered: str) -> None:
    number = published(owner, main_problem=SENTENCE)
    page = listed(owner, number).text
    for side in "da":
        assert re.search(rf'<mark class="pair-1" id="e{side}1">', page)
    report = owner.get(f"/desk/demands/{number}/matches/report.pdf")
    text = text_of_pdf(report.content)
    assert "高耐蚀水性环氧防腐涂层" in text and SENTENCE in text
    for secret in PRIVATE.values():
        assert secret not in page + text


def test_a_reader_who_is_not_verified_sees_words_and_no_evidence(reader: ReaderOf, offered: str) -> None:
    stranger = reader(Role.ENTERPRISE, verified=False)
    check_page = stranger.get("/desk/demands")
    assert check_page.status_code == 200
    number = _published_or_submitted(stranger)
    page = listed(stranger, number)
    text = text_of(page.text)
    assert "为什么看不到依据" in text
    assert SENTENCE not in page.text.split('aria-labelledby="match-title"')[-1]
    assert not re.search(r"\b0\.\d\d\b", text)


def _published_or_submitted(browser: Any) -> str:
    return published(browser, main_problem="现用溶剂型涂料挥发物超标,想换水性涂料,半年即起泡。")


def test_an_answer_is_kept_and_may_be_changed(owner: Reader, offered: str, drain: Any) -> None:
    number = published(owner, main_problem=SENTENCE)
    action = f"/desk/demands/{number}/matches/answer"
    early = owner.post(action, data={"other": offered, "interested": "1"})
    assert early.status_code == 303, "the match is not recorded yet, and nothing is lost"
    drain()
    wrong = owner.post(action, data={"other": offered, "interested": "0", "note": "以后再说"})
    assert wrong.status_code == 422
    assert "无意向时请选择原因" in text_of(wrong.text) and "以后再说" in wrong.text
    assert faults_of(wrong.text) == []
    given = owner.post(action, data={"other": offered, "interested": "0", "reason": "price"})
    assert given.headers["location"] == f"/desk/demands/{number}/matches?to={offered}"
    # Without scripts the first page leads on to the list at once, and what was done must still be said there.
    first = owner.get(given.headers["location"]).text
    assert 'http-equiv="refresh"' in first and "已记录" in text_of(first)
    page = listed(owner, number, offered).text
    assert "已记录" in text_of(page)
    assert "您已答复不合适" in page
    assert "已记录" not in text_of(listed(owner, number, offered).text)
    assert owner.post(action, data={"other": offered, "interested": "1"}).status_code == 428
    again = {"other": offered, "interested": "1", "_version": hidden_fields(page)["_version"]}
    assert owner.post(action, data=again).status_code == 303
    assert "您已表示感兴趣" in listed(owner, number, offered).text


def test_a_wrong_match_is_reported(owner: Reader, offered: str, drain: Any) -> None:
    number = published(owner, main_problem=SENTENCE)
    drain()
    action = f"/desk/demands/{number}/matches/report"
    body = {"other": offered, "category": "wrong_terms", "note": "指标读错了"}
    assert owner.post(action, data=body).status_code == 303
    assert owner.post(action, data=body).status_code == 409


def test_a_report_that_is_refused_keeps_what_was_typed_in_its_own_form(
    owner: Reader, offered: str, drain: Any
) -> None:
    number = published(owner, main_problem=SENTENCE)
    drain()
    action = f"/desk/demands/{number}/matches/report"
    body = {"other": offered, "category": "wrong_terms", "note": "见机密★10年的附件"}
    answer = owner.post(action, data=body)
    assert answer.status_code == 422 and faults_of(answer.text) == []
    assert filled_fields(answer.text)["category"] == "wrong_terms"
    decline, report = answer.text.split("</section>\n<details", 1)
    assert body["note"] in report and body["note"] not in decline
    shown = owner.post(action, data=body | {"note": "指标读错了", "_resume": "1"})
    assert shown.status_code == 200 and "指标读错了" in shown.text, "after a login nothing is sent by itself"
    assert owner.post(action, data=body | {"note": "指标读错了"}).status_code == 303


def test_words_for_a_manager_are_checked_and_kept(
    owner: Reader, offered: str, as_operator: Any, drain: Any
) -> None:
    manager = as_operator.post("/v1/managers", json=manager_payload(expertise=SENTENCE))
    assert manager.status_code == 201, manager.text
    number = published(owner, main_problem=SENTENCE)
    drain()
    base = f"/desk/demands/{number}/matches/{offered}/managers"
    name = hidden_fields(owner.get(base).text)["manager"]
    refused = owner.post(f"{base}/ask", data={"manager": name, "note": "见机密★10年的附件"})
    assert refused.status_code == 422 and faults_of(refused.text) == []
    assert "见机密★10年的附件" in refused.text
    words = {"manager": name, "note": "请先电话联系"}
    shown = owner.post(f"{base}/ask", data=words | {"_resume": "1"})
    assert shown.status_code == 200 and words["note"] in shown.text
    assert "您已表示感兴趣" not in listed(owner, number, offered).text
    assert owner.post(f"{base}/ask", data=words).status_code == 303
    assert "您已表示感兴趣" in listed(owner, number, offered).text


@pytest.mark.parametrize("part", ["print", "JN-A/managers"])
def test_the_report_and_the_managers_are_sound_pages(owner: Reader, offered: str, part: str) -> None:
    number = published(owner, main_problem=SENTENCE)
    page = owner.get(f"/desk/demands/{number}/matches/{part.replace('JN-A', offered)}")
    assert page.status_code == 200
    assert faults_of(page.text) == []


def test_an_institution_reads_who_wants_its_achievement(
    reader: ReaderOf, owner: Reader, offered: str
) -> None:
    assert owner.get(f"/desk/achievements/{offered}/wanted").status_code == 404
