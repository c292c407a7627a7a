"""The way of the data as one story over HTTP: post → match → recommend → push → inbox → answer."""

from collections.abc import Callable
from typing import Any

from app.accounts.models import Role
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload

COATING_EN = {
    "title": "Waterborne epoxy anticorrosion coating with inhibitor microcapsules",
    "summary": (
        "A two-component waterborne epoxy with inhibitor-loaded microcapsules passes 1,200 h of neutral salt spray "
        "without blisters on blasted steel tanks; VOC is below 80 g/L and the coating is applied by airless spray."
    ),
    "language": "en",
    "region": "000000",
}
PIG = {
    "title": "生猪养殖舍氨气在线监测与通风联动控制系统",
    "summary": "以电化学传感器阵列监测猪舍氨气浓度，联动风机与水帘，夏季舍内氨气下降四成，已在三个猪场应用。",
    "fields": ["207"],
}


def test_from_a_posted_demand_to_an_answered_push(
    log_in: Callable[..., Any], as_operator: Any, drain: Callable[[], int]
) -> None:
    university, company = log_in(Role.INSTITUTION), log_in(Role.ENTERPRISE)
    broker, rival, insider = (log_in(Role.MANAGER) for _ in range(3))

    # ① universities list results, managers enter the talent library
    coating = published(university.post("/v1/achievements", json=achievement_payload()))
    english = published(university.post("/v1/achievements", json=achievement_payload(**COATING_EN)))
    pig = published(university.post("/v1/achievements", json=achievement_payload(**PIG)))
    published(
        broker.post(
            "/v1/managers", json=manager_payload(expertise="涂料与表面防腐技术转移，促成多项水性涂料许可")
        )
    )
    published(
        rival.post("/v1/managers", json=manager_payload(title="周远", expertise="养殖装备与农业物联网推广"))
    )
    posts = [
        {"organisation_id": str(insider.organisation_id), "is_primary": True},
        {"organisation_id": str(university.organisation_id)},
    ]
    inside = manager_payload(
        title="许砚", expertise="水性防腐涂料成果转化，熟悉盐雾与储罐防护", affiliations=posts
    )
    conflicted = published(insider.post("/v1/managers", json=inside))

    # ② an enterprise posts a problem and at once sees what there is for it, in both languages
    demand = published(company.post("/v1/demands", json=demand_payload(min_trl=5)))
    matches = company.get(f"/v1/demands/{demand['id']}/matches").json()
    ranked = [item["record"]["id"] for item in matches["items"]]
    assert set(ranked[:2]) == {coating["id"], english["id"]}
    best = matches["items"][0]
    assert best["good"] and matches["no_good_match"] is None
    assert best["reasons"]["one_line_zh"]
    assert best["reasons"]["sentences"][0]["demand"] in (demand["title"], *demand["main_problem"].split("\n"))
    assert pig["id"] not in [item["record"]["id"] for item in matches["items"] if item["good"]]

    # ③ managers for the pair: the insider is shown with the conflict, never recommended
    pair = {"demand_id": demand["id"], "achievement_id": coating["id"]}
    managers = company.get("/v1/recommendations", params=pair).json()["items"]
    assert managers[0]["recommended"] and managers[0]["manager"]["title"] == "林若溪"
    shown = {item["manager"]["id"]: item for item in managers}[conflicted["id"]]
    assert not shown["recommended"] and shown["conflict"]["kind"] == "affiliation"

    # ④ the worker pushes the good pairs; running it again adds nothing
    assert drain() > 0
    inbox = broker.get("/v1/inbox").json()["items"]
    assert {push["achievement"]["id"] for push in inbox} >= {coating["id"]}
    assert [push["rank_score"] for push in inbox] == sorted(
        (push["rank_score"] for push in inbox), reverse=True
    )
    assert insider.get("/v1/inbox").json()["items"] == []
    pushed = as_operator.get("/v1/pushes", params={"limit": 100}).json()["items"]
    assert drain() == 0
    assert len(as_operator.get("/v1/pushes", params={"limit": 100}).json()["items"]) == len(pushed)
    keys = [(push["manager"]["id"], push["demand"]["id"], push["achievement"]["id"]) for push in pushed]
    assert len(keys) == len(set(keys))

    # ⑤ the manager answers; what was declined does not come back after a change
    push = next(item for item in inbox if item["achievement"]["id"] == coating["id"])
    assert broker.post(f"/v1/pushes/{push['id']}/read").status_code == 200
    declined = broker.post(f"/v1/pushes/{push['id']}/decline", json={"reason": "too_early"})
    assert declined.json()["state"] == "declined"
    changed = company.patch(
        f"/v1/demands/{demand['id']}",
        json={"expected_goal": "盐雾不少于1200小时"},
        headers={"If-Match": company.get(f"/v1/demands/{demand['id']}").headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    drain()
    again = [
        item for item in broker.get("/v1/inbox").json()["items"] if item["achievement"]["id"] == coating["id"]
    ]
    assert again == []

    # ⑥ taken back is taken back: no match, no pair, no live push
    assert company.post(f"/v1/demands/{demand['id']}/withdraw").status_code == 200
    drain()
    assert broker.get("/v1/inbox").json()["items"] == []
    assert as_operator.get("/v1/pairs").json()["items"] == []
    found = university.get(f"/v1/achievements/{coating['id']}/matches").json()
    assert found["items"] == [] and found["no_good_match"]["code"] == "no_candidate"


def published(response: Any) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    assert body["state"] == "published"
    return body
