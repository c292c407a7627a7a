"""Lists: pages, text search, filters, facets, sorts; on both databases."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from app.accounts.access.principal import ANONYMOUS
from app.accounts.models import Role
from app.database import Database, new_id, on_sqlite
from app.libraries.demands.models import Demand
from app.libraries.record.models import listed_at
from app.libraries.visibility.rows import visible
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

TITLES = [
    "化工储罐用高耐蚀水性防腐涂料研发",
    "泵体铸件自动打磨机器人需求",
    "印染废水深度处理与回用",
    "锂电池极片表面缺陷在线检测",
    "QT400-18 球墨铸铁低温冲击韧性提升",
]


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def all_pages(who: UserClient, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = who.get(path, **params, **cursor).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


SORTS = ["-published_at", "published_at", "title", "-completeness", "deadline", "budget", "-budget"]


def test_pages_are_the_whole_list(enterprise: UserClient) -> None:
    """For every sort and page length, each record occurs once, in the order of one long page."""
    for number in range(11):
        budget = {"budget_max_wan": (number % 4) * 50 or None, "keywords": ["防腐"] if number % 3 else None}
        enterprise.create("demands", demand_payload(title=TITLES[number % 5], **budget))
    for sort in SORTS:
        whole = [item["id"] for item in enterprise.get("/v1/demands", sort=sort, limit=100).json()["items"]]
        assert len(whole) == len(set(whole)) == 11
        for limit in (1, 2, 3, 10, 11):
            paged = [item["id"] for item in all_pages(enterprise, "/v1/demands", sort=sort, limit=limit)]
            assert paged == whole, (sort, limit)
    ranked = enterprise.get("/v1/demands", q="防腐", limit=100).json()["items"]
    assert [item["id"] for item in all_pages(enterprise, "/v1/demands", q="防腐", limit=2)] == [
        item["id"] for item in ranked
    ]


@pytest.mark.parametrize("sort", ["-published_at", "title", "relevance"])
def test_pages_stay_right_while_records_come(enterprise: UserClient, sort: str) -> None:
    """Publications between two pages neither skip nor repeat the existing records."""
    first = {enterprise.create("demands", demand_payload(title=f"防腐涂料{n}号"))["id"] for n in range(6)}
    seen: list[str] = []
    params: dict[str, Any] = {"q": "防腐", "sort": sort, "limit": 2}
    while True:
        page = enterprise.get("/v1/demands", **params).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
        if len(seen) < 12:
            enterprise.create("demands", demand_payload(title=f"防腐涂料插队{len(seen)}号"))
    assert len(seen) == len(set(seen))
    assert first <= set(seen)


def test_chinese_full_text(enterprise: UserClient, scenario: Scenario) -> None:
    for title in TITLES:
        enterprise.create(
            "demands", demand_payload(title=title, main_problem=f"{title}:现场工况复杂,亟待突破。")
        )
    assert titles(enterprise.get("/v1/demands", q="防腐涂料")) == [TITLES[0]]
    assert titles(enterprise.get("/v1/demands", q="废水")) == [TITLES[2]]
    assert titles(enterprise.get("/v1/demands", q="ｑｔ400-18")) == [TITLES[4]]
    assert titles(enterprise.get("/v1/demands", q="表面缺陷 检测")) == [TITLES[3]]
    assert titles(enterprise.get("/v1/demands", q="打磨 废水")) == []
    assert len(titles(enterprise.get("/v1/demands", q="工况复杂"))) == 5
    assert titles(scenario.anonymous_client.get("/v1/demands", q="工况复杂")) == []
    assert titles(scenario.anonymous_client.get("/v1/demands", q="废水")) == [TITLES[2]]


def test_the_better_hit_comes_first(enterprise: UserClient) -> None:
    aside = "需求方为化工企业,场地有限。顺带一提,厂区废水也要达标,但重点是储罐的防腐涂层与施工工艺的改进。"
    enterprise.create("demands", demand_payload(main_problem=aside))
    enterprise.create(
        "demands", demand_payload(title=TITLES[2], main_problem="印染废水色度高,废水回用率不足三成。")
    )
    assert titles(enterprise.get("/v1/demands", q="废水")) == [TITLES[2], TITLES[0]]


def test_search_follows_changes(enterprise: UserClient) -> None:
    made = enterprise.create("demands", demand_payload())
    enterprise.patch(f"/v1/demands/{made['id']}", {"title": "激光熔覆修复轧辊"}, If_Match='"1"')
    assert titles(enterprise.get("/v1/demands", q="轧辊")) == ["激光熔覆修复轧辊"]
    assert titles(enterprise.get("/v1/demands", q="储罐")) == []


def test_filters(enterprise: UserClient, operator: UserClient) -> None:
    make = enterprise.create
    make("demands", demand_payload(title="甲项技术需求", fields=["405"], region="370112", industries=["C26"]))
    make("demands", demand_payload(title="乙项技术需求", fields=["401"], region="370102", budget_max_wan=40))
    make("demands", demand_payload(title="丙项技术需求", fields=["20"], region="370200", budget_min_wan=300))
    make("demands", demand_payload(title="丁项技术需求", fields=["201"], region="110000", min_trl=7))

    def found(**params: Any) -> str:
        return "".join(sorted(title[0] for title in titles(enterprise.get("/v1/demands", **params))))

    assert found(field="40") == "乙甲"
    assert found(field="401") == "乙"
    assert found(field=["401", "20"]) == "丁丙乙"
    assert found(industry="C") == "甲"
    assert found(industry="26") == "甲"
    assert found(region="370000") == "丙乙甲"
    assert found(region="370100") == "乙甲"
    assert found(region="济南市") == "乙甲"
    assert found(budget_band="from_20") == "乙"
    assert found(budget_band="negotiable") == "丁甲"
    assert found(budget_min="100") == "丙"
    assert found(budget_max="100") == "乙"
    assert found(trl_min=6) == "丁"
    assert found(mode="licence") == "丁丙乙甲"
    assert found(mode="assignment") == ""
    assert found(deadline_to="2020-01-01") == ""
    assert found(language="en") == ""
    assert found(state="draft") == ""
    assert found(field="40", region="370102") == "乙"
    assert found(mine=True) == "丁丙乙甲"
    assert titles(operator.get("/v1/demands", mine=True)) == []


def test_bands_part_the_list(scenario: Scenario, enterprise: UserClient) -> None:
    """Each record is found only under the band that it shows; the lower end belongs to the band."""
    for budget in (None, "19.99", "20", "49.99", "50", "99.99", "100", "499.99", "500", "1000000"):
        enterprise.create("demands", demand_payload(budget_max_wan=budget))
    enterprise.create("demands", demand_payload(budget_min_wan="30"))
    counts = {}
    for code in ("negotiable", "below_20", "from_20", "from_50", "from_100", "from_500"):
        items = scenario.anonymous_client.get("/v1/demands", budget_band=code, limit=100).json()["items"]
        assert {item["budget_band"] for item in items} == {code}
        counts[code] = len(items)
    assert list(counts.values()) == [1, 1, 3, 2, 2, 2]


def test_managers_are_found_by_where_they_serve(scenario: Scenario) -> None:
    """A manager who serves Jinan is found by its districts and by the province."""
    for name, regions in (("全市服务", ["370100"]), ("历下服务", ["370102"]), ("青岛服务", ["370200"])):
        scenario.user_client(Role.MANAGER).create("managers", manager_payload(title=name, regions=regions))
    anybody = scenario.anonymous_client
    assert set(titles(anybody.get("/v1/managers", region="370102"))) == {"全市服务", "历下服务"}
    assert set(titles(anybody.get("/v1/managers", region="370112"))) == {"全市服务"}
    assert set(titles(anybody.get("/v1/managers", region="370100"))) == {"全市服务", "历下服务"}
    assert len(titles(anybody.get("/v1/managers", region="370000"))) == 3


def test_facets_add_up(institution: UserClient) -> None:
    rows = [("405", 3), ("405", 6), ("401", 6), ("101", 9)]
    for field, trl in rows:
        institution.create("achievements", achievement_payload(fields=[field], trl=trl))
    institution.create("achievements", achievement_payload(draft=True, fields=["101"], trl=9))
    page = institution.get("/v1/achievements", facets=True, limit=1).json()
    assert len(page["items"]) == 1
    counts = {
        facet: {entry["code"]: entry["count"] for entry in entries}
        for facet, entries in page["facets"].items()
    }
    assert counts["state"] == {"published": 4, "draft": 1}
    assert counts["trl"] == {"3": 1, "6": 2, "9": 2}
    assert counts["field"] == {"40": 3, "405": 2, "401": 1, "10": 2, "101": 2}
    assert counts["region"] == {"370000": 5, "370100": 5, "370102": 5}
    assert counts["mode"] == {"licence": 5}
    for facet in ("field", "trl", "state"):
        name = {"trl": "trl_min"}.get(facet, facet)
        for code, count in counts[facet].items():
            params = {name: code} | ({"trl_max": code} if facet == "trl" else {})
            assert len(titles(institution.get("/v1/achievements", limit=100, **params))) == count
    narrowed = institution.get("/v1/achievements", facets=True, field="40").json()["facets"]
    assert {entry["code"]: entry["count"] for entry in narrowed["trl"]} == {"3": 1, "6": 2}
    assert narrowed["trl"][0]["label"].startswith("TRL") or narrowed["trl"][0]["label"]


@pytest.mark.parametrize("library", ["demands", "managers"])
def test_the_number_of_queries_does_not_grow(
    scenario: Scenario, database: Database, operator: UserClient, library: str
) -> None:
    def one() -> None:
        owner = scenario.registered_organisation()
        payload = demand_payload() if library == "demands" else manager_payload()
        operator.create(library, payload | {"owner_org_id": str(owner.id)})

    def queries() -> int:
        seen: list[str] = []

        def count(_: Any, __: Any, statement: str, *___: Any) -> None:
            seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", count)
        assert operator.get(f"/v1/{library}", limit=100, facets=True).status_code == 200
        event.remove(database.engine, "before_cursor_execute", count)
        return len(seen)

    one()
    few = queries()
    for _ in range(7):
        one()
    # two BEGINs, the login, the page, its posts, names of organisations, two facet counts, the total
    assert queries() == few <= 10


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(q=st.text(min_size=1, max_size=60))
def test_any_query_is_answered(operator: UserClient, q: str) -> None:
    assert operator.get("/v1/demands", q=q).status_code in (200, 422)


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "1e400", "NaN", str(10**30)])
@pytest.mark.parametrize("sort", ["title", "-completeness", "budget"])
def test_a_forged_cursor_is_an_error_of_the_request(operator: UserClient, sort: str, value: str) -> None:
    raw = json.dumps([sort, value, "0192f0c0-0000-7000-8000-000000000001"]).encode()
    cursor = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert operator.get("/v1/demands", sort=sort, cursor=cursor).status_code in (200, 422)


@pytest.mark.parametrize("title", ["😀👍 情绪识别算法", "ＡＢＣ　全角名称", 'O\'Brien "引号" \\反斜杠 %_'])
def test_unusual_but_honest_text_is_kept(operator: UserClient, title: str) -> None:
    made = operator.create("demands", demand_payload(title=title))
    assert operator.get(f"/v1/demands/{made['id']}").json()["title"] == made["title"]
    assert operator.get("/v1/demands", q=title).status_code == 200


def test_counts_of_the_whole_list_are_those_of_its_records(
    scenario: Scenario, enterprise: UserClient, rival: UserClient, operator: UserClient
) -> None:
    """A filter that every record passes changes no count, for no reader, and whatever is hidden from them."""
    for owner, field in ((enterprise, "40"), (rival, "80")):
        for draft in (True, False, False):
            owner.create("demands", demand_payload(fields=[field], region="370102") | {"draft": draft})
    counts = []
    for reader in (enterprise, rival, operator, scenario.user_client(Role.INVESTOR)):
        whole = reader.get("/v1/demands", facets=True).json()
        passed = reader.get("/v1/demands", facets=True, region="370100").json()
        assert whole["facets"] == passed["facets"]
        assert whole["total"] == passed["total"]
        counts.append({entry["code"]: entry["count"] for entry in whole["facets"]["field"]})
    assert [(each["40"], each["80"]) for each in counts] == [(3, 2), (2, 3), (3, 3), (2, 2)]


def test_a_list_is_read_in_its_order_on_sqlite(database: Database) -> None:
    """Most records are published: the index of states would read them all and sort them."""
    query = visible(select(Demand.id), Demand, ANONYMOUS)
    by_key = visible(select(Demand.title).where(Demand.id.in_([new_id(), new_id()])), Demand, ANONYMOUS)
    newest = query.order_by(listed_at(Demand).desc(), Demand.id.desc()).limit(5)
    with database.reading() as session:
        if not on_sqlite(session):
            pytest.skip("PostgreSQL keeps statistics")
        for asked, index in ((newest, "ix_demands_listed"), (by_key, "sqlite_autoindex_demands_1")):
            compiled = asked.compile(session.bind, compile_kwargs={"literal_binds": True})
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all()
            assert [index in row.detail for row in plan] == [True], plan
