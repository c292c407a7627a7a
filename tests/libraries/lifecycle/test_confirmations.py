"""Questions before publication: what is doubtful is asked, answered with `confirmed`, and stored with who and when."""

from typing import Any

import pytest

from app.accounts.models import Role
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.http import ON_ONE_DATABASE, ok
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

OWNER = "济南云岭特种阀门有限公司"
QUESTION = "山区工况下云岭一带温差大,密封圈三个月就老化。"


@pytest.fixture
def owner(scenario: Scenario) -> UserClient:
    return scenario.user_client(Role.ENTERPRISE, scenario.registered_organisation(name=OWNER))


def hidden(**changes: Any) -> dict[str, Any]:
    return demand_payload(publish_mode="confidential", **changes)


def errors(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 422, answer.text
    found: list[dict[str, Any]] = answer.json()["errors"]
    return found


def test_a_doubtful_word_is_asked_and_the_answer_is_stored(owner: UserClient) -> None:
    (asked,) = errors(owner.post("/v1/demands", hidden(main_problem=QUESTION)))
    assert (asked["field"], asked["code"], asked["confirm"]) == (
        "main_problem",
        "confirmation_needed",
        "云岭",
    )
    assert QUESTION[asked["start"] : asked["end"]] == "云岭"
    assert "云岭" in asked["message_zh"]
    assert "云岭" in asked["message_en"]
    made = ok(owner.post("/v1/demands", hidden(main_problem=QUESTION, confirmed=["云岭"])), 201)
    (answer,) = made["confirmed"]
    assert (answer["word"], answer["by"]) == ("云岭", str(owner.user.id))
    assert answer["at"]


def test_a_draft_is_published_with_the_answer(owner: UserClient) -> None:
    draft = owner.create("demands", hidden(main_problem=QUESTION, draft=True))
    path = f"/v1/demands/{draft['id']}"
    assert [error["code"] for error in errors(owner.post(f"{path}/submit"))] == ["confirmation_needed"]
    published = ok(owner.post(f"{path}/submit", {"confirmed": ["云岭"]}))
    assert published["state"] == "published"
    # It is not asked again, and the answer keeps its time.
    changed = ok(
        owner.patch(
            path,
            {"scenario": "云岭脚下的泵站", "confirmed": ["云岭"]},
            If_Match=f'"{published["version"]}"',
        )
    )
    assert changed["confirmed"] == published["confirmed"]


def test_only_the_owner_and_the_bureau_see_the_answers(
    owner: UserClient, rival: UserClient, operator: UserClient
) -> None:
    made = ok(owner.post("/v1/demands", hidden(main_problem=QUESTION, confirmed=["云岭"])), 201)
    assert not rival.get(f"/v1/demands/{made['id']}").json().get("confirmed")
    assert operator.get(f"/v1/demands/{made['id']}").json()["confirmed"]


@pytest.mark.parametrize(
    "telling",
    [
        {"main_problem": "我们云岭的阀门密封面堆焊后有裂纹。"},
        {"main_problem": "濟南雲嶺特種閥門有限公司的密封面堆焊后有裂纹。"},
        {"public_alias": "云岭特种阀门"},
        {"keywords": ["阀门", "云岭阀门"]},
        {"expected_goal": "有意者加V详聊"},
    ],
)
def test_what_is_certain_cannot_be_confirmed(owner: UserClient, telling: dict[str, Any]) -> None:
    found = errors(
        owner.post("/v1/demands", hidden(**telling, confirmed=["云岭", "云岭阀门", "云岭特种阀门"]))
    )
    assert {error["field"].split(".")[0] for error in found} == set(telling)
    assert all(error["code"].startswith("leak_") for error in found)
    assert all(error["start"] < error["end"] for error in found)


def test_a_word_that_others_use_is_asked_not_refused(scenario: Scenario) -> None:
    owner = scenario.user_client(
        Role.ENTERPRISE, scenario.registered_organisation(name="济南沣镁铸造有限公司")
    )
    telling = hidden(main_problem="沣镁压铸件的热裂多,废品率百分之九。")
    assert [error["code"] for error in errors(owner.post("/v1/demands", telling))] == ["leak_organisation"]
    others = scenario.user_client(Role.ENTERPRISE)
    for number in range(3):
        others.create("demands", demand_payload(title=f"沣镁压铸工艺 {number} 期"))
    assert [error["code"] for error in errors(owner.post("/v1/demands", telling))] == ["confirmation_needed"]


@ON_ONE_DATABASE
@pytest.mark.parametrize("draft", [False, True])
@pytest.mark.parametrize(
    ("library", "payload"),
    [
        ("demands", demand_payload(confidential_note="本项目属国家秘密,密级为机密级。")),
        ("demands", demand_payload(title="秘密★10年 高温阀门材料")),
        ("achievements", achievement_payload(summary="该成果为机密级项目,适用于舰船动力系统的高温部件。")),
    ],
)
def test_state_secrets_are_refused_even_in_drafts(
    owner: UserClient, institution: UserClient, library: str, payload: dict[str, Any], draft: bool
) -> None:
    client = institution if library == "achievements" else owner
    found = errors(client.post(f"/v1/{library}", payload | {"draft": draft, "confirmed": ["机密级"]}))
    assert {error["code"] for error in found} == {"state_secret"}
    assert all("国家秘密" in error["message_zh"] for error in found)


def test_internal_markings_are_asked_about_in_public_records_too(owner: UserClient) -> None:
    telling = demand_payload(benchmark="参数取自内部资料 注意保密")
    (asked,) = errors(owner.post("/v1/demands", telling))
    assert (asked["field"], asked["code"]) == ("benchmark", "confirmation_needed")
    ok(owner.post("/v1/demands", telling | {"confirmed": [asked["confirm"]]}), 201)
