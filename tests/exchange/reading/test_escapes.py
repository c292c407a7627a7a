"""Control characters that workbooks write in letters, and line breaks where a single value is expected."""

import io
import zipfile

import openpyxl
import pytest

from app.exchange.report import report_of
from tests.exchange.files import Rows, separated, sheet

ROWS: Rows = (
    (
        "序号",
        "企业名称",
        "需求名称_x000D_\n（不超过30字）",
        "需求描述",
        "投资预算_x000D_\n（万元）",
        "联系人及电话",
    ),
    (
        1,
        "济南瀛波粉末有限公司_x000D_",
        "粉末烧结炉气氛_x000D_\n在线控制",
        "碳势波动大，_x000D_\n硬度离散。",
        "65_x000d_",
        "波工_x000D_\n13800000391",
    ),
)


def unescaped(data: bytes) -> bytes:
    """An XLSX file whose texts hold the escapes as Excel writes them; the libraries here escape them once more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            new.writestr(member, old.read(member).replace(b"_x005F_", b"_"))
    return out.getvalue()


def inline(rows: Rows) -> bytes:
    """An XLSX file with its texts in the cells rather than in a table of strings."""
    book = openpyxl.Workbook()
    made = book.active
    assert made is not None
    for row in rows:
        made.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [unescaped(sheet(ROWS)), unescaped(inline(ROWS)), sheet(ROWS), separated(ROWS)]
)
def test_escapes_are_the_characters_that_they_stand_for(data: bytes) -> None:
    (record,) = report_of(data)["records"]
    fields = record["fields"]
    assert fields["title"] == "粉末烧结炉气氛在线控制"
    assert fields["owner_org"] == "济南瀛波粉末有限公司"
    assert fields["main_problem"].split() == ["碳势波动大，", "硬度离散。"]
    assert fields["budget_max_wan"] == "65"
    assert (fields["contact_name"], fields["contact_phone"]) == ("波工", "13800000391")
    assert not {"title", "owner_org", "contact_name"} & set(record["derived"])
