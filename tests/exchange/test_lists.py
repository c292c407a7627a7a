"""Lists: where the table is, what its columns mean, and which rows are no records."""

import io
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.report import report_of
from tests.exchange.files import DEMANDS, HEADER, Rows, separated, sheet, workbook


def read(rows: Rows, **options: Any) -> dict[str, Any]:
    """The report of a sheet."""
    return report_of(sheet(rows, **options))


def demand(**changes: Any) -> tuple[Any, ...]:
    """A row of the list, with some cells changed by their header."""
    cells = dict(zip(HEADER, DEMANDS[1], strict=True)) | changes
    return tuple(cells[name] for name in HEADER)


def test_values_come_in_the_fields_of_the_library_with_their_cell() -> None:
    first, second = read(DEMANDS)["records"]
    assert first["fields"] == {
        "title": "泵体铸件自动打磨技术",
        "owner_org": "济南云岭泵业有限公司",
        "region": "370100",
        "fields": ["80"],
        "main_problem": "人工打磨粉尘大，单件耗时40分钟。",
        "cooperation_modes": ["joint_development"],
        "budget_min_wan": "80",
        "budget_max_wan": "120",
        "deadline": "2027-03-31",
        "contact_name": "岱屿",
        "contact_phone": "13800000002",
    }
    assert set(first["derived"]) == {"region", "deadline", "contact_name"}
    assert first["origins"]["deadline"] == {"cell": "需求!H2", "header": "需求截止时间", "raw": "2027年3月"}
    assert second["fields"]["fields"] == ["40", "80"]
    assert second["fields"]["cooperation_modes"] == ["joint_development", "commissioned_development"]


@given(order=st.permutations(range(len(HEADER))), above=st.integers(0, 4), empty=st.booleans())
def test_the_order_of_columns_and_what_stands_above_change_nothing(
    order: list[int], above: int, empty: bool
) -> None:
    titles = [["附件2"], ["企业技术需求汇总表"], [], ["报送表格，请勿改动格式"]][:above]
    rows = [*titles, *([row[index] for index in order] for row in DEMANDS)]
    if empty:
        rows.insert(len(titles) + 1, [])
    found = [record["fields"] for record in report_of(separated(rows))["records"]]
    assert found == [record["fields"] for record in report_of(separated(DEMANDS))["records"]]


def test_a_header_of_two_rows_joins_the_group_and_its_parts() -> None:
    rows = [
        ("企业名称", "需求名称", "需求描述", "联系方式", "", "投资（万元）", ""),
        ("", "", "", "联系人", "手机", "预算", "备注"),
        ("济南云岭泵业有限公司", "泵体打磨", "粉尘大，效率低，噪声高", "孟岫", "13800000001", 60, ""),
    ]
    (record,) = read(rows)["records"]
    assert record["fields"]["contact_phone"] == "13800000001"
    assert record["fields"]["budget_min_wan"] == "60"


def test_rows_that_are_no_records_are_ignored_with_the_reason() -> None:
    rows = [
        *DEMANDS[:1],
        demand(序号="例", 企业名称="××有限公司", 需求名称="××技术"),
        DEMANDS[1],
        (2,),
        ("合计", "1项"),
        ("注：预算单位为万元",),
        ("填表人：王某", "", "审核人：李某"),
    ]
    report = read(rows)
    assert len(report["records"]) == 1
    assert {one["code"]: one["ref"] for one in report["ignored"]} == {
        "sample": "需求!2",
        "empty": "需求!4",
        "total": "需求!5",
        "note": "需求!6:7",
    }


def test_an_empty_template_is_no_error() -> None:
    report = read([("需求征集表",), HEADER, (1,), (2,), ("…",)])
    assert (report["records"], report["refused"]) == ([], [])
    assert report["ignored"][-1]["ref"] == "需求!3:5"


def test_hidden_columns_and_rows_never_come_in_silently() -> None:
    rows = [(*HEADER, "备注"), (*DEMANDS[1], "内部意见：资金紧张"), (*DEMANDS[2], "")]
    report = read(rows, hidden_columns=[10], hidden_rows=[2])
    assert "资金紧张" not in str(report)
    assert [record["ref"] for record in report["records"]] == ["需求!2"]
    assert [one["code"] for one in report["ignored"]] == ["hidden"]


def test_same_as_above_takes_the_value_of_the_row_above_even_of_a_refused_one() -> None:
    rows = [HEADER, demand(需求名称=""), demand(序号=2, 企业名称="同上", 需求名称="叶轮涂层")]
    report = read(rows)
    assert [one["code"] for one in report["refused"]] == ["title_missing"]
    (record,) = report["records"]
    assert record["fields"]["owner_org"] == "济南云岭泵业有限公司"
    assert "owner_org" in record["derived"]


