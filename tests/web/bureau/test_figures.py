"""The network, the wall and its links: what the bureau sees, and what a screen without a login sees."""

import json
import re
from html import unescape

import pytest

from app.accounts.models import Role
from app.engagements.models import Engagement
from app.vocabularies import vocabulary
from tests.support.scenario import Scenario
from tests.web.html import faults_of
from tests.web.readers import ReaderOf


def test_the_network_joins_fields_and_districts_by_managers(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    empty = operator.get("/bureau/network")
    assert faults_of(empty.text) == []
    assert "这段时间没有对接" in empty.text
    manager = scenario.manager(title="周济民")
    for place in range(2):
        demand = scenario.demand(fields=["0101"], region="370102")
        opened = Engagement(
            number=f"JN-E-2026-00000{place}",
            demand_id=demand,
            achievement_id=scenario.achievement(),
            manager_id=manager,
        )
        with scenario.database.unit_of_work() as session:
            session.add(opened)
    page = operator.get("/bureau/network")
    assert faults_of(page.text) == []
    (data,) = re.findall(r'data-network="([^"]*)"', page.text)
    assert not re.search(r"<div[^>]*data-network[^>]*\shidden", page.text), (
        "its place is kept, so nothing moves when it is drawn"
    )
    graph = json.loads(unescape(data))
    assert {(one["kind"], one["weight"]) for one in graph["nodes"]} == {(0, 2), (1, 2), (2, 2)}
    assert [one["weight"] for one in graph["edges"]] == [2, 2]
    assert page.text.count("周济民") > len(graph["edges"]), "the table names the manager of each edge"
    refused = operator.get("/bureau/network?first=昨天")
    assert refused.status_code == 422
    for figure in ("reliability", "load"):
        shown = operator.get(f"/bureau/statistics/{figure}")
        assert faults_of(shown.text) == []
        assert operator.get(f"/bureau/statistics/{figure}/table").status_code == 200
    load = operator.get("/bureau/statistics/load").text
    assert "周济民" in load
    (address,) = set(re.findall(r'href="(/bureau/statistics/load/rows[^"]*)"', load)) or {""}
    assert not address, "an engagement without the manager's consent occupies nobody"


def test_each_number_leads_to_the_rows_that_it_counts(scenario: Scenario, reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    manager = scenario.manager(title="周济民")
    demand, achievement = scenario.demand(title="储罐防腐涂料"), scenario.achievement()
    scenario.rank_pair(demand, achievement, 0.9)
    scenario.push(manager, demand, achievement)
    answers = {}
    for figure in ("funnel", "gaps", "pushes", "stage-times", "contracts", "load", "reliability"):
        page = operator.get(f"/bureau/statistics/{figure}?field=").text
        assert faults_of(page) == []
        numbers = re.findall(r'<a href="([^"]+/rows\?[^"]*)" aria-label="[^"]*">([\d,]+)</a>', page)
        for address, number in numbers:
            rows = operator.get(unescape(address))
            assert rows.status_code == 200 and faults_of(rows.text) == []
            assert rows.text.count('<th scope="row">') == int(number), (address, number)
        answers[figure] = len(numbers)
    assert answers["funnel"] >= 3 and answers["pushes"] >= 2 and answers["gaps"] >= 2
    shown = operator.get("/bureau/statistics/funnel/rows?step=pushed")
    assert "储罐防腐涂料" in shown.text
    assert operator.get("/bureau/statistics/funnel/rows?step=nowhere").status_code == 404
    assert operator.get("/bureau/statistics/load/rows?manager_id=nobody").status_code == 404
    occupied = operator.get(f"/bureau/statistics/load/rows?manager_id={manager}")
    assert "没有明细" in occupied.text
    assert "没有明细" in operator.get("/bureau/statistics/reliability/rows?band=7").text
    assert reader(Role.INSTITUTION).get("/bureau/statistics/funnel/rows").status_code == 403


def test_what_became_of_pushes_adds_up(scenario: Scenario, reader: ReaderOf) -> None:
    """Those that the service has cancelled are among them, and lead to their rows like others."""
    operator = reader(Role.OPERATOR)
    manager = scenario.manager(title="周济民")
    for state in ("new", "expired", "cancelled", "cancelled"):
        scenario.push(manager, state=state)
    page = operator.get("/bureau/statistics/pushes").text
    table = page[page.index("<table") : page.index("</table>")]
    labels = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)<', table)
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", table)]
    of_month = dict(zip(labels[1:], map(int, cells), strict=True))
    assert of_month.pop("推送数") == 4 and of_month["已取消"] == 2
    of_month.pop("已读")  # a part of the others
    assert sum(of_month.values()) == 4
    (address,) = re.findall(r'href="([^"]*outcome=cancelled[^"]*)"', page)
    assert operator.get(unescape(address)).text.count('<th scope="row">') == 2


def test_the_gaps_show_only_fields_that_lack_something(scenario: Scenario, reader: ReaderOf) -> None:
    for _ in range(3):
        scenario.demand(fields=["0101"])
    scenario.achievement(fields=["0601"])
    page = reader(None).get("/figures").text
    assert faults_of(page) == []
    fields = vocabulary("hightech_fields")
    pictured = page[page.index('<ul class="bars"') :]
    pictured, listed = pictured[: pictured.index("</ul>")], pictured[pictured.index("</ul>") :]
    lacking, lacking_nothing = (fields.label(code, "zh") for code in ("01", "06"))
    assert lacking in pictured
    assert lacking_nothing not in pictured
    assert lacking_nothing in listed, "the table has them all"


def test_a_wall_shows_public_figures_until_its_link_is_revoked(
    scenario: Scenario, reader: ReaderOf, capsys: pytest.CaptureFixture[str]
) -> None:
    operator, screen = reader(Role.OPERATOR), reader(None)
    page = operator.get("/bureau/wall")
    assert faults_of(page.text) == []
    (key,) = re.findall(r'name="_key" value="([^"]+)"', page.text)
    assert operator.post("/bureau/wall", data={"label": ""}).status_code == 422
    sent = {"label": "二楼展厅东侧", "_key": key}
    made = operator.post("/bureau/wall", data=sent)
    assert made.status_code == 200
    assert faults_of(made.text) == []
    (token,) = set(re.findall(r"/wall/([\w-]{43})", made.text))
    assert operator.post("/bureau/wall", data=sent).status_code == 303, "sent twice it is one link"
    listed = operator.get("/bureau/wall").text
    assert listed.count("二楼展厅东侧") == 1
    assert token not in listed

    scenario.demand(title="公开的需求", publish_mode="public")
    scenario.demand(title="不可外传的需求", publish_mode="confidential")
    shown = screen.get(f"/wall/{token}")
    assert shown.status_code == 200
    assert faults_of(shown.text) == []
    assert shown.headers["cache-control"] == "no-store"
    assert "公开的需求" in shown.text
    assert "不可外传的需求" not in shown.text
    part = screen.get(f"/wall/{token}/parts", headers={"HX-Request": "true"})
    assert "<title" not in part.text
    assert "在库成果" in part.text
    assert screen.get(f"/wall/{token[:-1]}x").status_code == 404
    statuses = [screen.get(f"/wall/{token}/parts").status_code for _ in range(35)]
    assert set(statuses) == {200, 429}
    assert token not in "".join(capsys.readouterr()), "a log would hand the link on"

    (link,) = re.findall(r'name="link" value="([^"]+)"', listed)
    assert reader(Role.MANAGER).post("/bureau/wall/revoke", data={"link": link}).status_code == 403
    assert reader(None).post("/bureau/wall/revoke", data={"link": link}).status_code == 401
    assert operator.post("/bureau/wall/revoke", data={"link": link}).status_code == 303
    assert operator.post("/bureau/wall/revoke", data={"link": link}).status_code == 409
    assert operator.post("/bureau/wall/revoke", data={"link": "nonsense"}).status_code == 404
    assert screen.get(f"/wall/{token}").status_code == 404
