"""Ledgers of contracts and rolls of organisations, imported over HTTP."""

import csv
import io
from typing import Any

from app.accounts.models import Role
from tests.exchange.files import workbook
from tests.exchange.test_batches import commit, rows_of, upload
from tests.support.http import created, ok, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

HEADER = (
    *("合同登记编号", "合同名称", "合同类型", "卖方名称", "卖方性质", "买方名称", "买方地区", "技术领域"),
    *("计划类别", "知识产权类型", "合同成交额（万元）", "技术交易额（万元）", "签订日期", "登记日期"),
)
_SELLER, _BUYER = "齐岫工业大学", "济南泺岫液压科技有限公司"
REGISTERED = (
    *(
        "2026370100000123",
        "高压柱塞泵耐磨涂层开发",
        "技术开发（委托）",
        _SELLER,
        "高等院校",
        _BUYER,
        "济南市历城区",
    ),
    *("新材料及其应用", "计划外", "技术秘密", 120, 100, "2026-03-01", "2026-03-20"),
)
SIGNED = (
    *("", "知识库系统开发", "技术开发", _SELLER, "", _BUYER, "济南市历城区", "电子信息", "", "未涉及"),
    *(30, 30, "2026-06-01", ""),
)
WITHOUT_SELLER = (
    "",
    "环保工艺咨询",
    "技术咨询",
    "自然人",
    "",
    _BUYER,
    "",
    "",
    "",
    "",
    2,
    2,
    "2026-07-01",
    "",
)
ROLL = (
    ("单位名称", "统一社会信用代码", "机构类型", "所在地区"),
    ("济南泺岫液压科技有限公司", "", "企业", "济南市历城区"),
    ("齐岫工业大学", "", "高校", "济南市"),
)


def ledger(*rows: tuple[Any, ...]) -> bytes:
    """A ledger of contracts."""
    return workbook(("技术合同登记台账", [HEADER, *rows]))


def contracts(user: UserClient) -> dict[str, dict[str, Any]]:
    """Title → contract."""
    items = ok(user.get("/v1/contracts", limit=50))["items"]
    return {one["title"]: one for one in items}


def test_a_ledger_is_stored_updated_and_taken_back(operator: UserClient) -> None:
    first = upload(operator, ledger(REGISTERED, SIGNED, WITHOUT_SELLER))
    assert first["report"]["counts"] == {"new": 2, "refused": 1}
    refusal = rows_of(operator, first)[2]["entry"]
    assert refusal["code"] == "incomplete_row"
    assert "卖方" in refusal["reason_zh"]
    commit(operator, first, accept_derived=True)
    stored = contracts(operator)
    registered, signed = stored["高压柱塞泵耐磨涂层开发"], stored["知识库系统开发"]
    assert (registered["state"], signed["state"]) == ("registered", "signed")
    assert registered["shares"] == []
    assert {name: registered[name] for name in ("technology_field", "ip_type", "plan_category")} == {
        "technology_field": "materials",
        "ip_type": "know_how",
        "plan_category": "outside",
    }
    assert (registered["seller_nature"], registered["buyer_nature"]) == ("university", "enterprise")
    assert (registered["buyer_region"], registered["seller_region"]) == ("370112", None)
    assert (signed["technology_field"], signed["signed_by_both"]) == ("electronics", False)

    again = upload(operator, ledger(REGISTERED, SIGNED))
    assert again["report"]["counts"] == {"duplicate": 2}
    assert upload(operator, ledger(REGISTERED), sender="另一单位")["report"]["counts"] == {"duplicate": 1}

    newer = upload(operator, ledger((*REGISTERED[:10], 130, 100, *REGISTERED[12:])))
    assert newer["report"]["counts"] == {"update": 1}
    commit(operator, newer, accept_derived=True)
    assert contracts(operator)["高压柱塞泵耐磨涂层开发"]["deal_amount_wan"] == "130.00"
    assert ok(operator.post(f"/v1/imports/{newer['id']}/undo"))["kept"] == 0
    assert contracts(operator)["高压柱塞泵耐磨涂层开发"]["deal_amount_wan"] == "120.00"

    patch = {"plan_category": "市级", "reason": "核对计划文件"}
    path = f"/v1/contracts/{signed['id']}"
    changed = ok(operator.patch(path, patch, if_match=f'"{signed["version"]}"'))
    assert (changed["plan_category"], changed["amendment"]) == ("city", None)
    assert ok(operator.post(f"/v1/imports/{first['id']}/undo"))["kept"] == 1
    assert list(contracts(operator)) == ["知识库系统开发"]


def test_a_new_ledger_is_taken_back_whole(operator: UserClient) -> None:
    batch = upload(operator, ledger(REGISTERED, SIGNED))
    commit(operator, batch, accept_derived=True)
    assert ok(operator.post(f"/v1/imports/{batch['id']}/undo"))["kept"] == 0
    assert contracts(operator) == {}
    commit(operator, upload(operator, ledger(REGISTERED)), accept_derived=True)
    assert len(contracts(operator)) == 1


