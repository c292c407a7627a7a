"""Contacts of other organisations are masked for the bureau until it asks with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.access.opened_records import Disclosure
from app.accounts.access.principal import Role
from app.accounts.models import AuditEntry
from app.database import Database, id_at, now
from app.libraries.managers.user_link import manager_of_user
from app.libraries.visibility.asked_contacts import asked_records
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

NAME, PHONE, MAIL = "周若川", "13800000001", "ruochuan@example.com"
CONTACT = {"contact_name": NAME, "contact_phone": PHONE, "contact_email": MAIL}
MASKED = {"contact_name": "周**", "contact_phone": "138****0001", "contact_email": "r***@example.com"}
REASON = "企业来电反映需求内容有误，需回电核实"
KINDS = ("demands", "achievements", "managers")


@pytest.fixture(autouse=True)
def asking(app: Any) -> None:
    """Without engagements, what is open to the bureau is what it has asked for."""
    app.state.services[Disclosure] = Disclosure(manager_of_user, asked_records)


@pytest.fixture
def records(scenario: Scenario, enterprise: UserClient) -> dict[str, tuple[UserClient, dict[str, Any]]]:
    """Plural → the owner and their record, as they see it."""
    institution, manager = scenario.user_client(Role.INSTITUTION), scenario.user_client(Role.MANAGER)
    payloads = {
        "demands": (enterprise, demand_payload(**CONTACT)),
        "achievements": (institution, achievement_payload(**CONTACT)),
        "managers": (manager, manager_payload(**CONTACT)),
    }
    return {kind: (owner, owner.create(kind, payload)) for kind, (owner, payload) in payloads.items()}


def contacts_in(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body.get(name) for name in CONTACT}


def entries(database: Database, action: str) -> list[Any]:
    """User, subject and details of each."""
    columns = (AuditEntry.user_id, AuditEntry.subject_id, AuditEntry.details)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).where(AuditEntry.action == action))]


def holds(text: str) -> bool:
    return any(value in text for value in CONTACT.values())


@pytest.mark.parametrize(("email", "shown"), [("a@x.cn", "***@x.cn"), ("ab@x.cn", "a***@x.cn")])
def test_a_mask_shows_no_mailbox_whole(
    operator: UserClient, enterprise: UserClient, email: str, shown: str
) -> None:
    made = enterprise.create("demands", demand_payload(contact_email=email))
    assert ok(operator.get(f"/v1/demands/{made['id']}"))["contact_email"] == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("010-1234567", "****"),
        ("0531-8888001", "****"),
        ("+3541234567", "****"),
        ("0531-88880001", "053****0001"),
        ("+493012345678", "+49****5678"),
    ],
)
def test_a_mask_leaves_too_many_telephones_to_try(
    enterprise: UserClient, operator: UserClient, phone: str, shown: str
) -> None:
    made = enterprise.create("demands", demand_payload(contact_phone=phone))
    assert operator.get(f"/v1/demands/{made['id']}").json()["contact_phone"] == shown


@pytest.mark.parametrize("kind", KINDS)
def test_an_office_sees_masks_until_it_asks(
    scenario: Scenario, records: Any, operator: UserClient, kind: str
) -> None:
    owner, made = records[kind]
    path = f"/v1/{kind}/{made['id']}"
    assert contacts_in(owner.get(path).json()) == CONTACT
    assert contacts_in(operator.get(path).json()) == MASKED
    (listed,) = operator.get(f"/v1/{kind}").json()["items"]
    assert contacts_in(listed) == MASKED
    assert not holds(operator.get(f"{path}/versions").text)
    assert holds(owner.get(f"{path}/versions").text)

    shown = ok(operator.post(f"{path}/contacts", {"reason": REASON}))
    assert contacts_in(shown) == CONTACT
    assert contacts_in(operator.get(path).json()) == CONTACT
    assert holds(operator.get(f"/v1/{kind}").text)
    assert holds(operator.get(f"{path}/versions").text)
    assert entries(scenario.database, "contact.ask") == [(operator.user.id, UUID(made["id"]), REASON)]
    colleague = scenario.user_client(Role.OPERATOR)
    assert contacts_in(colleague.get(path).json()) == MASKED, "what one asked opens nothing to another"


def test_asking_opens_one_record_for_half_an_hour(
    scenario: Scenario, records: Any, operator: UserClient
) -> None:
    _, demand = records["demands"]
    _, other = records["achievements"]
    for minutes, expected in ((31, MASKED), (29, CONTACT)):
        asked_at = now() - timedelta(minutes=minutes)
        with scenario.database.unit_of_work() as session:
            session.add(
                AuditEntry(
                    id=UUID(int=id_at(asked_at).int + minutes),
                    created_at=asked_at,
                    user_id=operator.user.id,
                    action="contact.ask",
                    subject_id=UUID(demand["id"]),
                    details=REASON,
                )
            )
        assert contacts_in(operator.get(f"/v1/demands/{demand['id']}").json()) == expected, minutes
    assert contacts_in(operator.get(f"/v1/achievements/{other['id']}").json()) == MASKED


@pytest.mark.parametrize("reason", [None, "", "核实一下", "字" * 501, "此件为机密★10年，请核实"])
def test_a_reason_is_needed(
    scenario: Scenario, records: Any, operator: UserClient, reason: str | None
) -> None:
    _, demand = records["demands"]
    answer = operator.post(f"/v1/demands/{demand['id']}/contacts", {"reason": reason})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["reason"]
    assert entries(scenario.database, "contact.ask") == []


def test_only_the_bureau_asks_and_only_in_person(
    scenario: Scenario, records: Any, enterprise: UserClient, rival: UserClient
) -> None:
    _, demand = records["demands"]
    path = f"/v1/demands/{demand['id']}/contacts"
    for someone in (rival, scenario.user_client(Role.MANAGER), scenario.user_client(Role.AUDITOR)):
        assert someone.post(path, {"reason": REASON}).status_code == 403
    assert scenario.anonymous_client.post(path, {"reason": REASON}).status_code == 401
    key = scenario.key_client(scenario.user_client(Role.OPERATOR).user, "demands:read", "demands:write")
    assert contacts_in(key.get(f"/v1/demands/{demand['id']}").json()) == MASKED
    assert key.post(path, {"reason": REASON}).status_code == 403


def test_what_the_bureau_enters_itself_is_masked_and_a_mask_is_not_stored(
    scenario: Scenario, records: Any, enterprise: UserClient, operator: UserClient
) -> None:
    _, demand = records["demands"]
    path = f"/v1/demands/{demand['id']}"
    changed = ok(operator.patch(path, {"contact_phone": "13900000009"}, If_Match="*"))
    assert changed["contact_phone"] == "139****0009"
    back = operator.patch(path, MASKED, If_Match="*")
    assert back.status_code == 422
    assert {one["field"] for one in back.json()["errors"]} == set(MASKED)
    assert {one["code"] for one in back.json()["errors"]} == {"masked_contact"}
    assert enterprise.get(path).json()["contact_phone"] == "13900000009"


def test_a_record_of_the_bureau_itself_is_its_own(scenario: Scenario, operator: UserClient) -> None:
    made = operator.create("demands", demand_payload(**CONTACT))
    assert contacts_in(made) == CONTACT