def test_a_row_that_repeats_another_is_refused_with_which() -> None:
    rows = [*DEMANDS, demand(序号=3, 需求名称="泵体铸件 自动打磨技术")]
    (refused,) = read(rows)["refused"]
    assert (refused["code"], refused["ref"], refused["of"]) == ("duplicate_in_file", "需求!4", "需求!2")


def test_names_that_differ_in_a_numeral_are_different() -> None:
    rows = [HEADER, demand(需求名称="铁基粉末制备技术1"), demand(序号=2, 需求名称="铁基粉末制备技术2")]
    assert len(read(rows)["records"]) == 2


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("200-300", "200", "300"),
        ("100～200万元", "100", "200"),
        ("50万", "50", "50"),
        ("1.2亿元", "12000", "12000"),
        ("1200000元", "120", "120"),
        ("￥12,500.00元", "1.25", "1.25"),
        ("不超过80万元", None, "80"),
        ("50万以上", "50", None),
        ("80（首付30%）", "80", "80"),
        ("人民币壹佰贰拾万元整", "120", "120"),
        ("面议", None, None),
        ("揭榜时商定", None, None),
        ("-1", None, None),
    ],
)
def test_amounts_keep_the_unit_of_the_cell_before_that_of_the_header(text: str, low: Any, high: Any) -> None:
    (record,) = read([HEADER, demand(**{"投资预算（万元）": text})])["records"]
    assert (record["fields"].get("budget_min_wan"), record["fields"].get("budget_max_wan")) == (low, high)


def test_the_unit_of_the_header_is_that_of_its_column() -> None:
    header = ("合同名称", "甲方", "乙方", "合同总额（元）", "技术交易额（元）")
    rows = [header, ("检测服务", "甲公司", "乙大学", 386000, 386000)]
    (record,) = report_of(workbook(("技术合同台账", rows)))["records"]
    assert record["fields"]["deal_amount_wan"] == "38.6"
    assert (record["fields"]["buyer"], record["fields"]["seller"]) == ("甲公司", "乙大学")


@pytest.mark.parametrize(
    ("text", "day", "derived"),
    [
        ("2027.6.30", "2027-06-30", False),
        ("20270630", "2027-06-30", False),
        ("2027-06-30 00:00:00", "2027-06-30", False),
        ("2027年6月30日前", "2027-06-30", False),
        ("2027年2月", "2027-02-28", True),
        ("2027年", "2027-12-31", True),
        ("2027年底", "2027-12-31", True),
        (46660, "2027-09-30", True),
        ("2026年12月至2028年12月", "2028-12-31", True),
        ("长期", None, False),
        ("尽快", None, False),
    ],
)
def test_a_day_that_was_deduced_is_marked(text: Any, day: str | None, derived: bool) -> None:
    (record,) = read([HEADER, demand(需求截止时间=text)])["records"]
    assert record["fields"].get("deadline") == day
    assert ("deadline" in record["derived"]) is derived
    assert day or "deadline" in record["missing"]


def test_an_unknown_word_is_never_guessed() -> None:
    (record,) = read([HEADER, demand(技术领域="化工", 合作方式="均可")])["records"]
    assert {"fields", "cooperation_modes"} <= set(record["missing"])
    assert {"unknown_field", "unknown_mode"} <= {one["code"] for one in record["warnings"]}
    assert all(one["zh"] and one["en"] and one["cell"] for one in record["warnings"])


def test_a_date_that_is_shown_as_year_and_month_is_a_month() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        made = book.add_worksheet("需求")
        for index, row in enumerate(DEMANDS[:2]):
            made.write_row(index, 0, row)
        month = book.add_format({"num_format": 'yyyy"年"m"月"'})
        made.write_datetime(1, HEADER.index("需求截止时间"), datetime(2027, 11, 1), month)  # noqa: DTZ001 — a cell has no zone
    (record,) = report_of(out.getvalue())["records"]
    assert record["fields"]["deadline"] == "2027-11-30"
    assert "deadline" in record["derived"]


def test_a_name_that_is_a_formula_is_refused_and_not_evaluated() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        made = book.add_worksheet("需求")
        for index, row in enumerate(DEMANDS[:2]):
            made.write_row(index, 0, row)
        made.write_formula(1, HEADER.index("需求名称"), '=HYPERLINK("http://127.0.0.1","x")', None, "")
    (refused,) = report_of(out.getvalue())["refused"]
    assert refused["code"] == "formula_in_text"
