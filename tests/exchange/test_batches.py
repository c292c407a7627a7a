"""Preview, commit and undoing of a batch, over HTTP."""

import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from app.accounts.access.principal import SYSTEM
from app.accounts.models import Role
from app.database import Database
from app.errors import Conflict
from app.exchange.batches import preview
from app.exchange.batches.models import BatchState, ImportBatch
from app.exchange.headers.dictionary import Kind
from app.exchange.report import report_of
from app.exchange.templates import template
from app.settings import Settings
from tests.exchange.files import DEMANDS, HEADER, Rows, sheet
from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

FULL = (
    *(3, "济南云岭泵业有限公司", "密封环涂层", "新材料", "密封环半年磨穿，希望寿命提高一倍。", "合作开发"),
    *(60, "2027-06-30", "孟岫", "13800000001"),
)


def upload(user: UserClient, data: bytes, *, sender: str = "历城区科学技术局") -> dict[str, Any]:
    """The batch of a file."""
    answer = user.upload("/v1/imports", data, name="需求.xlsx", sender=sender)
    batch: dict[str, Any] = ok(answer, 201)
    return batch


def rows_of(user: UserClient, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a batch."""
    rows: list[dict[str, Any]] = ok(user.get(f"/v1/imports/{batch['id']}/rows", limit=100))["items"]
    return rows


def commit(user: UserClient, batch: dict[str, Any], **options: bool) -> dict[str, Any]:
    """Commit all rows of a batch."""
    answer: dict[str, Any] = ok(user.post(f"/v1/imports/{batch['id']}/commit", options))
    assert answer["waiting"] == 0
    return answer


def demands(user: UserClient) -> list[dict[str, Any]]:
    """The demands that the user sees, in full."""
    items = ok(user.get("/v1/demands", limit=50, state="draft"))["items"]
    items += ok(user.get("/v1/demands", limit=50))["items"]
    seen = {one["id"]: one for one in items}
    return [ok(user.get(f"/v1/demands/{id_}")) for id_ in seen]


def changed(rows: Rows, row: int, **cells: Any) -> list[tuple[Any, ...]]:
    """The list with some cells of one row changed, by their header."""
    made = [tuple(one) for one in rows]
    made[row] = tuple((dict(zip(HEADER, made[row], strict=True)) | cells)[name] for name in HEADER)
    return made


def test_a_preview_stores_no_record(operator: UserClient) -> None:
    batch = upload(operator, sheet([*DEMANDS, FULL]))
    assert batch["report"]["counts"] == {"new": 3}
    assert demands(operator) == []


def test_reading_that_was_interrupted_goes_on_when_the_file_is_uploaded_again(
    database: Database, settings: Settings, operator: UserClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "CHUNK", 1)
    data = sheet([*DEMANDS, FULL])

    def read(on_progress: Callable[[int], None] = lambda _: None) -> UUID:
        return preview.preview(
            database,
            settings,
            data,
            name="需求.xlsx",
            sender="甲局",
            principal=SYSTEM,
            on_progress=on_progress,
        )

    def power_cut(rows: int) -> None:
        if rows == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(power_cut)
    (stopped,) = ok(operator.get("/v1/imports"))["items"]
    assert (stopped["state"], stopped["report"]) == ("reading", {"counts": {"new": 2}})
    refused(operator.post(f"/v1/imports/{stopped['id']}/commit", {}), 409, "still_reading")
    # While the second upload reads, a third takes its place.
    third: list[UUID] = []
    with pytest.raises(Conflict, match="uploaded again"):
        read(lambda _: None if third else third.append(read()))
    assert third == [UUID(stopped["id"])]
    (whole,) = ok(operator.get("/v1/imports"))["items"]
    assert (whole["state"], whole["report"]["counts"]) == ("previewed", {"new": 3})
    assert [row["position"] for row in rows_of(operator, whole)] == [1, 2, 3]
    assert read() != third[0]


def test_deductions_that_nobody_confirms_are_not_stored(operator: UserClient) -> None:
    batch = upload(operator, sheet(DEMANDS))
    commit(operator, batch)
    found = {one["title"]: one for one in demands(operator)}
    first = found["泵体铸件自动打磨技术"]
    assert (first["deadline"], first["region"]) == (None, None)
    assert first["budget_max_wan"] == "120.00"
    assert first["state"] == "draft"


def test_confirmed_deductions_are_stored_and_complete_records_published(operator: UserClient) -> None:
    batch = upload(operator, sheet(DEMANDS))
    first = rows_of(operator, batch)[0]
    ok(operator.patch(f"/v1/imports/{batch['id']}/rows/{first['id']}", {"accepted": ["deadline"]}))
    commit(operator, batch, accept_derived=True, publish=True)
    found = {one["title"]: one for one in demands(operator)}
    assert found["泵体铸件自动打磨技术"]["deadline"] == "2027-03-31"
    assert {one["state"] for one in found.values()} == {"published"}


def test_the_same_file_again_changes_nothing_and_a_newer_one_updates(operator: UserClient) -> None:
    commit(operator, upload(operator, sheet([*DEMANDS, FULL])), accept_derived=True)
    before = {one["id"]: one["version"] for one in demands(operator)}

    again = upload(operator, sheet([*DEMANDS, FULL]))
    assert again["report"]["counts"] == {"duplicate": 3}
    commit(operator, again)
    assert {one["id"]: one["version"] for one in demands(operator)} == before

    newer = upload(operator, sheet(changed([*DEMANDS, FULL], 3, **{"投资预算（万元）": 90})))
    assert newer["report"]["counts"] == {"duplicate": 2, "update": 1}
    commit(operator, newer)
    found = {one["title"]: one for one in demands(operator)}
    assert found["密封环涂层"]["budget_max_wan"] == "90.00"
    assert len(found) == 3


def test_an_update_leaves_what_was_edited_here(operator: UserClient) -> None:
    commit(operator, upload(operator, sheet([HEADER, FULL])), accept_derived=True)
    (record,) = demands(operator)
    edit = {"scenario": "清水离心泵", "fields": ["401"]}
    ok(operator.patch(f"/v1/demands/{record['id']}", edit, if_match=f'"{record["version"]}"'))
    commit(operator, upload(operator, sheet(changed([HEADER, FULL], 1, 联系人="李四"))))
    (record,) = demands(operator)
    assert (record["scenario"], record["fields"], record["contact_name"]) == ("清水离心泵", ["401"], "李**")


def test_a_batch_is_undone_but_for_what_was_changed_since(operator: UserClient) -> None:
    first = upload(operator, sheet([*DEMANDS, FULL]))
    commit(operator, first, accept_derived=True)
    edited = next(one for one in demands(operator) if one["title"] == "密封环涂层")
    ok(operator.patch(f"/v1/demands/{edited['id']}", {"scenario": "泵"}, if_match=f'"{edited["version"]}"'))
    undone = ok(operator.post(f"/v1/imports/{first['id']}/undo"))
    assert (undone["kept"], undone["batch"]["state"]) == (1, "undone")
    assert [one["title"] for one in demands(operator)] == ["密封环涂层"]


def test_undoing_an_update_gives_the_former_values_back(operator: UserClient) -> None:
    commit(operator, upload(operator, sheet([HEADER, FULL])), accept_derived=True)
    newer = upload(operator, sheet(changed([HEADER, FULL], 1, **{"投资预算（万元）": 90})))
    commit(operator, newer)
    assert ok(operator.post(f"/v1/imports/{newer['id']}/undo"))["kept"] == 0
    (record,) = demands(operator)
    assert record["budget_max_wan"] == "60.00"


def test_a_row_that_fails_does_not_affect_the_others(operator: UserClient) -> None:
    long = changed([*DEMANDS, FULL], 1, 需求描述="粉尘大。" * 2000)
    batch = upload(operator, sheet(long))
    commit(operator, batch)
    states = Counter(row["state"] for row in rows_of(operator, batch))
    assert states == {"done": 2, "failed": 1}
    failed = next(row for row in rows_of(operator, batch) if row["state"] == "failed")
    assert failed["remarks"][0]["field"] == "main_problem"
    assert failed["remarks"][0]["message_zh"] and failed["remarks"][0]["message_en"]


def test_a_confirmed_header_is_remembered_for_its_sender(operator: UserClient) -> None:
    header = ("单位名称", "拟攻坚事由", "需求描述", "内部意见")
    rows = [header, ("济南云岭泵业有限公司", "密封环涂层", "密封环半年磨穿。", "缓")]
    deduced = rows_of(operator, upload(operator, sheet(rows)))[0]["entry"]["derived"]
    assert "title" in deduced
    body = {"sender": "历城区科学技术局", "headers": {"拟攻坚事由": "title", "内部意见": ""}}
    ok(operator.put("/v1/imports/headers", body))
    batch = upload(operator, sheet(rows))
    entry = rows_of(operator, batch)[0]["entry"]
    assert entry["fields"]["title"] == "密封环涂层"
    assert "title" not in entry["derived"]
    other = upload(operator, sheet(rows), sender="章丘区科技局")
    assert "title" in rows_of(operator, other)[0]["entry"]["derived"]
    body["headers"] = {"拟攻坚事由": "no_such_field"}
    assert wrong_fields(operator.put("/v1/imports/headers", body)) == ["拟攻坚事由"]


def test_the_senders_own_file_comes_back_with_the_result(operator: UserClient) -> None:
    data = sheet([*DEMANDS, (3, "济南云岭泵业有限公司", "", "新材料", "没有名称的一行")])
    batch = upload(operator, data)
    commit(operator, batch)
    path = f"/v1/imports/{batch['id']}/marked-file"
    answer = operator.upload(path, data, name="需求.xlsx")
    assert answer.status_code == 200, answer.text
    marked = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert marked is not None
    results = [cell.value for cell in list(marked.columns)[-1]]
    assert results[0] == "导入结果"
    assert str(results[1]).startswith("新增")
    assert "需求名称为空" in str(results[3])
    other = operator.upload(path, sheet(DEMANDS), name="x.xlsx")
    assert wrong_fields(other) == ["file"]


def test_the_results_name_fields_in_chinese(operator: UserClient) -> None:
    data = sheet(
        [
            ("序号", "企业名称", "需求名称", "需求描述"),
            (1, "济南云岭泵业有限公司", "密封环涂层", "泥沙大的河水里磨损很快。"),
        ]
    )
    batch = upload(operator, data)
    commit(operator, batch)
    answer = operator.upload(f"/v1/imports/{batch['id']}/marked-file", data, name="需求.xlsx")
    marked = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert marked is not None
    result = str(list(marked.columns)[-1][1].value)
    assert result.startswith("存为草稿；缺少：") and "合作方式" in result and "deadline" not in result


def test_others_import_only_for_their_own_organisation(enterprise: UserClient, operator: UserClient) -> None:
    batch = upload(enterprise, sheet([*DEMANDS, FULL]))
    assert {row["entry"]["code"] for row in rows_of(enterprise, batch)} == {"foreign_owner"}
    own = upload(enterprise, sheet([HEADER, (1, "", *FULL[2:])]))
    commit(enterprise, own, accept_derived=True)
    assert [one["title"] for one in demands(enterprise)] == ["密封环涂层"]
    theirs = upload(operator, sheet(DEMANDS))
    refused(enterprise.get(f"/v1/imports/{theirs['id']}"), 404, "not_found")
    refused(enterprise.post(f"/v1/imports/{theirs['id']}/commit", {}), 404, "not_found")


def test_templates_have_headers_that_the_importer_knows_and_are_empty() -> None:
    for kind in Kind:
        report = report_of(template(kind))
        assert (report["records"], report["refused"]) == ([], [])
        columns = report["tables"][0]["columns"]
        assert report["tables"][0]["kind"] == kind
        assert all(column["field"] for column in columns.values()), columns


def test_an_exported_list_is_imported_again_without_a_difference(operator: UserClient) -> None:
    commit(operator, upload(operator, sheet([*DEMANDS, FULL])), accept_derived=True)
    before = {one["id"]: one["version"] for one in demands(operator)}
    for format_ in ("xlsx", "csv", "jsonl"):
        file = operator.get(f"/v1/exports/demands.{format_}", state="draft")
        assert file.status_code == 200, file.text
        assert upload(operator, file.content, sender="本平台")["report"]["counts"] == {"duplicate": 3}
    edited = operator.get("/v1/exports/demands.csv").text.replace("密封环涂层", "密封环耐磨涂层")
    batch = upload(operator, edited.encode())
    assert batch["report"]["counts"] == {"duplicate": 2, "update": 1}
    commit(operator, batch)
    after = {one["id"]: one for one in demands(operator)}
    assert Counter(before[id_] == one["version"] for id_, one in after.items()) == {True: 2, False: 1}
    assert "密封环耐磨涂层" in {one["title"] for one in after.values()}


def test_a_list_shows_its_reader_no_more_as_a_file(
    operator: UserClient, enterprise: UserClient, scenario: Scenario, client: Any
) -> None:
    commit(operator, upload(operator, sheet([HEADER, FULL])), accept_derived=True, publish=True)
    theirs = operator.get("/v1/exports/demands.jsonl").text
    assert "138****0001" in theirs
    ours = enterprise.get("/v1/exports/demands.jsonl")
    assert "密封环涂层" in ours.text
    assert "13800000001" not in ours.text and "138****0001" not in ours.text
    assert ok(enterprise.get("/v1/demands"))["items"][0].items() <= json.loads(ours.text).items()
    refused(enterprise.get("/v1/exports/organisations.csv"), 403, "forbidden")
    refused(client.get("/v1/exports/demands.csv"), 401, "unauthenticated")
    assert "关键词" in operator.get("/v1/exports/demands.csv", q="密封环").text
    assert wrong_fields(enterprise.get("/v1/exports/demands.csv", sort="nothing"))
    taken = ok(scenario.user_client(Role.AUDITOR).get("/v1/audit", action="export.create"))["items"]
    assert taken[-1]["details"] == "demands.jsonl: 1"


def test_the_number_of_anothers_record_is_refused_like_one_that_does_not_exist(
    operator: UserClient, enterprise: UserClient
) -> None:
    commit(operator, upload(operator, sheet([HEADER, FULL])), accept_derived=True)
    (number,) = (one["number"] for one in demands(operator))
    for wanted in (number, "XQ-2026-999999"):
        rows = [
            ("平台编号", "需求名称", "需求描述"),
            (wanted, "密封环", "密封环半年磨穿，希望寿命提高一倍。"),
        ]
        (row,) = rows_of(enterprise, upload(enterprise, sheet(rows)))
        assert row["entry"]["code"] == "unknown_number"
        assert row["record_id"] is None


def test_a_file_whose_reading_was_interrupted_is_not_committed(
    operator: UserClient, database: Database
) -> None:
    batch = upload(operator, sheet(DEMANDS))
    assert batch["state"] == "previewed"
    with database.unit_of_work() as session:
        session.get_one(ImportBatch, UUID(batch["id"])).state = BatchState.READING.value
    refused(operator.post(f"/v1/imports/{batch['id']}/commit", {}), 409, "still_reading")
    assert demands(operator) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_batches_that_are_undone_leave_nothing(operator: UserClient, order: tuple[int, int]) -> None:
    batches = []
    for rows in (DEMANDS, changed(DEMANDS, 1, 需求描述="单件耗时50分钟。")):
        batches.append(upload(operator, sheet(rows)))
        commit(operator, batches[-1])
    assert len(demands(operator)) == 2
    for index in order:
        ok(operator.post(f"/v1/imports/{batches[index]['id']}/undo"))
    assert demands(operator) == []


def test_what_somebody_changed_between_two_batches_is_kept(operator: UserClient) -> None:
    first = upload(operator, sheet(DEMANDS))
    commit(operator, first)
    record = next(one for one in demands(operator) if one["title"] == DEMANDS[1][2])
    ok(operator.patch(f"/v1/demands/{record['id']}", {"scenario": "泵房"}, If_Match=f'"{record["version"]}"'))
    second = upload(operator, sheet(changed(DEMANDS, 1, 需求描述="单件耗时50分钟。")))
    commit(operator, second)
    ok(operator.post(f"/v1/imports/{second['id']}/undo"))
    assert ok(operator.post(f"/v1/imports/{first['id']}/undo"))["kept"] == 1
    assert [one["title"] for one in demands(operator)] == [DEMANDS[1][2]]
