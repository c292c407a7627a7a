"""Lists and columns that are not understood are asked about, with what they may be, and never passed over."""

import json
from typing import Any

import pytest

from app.exchange.report import report_of
from tests.exchange.files import document, separated, sheet, workbook
from tests.support.scenario.library_users import UserClient

# No title, no kind in any header, and contents that fit two kinds of record.
VAGUE = (
    ("甲栏", "乙栏", "丙栏"),
    ("济南泺岫轴承有限公司", "磨削烧伤识别", "13800000011"),
    ("济南岱青玻璃有限公司", "退火窑节能", "13800000012"),
)
ASKING = (
    ("市中区企业求解事项登记",),
    ("项次", "求解主体", "求解事项", "卡点说明", "愿出费用（万）", "盼何时前解决", "咨询人", "座机或手机"),
    (
        *(
            1,
            "济南泺岫轴承有限公司",
            "轴承套圈磨削烧伤识别",
            "磨削烧伤靠酸洗抽检，漏检率约3%，需要在线识别方法。",
        ),
        *(60, "2027-05-31", "苗青", "13800000011"),
    ),
)


def _send(user: UserClient, data: bytes, sender: str = "市中区工信局") -> dict[str, Any]:
    made = user.upload("/v1/imports", data, name="清单.xlsx", sender=sender)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def test_a_list_of_unknown_kind_asks_with_samples_and_scores(operator: UserClient) -> None:
    batch = _send(operator, workbook(("Sheet1", VAGUE)))
    assert batch["state"] == "undecided"
    (question,) = batch["questions"]
    assert question["kind"] is None
    assert [one["header"] for one in question["columns"]] == ["甲栏", "乙栏", "丙栏"]
    assert question["columns"][1]["samples"] == ["磨削烧伤识别", "退火窑节能"]
    assert {one["kind"] for one in question["kinds"]} == {
        "demand",
        "achievement",
        "manager",
        "contract",
        "organisation",
    }
    phone = question["columns"][2]["proposals"]["demand"]
    assert phone[0]["field"] == "contact_phone"
    assert all(0 < one["score"] <= 1 for one in phone)
    refused = operator.post(f"/v1/imports/{batch['id']}/commit", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "kind_undecided")


def test_an_answer_is_remembered_for_the_sender_alone(operator: UserClient) -> None:
    _send(operator, workbook(("Sheet1", VAGUE)))
    answer = {"甲栏": "owner_org", "乙栏": "title", "丙栏": "contact_phone"}
    body = {"headers": answer, "kind": "achievement", "sender": "市中区工信局"}
    assert operator.put("/v1/imports/headers", body).status_code == 200
    batch = _send(operator, workbook(("Sheet1", VAGUE)))
    assert (batch["state"], batch["questions"]) == ("previewed", [])
    rows = operator.get(f"/v1/imports/{batch['id']}/rows").json()["items"]
    assert [(one["kind"], one["entry"]["fields"]["title"]) for one in rows] == [
        ("achievement", "磨削烧伤识别"),
        ("achievement", "退火窑节能"),
    ]
    assert all(not set(one["entry"]["derived"]) & {"title", "owner_org", "contact_phone"} for one in rows)
    assert _send(operator, workbook(("Sheet1", VAGUE)), "别的单位")["state"] == "undecided"


def test_a_field_of_another_kind_is_refused_for_every_header(operator: UserClient) -> None:
    body = {"headers": {"甲栏": "seller", "乙栏": "title", "丙栏": "trl"}, "kind": "demand"}
    refused = operator.put("/v1/imports/headers", body)
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"甲栏", "丙栏"}


