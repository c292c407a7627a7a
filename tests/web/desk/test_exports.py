"""Lists and official tables as files, and forms filled in from a text."""

import io

import openpyxl
import pytest

from app.accounts.models import Role
from tests.web.desk.records import DEMAND, published
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import ReaderOf


def _cells(content: bytes) -> set[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return {str(cell.value) for row in sheet.iter_rows() for cell in row}


def test_lists_hold_what_their_reader_sees(reader: ReaderOf) -> None:
    owner, operator = reader(Role.ENTERPRISE), reader(Role.OPERATOR)
    published(owner)
    for someone in (owner, operator):
        page = someone.get("/exports")
        assert faults_of(page.text) == []
        answer = someone.get("/exports/lists/demands?format=xlsx")
        assert DEMAND["title"] in _cells(answer.content)
        assert answer.headers["content-disposition"].startswith("attachment")
    assert "上报表" not in owner.get("/exports").text
    assert owner.get("/exports/lists/organisations").status_code == 404
    assert owner.get("/exports/tables/funnel").status_code == 403
    assert operator.get("/exports/lists/nothing").status_code == 404
    assert operator.get("/exports/tables/nothing").status_code == 404
    table = operator.get("/exports/tables/funnel?from=2026年1月1日&to=2026-12-31")
    assert table.status_code == 200, text_of(table.text)
    wrong = operator.get("/exports/tables/funnel?from=昨天&to=2026-12-31")
    assert wrong.status_code == 422
    assert 'value="昨天"' in wrong.text


@pytest.mark.parametrize("typed", ["", "我自己写的名称"])
def test_a_text_fills_in_what_was_not_typed(reader: ReaderOf, typed: str) -> None:
    owner = reader(Role.ENTERPRISE)
    form = hidden_fields(owner.get("/desk/demands/new").text) | {"title": typed}
    address = "/desk/demands/new/suggest"
    assert owner.post(address, data=form).status_code == 422
    text = "我公司急需解决铝合金压铸件气孔问题，目前废品率12%，预算80万元，2027年6月30日前完成。"
    filled = owner.post(address, data=form | {"_source": text})
    assert filled.status_code == 200, text_of(filled.text)
    assert faults_of(filled.text) == []
    assert 'value="2027-06-30"' in filled.text
    assert typed in filled.text
    assert "我公司急需解决" in filled.text
    assert "没有需求" in owner.get("/desk/demands").text or "JN-D-" not in owner.get("/desk/demands").text
