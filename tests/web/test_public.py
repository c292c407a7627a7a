"""Pages that everybody may read: search, records, and the preview for a problem in one's own words."""

import json
import re
from html import unescape
from typing import Any

import pytest

from app.accounts.models import OFFICES, Role
from app.web.views.navigation import START
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.web.html import faults_of
from tests.web.readers import ReaderOf

CANARY = "金丝雀保密正文"
BRANDED = "鲸落特种涂料"


@pytest.fixture
def published(as_institution: Any, as_enterprise: Any, as_operator: Any) -> dict[str, Any]:
    """A record of each library, and a confidential demand."""
    achievement = as_institution.post(
        "/v1/achievements",
        json=achievement_payload(
            summary=f"以缓蚀微胶囊改性的水性环氧树脂,耐盐雾。{CANARY}", price_min_wan="80"
        ),
    )
    public = as_enterprise.post("/v1/demands", json=demand_payload(existing_basis="试制线一条"))
    hidden = as_enterprise.post(
        "/v1/demands",
        json=demand_payload(title="保密的涂装难题", publish_mode="confidential", confidential_note=CANARY),
    )
    manager = as_operator.post("/v1/managers", json=manager_payload())
    answers = {"achievements": achievement, "demands": public, "hidden": hidden, "managers": manager}
    for answer in answers.values():
        assert answer.status_code == 201, answer.text
    return {name: answer.json() for name, answer in answers.items()}


@pytest.mark.parametrize("plural", ["achievements", "demands", "managers"])
def test_a_stranger_sees_a_record_without_its_text_and_how_it_opens(
    reader: ReaderOf, published: dict[str, Any], plural: str
) -> None:
    record = published[plural]
    page = reader(None).get(f"/{plural}/{record['number']}")
    assert page.status_code == 200
    assert faults_of(page.text) == []
    assert record["title"] in page.text
    assert record["number"] in page.text
    assert CANARY not in page.text
    assert "经核验的单位登录后可见" in page.text


@pytest.mark.parametrize("role", [None, Role.OPERATOR], ids=str)
def test_search_engines_read_what_strangers_see(
    reader: ReaderOf, published: dict[str, Any], as_institution: Any, role: Role | None
) -> None:
    """Data, no script: also a title that looks like the end of the block stays inside it."""
    title = "成果</script><script>alert(1)</script>&"
    tricky = as_institution.post("/v1/achievements", json=achievement_payload(title=title)).json()
    for plural, record in (*published.items(), ("achievements", tricky)):
        path = "demands" if plural == "hidden" else plural
        page = reader(role).get(f"/{path}/{record['number']}")
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, flags=re.DOTALL)
        if plural == "hidden":
            assert found == []
            continue
        described = json.loads(found[0])
        assert (described["name"], described["identifier"]) == (record["title"], record["number"])
        assert CANARY not in found[0]
        assert record["owner_name"] not in found[0]
        assert "alert(1)</script>" not in page.text


def test_a_verified_reader_sees_the_text(reader: ReaderOf, published: dict[str, Any]) -> None:
    page = reader(Role.ENTERPRISE).get(f"/achievements/{published['achievements']['number']}")
    assert CANARY in page.text
    assert "不低于 80.00 万元" in page.text
    assert "经核验的单位登录后可见" not in page.text


def test_an_unverified_reader_sees_what_a_stranger_sees(reader: ReaderOf, published: dict[str, Any]) -> None:
    page = reader(Role.ENTERPRISE, verified=False).get(f"/achievements/{published['achievements']['number']}")
    assert page.status_code == 200
    assert CANARY not in page.text
    assert "单位待核验" in page.text


@pytest.mark.parametrize("role", sorted(OFFICES))
def test_an_office_waits_for_no_verification_and_finds_its_way_on_a_phone(
    reader: ReaderOf, published: dict[str, Any], role: Role
) -> None:
    """It belongs to no organisation that could be verified; below 1100 pixels only the bar at the bottom is shown."""
    page = reader(role).get(f"/achievements/{published['achievements']['number']}").text
    assert "单位待核验" not in page and "核验单位后，即可看到" not in page
    assert "不查看记录的正文" in page
    bottom = page.partition('<nav class="bottom"')[2].partition("</nav>")[0]
    assert re.findall('<a href="([^"]+)"', bottom) == [START[role]]


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_confidential_record_names_its_owner_to_no_other_reader(
    reader: ReaderOf, published: dict[str, Any], role: Role | None
) -> None:
    record = published["hidden"]
    page = reader(role).get(f"/demands/{record['number']}")
    assert page.status_code == 200
    if role is not Role.OPERATOR:  # who sees both, which is recorded
        assert record["owner_name"] not in page.text
        assert CANARY not in page.text


def test_a_withdrawn_record_is_as_one_that_never_was(
    reader: ReaderOf, published: dict[str, Any], as_enterprise: Any
) -> None:
    record = published["demands"]
    assert as_enterprise.post(f"/v1/demands/{record['id']}/withdraw").status_code == 200
    stranger = reader(None)
    gone = stranger.get(f"/demands/{record['number']}")
    never = stranger.get("/demands/JN-D-1999-000001")
    assert gone.status_code == never.status_code == 404
    assert record["title"] not in gone.text


def test_the_first_page_shows_the_newest_of_each_library(reader: ReaderOf, published: dict[str, Any]) -> None:
    page = reader(None).get("/")
    assert page.status_code == 200
    for plural in ("achievements", "demands", "managers"):
        assert published[plural]["title"] in page.text