def test_a_list_in_other_words_is_read_and_every_value_waits_for_a_yes(operator: UserClient) -> None:
    (record,) = report_of(sheet(ASKING))["records"]
    assert (record["kind"], record["fields"]["title"]) == ("demand", "轴承套圈磨削烧伤识别")
    assert record["fields"]["budget_max_wan"] == "60"
    assert record["fields"]["deadline"] == "2027-05-31"
    assert set(record["fields"]) - {"source_ref"} <= set(record["derived"])
    batch = _send(operator, sheet(ASKING))
    (question,) = batch["questions"]
    assert (question["kind"], question["guessed"]) == ("demand", True)
    operator.post(f"/v1/imports/{batch['id']}/commit", {})
    (row,) = operator.get(f"/v1/imports/{batch['id']}/rows").json()["items"]
    assert row["record_id"] is None, "nothing is stored without a yes"


@pytest.mark.parametrize("make", [sheet, separated])
def test_parts_below_groups_are_headers_whatever_they_are_called(make: Any) -> None:
    rows = (
        ("长谷县制造业技术攻坚清单", None, None, None, None, None, None),
        ("序", "承载企业情况", "", "攻坚条目", "", "保障", ""),
        ("", "户名", "坐落", "条目", "症结", "备用款（万元）", "了结日"),
        *(
            (
                number,
                "济南长谷铸造有限公司",
                "长清区",
                name,
                "缩松缺陷靠解剖发现，返工率12%。",
                90,
                "2027-06-30",
            )
            for number, name in ((1, "球墨铸铁件缩松预测"), (2, "铸件气孔检测"))
        ),
    )
    records = report_of(make([tuple("" if one is None else one for one in row) for row in rows]))["records"]
    assert [one["fields"]["title"] for one in records] == ["球墨铸铁件缩松预测", "铸件气孔检测"]
    assert {one["fields"]["owner_org"] for one in records} == {"济南长谷铸造有限公司"}


def test_a_form_with_unknown_labels_is_read_or_asks() -> None:
    form = (
        ("诉求单位", "济南泺谷面粉有限公司", "经办联络", "石坚"),
        ("联络号码", "0531-88880011", "归属县区", "槐荫区"),
        ("诉求事由", "面粉含水率在线控制", "", ""),
        ("碰到的难处", "润麦后含水率波动±0.6%，人工取样滞后40分钟。", "", ""),
    )
    (record,) = report_of(document("企业技术诉求单", form))["records"]
    assert (record["kind"], record["fields"]["title"]) == ("demand", "面粉含水率在线控制")
    assert "title" in record["derived"]


def test_keys_of_an_interface_are_asked_about_or_read_with_a_mark() -> None:
    entries = [
        {
            "caption": "微波烟气脱硝",
            "holder": "泺岫理工大学",
            "pct": "ZL202010567890.1",
            "maturity": "中试",
            "brief": "低温催化脱硝。",
        }
    ]
    (record,) = report_of(json.dumps(entries, ensure_ascii=False).encode())["records"]
    assert (record["kind"], record["fields"]["owner_org"]) == ("achievement", "泺岫理工大学")
    assert {"title", "owner_org", "trl"} <= set(record["derived"])


def test_a_column_that_is_not_understood_is_shown_in_a_list_that_is() -> None:
    rows = (
        ("企业名称", "需求名称", "主要问题", "内部口径"),
        ("济南难岳有限公司", "甲技术", "乙问题", "丙丁"),
    )
    report = report_of(separated(rows))
    assert len(report["records"]) == 1
    (question,) = report["questions"]
    asked = {one["header"]: one for one in question["columns"]}
    assert (question["kind"], question["guessed"]) == ("demand", False)
    assert (asked["内部口径"]["field"], asked["内部口径"]["how"], asked["内部口径"]["samples"]) == (
        None,
        "",
        ["丙丁"],
    )


def test_samples_hold_nothing_that_is_never_read() -> None:
    rows = (
        ("甲栏", "身份证号码", "乙栏", "丙栏"),
        ("济南泺岫轴承有限公司", "370102199003074578", "磨削烧伤识别", "37010219900307457X"),
        ("济南暗物有限公司", "370102199003074578", "涉密项目甲", "机密"),
    )
    report = report_of(separated(rows))
    assert report["questions"], "the list asks"
    text = json.dumps(report, ensure_ascii=False)
    assert "19900307" not in text
    assert "暗物" not in text


