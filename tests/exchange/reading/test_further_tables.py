"""Several tables below one another, columns that fill late, and lists in running text in other words."""

import pytest

from app.exchange.report import report_of
from tests.exchange.files import Rows, document, separated, sheet

FIRST: Rows = (
    ("天泺区技术难题两批次汇总",),
    ("（第一批）",),
    ("序号", "难题单位", "难题名称", "难题描述", "预计投入（万元）", "期限", "电话"),
    (1, "济南泺北轴承有限公司", "轴承套圈探伤", "酸洗抽检滞后，批量报废。", 60, "2027-03-31", "13800000451"),
    (2, "济南泺南重工有限公司", "大锻件检测", "人工扫查一件需要6小时。", 150, "2028-01-31", "0531-88880452"),
    ("小计", 2, "", "", 210),
    (),
)
SECOND: Rows = (
    ("（第二批）单位：元",),
    ("序号", "户名", "攻坚条目", "眼下困难", "备用款", "咨询谁", "怎么联系"),
    (1, "济南泺西化工有限公司", "氯化尾气净化", "尾气氯化氢浓度高。", "800000", "台工", "13800000453"),
    (2, "济南泺东服装有限公司", "条格面料裁剪", "对格靠人工，效率低。", "250000", "口工", "13800000454"),
)


def test_a_second_header_in_other_words_begins_another_table() -> None:
    records = report_of(sheet((*FIRST, *SECOND)))["records"]
    assert [one["fields"]["title"] for one in records] == [
        "轴承套圈探伤",
        "大锻件检测",
        "氯化尾气净化",
        "条格面料裁剪",
    ]
    below = records[2]
    assert below["fields"]["owner_org"] == "济南泺西化工有限公司"
    assert below["fields"]["budget_max_wan"] == "80", "the unit stands between the tables"
    assert below["fields"]["contact_phone"] == "13800000453"
    assert {"title", "owner_org", "budget_max_wan"} <= set(below["derived"])


@pytest.mark.parametrize("above", [SECOND, FIRST[:5]])
def test_a_table_above_one_that_is_known_better_is_read_too(above: Rows) -> None:
    known = (
        ("二、可转化成果",),
        (
            "序号",
            "成果名称",
            "完成单位",
            "成果简介",
            "技术成熟度",
            "专利号",
            "转化方式",
            "意向价格（万元）",
            "联系人",
            "邮箱",
        ),
        (1, "陶瓷膜制备", "泺川大学", "孔径50nm。", "中试", "", "技术许可", 120, "膜工", "m@lc.example.cn"),
    )
    report = report_of(sheet((*above, (), *known)))
    assert [one["kind"] for one in report["records"]] == ["demand", "demand", "achievement"]


def test_rows_below_a_header_of_another_kind_are_not_read_by_the_columns_above() -> None:
    attended = (
        ("联系人", "邮箱", "电话", "备注"),
        ("孟岫", "m@lc.example.cn", "13800000001", "参会"),
        ("岱屿", "d@lc.example.cn", "13800000002", "参会"),
    )
    report = report_of(sheet((*FIRST, *attended)))
    assert len(report["records"]) == 2
    assert [one["code"] for one in report["ignored"]][-1] == "unknown_table"
    assert any(one["kind"] is None for one in report["questions"])


def test_a_header_of_two_rows_that_comes_again_is_no_record() -> None:
    header = (
        ("序号", "企业情况", "", "需求情况", ""),
        ("", "企业名称", "联系电话", "需求名称", "需求描述"),
    )
    row = ("济南泺北轴承有限公司", "13800000451", "探伤", "酸洗抽检滞后。")
    report = report_of(separated((*header, (1, *row), *header, (2, *row[:2], "磨削", row[3]))))
    assert [one["fields"]["title"] for one in report["records"]] == ["探伤", "磨削"]
    assert report["refused"] == []


