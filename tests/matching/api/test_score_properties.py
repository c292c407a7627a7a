"""Properties of a score through HTTP, with the real models: what moves it, and what must not."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import opencc
import pytest

from app.accounts.models import Role
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.http import create, ok

pytestmark = pytest.mark.model

COATING = achievement_payload()["title"]
OTHERS = (
    (
        "桥式起重机防摇摆控制技术",
        "前馈整形与视觉反馈结合,吊运时载荷残余摆角压到一度以内,定位时间缩短四成。",
        "zh",
    ),
    (
        "鳕鱼皮胶原低聚肽酶解工艺",
        "两段定向酶解与膜分离联用,得率四成,腥味物质去除彻底,适合饮品与特膳食品添加。",
        "zh",
    ),
    (
        "机器视觉铸件表面缺陷检测设备",
        "用深度学习识别铸件表面缺陷,在线检测,漏检率千分之一,可接入现有生产线。",
        "zh",
    ),
    (
        "Biological control agent against wheat scab",
        "A strain of Bacillus for spraying at flowering; field trials over three seasons halve the disease index.",
        "en",
    ),
    (
        "Sonar imaging for the inspection of harbours",
        "A towed array with a synthetic aperture images the sea bed at a resolution of two centimetres.",
        "en",
    ),
)
ENGLISH_COATING = (
    "Waterborne anticorrosion coating for steel storage tanks",
    "A waterborne epoxy with inhibitor capsules; salt spray of 1200 hours without blistering on tanks and bridges.",
    "en",
)
PLAIN = demand_payload()
ENGLISH_NEED = {
    "title": "Waterborne corrosion protection for chemical storage tanks",
    "main_problem": "Our solvent coatings exceed the limit for emissions, and the waterborne paint that we tried "
    "blistered after half a year. We need a waterborne system that withstands salt spray.",
    "language": "en",
}
SELLING_POINT = "不改变现有工艺，产量不降低。"


@dataclass
class Store:
    log_in: Callable[..., Any]
    university: Any
    coating: str = ""

    def achievement(self, title: str, summary: str, language: str = "zh") -> str:
        payload = achievement_payload(title=title, summary=summary, language=language)
        return str(create(self.university, "achievements", payload)["id"])

    def demand(self, **changes: Any) -> tuple[Any, str]:
        """Of a firm of its own."""
        firm = self.log_in(Role.ENTERPRISE)
        return firm, str(create(firm, "demands", demand_payload(**changes))["id"])

    def scores(self, firm: Any, demand: str) -> dict[str, float]:
        """By title, best first."""
        answer = ok(firm.get(f"/v1/demands/{demand}/matches"))
        return {item["record"]["title"]: item["score"] for item in answer["items"]}


@pytest.fixture
def store(log_in: Callable[..., Any]) -> Store:
    made = Store(log_in, log_in(Role.INSTITUTION))
    made.coating = made.achievement(COATING, achievement_payload()["summary"])
    for title, summary, language in OTHERS:
        made.achievement(title, summary, language)
    return made


def test_an_english_demand_finds_its_chinese_answer_before_english_ones_on_other_topics(store: Store) -> None:
    scores = store.scores(*store.demand(**ENGLISH_NEED))
    best, second = sorted([*scores.values(), 0.0], reverse=True)[:2]  # what reads 0.00 may be left out
    assert next(iter(scores)) == COATING
    assert best > second + 0.1


def test_a_text_in_chinese_finds_its_answers_in_both_languages_first(store: Store) -> None:
    store.achievement(*ENGLISH_COATING)
    reader = store.log_in(Role.ENTERPRISE)
    answer = ok(reader.post("/v1/matches/text", json={"text": PLAIN["main_problem"]}))
    titles = [item["record"]["title"] for item in answer["items"]]
    assert set(titles[:2]) == {COATING, ENGLISH_COATING[0]}


def test_a_demand_scores_the_same_however_it_was_typed_or_pasted(store: Store) -> None:
    plain = store.scores(*store.demand())
    text = PLAIN["main_problem"]
    traditional = opencc.OpenCC("s2t").convert
    for written in (
        {"main_problem": f"<div><p style='margin:0'>{html.escape(text)}</p></div>"},
        {"main_problem": traditional(text), "title": traditional(PLAIN["title"])},
        {"main_problem": " ".join(text)},
        {"main_problem": f"{text[:20]}\n{text[20:40]}\n{text[40:]}"},
        {"main_problem": text.replace(",", "，")},
    ):
        scores = store.scores(*store.demand(**written))
        assert next(iter(scores)) == COATING, written
        assert scores == pytest.approx(plain, abs=0.02), written


def test_a_true_selling_point_moves_little(store: Store) -> None:
    firm, demand = store.demand()
    before = store.scores(firm, demand)[COATING]
    path = f"/v1/achievements/{store.coating}"
    read = store.university.get(path)
    summary = f"{read.json()['summary']}{SELLING_POINT}"
    ok(store.university.patch(path, json={"summary": summary}, headers={"If-Match": read.headers["ETag"]}))
    assert store.scores(firm, demand)[COATING] == pytest.approx(before, abs=0.15)


def test_what_other_firms_ask_for_moves_no_score(store: Store) -> None:
    firm, demand = store.demand()
    before = store.scores(firm, demand)
    for title in ("储罐水性防腐体系开发", "耐盐雾水性涂料", "化工储罐防腐涂料升级"):
        store.demand(title=title)
    assert store.scores(firm, demand) == before


def test_a_pair_has_the_same_score_from_either_side(store: Store) -> None:
    firm, demand = store.demand()
    items = ok(firm.get(f"/v1/demands/{demand}/matches"))["items"]
    assert len(items) == len(OTHERS) + 1
    for item in items:
        back = ok(store.university.get(f"/v1/achievements/{item['record']['id']}/matches"))["items"]
        # Where nothing is good, what reads 0.00 is no answer.
        assert [other["record"]["id"] for other in back] == [demand] * (item["score"] >= 0.005)
        assert all(other["score"] == pytest.approx(item["score"], abs=1e-5) for other in back)


def test_what_is_excluded_does_not_attract(store: Store) -> None:
    """From either side: what is said about it is no part of the score, and the answer says how it was read."""
    chrome = "活塞杆镀硬铬替代涂层技术"
    store.achievement(chrome, "超音速火焰喷涂碳化钨替代活塞杆镀硬铬,无六价铬,盐雾一千小时。")
    leak = "机柜漏液检测装置"
    store.achievement(leak, "感应线缆与控制器检测机柜漏液,定位到米,报警快。")
    wish = {"title": "活塞杆镀铬替代", "main_problem": "我们要活塞杆镀硬铬的替代工艺,环保不让镀了。"}
    plain = store.scores(*store.demand(**wish))
    firm, demand = store.demand(**wish | {"main_problem": f"不需要漏液检测,{wish['main_problem']}"})
    answer = ok(firm.get(f"/v1/demands/{demand}/matches"))
    assert answer["excluded"] == ["不需要漏液检测"]
    scores = {item["record"]["title"]: item["score"] for item in answer["items"]}
    assert next(iter(scores)) == chrome
    assert scores == pytest.approx(plain, abs=1e-5)
    detector = next(item["record"]["id"] for item in answer["items"] if item["record"]["title"] == leak)
    back = ok(store.university.get(f"/v1/achievements/{detector}/matches"))["items"]
    # Where nothing is good, what reads 0.00 is no answer.
    listed = {item["record"]["id"]: item["score"] for item in back}
    assert (demand in listed) == (scores[leak] >= 0.005)
    assert listed.get(demand, scores[leak]) == pytest.approx(scores[leak], abs=1e-5)


def test_a_demand_scores_the_same_before_it_is_published(store: Store) -> None:
    firm = store.log_in(Role.ENTERPRISE)
    payload = demand_payload(scenario="化工园区的常压储罐", keywords=["防腐", "水性"])
    checked = ok(firm.post("/v1/demands/check", json=payload))["matches"]["items"]
    published = create(firm, "demands", payload)["id"]
    found = ok(firm.get(f"/v1/demands/{published}/matches"))["items"]
    assert [(item["record"]["id"], item["score"]) for item in checked] == [
        (item["record"]["id"], pytest.approx(item["score"], abs=1e-5)) for item in found[: len(checked)]
    ]


def test_copies_of_an_achievement_stand_behind_it_and_move_no_score(store: Store) -> None:
    firm, demand = store.demand()
    before = store.scores(firm, demand)
    copies = {store.achievement(COATING, achievement_payload()["summary"]) for _ in range(3)}
    items = ok(firm.get(f"/v1/demands/{demand}/matches"))["items"]
    assert {item["record"]["title"]: item["score"] for item in items} == before
    assert {items[0]["record"]["id"], *items[0]["similar"]} == {store.coating, *copies}