def test_the_status_of_a_source_is_understood_in_other_words() -> None:
    for status in ("OFF", "已下线", "停止展示", "delisted", "自行撤回", "INACTIVE"):
        rows = (
            ("企业名称", "需求名称", "主要问题", "状态"),
            ("济南难岳有限公司", "甲技术", "乙问题", status),
        )
        assert [one["code"] for one in report_of(separated(rows))["refused"]] == ["offline"], status
    for status in ("ON", "已上架", "发布中", "对接中"):
        rows = (
            ("企业名称", "需求名称", "主要问题", "状态"),
            ("济南难岳有限公司", "甲技术", "乙问题", status),
        )
        assert report_of(separated(rows))["refused"] == [], status


def test_a_repetition_names_the_row_as_well_as_the_serial_number() -> None:
    rows = (
        ("序号", "姓名", "工作单位", "证书等级", "手机"),
        (1, "许晴", "济南泺水技术转移有限公司", "中级", "13800000031"),
        (2, "许晴", "济南泺水技术转移有限公司", "中级", "13800000031"),
    )
    (refused,) = report_of(sheet(rows))["refused"]
    assert "序号1（需求!2）" in refused["reason_zh"]


def test_a_text_that_begins_like_a_picture_is_no_picture() -> None:
    rows = (("企业名称", "需求名称", "主要问题"), ("济南难岳有限公司", "甲技术", '=DISPIMG("ID_1",1) 不显示'))
    (record,) = report_of(sheet(rows))["records"]
    assert record["fields"]["main_problem"].startswith("=DISPIMG(")


def test_a_list_of_which_little_is_known_is_no_roll_of_organisations() -> None:
    rows = (
        ("钢城区2026年企业创新需要登记簿", "", "", "", "", "", ""),
        ("企业", "", "需要解决的事", "", "经费", "完成时间", "联络"),
        ("全称", "镇街", "名目", "详细", "能出多少（万元）", "最晚", "手机"),
        *(
            (
                "济南钢泺管业有限公司",
                "艾山街道",
                name,
                "人工检测漏检2%，客户退货每年约300万元。",
                70,
                "2027-06-30",
                "13800000071",
            )
            for name in ("冷拔管内壁裂纹检测", "粉末低氧雾化")
        ),
    )
    report = report_of(workbook(("Sheet1", rows)))
    assert report["questions"]
    for record in report["records"]:
        assert record["kind"] == "demand"
        assert {"title", "owner_org"} <= set(record["derived"])


def test_the_column_that_is_left_holds_the_names() -> None:
    rows = (
        ("科研产出", "所在学校", "领衔专家", "概要", "研发进展", "知识产权编号"),
        (
            "热泵干燥中药饮片",
            "泺川中医药大学",
            "白芷",
            "闭式热泵干燥，能耗下降45%。",
            "中试",
            "ZL202110998877.6",
        ),
        (
            "古建筑彩绘保护剂",
            "泺川中医药大学",
            "杜衡",
            "水性纳米保护剂，耐候5年。",
            "实验室",
            "ZL202210887766.5",
        ),
    )
    records = report_of(separated(rows))["records"]
    assert [one["fields"]["title"] for one in records] == ["热泵干燥中药饮片", "古建筑彩绘保护剂"]
    assert all(set(one["fields"]) - {"source_ref"} <= set(one["derived"]) for one in records)


def test_a_form_with_labels_of_another_kind_asks() -> None:
    form = (
        ("报送厂家", "济南泉岫印刷有限公司"),
        ("拿不下的技术", "水性覆膜胶剥离强度"),
        ("表现", "剥离强度仅0.9N/15mm，客户要求1.5。"),
        ("愿投", "25万元"),
        ("限期", "2027-10-31"),
    )
    report = report_of(document("难题卡", form))
    (question,) = report["questions"]
    assert {one["header"] for one in question["columns"]} == {label for label, _ in form}
    assert all("title" in one["derived"] for one in report["records"])