def test_a_column_whose_first_value_stands_far_down_is_asked_about() -> None:
    rows = [("企业名称", "需求名称", "主要问题", "内部口径")]
    rows += [("济南难岳有限公司", f"第{number}项技术", "乙问题", "") for number in range(80)]
    rows.append(("济南难岳有限公司", "末项技术", "乙问题", "口径乙"))
    report = report_of(separated(rows))
    assert len(report["records"]) == 81
    (question,) = report["questions"]
    asked = {one["header"]: one for one in question["columns"]}
    assert (question["kind"], question["names"]) == ("demand", True)
    assert (asked["内部口径"]["field"], asked["内部口径"]["samples"]) == (None, ["口径乙"])


def test_the_part_of_a_header_says_more_than_its_group() -> None:
    rows = (
        ("序号", "企业情况", "", "需求情况", "", "拟投入资金（元）", ""),
        ("", "企业名称", "经办人及手机", "需求名称", "需求描述", "最少", "最多"),
        (1, "济南泺北轴承有限公司", "韩绣 13800000311", "探伤", "抽检滞后。", "800000", "1200000"),
        (2, "济南泺南重工有限公司", "白工 13800000312", "检测", "人工扫查。", "300000", "300000"),
    )
    fields = [one["fields"] for one in report_of(separated(rows))["records"]]
    assert [(one["budget_min_wan"], one["budget_max_wan"]) for one in fields] == [("80", "120"), ("30", "30")]
    assert (fields[0]["contact_name"], fields[0]["contact_phone"]) == ("韩绣", "13800000311")
    assert all("existing_basis" not in one for one in fields)


POSTED = (
    "关于张榜2026年度产业链协同攻关任务的通知",
    "攻关任务一：薄壁壳体低压铸造",
    "出题单位：济南绣屏铸锻有限公司",
    "任务背景：气密性一次合格率只有82%，返修成本高。",
    "经费安排：出题单位投入不低于300万元。",
    "完成时间：2027年12月31日前。",
    "攻关任务二：盐碱地燕麦选育",
    "出题单位：山东岱口种业有限公司",
    "任务背景：含盐量4‰的地块减产四成以上。",
    "经费安排：120万元。",
    "完成时间：2029年6月。",
    "三、应榜方式",
    "应榜书发送至市科技局。",
    "联系电话：0531-88880000",
)


def test_a_list_in_running_text_in_other_words_is_read_with_a_mark_and_asked_about() -> None:
    report = report_of(document(*POSTED))
    first, second = report["records"]
    assert [one["fields"]["title"] for one in (first, second)] == ["薄壁壳体低压铸造", "盐碱地燕麦选育"]
    assert first["fields"]["budget_min_wan"] == "300"
    assert "budget_min_wan" in first["derived"]
    assert second["fields"]["deadline"] == "2029-06-30"
    (question,) = report["questions"]
    assert {"任务背景", "经费安排"} <= {
        one["header"] for one in question["columns"] if one["how"] == "guessed"
    }


def test_the_telephone_of_the_office_below_a_list_is_nobodys() -> None:
    records = report_of(document(*POSTED))["records"]
    assert all("contact_phone" not in one["fields"] for one in records)
    without_chapter = [text for text in POSTED if "应榜" not in text]
    records = report_of(document(*without_chapter))["records"]
    assert all("contact_phone" not in one["fields"] for one in records)


def test_labels_of_running_text_that_nobody_knows_are_asked_about() -> None:
    texts = ("清单", "1. 甲事", "【何者】济南泺北轴承有限公司", "【何状】抽检滞后，批量报废。", "2. 乙事")
    report = report_of(document(*texts, "【何者】济南泺南重工有限公司", "【何状】人工扫查一件需要6小时。"))
    assert {"何者", "何状"} <= {one["header"] for asked in report["questions"] for one in asked["columns"]}


LABELS = (
    "企业全称",
    "信用代码",
    "难题题目",
    "难题的具体情况",
    "愿意出的经费",
    "希望什么时间攻克",
    "联络人",
    "联络方式",
)


