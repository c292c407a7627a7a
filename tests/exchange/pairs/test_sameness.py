"""Whether two records are one, and how a person decides it in a preview."""

from typing import Any

import pytest

from app.exchange.headers.dictionary import Kind
from app.exchange.sameness.keys import traits_of
from app.exchange.sameness.names import compared
from app.exchange.sameness.verdicts import SameVerdict, judge, vetoed
from tests.exchange.files import DEMANDS, HEADER, sheet
from tests.exchange.test_batches import FULL, commit, demands, rows_of, upload
from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario.library_users import UserClient

UNIVERSITY = "齐岫工业大学"
SAME, ASK, DIFFERENT = SameVerdict


@pytest.mark.parametrize(
    ("verdict", "kind", "one", "other"),
    [
        (
            SAME,
            "achievement",
            {"title": "甲", "ip_list": ["CN202111026645.9"]},
            {"ip_list": ["ZL202111026645"]},
        ),
        (
            SAME,
            "achievement",
            {"registration_number": "370Y20260301"},
            {"registration_number": "370y 20260301"},
        ),
        (
            SAME,
            "manager",
            {"title": "渡秋", "contact_phone": "13800000202"},
            {"contact_phone": "13800000202"},
        ),
        (ASK, "achievement", {"title": "管道漏点定位装置"}, {"title": "一种管道漏点定位方法及装置"}),
        (ASK, "achievement", {"title": "可降解镁合金接骨螺钉"}, {"title": "镁基可降解接骨钉"}),
        (ASK, "achievement", {"title": "液壓閥芯檢測系統"}, {"title": "液压阀芯检测系统"}),
        (ASK, "achievement", {}, {"owner_org": "齊岫工業大學"}),
        (
            ASK,
            "demand",
            {"title": "冷库门口结冰", "owner_org": "长清渡岱冷链有限公司"},
            {"title": "冷库门区防结冰", "owner_org": "渡岱冷链"},
        ),
        (ASK, "demand", {"title": "泵耐磨涂层技术"}, {"title": "泵耐磨涂层技术（更新）"}),
        (ASK, "achievement", {"title": "基于机器视觉的布匹瑕疵检测系统"}, {"title": "织物疵点在线检测装置"}),
        (ASK, "achievement", {"title": "建筑垃圾制透水砖"}, {"title": "利用建筑废弃物生产透水砖技术"}),
        (ASK, "achievement", {"title": "中药饮片智能分拣机器人"}, {"title": "一种中药饮片分选系统"}),
        (ASK, "demand", {"title": "齿轮箱振动噪声控制"}, {"title": "减速机降噪"}),
        (ASK, "demand", {"title": "PVC地板异味去除"}, {"title": "聚氯乙烯地板VOC及气味控制"}),
        (ASK, "demand", {"title": "大蒜收获破损率高"}, {"title": "降低大蒜机械收获损伤"}),
        (ASK, "achievement", {"title": "百吨级聚乳酸连续聚合中试线"}, {"title": "100吨/年PLA连续聚合装置"}),
        (ASK, "demand", {"title": "十万级洁净车间节能"}, {"title": "10万级洁净厂房空调能耗降低"}),
        (ASK, "achievement", {"title": "Ⅱ型胶原蛋白肽制备方法"}, {"title": "2型胶原肽提取工艺"}),
        (ASK, "achievement", {"title": "复杂曲面五轴加工刀路规划软件"}, {"title": "5轴刀具轨迹规划系统"}),
        (DIFFERENT, "achievement", {"title": "百吨级离子膜示范线"}, {"title": "千吨级离子膜示范线"}),
        (DIFFERENT, "demand", {"title": "三号窑余热利用"}, {"title": "5号窑余热利用"}),
        (DIFFERENT, "achievement", {"title": "Ⅰ型光伏支架"}, {"title": "Ⅲ型光伏支架"}),
        (DIFFERENT, "achievement", {"title": "四足机器人平衡控制"}, {"title": "六足机器人平衡控制"}),
        (DIFFERENT, "achievement", {"title": "百千瓦级电堆"}, {"title": "兆瓦级电堆"}),
        (ASK, "achievement", {"title": "千瓦级光纤激光器"}, {"title": "1kW光纤激光器"}),
        (DIFFERENT, "achievement", {"title": "番茄嫁接机"}, {"title": "西瓜嫁接机"}),
        (DIFFERENT, "achievement", {"title": "GB型止回阀"}, {"title": "GC型止回阀"}),
        (DIFFERENT, "achievement", {"title": "A型燃料阀"}, {"title": "B型燃料阀"}),
        (DIFFERENT, "achievement", {"title": "高温合金铸造技术"}, {"title": "低温合金铸造技术"}),
        (DIFFERENT, "achievement", {"title": "一种苹果采摘机器人"}, {"title": "一种番茄采摘机器人"}),
        (DIFFERENT, "achievement", {"title": "锂电池正极材料"}, {"title": "锂电池负极材料"}),
        (DIFFERENT, "achievement", {"title": "二氧化碳捕集吸收剂"}, {"title": "二氧化硫捕集吸收剂"}),
        (DIFFERENT, "achievement", {"title": "工业废水处理技术"}, {"title": "工业废气处理技术"}),
        (DIFFERENT, "demand", {"title": "大口径蝶阀密封"}, {"title": "大口径球阀密封"}),
        (DIFFERENT, "demand", {"title": "一号生产线自动化改造"}, {"title": "二号生产线自动化改造"}),
        (DIFFERENT, "demand", {"title": "汽车前保险杠轻量化"}, {"title": "汽车后保险杠轻量化"}),
        (DIFFERENT, "achievement", {"title": "压力变送器300℃"}, {"title": "压力变送器200℃"}),
        (DIFFERENT, "achievement", {"title": "铁基耐磨涂层技术"}, {"title": "镍基耐磨涂层技术"}),
        (
            DIFFERENT,
            "achievement",
            {"title": "污水加药系统"},
            {"title": "污水加药系统", "owner_org": "泺川大学"},
        ),
        # A list's own numbers are no registration.
        (
            DIFFERENT,
            "achievement",
            {"title": "污水加药系统", "registration_number": "A-2026-001"},
            {"title": "浮力材料", "owner_org": "泺川大学", "registration_number": "A-2026-001"},
        ),
        (DIFFERENT, "manager", {"title": "王伟", "contact_phone": "13800000211"}, {"title": "王伟"}),
    ],
)
def test_keys_decide_names_propose_numerals_and_materials_veto(
    verdict: SameVerdict, kind: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    first = {"title": "渡秋", "owner_org": UNIVERSITY} | one
    second = {"title": first["title"], "owner_org": UNIVERSITY} | other
    pair = traits_of(Kind(kind), first), traits_of(Kind(kind), second)
    assert judge(*pair).verdict is verdict
    assert judge(*reversed(pair)).verdict is verdict
    assert bool(judge(*pair).evidence) == (verdict is not DIFFERENT)


PATENT, OTHER_PATENT = ({"ip_list": [number]} for number in ("ZL202111026645.9", "ZL202111954110.X"))


@pytest.mark.parametrize(
    ("verdict", "nearness", "one", "other"),
    [
        (ASK, 0.7, {"title": "桥梁裂缝识别方法"}, {"title": "路面病害巡检系统"}),
        (ASK, 0.6, {"title": "智能输液监护"}, {"title": "静脉输液余量监测报警器"}),
        (ASK, 0.4, {"title": "炉渣没处去"}, {"title": "转炉钢渣大宗消纳途径"}),
        (DIFFERENT, 0.35, {"title": "桥梁裂缝识别方法"}, {"title": "路面病害巡检系统"}),
        (ASK, 0.5, {"title": "桥梁裂缝识别方法"}, {"title": "Crack detection for bridges"}),
        (ASK, 0.9, {"summary": "在含砂水中寿命提高一倍以上的密封环涂层。"}, {"owner_org": "泺川大学"}),
        (DIFFERENT, 0.99, {"summary": "涂层"}, {"owner_org": "泺川大学"}),
        (DIFFERENT, 0.8, {"summary": "在含砂水中寿命提高一倍以上的密封环涂层。"}, {"owner_org": "泺川大学"}),
        (DIFFERENT, 0.35, {"title": "转向节锻造工艺"}, {"title": "控制臂锻造工艺"}),
        (ASK, 0.42, {"title": "车间VOCs治理"}, {"title": "涂装车间挥发性有机物处理"}),
        (ASK, 0.65, {"title": "转向节锻造工艺"}, {"title": "控制臂锻造工艺"}),
        (DIFFERENT, 0.5, {"title": "胶带撕裂识别"} | PATENT, {"title": "托辊故障巡检"} | OTHER_PATENT),
        (ASK, 0.6, {"title": "胶带撕裂识别"} | PATENT, {"title": "托辊故障巡检"} | OTHER_PATENT),
        (ASK, 0.5, {"title": "胶带撕裂识别"} | PATENT, {"title": "托辊故障巡检"}),
        (DIFFERENT, 0.99, {"title": "铁基涂层"}, {"title": "镍基涂层"}),
        (DIFFERENT, 0.99, {"title": "济岫15号"}, {"title": "济岫16号"}),
    ],
)
def test_vectors_propose_and_decide_nothing(
    verdict: SameVerdict, nearness: float, one: dict[str, Any], other: dict[str, Any]
) -> None:
    first = {"title": "密封环涂层", "owner_org": UNIVERSITY} | one
    second = {"title": first["title"], "owner_org": UNIVERSITY, "summary": first.get("summary")} | other
    pair = traits_of(Kind.ACHIEVEMENT, first), traits_of(Kind.ACHIEVEMENT, second)
    assert judge(*pair, nearness=nearness).verdict is verdict
    assert judge(*reversed(pair), nearness=nearness).verdict is verdict


def test_an_anonymous_record_is_never_joined_by_machine() -> None:
    shared = {"title": "低温脱硝催化剂", "registration_number": "370Y20260301"}
    hidden = traits_of(Kind.DEMAND, shared | {"publish_mode": "confidential"})
    assert judge(hidden, traits_of(Kind.DEMAND, shared)).verdict is ASK
    assert not vetoed(compared("焦炉烟气160℃低温脱硝催化剂"), compared("低温脱硝催化剂"))


def test_a_person_joins_a_row_with_a_record_of_another_list_and_takes_it_back(operator: UserClient) -> None:
    commit(operator, upload(operator, sheet([HEADER, FULL])), accept_derived=True)
    (before,) = demands(operator)
    city = (*("7", FULL[1], "密封环耐磨涂层"), *FULL[3:6], 75, *FULL[7:])
    batch = upload(operator, sheet([HEADER, city]), sender="济南市科学技术局")
    (row,) = rows_of(operator, batch)
    assert row["action"] == "new"
    (similar,) = row["entry"]["similar"]
    assert similar["number"] == before["number"]
    assert similar["evidence"][0]["zh"].startswith("单位相同")
    path = f"/v1/imports/{batch['id']}/rows/{row['id']}"
    stranger = "01930000-0000-7000-8000-000000000001"
    assert wrong_fields(operator.patch(path, {"same_as": stranger})) == ["same_as"]
    assert ok(operator.patch(path, {"same_as": similar["id"]}))["action"] == "update"
    commit(operator, batch, accept_derived=True)
    (joined,) = demands(operator)
    assert (joined["id"], joined["title"]) == (before["id"], "密封环耐磨涂层")
    assert joined["budget_max_wan"] == "75.00"
    assert ok(operator.post(f"/v1/imports/{batch['id']}/undo"))["kept"] == 0
    (undone,) = demands(operator)
    assert (undone["title"], undone["budget_max_wan"]) == (before["title"], before["budget_max_wan"])


def test_values_are_corrected_before_the_commit(operator: UserClient) -> None:
    batch = upload(operator, sheet(DEMANDS))
    first = rows_of(operator, batch)[0]
    path = f"/v1/imports/{batch['id']}/rows/{first['id']}"
    assert wrong_fields(operator.patch(path, {"values": {"deadline": "某日", "nothing": 1}})) == [
        "nothing",
        "deadline",
    ]
    values = {"deadline": "2028-01-31", "scenario": "铸造车间", "contact_name": None}
    row = ok(operator.patch(path, {"values": values}))
    assert row["entry"]["fields"]["deadline"] == "2028-01-31"
    assert "deadline" not in row["entry"]["derived"]
    assert row["entry"]["read"]["deadline"] == "2027-03-31"
    commit(operator, batch)
    found = next(one for one in demands(operator) if one["title"] == "泵体铸件自动打磨技术")
    assert (found["deadline"], found["scenario"], found["contact_name"]) == ("2028-01-31", "铸造车间", None)
    refused(operator.patch(path, {"values": values}), 409, "row_not_waiting")
    # The same file again changes nothing, and a newer one leaves the correction alone.
    assert upload(operator, sheet(DEMANDS))["report"]["counts"] == {"duplicate": 2}
    newer = [DEMANDS[0], (*DEMANDS[1][:6], "90-120", *DEMANDS[1][7:]), DEMANDS[2]]
    commit(operator, upload(operator, sheet(newer)), accept_derived=True)
    found = next(one for one in demands(operator) if one["title"] == "泵体铸件自动打磨技术")
    assert (found["deadline"], found["budget_min_wan"]) == ("2028-01-31", "90.00")


def test_a_row_that_failed_is_corrected_and_tried_again(operator: UserClient) -> None:
    long = [HEADER, (*FULL[:4], "粉尘大。" * 2000, *FULL[5:])]
    batch = upload(operator, sheet(long))
    (row,) = rows_of(operator, batch)
    assert (row["action"], row["state"]) == ("refused", "failed")
    path = f"/v1/imports/{batch['id']}/rows/{row['id']}"
    ok(operator.patch(path, {"values": {"main_problem": "密封环半年磨穿，希望寿命提高一倍。"}}))
    (row,) = rows_of(operator, batch)
    assert (row["action"], row["state"], row["remarks"]) == ("new", "waiting", [])
    assert "reason_zh" not in row["entry"]
    commit(operator, batch)
    assert [one["title"] for one in demands(operator)] == ["密封环涂层"]
