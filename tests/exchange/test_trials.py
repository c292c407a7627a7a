"""What a commit would refuse, the preview refuses, and says where and why."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange.files import HEADER, sheet
from tests.exchange.test_batches import FULL, commit, rows_of, upload
from tests.support.http import ok
from tests.support.scenario.library_users import UserClient

_CELLS: dict[str, list[Any]] = {
    "需求名称": ["密封环涂层", "涂", "涂层" * 150, "涂层<b>", "=1+1", "某军品机密涂层"],
    "技术领域": ["新材料", "无此领域"],
    "需求描述": [
        "密封环半年磨穿，希望寿命提高一倍。",
        "短",
        "粉尘大。" * 2000,
        "绝密 ★ 十年",
        "电话13800000001",
    ],
    "投资预算（万元）": [60, "80-120", "120-80", "99999999999999", "-5", "面议", "0"],
    "需求截止时间": ["2027-06-30", "2099-12-31", "1990-01-01", "9999-12-31", "长期", "2027-02-30"],
    "联系人": ["孟岫", "孟" * 300],
    "联系电话": ["13800000001", "123", "1" * 60],
}


def with_cells(**cells: Any) -> list[tuple[Any, ...]]:
    """A list of one complete demand with some cells changed."""
    return [HEADER, tuple((dict(zip(HEADER, FULL, strict=True)) | cells).values())]


@pytest.mark.parametrize(
    ("cells", "action", "field"),
    [
        ({"需求描述": "粉尘大。" * 2000}, "refused", "main_problem"),
        ({"需求截止时间": "2099-12-31"}, "draft", "deadline"),
    ],
)
def test_a_preview_names_cell_and_fault_of_what_a_commit_would_refuse(
    operator: UserClient, cells: dict[str, Any], action: str, field: str
) -> None:
    batch = upload(operator, sheet(with_cells(**cells)))
    assert batch["report"]["counts"] == {action: 1}
    (row,) = rows_of(operator, batch)
    said = row["remarks"] if action == "refused" else row["entry"]["warnings"]
    (one,) = [one for one in said if one["field"] == field]
    assert row["entry"]["origins"][field]["cell"] in (one.get("cell") or one["message_zh"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.fixed_dictionaries({}, optional={name: st.sampled_from(all_) for name, all_ in _CELLS.items()})
)
def test_what_a_preview_accepts_is_accepted_by_the_commit(
    operator: UserClient, cells: dict[str, Any]
) -> None:
    batch = upload(operator, sheet(with_cells(**cells)), sender="性质")
    (before,) = rows_of(operator, batch)
    commit(operator, batch, accept_derived=True, publish=True)
    (row,) = rows_of(operator, batch)
    assert (
        row["state"] == before["state"]
        if before["action"] in ("refused", "duplicate")
        else row["state"] == "done"
    )
    if row["state"] == "done":
        ok(operator.post(f"/v1/imports/{batch['id']}/undo"))