def test_a_tied_operator_imports_no_row_about_the_party(scenario: Scenario, operator: UserClient) -> None:
    commit(operator, upload(operator, ledger(REGISTERED)), accept_derived=True)
    tied = scenario.user_client(Role.OPERATOR)
    created(tied.post("/v1/recusals", {"party": _BUYER, "kind": "holding"}))
    for rows in ((*REGISTERED[:10], 130, 100, *REGISTERED[12:]), SIGNED):
        batch = upload(tied, ledger(rows))
        (row,) = rows_of(tied, batch)
        assert (row["action"], row["entry"]["code"]) == ("refused", "recusal")
    assert [one["deal_amount_wan"] for one in contracts(operator).values()] == ["120.00"]


def test_ledgers_and_rolls_are_the_bureaus(enterprise: UserClient) -> None:
    for data in (ledger(REGISTERED), workbook(("单位名录", ROLL))):
        batch = upload(enterprise, data)
        assert {row["entry"]["code"] for row in rows_of(enterprise, batch)} == {"forbidden"}


def test_a_roll_is_stored_updated_and_taken_back(operator: UserClient) -> None:
    batch = upload(operator, workbook(("单位名录", ROLL)))
    assert batch["report"]["counts"] == {"new": 2}
    commit(operator, batch, accept_derived=True)
    (found,) = ok(operator.get("/v1/organisations", name="泺岫液压"))["items"]
    assert (found["kind"], found["region"]) == ("enterprise", "370112")
    assert upload(operator, workbook(("单位名录", ROLL)), sender="别处")["report"]["counts"] == {
        "duplicate": 2
    }
    moved = [ROLL[0], (*ROLL[1][:3], "济南市章丘区"), ROLL[2]]
    newer = upload(operator, workbook(("单位名录", moved)))
    assert newer["report"]["counts"] == {"update": 1, "duplicate": 1}
    commit(operator, newer, accept_derived=True)
    (found,) = ok(operator.get("/v1/organisations", name="泺岫液压"))["items"]
    assert found["region"] == "370114"
    assert ok(operator.post(f"/v1/imports/{newer['id']}/undo"))["kept"] == 0
    assert ok(operator.post(f"/v1/imports/{batch['id']}/undo"))["kept"] <= 1
    # The university goes; the enterprise stays if its version moved on.
    assert ok(operator.get("/v1/organisations", name="齐岫工业大学"))["items"] == []


def test_an_unknown_nature_is_named(operator: UserClient) -> None:
    batch = upload(operator, ledger((*REGISTERED[:4], "仙人", *REGISTERED[5:])))
    warnings = rows_of(operator, batch)[0]["entry"]["warnings"]
    assert [one["field"] for one in warnings] == ["seller_nature"]
    assert wrong_fields(operator.post("/v1/contracts", {"buyer_nature": "仙人"}))


def test_a_ledger_registers_no_contract_that_was_drafted_here(
    operator: UserClient, enterprise: UserClient
) -> None:
    commit(operator, upload(operator, ledger(REGISTERED)), accept_derived=True)
    entry = contracts(operator)[REGISTERED[1]]
    assert (entry["state"], entry["signed_by_both"], entry["from_ledger"]) == ("registered", False, True)
    draft = {
        "kind": "development",
        "title": "耐磨涂层开发",
        "deal_amount_wan": "120.00",
        "technology_amount_wan": "100.00",
        "buyer_org_id": str(enterprise.user.organisation_id),
        "seller_org_id": entry["seller_org_id"],
    }
    drafted = ok(enterprise.post("/v1/contracts", draft), 201)
    text = operator.get("/v1/exports/contracts.csv").content.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))

    def send(cells: dict[str, str]) -> dict[str, Any]:
        made = [dict(zip(header, row, strict=True)) for row in rows]
        made = [row | (cells if drafted["number"] in row.values() else {}) for row in made]
        out = io.StringIO()
        writer = csv.DictWriter(out, header)
        writer.writeheader()
        writer.writerows(made)
        data = out.getvalue().encode("utf-8-sig")
        answer: dict[str, Any] = ok(operator.upload("/v1/imports", data, name="台账.csv", sender="市局"), 201)
        return answer

    assert send({})["report"]["counts"] == {"duplicate": 2}
    number = next(name for name in header if "登记编号" in name or "登记号" in name)
    days = {name: "2026-03-02" for name in header if name in ("签订日期", "登记日期")}
    batch = send({number: "2026370100000777"} | days)
    assert batch["report"]["counts"] == {"duplicate": 1, "refused": 1}
    assert "contract_in_use" in [row["entry"].get("code") for row in rows_of(operator, batch)]
    commit(operator, batch, accept_derived=True)
    after = ok(operator.get(f"/v1/contracts/{drafted['id']}"))
    assert (after["state"], after["version"], after["signed_by_both"]) == ("draft", 1, False)
    assert not after["from_ledger"]
    listed = ok(operator.get("/v1/contracts", signed_by_both=True))["items"]
    assert listed == []
