"""Answers to the questions of an import: remembered, corrected, of two people, and of no use to anybody else."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from app.accounts.models import Role
from tests.exchange.files import Rows, sheet, workbook
from tests.exchange.test_questions import VAGUE
from tests.support.http import ok, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

COLUMNS = ("甲栏", "乙栏", "丙栏")
FIELDS = {"甲栏": "owner_org", "乙栏": "title", "丙栏": "contact_phone"}
WITH_NAMES: Rows = (
    ("企业名称", "名目", "热线"),
    ("济南泺岫轴承有限公司", "磨削烧伤识别", "13800000011"),
    ("济南岱青玻璃有限公司", "退火窑节能", "13800000012"),
)


def _send(user: UserClient, rows: Rows, sender: str | None = "市中区") -> dict[str, Any]:
    params = {"sender": sender} if sender else {}
    return dict(ok(user.upload("/v1/imports", workbook(("Sheet1", rows)), name="清单.xlsx", **params), 201))


def _say(
    user: UserClient, headers: Mapping[str, str | None], kind: str, sender: str | None = "市中区"
) -> Any:
    body = {"headers": dict(headers), "kind": kind} | ({"sender": sender} if sender else {})
    return user.put("/v1/imports/headers", body)


def _kinds(user: UserClient, batch: dict[str, Any]) -> set[str]:
    return {one["kind"] for one in ok(user.get(f"/v1/imports/{batch['id']}/rows"))["items"]}


def test_a_kind_alone_is_remembered_for_a_list_with_nearly_the_same_columns(operator: UserClient) -> None:
    first = _send(operator, WITH_NAMES)
    said = {one["header"]: None for one in first["questions"][0]["columns"]}
    ok(_say(operator, said, "achievement"))
    again = _send(operator, WITH_NAMES)
    assert (again["state"], _kinds(operator, again)) == ("previewed", {"achievement"})
    assert ok(operator.get("/v1/imports/headers", sender="市中区"))["headers"] == {}
    other = (
        ("企业名称", "名目", "性能", "价位", "备用电话"),
        ("济南泺岫轴承有限公司", "甲事", "乙", "丙", "丁"),
    )
    batch = _send(operator, other)
    assert batch["state"] == "undecided" or batch["questions"][0]["guessed"], "another list is no such list"


def test_a_kind_without_columns_is_refused(operator: UserClient) -> None:
    assert wrong_fields(_say(operator, {}, "demand")) == ["headers"]


def test_a_later_answer_corrects_an_earlier_one(operator: UserClient) -> None:
    _send(operator, VAGUE)
    ok(_say(operator, dict(FIELDS), "demand"))
    assert _kinds(operator, _send(operator, VAGUE)) == {"demand"}
    ok(_say(operator, dict.fromkeys(FIELDS), "achievement"))
    assert _kinds(operator, _send(operator, VAGUE)) == {"achievement"}


def test_few_explained_columns_decide_no_other_list_without_a_yes(operator: UserClient) -> None:
    ok(_say(operator, dict(FIELDS), "demand"))
    rows = (
        ("丙栏", "子栏", "丑栏", "寅栏", "卯栏"),
        ("13800000011", "微波烟气脱硝", "泺岫理工大学", "低温催化脱硝，效率91%。", "中试"),
        ("13800000012", "秸秆地膜", "泺岫理工大学", "亩用量下降三成，可降解。", "小试"),
    )
    batch = _send(operator, rows)
    if batch["state"] == "previewed":
        assert batch["questions"][0]["guessed"]
        rows_read = ok(operator.get(f"/v1/imports/{batch['id']}/rows"))["items"]
        assert all("title" in one["entry"]["derived"] for one in rows_read)


@pytest.mark.parametrize("odd", ["never", "ignore", "nichts", "=1+1", "*", "标题"])
def test_odd_answers_are_refused_or_leave_the_column_out(operator: UserClient, odd: str) -> None:
    answer = _say(operator, FIELDS | {"乙栏": odd}, "demand")
    if answer.status_code == 422:
        assert wrong_fields(answer) == ["乙栏"]
    else:
        assert _send(operator, VAGUE)["state"] == "undecided", "a list without names stores nothing"


def test_an_answer_for_a_column_that_does_not_exist_changes_nothing(operator: UserClient) -> None:
    ok(_say(operator, {"无此栏": "title"}, "demand"))
    assert _send(operator, VAGUE)["state"] == "undecided"


def test_a_long_header_can_be_explained(operator: UserClient) -> None:
    header = (
        "请贵单位结合生产经营实际简要写明目前最想请外部专家帮助的那一件事情"
        "并注意不要写公司内部的代号简称以及客户名称等等也不要写与技术无关的事情"
    )
    rows = (("甲栏", header, "丙栏"), *VAGUE[1:])
    asked = _send(operator, rows)
    assert asked["questions"][0]["columns"][1]["header"] == header
    ok(_say(operator, {"甲栏": "owner_org", header: "title", "丙栏": "contact_phone"}, "demand"))
    assert _kinds(operator, _send(operator, rows)) == {"demand"}


def test_two_people_who_answer_at_once_leave_one_answer(operator: UserClient) -> None:
    answers: list[int] = []

    def say(kind: str) -> None:
        answers.append(_say(operator, dict(FIELDS), kind).status_code)

    both = [threading.Thread(target=say, args=(kind,)) for kind in ("demand", "achievement")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert answers == [200, 200]
    assert len(_kinds(operator, _send(operator, VAGUE))) == 1


def test_answers_of_one_sender_are_nobody_elses(operator: UserClient, enterprise: UserClient) -> None:
    ok(_say(enterprise, dict(FIELDS), "demand", None))
    assert _send(operator, VAGUE, "别的单位")["state"] == "undecided"
    # The bureau cannot take the place of an organisation by naming it so, nor the other way round.
    own = ok(enterprise.get("/v1/imports/headers"))["sender"]
    assert _send(operator, VAGUE, own)["state"] == "undecided"
    assert ok(operator.get("/v1/imports/headers", sender=own))["headers"] == {}
    assert ok(enterprise.get("/v1/imports/headers", sender="市中区"))["sender"] == own


def test_who_may_not_import_may_not_answer(scenario: Scenario, enterprise: UserClient) -> None:
    manager = scenario.user_client(Role.MANAGER)
    assert _say(manager, dict(FIELDS), "demand", None).status_code == 403
    assert manager.get("/v1/imports/headers").status_code == 403
    sent = _send(enterprise, VAGUE, None)
    assert manager.get(f"/v1/imports/{sent['id']}").status_code in (403, 404)
    assert manager.upload("/v1/imports", sheet(VAGUE), name="a.xlsx").status_code == 403


def test_a_changed_file_is_asked_about_again_and_the_old_batch_stays_closed(operator: UserClient) -> None:
    first = _send(operator, VAGUE)
    ok(_say(operator, dict(FIELDS), "demand"))
    changed = (("甲栏", "乙栏", "丁栏"), *VAGUE[1:])
    batch = _send(operator, changed)
    asked = {one["header"]: one["how"] for one in batch["questions"][0]["columns"]}
    assert asked["丁栏"] != "known"
    assert operator.post(f"/v1/imports/{first['id']}/commit", {}).status_code == 409
    read = _send(operator, VAGUE)
    ok(operator.post(f"/v1/imports/{read['id']}/commit", {}))
    rows = ok(operator.get(f"/v1/imports/{read['id']}/rows"))["items"]
    assert {one["state"] for one in rows} == {"done"}
    assert ok(operator.post(f"/v1/imports/{read['id']}/undo", {}))["kept"] == 0
    assert ok(operator.get("/v1/demands", mine=True))["items"] == []
