"""The inbox: what stands in it, answers with their consequences, undo, refusals that lose nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.clock import today
from app.database import now
from app.libraries.demands.models import Demand
from app.pushes.models import Push
from app.settings import Settings
from tests.web.html import faults_of, text_of
from tests.web.manager.desk import REASONS, ManagerDesk, manager_desk
from tests.web.readers import ReaderOf

HTMX = {"HX-Request": "true"}


def test_the_best_push_stands_open_with_its_reasons(desk: ManagerDesk) -> None:
    weak, best = desk.push("次要的需求", score=0.7), desk.push("最好的需求", score=0.9)
    page = desk.reader.get("/inbox")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert text.index("最好的需求") < text.index("次要的需求")
    for said in ("2 项推送待答复", "经手过相近项目：涂层转让", "内容高度相符", "管道腐蚀快", "0 / 5"):
        assert said in text
    assert f'action="/inbox/{best}/accept"' in page.text
    assert f'action="/inbox/{weak}/accept"' not in page.text
    assert f'action="/inbox/{weak}/accept"' in desk.reader.get(f"/inbox?at={weak}").text


def test_accepting_opens_the_next_push_and_can_be_undone(desk: ManagerDesk) -> None:
    first, second = desk.push(score=0.9), desk.push(score=0.8)
    answer = desk.reader.post(f"/inbox/{first}/accept", data={"following": str(second)})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/inbox?at={second}")
    assert desk.state_of(first) == "accepted"
    page = desk.reader.get(answer.headers["location"])
    assert "已接受《解决管道腐蚀》" in page.text
    assert "在手对接 1 / 5" in page.text
    undone = desk.reader.post("/inbox/undo", data={"push": str(first)})
    assert undone.status_code == 303
    assert desk.state_of(first) == "read"
    again = desk.reader.get(undone.headers["location"]).text
    assert "已撤销" in again
    assert 'class="undo"' not in again


def test_declining_asks_for_a_reason_and_a_note_where_it_needs_one(desk: ManagerDesk) -> None:
    push = desk.push()
    refused = desk.reader.post(f"/inbox/{push}/decline", data={"reason": "other", "note": " "})
    assert refused.status_code == 422
    assert "请填写说明" in refused.text
    assert faults_of(refused.text) == []
    assert desk.reader.post(f"/inbox/{push}/decline", data={"reason": "nonsense"}).status_code == 422
    assert desk.state_of(push) == "new"
    answer = desk.reader.post(f"/inbox/{push}/decline", data={"reason": "other", "note": "已有供应商"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert "理由：其他" in desk.reader.get("/inbox").text
    assert "已有供应商" in desk.reader.get("/inbox?state=declined").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"choice": "tomorrow"}, 303),
        ({"choice": "monday"}, 303),
        ({"choice": "day", "until": "soon"}, 422),
        ({"choice": "day", "until": "2020-01-01"}, 422),
        ({"choice": "day", "until": ""}, 422),
    ],
)
def test_postponing_to_a_day(desk: ManagerDesk, form: dict[str, str], status: int) -> None:
    push = desk.push()
    answer = desk.reader.post(f"/inbox/{push}/postpone", data=form)
    assert answer.status_code == status
    if status == 422:
        assert f'value="{form["until"]}"' in answer.text
        assert desk.state_of(push) == "new"
    else:
        assert desk.state_of(push) == "later"
        assert "现在没有待答复的推送" in desk.reader.get("/inbox").text
        assert "再提醒" in desk.reader.get("/inbox?state=later").text


def test_a_day_typed_in_chinese_is_understood(desk: ManagerDesk) -> None:
    push = desk.push()
    wanted = today() + timedelta(days=3)
    typed = f"{wanted.year}年{wanted.month}月{wanted.day}日"
    answer = desk.reader.post(f"/inbox/{push}/postpone", data={"choice": "day", "until": typed})
    assert answer.status_code == 303
    (row,) = desk.scenario.pushes(id=push)
    assert row.snoozed_until is not None


def test_an_answer_that_a_rule_forbids_changes_nothing(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    """The refusal is on the page, and the push is as it was: no half of an acceptance stays."""
    desk = manager_desk(app, settings, reader, capacity=1)
    first, second = desk.push(), desk.push()
    assert desk.reader.post(f"/inbox/{first}/accept").status_code == 303
    refused = desk.reader.post(f"/inbox/{second}/accept")
    assert refused.status_code == 409
    assert "此推送不能接收" in refused.text or "已达上限" in refused.text
    assert faults_of(refused.text) == []
    assert desk.state_of(second) == "new"


def test_a_push_cannot_be_decided_twice(desk: ManagerDesk) -> None:
    push = desk.push()
    assert desk.reader.post(f"/inbox/{push}/decline", data={"reason": "price"}).status_code == 303
    again = desk.reader.post(f"/inbox/{push}/accept")
    assert again.status_code == 409
    assert "不能作此答复" in again.text
    assert desk.state_of(push) == "declined"


def test_an_undo_that_a_rule_forbids_is_not_offered(desk: ManagerDesk) -> None:
    push = desk.push()
    answer = {"reason": "other", "note": "已有供应商"}
    assert desk.reader.post(f"/inbox/{push}/decline", data=answer).status_code == 303
    assert 'class="undo"' in desk.reader.get("/inbox").text
    with desk.scenario.database.unit_of_work() as session:
        declined = session.get_one(Push, push)
        session.get_one(Demand, declined.demand_id).state = "withdrawn"
    assert 'class="undo"' not in desk.reader.get("/inbox").text
    assert desk.reader.post("/inbox/undo", data={"push": str(push)}).status_code == 409


def test_undo_after_its_time_says_so(desk: ManagerDesk) -> None:
    push = desk.push()
    assert desk.reader.post("/inbox/undo", data={"push": str(push)}).status_code == 409
    assert desk.reader.post("/inbox/undo", data={"push": "nothing"}).status_code == 404


def test_pushes_of_others_do_not_exist(desk: ManagerDesk, reader: ReaderOf) -> None:
    foreign = desk.scenario.push(desk.scenario.manager())
    assert desk.reader.get(f"/inbox/{foreign}").status_code == 404
    for action in ("read", "accept", "decline", "postpone"):
        form = {"reason": "price", "choice": "tomorrow"}
        assert desk.reader.post(f"/inbox/{foreign}/{action}", data=form).status_code == 404
    assert reader(Role.ENTERPRISE).post(f"/inbox/{foreign}/accept").status_code == 403
    stranger = reader(None).post(f"/inbox/{foreign}/decline", data={"note": "写了很久的说明"})
    assert stranger.status_code == 401
    assert "写了很久的说明" in stranger.text


def test_htmx_gets_the_list_alone(desk: ManagerDesk) -> None:
    desk.push()
    part = desk.reader.get("/inbox", headers=HTMX)
    assert part.text.lstrip().startswith('<div id="inbox"')
    assert part.headers["cache-control"] == "private, no-store"
    assert "HX-Request" in part.headers["vary"]


def test_a_confidential_owner_is_named_nowhere(desk: ManagerDesk) -> None:
    owner = desk.scenario.organisation()
    demand = desk.scenario.demand(
        owner=owner, publish_mode="confidential", confidential_note="金丝雀", title="保密需求"
    )
    push = desk.scenario.push(desk.manager_id, demand, reasons=REASONS)
    (name,) = _names(desk, owner)
    for address in ("/inbox", f"/inbox/{push}"):
        page = desk.reader.get(address)
        assert page.status_code == 200
        text = page.text
        assert name not in text
        assert "金丝雀" not in text


def _names(desk: ManagerDesk, organisation: Any) -> list[str]:
    from app.accounts.models import Organisation

    with desk.scenario.database.reading() as session:
        return [session.get_one(Organisation, organisation).name]


def test_a_push_has_a_page_of_its_own(desk: ManagerDesk) -> None:
    push = desk.push(expires_at=now() + timedelta(days=2))
    page = desk.reader.get(f"/inbox/{push}")
    assert faults_of(page.text) == []
    assert 'href="#ea1"' in page.text
    assert desk.reader.post(f"/inbox/{push}/read").status_code == 204
    assert desk.state_of(push) == "read"
    english = desk.reader.get(f"/inbox/{push}", headers={"Accept-Language": "en"}).text
    assert "brokered similar work" in english
    # Pushes of the first versions have no figures in their reasons.
    older = {name: value for name, value in REASONS["pair"].items() if name != "figures"}
    push = desk.push(reasons=REASONS | {"pair": older})
    assert desk.reader.get(f"/inbox/{push}").status_code == 200


def test_the_page_of_a_push_shows_amounts_as_the_record_does(desk: ManagerDesk) -> None:
    scenario = desk.scenario
    demand = scenario.demand(budget_min_wan=220, budget_max_wan=220)
    achievement = scenario.achievement(price_min_wan=180, price_max_wan=180)
    push = scenario.push(desk.manager_id, demand, achievement, reasons=REASONS)
    page = desk.reader.get(f"/inbox/{push}").text
    numbers = re.findall(r'href="/(demands|achievements)/([^"?#]+)"', page)
    records = "".join(desk.reader.get(f"/{plural}/{number}").text for plural, number in numbers)
    assert numbers
    assert "万元" in page
    for amount in ("220.00 万元", "180.00 万元", "100–500 万元"):
        assert (amount in page) == (amount in records)


def test_the_stream_says_how_much_is_new_since_the_page(
    app: Any, settings: Settings, reader: ReaderOf
) -> None:
    app.state.services[Settings] = settings.model_copy(update={"stream_lifetime": timedelta(0)})
    desk = manager_desk(app, settings, reader)
    before = now().isoformat()
    desk.push()
    desk.push()
    events = desk.reader.get("/inbox/stream", params={"since": before}).text
    assert "2 项新推送" in events
    assert 'hx-target="#inbox-news"' in events
    assert "项新推送" not in desk.reader.get("/inbox/stream", params={"since": now().isoformat()}).text
