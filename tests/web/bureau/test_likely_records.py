"""Published records that may be one: found by keys, words and vectors, decided by the bureau, and undone."""

import re
from typing import Any

from app.accounts.models import Role
from app.database import Database
from app.exchange.duplicates.comparison import compare_records
from app.matching.matcher import Matcher
from app.services import Services
from tests.support.builders.achievements import achievement_payload
from tests.support.callers import Caller, LogIn
from tests.support.http import created, ok, refused
from tests.web.html import faults_of
from tests.web.readers import ReaderOf

PAGE = "/bureau/duplicates/records"
TEXT = "超声辅助激光熔覆非晶涂层，用于工程机械履带与截齿，寿命提高一倍以上，已在三家企业试用。"
OTHER = "以秸秆为原料的缓释肥包膜工艺，包膜厚度均匀，肥效期延长至九十天，适用于大田作物。"
RIGHT = {"type": "invention_patent", "number": "ZL202310458812.X"}


def published(caller: Caller, title: str, **values: Any) -> dict[str, Any]:
    """A new achievement of the caller."""
    body = achievement_payload(title=title, **{"summary": TEXT} | values)
    return created(caller.post("/v1/achievements", json=body))


def compared(app: Any) -> int:
    services: Services = app.state.services
    return compare_records(services[Database], services[Matcher].index)


def waiting(operator: Caller) -> list[set[str]]:
    """The titles of each pair, in order."""
    found = ok(operator.get("/v1/duplicates", params={"kind": "achievement"}))
    assert found["total"] == len(found["items"])
    return [{pair["first"]["title"], pair["second"]["title"]} for pair in found["items"]]


def test_keys_come_first_and_the_same_description_under_another_name_is_asked_about(
    app: Any, log_in: LogIn
) -> None:
    university, institute, operator = (
        log_in(role) for role in (Role.INSTITUTION, Role.INSTITUTION, Role.OPERATOR)
    )
    published(university, "激光熔覆耐磨涂层", summary=OTHER, ip_list=[RIGHT])
    published(
        institute, "非晶涂层（展会版）", summary=OTHER * 2, ip_list=[RIGHT | {"number": "202310458812.X"}]
    )
    published(university, "履带表面强化")
    published(institute, "截齿延寿工艺")
    published(institute, "铁基履带表面强化", publish_mode="confidential")
    published(institute, "镍基履带表面强化")
    # A name alone tells nothing across organisations.
    published(university, "污水处理智能加药系统", summary="膜前加药量按浊度预测，药耗降低两成。")
    published(institute, "污水处理智能加药系统", summary="除磷药剂投加的模糊控制，出水总磷稳定达标。")
    assert compared(app) == 8
    assert compared(app) == 0
    pairs = waiting(operator)
    assert pairs[0] == {"激光熔覆耐磨涂层", "非晶涂层（展会版）"}
    assert {"履带表面强化", "截齿延寿工艺"} in pairs
    assert {"铁基履带表面强化", "镍基履带表面强化"} not in pairs
    assert {"污水处理智能加药系统"} not in pairs
    found = ok(operator.get("/v1/duplicates", params={"kind": "achievement", "limit": 1}))["items"][0]
    assert found["has_same_key"]
    assert found["evidence"][0]["zh"].startswith("专利（申请）号相同")
    refused(university.get("/v1/duplicates", params={"kind": "achievement"}), 403, "forbidden")


def test_a_merge_withdraws_one_and_its_undoing_publishes_it_again(
    app: Any, log_in: LogIn, reader: ReaderOf
) -> None:
    university, institute, api = (
        log_in(role) for role in (Role.INSTITUTION, Role.INSTITUTION, Role.OPERATOR)
    )
    kept = published(university, "履带表面强化")
    other = published(institute, "截齿延寿工艺")
    compared(app)
    operator = reader(Role.OPERATOR)
    assert "1 疑似重复的记录" in re.sub(r"<[^>]+>", "", operator.get("/bureau").text)
    page = operator.get(f"{PAGE}?kind=achievement")
    assert faults_of(page.text) == []
    sent = {"first": kept["id"], "second": other["id"], "verdict": "keep_first", "note": ""}
    decide, undo = f"{PAGE}/decide?kind=achievement", f"{PAGE}/undo?kind=achievement"
    assert operator.post(decide, data=sent).status_code == 422
    sent["note"] = "同一成果，两单位分别报送。"
    assert operator.post(decide, data=sent).status_code == 303
    assert operator.post(decide, data=sent).status_code == 409
    assert waiting(api) == []
    assert ok(api.get(f"/v1/achievements/{other['id']}"))["state"] == "withdrawn"
    shown = operator.get(f"{PAGE}?kind=achievement").text
    assert "并入" in shown
    (decision,) = re.findall(r'name="decision" value="([^"]+)"', shown)
    assert operator.post(undo, data={"decision": decision}).status_code == 303
    assert operator.post(undo, data={"decision": decision}).status_code == 409
    assert ok(api.get(f"/v1/achievements/{other['id']}"))["state"] == "published"
    assert compared(app) == 1
    assert waiting(api) == [{"履带表面强化", "截齿延寿工艺"}]
    secret = {"kind": "achievement", "kept_id": kept["id"], "other_id": other["id"], "verdict": "different"}
    secret["note"] = "见机密★10年的批复"
    error = refused(api.post("/v1/duplicates", json=secret), 422, "invalid")
    assert [(one["field"], one["code"]) for one in error["errors"]] == [("note", "state_secret")]
    assert operator.post(decide, data=sent | {"verdict": "different"}).status_code == 303
    assert waiting(api) == []
    assert reader(Role.INSTITUTION).post(decide, data=sent).status_code == 403
    assert reader(None).post(decide, data=sent).status_code == 401
