"""Full-text search as people use it, with the same answers on SQLite and PostgreSQL."""

import base64
import json
from pathlib import Path
from typing import Any

import opencc
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Role
from app.database import Database
from app.database_schema import _config, migrate
from app.libraries.search_refresh import refresh_search
from app.settings import Settings
from tests.libraries.search.two_stores import BenchmarkQuery, Store, filled_store, queries, rows
from tests.support.builders.demands import demand_payload
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

BEFORE = "d41f7b92ce08"
"""The last revision that searched whole words."""

RECALL = 0.98


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def recall(query: BenchmarkQuery, found: list[str]) -> float:
    """The part of the expected records on the first page; a query that expects nothing must find nothing."""
    if not query.expected:
        return float(not found)
    return len(query.expected.intersection(found)) / len(query.expected)


def test_the_benchmark_is_met_on_both_databases(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    """Recall of the first 20 over 200 queries, with the same records in the same order on both databases."""
    with filled_store(sqlite_url, tmp_path / "a") as one, filled_store(postgres_url, tmp_path / "b") as other:
        asked = queries(one)
        assert len(asked) >= 200
        found = {query: one.found(query.text) for query in asked}
        for part in ("seen", "held_out"):
            mine = [query for query in asked if query.part == part]
            assert sum(recall(query, found[query]) for query in mine) / len(mine) >= RECALL
        for query in asked:
            assert other.found(query.text) == found[query], query.text
            page = one.search(query.text, facets=True)
            counted = {entry["code"]: entry["count"] for entry in page["facets"]["state"]}
            assert counted == ({"published": len(page["items"])} if page["items"] else {}), query.text


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Any:
    with filled_store(database_url, tmp_path / "home") as store:
        yield store


def test_any_part_of_a_title_finds_it(store: Store) -> None:
    """For every title and any part of it; whatever the script or the width."""
    traditional = opencc.OpenCC("s2t")
    all_titles = {row["id"]: row["title"] for row in rows("records.tsv")}

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(key=st.sampled_from(sorted(all_titles)), data=st.data())
    def check(key: str, data: st.DataObject) -> None:
        title = all_titles[key]
        start = data.draw(st.integers(0, len(title) - 1))
        end = data.draw(st.integers(start + 1, len(title)))
        part = title[start:end]
        whole_codes = (
            not (title[max(start - 1, 0) : start] + part[:1]).isascii()
            and not (part[-1:] + title[end : end + 1]).isascii()
        )
        if not whole_codes or not any(char.isalnum() for char in part):
            return  # a part of a code or of a word in Latin letters is no word
        wide = "".join(chr(ord(char) + 0xFEE0) if "!" < char <= "~" else char for char in part)
        for text in (part, traditional.convert(part), wide, part.upper()):
            assert key in store.found(f'"{text}"', limit=100), text

    check()


def test_the_answer_says_how_the_query_was_read(operator: UserClient) -> None:
    page = operator.get(
        "/v1/demands", q='球墨铸铁的韧性 "车用大灯" -密封 “前照灯” 阿胶 OR 大蒜 CO2 😀 OR'
    ).json()
    reading = page["search"]
    assert reading["terms"] == ["球墨铸铁", "韧性", "co2"]
    assert reading["phrases"] == ["车用大灯", "前照灯"]
    assert reading["alternatives"] == [["阿胶", "大蒜"]]
    assert reading["excluded"] == ["密封"]
    assert reading["synonyms"] == {"球墨铸铁": ["球铁", "ductile iron"], "co2": ["二氧化碳"]}
    assert [(part["text"], part["reason"]) for part in reading["ignored"]] == [
        ("OR", "dangling_or"),
        ("的", "particle"),
        ("😀", "sign"),
    ]
    assert all(part["zh"] and part["en"] for part in reading["ignored"])
    assert "search" not in operator.get("/v1/demands").json()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ('大灯 "密封', "unbalanced_quote"),
        ("OR 大灯", "dangling_or"),
        ("大灯 OR -密封", "dangling_or"),
        ("the 大灯", "particle"),
        ("大灯 " + " ".join(f"词{n}" for n in range(30)), "too_many"),
        ("大灯 ★", "sign"),
    ],
)
def test_no_part_is_silently_ignored(operator: UserClient, query: str, reason: str) -> None:
    ignored = operator.get("/v1/demands", q=query).json()["search"]["ignored"]
    assert reason in [part["reason"] for part in ignored]