def test_a_record_with_the_fewest_fields_is_shown(reader: ReaderOf, as_institution: Any) -> None:
    right = {"type": "invention_patent", "number": "ZL201310699744.2"}
    indicator = {"name": "盐雾", "op": "≥", "value": 1000}
    answer = as_institution.post(
        "/v1/achievements", json=achievement_payload(ip_list=[right], indicators=[indicator])
    )
    assert answer.status_code == 201, answer.text
    page = reader(Role.ENTERPRISE).get(f"/achievements/{answer.json()['number']}")
    assert page.status_code == 200
    assert "ZL201310699744.2" in page.text
    assert "≥ 1000" in page.text


def test_figures_of_a_year_are_the_same_for_everybody(reader: ReaderOf, published: dict[str, Any]) -> None:
    pages = [reader(role).get("/figures") for role in (None, Role.OPERATOR)]
    for page in pages:
        assert page.status_code == 200
        assert faults_of(page.text) == []
        assert "不公布" in page.text, "two demands would tell of single organisations"


@pytest.mark.parametrize("year", ["1999", "2100", "x", "１", "99999999999999999999", "-1", ""])
def test_there_are_no_figures_of_other_years(reader: ReaderOf, year: str) -> None:
    assert reader(None).get("/figures", params={"year": year}).status_code == 404


@pytest.mark.parametrize("year", ["99999999999999999999", "x", "2026"])
def test_recognitions_take_any_year(reader: ReaderOf, year: str) -> None:
    page = reader(None).get("/recognitions", params={"year": year, "tier": "C"})
    assert page.status_code == 200
    assert "尚未公布" in page.text


def test_numbers_are_found_in_small_letters(reader: ReaderOf, published: dict[str, Any]) -> None:
    number = published["demands"]["number"].lower()
    assert reader(None).get(f"/demands/{number}").status_code == 200


def test_search_marks_what_it_searched_for_and_counts(reader: ReaderOf, published: dict[str, Any]) -> None:
    page = reader(None).get("/search", params={"kind": "achievement", "q": "防腐"})
    assert faults_of(page.text) == []
    assert "<mark>防腐</mark>" in page.text
    assert "共 1 条" in page.text


def test_the_state_of_a_search_is_its_address(reader: ReaderOf, published: dict[str, Any]) -> None:
    """A filter is a link that switches it on and, where it is on, off; other parameters stay."""
    stranger = reader(None)
    page = stranger.get("/search", params={"kind": "demand", "q": "涂料"})
    assert "field=405" in page.text
    chosen = stranger.get("/search", params={"kind": "demand", "q": "涂料", "field": "405"})
    assert "清除全部筛选" in chosen.text
    assert "kind=demand&amp;q=%E6%B6%82%E6%96%99" in chosen.text


def test_a_filter_that_nobody_knows_is_said_and_not_ignored(reader: ReaderOf) -> None:
    page = reader(None).get("/search", params={"kind": "demand", "field": "999"})
    assert page.status_code == 422
    assert faults_of(page.text) == []


def test_pages_of_a_search_lead_on_and_back(reader: ReaderOf, as_institution: Any) -> None:
    for number in range(25):
        answer = as_institution.post(
            "/v1/achievements", json=achievement_payload(title=f"第 {number:02} 号防腐成果")
        )
        assert answer.status_code == 201
    stranger = reader(None)
    first = stranger.get("/search", params={"kind": "achievement", "q": "成果"})
    second = stranger.get(_href(first.text, 'rel="next"'))
    back = stranger.get(_href(second.text, 'rel="prev"'))
    assert _titles(first.text) == _titles(back.text)
    assert len(_titles(first.text)) == 20
    assert len(_titles(second.text)) == 5
    assert not set(_titles(first.text)) & set(_titles(second.text))


def test_a_stranger_finds_public_achievements_without_scores(
    reader: ReaderOf, published: dict[str, Any]
) -> None:
    text = "高耐蚀水性环氧防腐涂层,现用水性涂料在盐雾环境半年即起泡脱落。"
    page = reader(None).post("/try", data={"text": text})
    assert page.status_code == 200
    assert faults_of(page.text) == []
    assert text in page.text
    assert "no-store" in page.headers["cache-control"]
    assert CANARY not in page.text
    assert "0." not in page.text.split('id="try"')[1].split("<footer")[0]


def test_a_text_of_a_few_characters_is_asked_for_more_and_kept(reader: ReaderOf) -> None:
    page = reader(None).post("/try", data={"text": "漏油"})
    assert page.status_code == 422
    assert "漏油" in page.text
    assert "现在是 2 个" in page.text


def test_strangers_ask_ten_times_an_hour(reader: ReaderOf) -> None:
    stranger = reader(None)
    text = "球铁泵体打磨全靠人工,粉尘大,想找免示教的自动打磨办法。"
    answers = [stranger.post("/try", data={"text": text}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert text in answers[-1].text, "what was typed is kept"
    assert int(answers[-1].headers["retry-after"]) > 0


def _href(html: str, mark: str) -> str:
    found = re.search(rf'{mark} href="([^"]+)"', html)
    assert found, f"no {mark}"
    return unescape(found.group(1))


def _titles(html: str) -> list[str]:
    return [part.split("</a>")[0] for part in html.split('<p class="list-title">')[1:]]
