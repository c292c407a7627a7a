"""Tables in official layout, from contracts and records that were imported."""

import io
from typing import Any

import openpyxl

from tests.exchange.files import HEADER, sheet
from tests.exchange.test_batches import FULL, commit, upload
from tests.exchange.test_ledgers import REGISTERED, ledger
from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario.library_users import UserClient

Grid = list[list[Any]]


def table(user: UserClient, name: str, **query: Any) -> dict[str, Grid]:
    """Sheet → rows."""
    answer = user.get(f"/v1/exports/official/{name}.xlsx", **query)
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return {one.title: [list(row) for row in one.iter_rows(values_only=True)] for one in book.worksheets}


def row_of(rows: Grid, name: str) -> list[Any]:
    """The row in which a cell says this."""
    return next(row for row in rows if name in row)


def contract(number: int, **cells: Any) -> tuple[Any, ...]:
    """A row of the ledger like `REGISTERED`, with another number and some other cells by their place."""
    row = list(REGISTERED)
    row[0], row[1] = f"20263701000009{number:02}", f"合同{number}"
    for place, value in cells.items():
        row[int(place.removeprefix("c"))] = value
    return tuple(row)


def test_contracts_by_field_and_district(operator: UserClient, enterprise: UserClient) -> None:
    rows = [
        contract(1),
        contract(2, c2="技术转让", c10=30, c11=30),
        contract(3, c7="电子信息", c10="12000", c11="9000"),
        contract(4, c10=100, c11=100, c12="2025-03-02", c13="2025-03-20"),
        contract(5, c0="", c10=7, c11=7),
    ]
    rows[4] = ("", *rows[4][1:13], "")
    commit(operator, upload(operator, ledger(*rows)), accept_derived=True)
    period = {"from": "2026-01-01", "to": "2026-06-30"}

    (found,) = table(operator, "contracts-by-field", **period).values()
    assert found[0][0] == "技术合同按技术领域和合同类型统计表"
    assert "2026-01-01 至 2026-06-30" in found[1][0]
    assert found[2][1] == "合计"
    assert found[3][1:7] == ["项数", "同比（%）", "成交额", "同比（%）", "技术交易额", "同比（%）"]
    materials = row_of(found, "新材料及其应用")
    assert materials[1:7] == [2, 100, 150, 50, 130, 30]
    assert materials[7:11] == [1, 120, 1, 30]
    assert row_of(found[4:], "合计")[1] == 3
    assert row_of(found[4:], "合计")[3] == 12150
    assert "填表人" in found[-1][0]
    assert len([row for row in found[4:] if isinstance(row[1], int)]) == 12

    with_signed = table(operator, "contracts-by-field", registered=False, **period)["按领域和类型"]
    assert row_of(with_signed[4:], "合计")[1] == 4

    districts = table(operator, "districts", **period)
    intake = districts["吸纳"]
    assert row_of(intake, "历城区")[:4] == [1, "历城区", 3, 200]
    assert row_of(intake, "历城区")[4] == 1.22
    assert row_of(intake[4:], "合计")[2] == 3
    assert row_of(districts["输出"][4:], "合计")[2] == 0
    refused(enterprise.get("/v1/exports/official/districts.xlsx"), 403, "forbidden")
    upside_down = {"from": "2026-02-01", "to": "2026-01-01"}
    assert wrong_fields(operator.get("/v1/exports/official/funnel.xlsx", **upside_down)) == ["from"]

    same = ok(operator.get("/v1/contracts", technology_field="electronics", buyer_region="370100"))["items"]
    assert [one["title"] for one in same] == ["合同3"]


def test_lists_for_others_have_no_contacts_and_no_hidden_owner(operator: UserClient) -> None:
    hidden = (*("4", FULL[1], "叶轮气蚀监测"), *FULL[3:], "匿名")
    rows = [(*HEADER, "发布方式"), (*FULL, "公开"), hidden]
    commit(operator, upload(operator, sheet(rows)), accept_derived=True, publish=True)
    (public,) = table(operator, "demand-list").values()
    (members,) = table(operator, "demand-list", audience="members").values()
    assert row_of(members, "密封环涂层")[2] == "济南云岭泵业有限公司"
    for grid in (public, members):
        assert "云岭" not in str(row_of(grid, "叶轮气蚀监测"))
        assert "13800000001" not in str(grid)
        assert "孟岫" not in str(grid)
        assert row_of(grid[4:], "合计")[1] == "2 条"
    assert "云岭" not in str(public)

    (steps,) = table(operator, "funnel").values()
    assert [row_of(steps, name)[2] for name in ("征集技术需求", "发布技术需求", "签订技术合同")] == [2, 2, 0]
    for name in ("catalogue", "managers"):
        (empty,) = table(operator, name).values()
        assert row_of(empty[4:], "合计")[1] == "0 条"
