"""What is never taken from a file: identity numbers, masked contacts, state secrets, formulas."""

import json

import pytest

from app.exchange.report import report_of
from tests.exchange.files import DEMANDS, HEADER, document, sheet, workbook

IDENTITY = "370102199001011234"


def test_columns_of_personal_data_are_not_read() -> None:
    rows = [
        ("姓名", "身份证号", "出生年月", "工作单位", "从业年限", "服务领域"),
        ("孙 悦", IDENTITY, "1990.01", "济南泉城技术转移有限公司", "不满1年", "新材料"),
    ]
    report = report_of(workbook(("技术经理人备案汇总表", rows)))
    assert report["records"][0]["fields"]["title"] == "孙悦"
    assert IDENTITY not in json.dumps(report)
    assert "1990" not in json.dumps(report)


def test_an_identity_number_inside_a_text_is_removed() -> None:
    row = (*DEMANDS[1][:4], f"联系人证件 {IDENTITY}，粉尘大。", *DEMANDS[1][5:])
    report = report_of(sheet([HEADER, row]))
    assert IDENTITY not in json.dumps(report["records"][0]["fields"])
    assert "identity_number" in {one["code"] for one in report["records"][0]["warnings"]}


@pytest.mark.parametrize("masked", ["138****0002", "0531-8888****", "138××××0002"])
def test_a_masked_contact_is_no_contact(masked: str) -> None:
    report = report_of(sheet([HEADER, (*DEMANDS[1][:9], masked)]))
    assert "contact_phone" not in report["records"][0]["fields"]


@pytest.mark.parametrize("secret", ["（涉密）", "本项目属于国家秘密", "机密★10年"])
def test_nothing_of_a_secret_row_remains(secret: str) -> None:
    row = (*DEMANDS[1][:4], secret, *DEMANDS[1][5:])
    report = report_of(sheet([HEADER, row, DEMANDS[2]]))
    assert [one["code"] for one in report["refused"]] == ["secret"]
    assert "打磨" not in json.dumps(report, ensure_ascii=False)
    assert len(report["records"]) == 1


def test_text_that_looks_like_a_formula_stays_text() -> None:
    row = (*DEMANDS[1][:2], "=cmd|'/C calc'!A0", *DEMANDS[1][3:])
    (record,) = report_of(sheet([HEADER, row]))["records"]
    assert record["fields"]["title"] == "=cmd|'/C calc'!A0"
    assert "formula_like" in {one["code"] for one in record["warnings"]}


def test_an_identity_number_in_a_text_is_in_no_part_of_the_report() -> None:
    row = (*DEMANDS[1][:4], f"粉尘大，联系孟工（{IDENTITY}）。", *DEMANDS[1][5:])
    report = report_of(sheet((HEADER, row)))
    assert report["records"][0]["origins"]["main_problem"]["raw"].startswith("粉尘大")
    assert IDENTITY not in json.dumps(report, ensure_ascii=False)


@pytest.mark.parametrize("name", ["某型吸波材料（秘密）", "【机密】某型吸波材料"])
def test_a_name_with_a_degree_of_secrecy_is_refused(name: str) -> None:
    report = report_of(sheet((HEADER, (*DEMANDS[1][:2], name, *DEMANDS[1][3:]))))
    assert [one["code"] for one in report["refused"]] == ["secret"]
    assert "吸波" not in json.dumps(report, ensure_ascii=False)


def test_a_degree_in_a_column_that_nobody_knows_is_a_degree() -> None:
    header = (*HEADER, "管控口径")
    rows = (header, (*DEMANDS[1], "机密"), (*DEMANDS[2], "无"))
    report = report_of(sheet(rows))
    assert [one["code"] for one in report["refused"]] == ["secret"]
    assert len(report["records"]) == 1
    form = [
        ("企业名称", "济南暗物有限公司"),
        ("需求名称", "甲技术"),
        ("需求描述", "乙问题"),
        ("管控口径", "机密"),
    ]
    assert [one["code"] for one in report_of(document(form))["refused"]] == ["secret"]


def test_a_degree_above_a_list_holds_for_all_its_rows() -> None:
    report = report_of(sheet((("机密★5年",), *DEMANDS)))
    assert [one["code"] for one in report["refused"]] == ["secret", "secret"]
    assert report["records"] == []


def test_words_that_may_mark_a_secret_are_shown_for_a_check() -> None:
    row = (*DEMANDS[1][:4], "涉密载体（秘密）的分级管理靠人工登记。", *DEMANDS[1][5:])
    (record,) = report_of(sheet((HEADER, row)))["records"]
    assert "maybe_secret" in [one["code"] for one in record["warnings"]]


def test_keys_of_a_legal_person_show_no_samples() -> None:
    entries = [
        {"orgName": "济南泽源转移中心有限公司", "legalPerson": "钟某甲", "district": "市中区", "x1": "乙"}
    ]
    text = json.dumps(report_of(json.dumps(entries, ensure_ascii=False).encode()), ensure_ascii=False)
    assert "钟某甲" not in text
