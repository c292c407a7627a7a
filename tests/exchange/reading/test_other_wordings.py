"""Amounts, days and kinds that must not be taken for what they are not."""

import pytest

from app.exchange.report import report_of
from tests.exchange.files import separated


@pytest.mark.parametrize(
    ("budget", "warning"),
    [("USD 50,000", "foreign_currency"), ("5万欧元", "foreign_currency"), ("30%", "amount_unreadable")],
)
def test_what_is_no_amount_in_renminbi_is_not_taken(budget: str, warning: str) -> None:
    rows = (("企业名称", "需求名称", "主要问题", "预算"), ("济南难岳有限公司", "甲", "乙", budget))
    (record,) = report_of(separated(rows))["records"]
    assert "budget_max_wan" not in record["fields"]
    assert [one["code"] for one in record["warnings"]] == [warning]


@pytest.mark.parametrize(
    ("budget", "high"), [("100万-1.5百万", "150"), ("2千万元", "2000"), ("一百二十万", "120")]
)
def test_large_units_of_amounts_are_read(budget: str, high: str) -> None:
    rows = (("企业名称", "需求名称", "主要问题", "预算"), ("济南难岳有限公司", "甲", "乙", budget))
    (record,) = report_of(separated(rows))["records"]
    assert record["fields"]["budget_max_wan"] == high


def test_a_length_that_counts_from_an_unknown_day_is_no_deadline() -> None:
    rows = (
        ("填报日期：2026-10-15",),
        ("企业名称", "需求名称", "主要问题", "期限"),
        ("济南难岳有限公司", "甲", "乙", "签约后12个月"),
    )
    (record,) = report_of(separated(rows))["records"]
    assert "deadline" not in record["fields"]
    assert [one["code"] for one in record["warnings"]] == ["length_without_start"]


def test_a_list_of_which_a_part_is_unknown_waits_for_a_yes() -> None:
    rows = (
        ("企业名称", "需求名称", "主要问题", "合作方式"),
        ("济南难岳有限公司", "甲", "乙", "技术转让、帮扶结对"),
    )
    (record,) = report_of(separated(rows))["records"]
    assert record["fields"]["cooperation_modes"] == ["assignment"]
    assert "cooperation_modes" in record["derived"]


def test_a_list_of_demands_with_unknown_titles_is_no_roll_of_organisations() -> None:
    rows = (
        ("企业需求汇总",),
        ("公司名称", "事由甲", "所属行业", "联系人", "联系电话"),
        ("济南泉光有限公司", "热淬灭", "电子", "泉工", ""),
    )
    report = report_of(separated(rows))
    assert report["records"] == []
    assert "unknown_table" in {one["code"] for one in report["ignored"]}


@pytest.mark.parametrize("kind", ["硕士学位论文", "Dataset", "Conference paper", "期刊论文"])
def test_writings_and_data_of_a_repository_are_no_achievements(kind: str) -> None:
    record = (
        '<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>oai:x:1</identifier></header><metadata>'
        '<dc:dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>裂纹检测</dc:title>'
        f"<dc:type>{kind}</dc:type></dc:dc></metadata></record>"
    )
    page = f'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{record}</ListRecords></OAI-PMH>'
    assert [one["code"] for one in report_of(page.encode())["refused"]] == ["not_transferable_type"]
