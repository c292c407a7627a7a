"""Records of organisations that registered themselves wait for the bureau until it has verified the organisation."""

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Organisation, Role
from app.database import Database
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller, LogIn
from tests.support.http import create, ok

KINDS = [
    (Role.ENTERPRISE, "demands", demand_payload),
    (Role.INSTITUTION, "achievements", achievement_payload),
    (Role.MANAGER, "managers", manager_payload),
]


@pytest.fixture
def verify(app: Any, as_operator: Caller) -> Callable[[Caller], None]:
    def verify(caller: Caller) -> None:
        with app.state.services[Database].unit_of_work() as session:
            session.get_one(Organisation, caller.organisation_id).uscc = "91370102YY000001X4"
        path = f"/v1/organisations/{caller.organisation_id}"
        tag = {"If-Match": as_operator.get(path).headers["ETag"]}
        ok(as_operator.post(f"{path}/verify", headers=tag))

    return verify


@pytest.mark.parametrize(("role", "plural", "payload"), KINDS)
def test_a_record_waits_and_goes_on_after_the_verification(
    log_in: LogIn,
    client: Any,
    drain: Callable[[], int],
    verify: Callable[[Caller], None],
    role: Role,
    plural: str,
    payload: Callable[..., dict[str, Any]],
) -> None:
    newcomer = log_in(role, verified=False)
    waiting = create(newcomer, plural, payload())
    assert waiting["state"] == "submitted"
    path = f"/v1/{plural}/{waiting['id']}"
    drain()
    assert client.get(path).status_code == 404
    draft = create(newcomer, plural, payload(draft=True)) if role is not Role.MANAGER else None
    verify(newcomer)
    drain()
    assert ok(client.get(path))["state"] == "published"
    if draft is not None:
        assert client.get(f"/v1/{plural}/{draft['id']}").status_code == 404, "a draft stays a draft"


def test_nothing_is_pushed_of_a_waiting_record(log_in: LogIn, drain: Callable[[], int]) -> None:
    manager = log_in(Role.MANAGER)
    create(manager, "managers", manager_payload())
    create(log_in(Role.INSTITUTION), "achievements", achievement_payload())
    create(log_in(Role.ENTERPRISE, verified=False), "demands", demand_payload())
    drain()
    assert ok(manager.get("/v1/inbox"))["items"] == []


def test_the_bureau_may_publish_one_record_and_its_change_waits_again(
    log_in: LogIn, as_operator: Caller
) -> None:
    """Otherwise a harmless text would open the door for another one."""
    newcomer = log_in(Role.ENTERPRISE, verified=False)
    path = f"/v1/demands/{create(newcomer, 'demands', demand_payload())['id']}"
    approved = as_operator.post(f"{path}/approve")
    assert ok(approved)["state"] == "published"
    change = newcomer.patch(
        path,
        json={"title": "高压球阀密封副堆焊层研发"},
        headers={"If-Match": newcomer.get(path).headers["ETag"]},
    )
    assert ok(change)["state"] == "submitted"


def test_completeness_for_others_says_nothing_of_hidden_fields(log_in: LogIn) -> None:
    """Otherwise filling in the confidential note, or leaving it out, would show."""
    owner, rival = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
    hidden = {
        "confidential_note": "现用供应商合同年底到期,优先考虑本地团队。" * 3,
        "contact_name": "周工",
        "contact_phone": "13800000001",
        "existing_basis": "已有中试线一条,可提供样件和试验数据。" * 3,
    }
    visible = {name: value for name, value in demand_payload().items() if name not in hidden}
    bare, full = (create(owner, "demands", visible | more) for more in ({}, hidden))
    assert bare["completeness"]["score"] < full["completeness"]["score"]
    shown = [ok(rival.get(f"/v1/demands/{one['id']}"))["completeness"] for one in (bare, full)]
    assert shown[0] == shown[1]