def test_a_form_with_labels_in_other_words_is_read_and_an_empty_one_is_no_record() -> None:
    values = (
        *("济南闻韶食品有限公司", "无", "真空包装胀袋控制", "常温存放45天后胀袋率约6%。"),
        *("60万元", "2027年底", "同上", "13800000321"),
    )
    pairs = list(zip(LABELS, values, strict=True))
    filled = [(*pairs[index], *pairs[index + 1]) for index in range(0, len(pairs), 2)]
    empty = [(row[0], "", row[2], "") for row in filled]
    report = report_of(document("企业技术难题登记卡", filled, "企业技术难题登记卡", empty))
    (record,) = report["records"]
    fields = record["fields"]
    assert (fields["budget_max_wan"], fields["deadline"]) == ("60", "2027-12-31")
    assert fields["main_problem"].startswith("常温")
    assert "contact_name" not in fields, "同上 is no name"
    assert {"budget_max_wan", "deadline", "main_problem"} <= set(record["derived"])


def test_a_label_that_nobody_knows_beside_known_ones_is_asked_about() -> None:
    form = [
        ("企业名称", "济南难岳有限公司"),
        ("需求名称", "甲技术"),
        ("需求描述", "乙问题"),
        ("何许口", "函工"),
    ]
    (question,) = report_of(document(form))["questions"]
    asked = {one["header"]: one for one in question["columns"]}
    assert (asked["何许口"]["field"], asked["何许口"]["samples"]) == (None, ["函工"])


def test_a_row_of_somebodys_trial_is_no_record() -> None:
    rows = (
        ("企业名称", "需求名称", "需求描述"),
        ("济南难岳有限公司", "甲技术", "乙问题"),
        ("测试企业", "测试", "测试"),
    )
    report = report_of(separated(rows))
    assert [one["fields"]["title"] for one in report["records"]] == ["甲技术"]
    assert [one["code"] for one in report["ignored"]] == ["sample"]


def test_values_without_a_header_are_named_and_not_read() -> None:
    rows = (
        ("", "企业名称", "需求名称", "", "需求描述"),
        (1, "济南难岳有限公司", "甲技术", "300万元", "乙问题"),
        (2, "济南难岳有限公司", "丙技术", "", "丁问题", "另附图纸"),
        (3, "济南难岳有限公司", "戊技术", "120万元", "己问题"),
        ("合计", "", "", "420万元"),
    )
    report = report_of(sheet(rows))
    assert [one["fields"]["title"] for one in report["records"]] == ["甲技术", "丙技术", "戊技术"]
    assert "300" not in str(report["records"])
    found = [one for one in report["ignored"] if one["code"] == "no_header"]
    assert [(one["ref"], one["count"]) for one in found] == [("需求!D", 2), ("需求!F", 1)]


def test_a_column_of_row_numbers_needs_no_header() -> None:
    rows = (("", "企业名称", "需求名称", "需求描述"), (1, "济南难岳有限公司", "甲技术", "乙问题"))
    assert "no_header" not in [one["code"] for one in report_of(sheet(rows))["ignored"]]


def test_the_capital_of_an_enterprise_is_no_budget_and_a_known_label_comes_first() -> None:
    form = [
        ("企业名称", "济南难岳有限公司", "注册资金", "5000万元"),
        ("需求名称", "甲技术", "自筹的那部分钱款投入", "90万元"),
        ("需求描述", "乙问题", "拟投入经费", "200万元"),
    ]
    (record,) = report_of(document(form))["records"]
    assert record["fields"]["budget_max_wan"] == "200"
    assert "budget_max_wan" not in record["derived"]


def test_an_upper_bound_below_a_group_of_amounts() -> None:
    rows = (
        ("序号", "企业名称", "需求名称", "需求描述", "资金安排（万元）", ""),
        ("", "", "", "", "企业自投", "可接受上限"),
        (1, "济南难岳有限公司", "甲技术", "乙问题", 40, 60),
    )
    (record,) = report_of(separated(rows))["records"]
    assert (record["fields"].get("budget_min_wan"), record["fields"]["budget_max_wan"]) == ("40", "60")
    assert {"budget_min_wan", "budget_max_wan"} <= set(record["derived"])