@ON_ONE_DATABASE
@pytest.mark.parametrize("query", ["", "  ", "!?", "😀", "\u200b", '""'])
def test_a_query_without_words_is_refused(operator: UserClient, query: str) -> None:
    answer = operator.get("/v1/demands", q=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "q"


def test_titles_come_before_keywords_and_bodies(enterprise: UserClient) -> None:
    body = "密封" * 30
    for title, keywords, main_problem in (
        ("水泵检修工艺改进", [], f"{body}。现场维护人员不足,备件周期长。"),
        ("水泵运行监测装置", ["密封"], "现场维护人员不足,备件周期长,希望提前发现故障。"),
        ("水泵机械密封改进方案", [], "现场维护人员不足,备件周期长,希望提前发现故障。"),
        ("密封件寿命评估方法", [], "现场维护人员不足,备件周期长,希望提前发现故障。"),
    ):
        payload = demand_payload(title=title, keywords=keywords, main_problem=main_problem)
        enterprise.create("demands", payload)
    assert titles(enterprise.get("/v1/demands", q="密封")) == [
        "密封件寿命评估方法",
        "水泵机械密封改进方案",
        "水泵运行监测装置",
        "水泵检修工艺改进",
    ]


def test_a_rare_word_counts_more_than_a_common_one(enterprise: UserClient) -> None:
    for number in range(12):
        enterprise.create("demands", demand_payload(title=f"第{number}号涂层工艺", keywords=["钽"]))
    # Both have both words; only one has the rare one in its title.
    enterprise.create("demands", demand_payload(title="钒渣提取工艺改进", keywords=["涂层"]))
    enterprise.create("demands", demand_payload(title="钢板涂层工艺改进", keywords=["钒渣"]))
    assert titles(enterprise.get("/v1/demands", q="涂层 钒渣"))[0] == "钒渣提取工艺改进"


def test_pages_of_a_search_stay_in_order_while_words_become_common(enterprise: UserClient) -> None:
    """The cursor keeps the weights, so that new records neither skip nor repeat old ones."""
    first = {
        enterprise.create("demands", demand_payload(title=f"涂层与钒渣{n}号", keywords=[f"钒渣{n}"]))["id"]
        for n in range(6)
    }
    seen: list[str] = []
    params: dict[str, Any] = {"q": "涂层 钒渣", "limit": 2}
    while True:
        page = enterprise.get("/v1/demands", **params).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
        if len(seen) < 5:
            for n in range(12):
                enterprise.create("demands", demand_payload(title=f"钒渣利用{len(seen)}-{n}号"))
    assert len(seen) == len(set(seen))
    assert first <= set(seen)


@pytest.mark.parametrize("sort", ["relevance:", "relevance:0", "relevance:99999", "relevance:x", 7, None])
def test_a_forged_search_cursor_is_refused(operator: UserClient, sort: Any) -> None:
    raw = json.dumps([sort, "1", "0192f0c0-0000-7000-8000-000000000001"]).encode()
    cursor = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert operator.get("/v1/demands", q="涂层 钒渣", cursor=cursor).status_code == 422


def test_a_search_reads_no_hidden_field(
    scenario: Scenario, enterprise: UserClient, rival: UserClient, operator: UserClient
) -> None:
    """Neither finding nor excluding tells of the owner of a confidential record, or a body to anonymous readers."""
    for mode, title in (("public", "公开发布的泵体打磨"), ("confidential", "匿名发布的泵体打磨")):
        enterprise.create(
            "demands",
            demand_payload(title=title, publish_mode=mode, confidential_note="年底前交付核电客户"),
        )
    both = {"公开发布的泵体打磨", "匿名发布的泵体打磨"}
    anonymous = scenario.anonymous_client
    for query in ("泽垚", "泽垚泵阀", "“济南泽垚泵阀铸造有限公司”"):
        assert set(titles(enterprise.get("/v1/demands", q=query))) == both
        assert set(titles(operator.get("/v1/demands", q=query))) == both
        assert titles(rival.get("/v1/demands", q=query)) == ["公开发布的泵体打磨"]
        assert titles(anonymous.get("/v1/demands", q=query)) == []
    assert titles(rival.get("/v1/demands", q="打磨 -泽垚")) == ["匿名发布的泵体打磨"]
    assert set(titles(anonymous.get("/v1/demands", q="打磨 -泽垚"))) == both
    for query in ("盐雾", "打磨 OR 盐雾"):
        found = set(titles(anonymous.get("/v1/demands", q=query)))
        assert found == (both if "OR" in query else set())
    assert set(titles(anonymous.get("/v1/demands", q="打磨 -盐雾"))) == both
    assert titles(rival.get("/v1/demands", q="打磨 -盐雾")) == []
    assert titles(operator.get("/v1/demands", q="核电")) == []


def test_drafts_are_found_by_their_owner_alone(enterprise: UserClient, rival: UserClient) -> None:
    enterprise.create("demands", demand_payload(title="尚未公开的钽电容需求", draft=True))
    assert len(titles(enterprise.get("/v1/demands", q="钽"))) == 1
    assert titles(rival.get("/v1/demands", q="钽")) == []


def test_managers_and_achievements_are_searched_alike(scenario: Scenario, institution: UserClient) -> None:
    from tests.support.builders.achievements import achievement_payload
    from tests.support.builders.managers import manager_payload

    institution.create("achievements", achievement_payload(title="PA-66 增韧母粒制备技术"))
    scenario.user_client(Role.MANAGER).create("managers", manager_payload(expertise="高分子改性与 PA66 注塑"))
    anonymous = scenario.anonymous_client
    for query in ("pa66", "PA 66", "ＰＡ－６６"):
        assert len(titles(anonymous.get("/v1/achievements", q=query))) == 1
        assert len(titles(anonymous.get("/v1/managers", q=query))) == 1


class TestSynonyms:
    """The file of the bureau."""

    def test_an_edited_file_is_used_at_once_and_a_broken_one_not(
        self, operator: UserClient, settings: Settings
    ) -> None:
        operator.create("demands", demand_payload(title="皮带撕口在线监测"))
        assert titles(operator.get("/v1/demands", q="传动胶带")) == []
        file = settings.home_path / "synonyms.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("皮带, 传动胶带  # 煤矿\n", encoding="utf-8")
        assert titles(operator.get("/v1/demands", q="传动胶带")) == ["皮带撕口在线监测"]
        file.write_text("只有一个词\n", encoding="utf-8")
        assert titles(operator.get("/v1/demands", q="传动胶带")) == ["皮带撕口在线监测"]
        file.unlink()
        assert titles(operator.get("/v1/demands", q="传动胶带")) == []


def test_an_upgraded_store_finds_by_the_new_rules(
    database: Database, operator: UserClient, scenario: Scenario
) -> None:
    """A store of the version before has neither tokens nor names in simplified characters."""
    owner = scenario.registered_organisation(name="臺灣泰昌機電有限公司")
    made = operator.create(
        "demands", demand_payload(title="車用大燈密封", owner_org_id=str(owner.id), keywords=["QT400-15"])
    )
    operator.create("demands", demand_payload(title="尚在草稿的尾灯", draft=True))
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
        connection.exec_driver_sql("UPDATE organisation_names SET key = '臺灣泰昌機電有限公司'")
    migrate(database)
    assert titles(operator.get("/v1/demands", q="大灯")) == []
    assert refresh_search(database, limit=1) >= 1
    refresh_search(database)
    assert refresh_search(database) == 0
    for query in ("灯", "车用大灯", "QT400", "泰昌机电", made["number"]):
        assert "車用大燈密封" in titles(operator.get("/v1/demands", q=query)), query
    assert "尚在草稿的尾灯" in titles(operator.get("/v1/demands", q="尾灯"))
    operator.patch(f"/v1/demands/{made['id']}", {"title": "尾灯导光条"}, If_Match='"1"')
    assert titles(operator.get("/v1/demands", q="大灯")) == []
