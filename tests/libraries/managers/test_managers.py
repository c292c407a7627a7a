"""Managers: the link to a user, affiliations and certificates."""

from datetime import date, timedelta
from typing import Any

import pytest

from app import clock
from app.accounts.models import Role
from app.libraries.managers.service import highest_certificate
from app.libraries.managers.user_link import manager_of_user
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

TODAY = date.today()  # noqa: DTZ011 — days far from today are used around it
EARLIER, LATER = ((TODAY + timedelta(days=days)).isoformat() for days in (-400, 400))


def test_a_manager_has_one_record_and_it_is_his(scenario: Scenario, manager: UserClient) -> None:
    made = manager.create("managers", manager_payload())
    assert made["user_id"] == str(manager.user.id)
    assert made["owner_org_id"] == str(manager.user.organisation_id)
    assert [post["organisation_id"] for post in made["affiliations"]] == [made["owner_org_id"]]
    assert made["region"] == "370100"
    second = manager.post("/v1/managers", manager_payload(title="另一个人"))
    assert (second.status_code, second.json()["code"]) == (409, "second_manager_record")
    with scenario.database.reading() as session:
        assert str(manager_of_user(session, manager.user.id)) == made["id"]


def test_a_manager_changes_only_their_own_record(scenario: Scenario, manager: UserClient) -> None:
    colleague = scenario.user_client(Role.MANAGER)
    path = f"/v1/managers/{manager.create('managers', manager_payload())['id']}"
    assert colleague.patch(path, {"capacity": 1}, If_Match='"1"').status_code == 403
    assert manager.patch(path, {"capacity": 1}, If_Match='"1"').json()["capacity"] == 1
    forged = colleague.post("/v1/managers", manager_payload(user_id=str(manager.user.id)))
    assert forged.status_code == 403


def test_an_institution_writes_of_its_staff_and_the_bureau_links_them(
    scenario: Scenario, institution: UserClient, operator: UserClient, manager: UserClient
) -> None:
    made = institution.create("managers", manager_payload())
    path = f"/v1/managers/{made['id']}"
    assert made["user_id"] is None
    link = {"user_id": str(manager.user.id)}
    assert institution.patch(path, link, If_Match='"1"').status_code == 403
    wrong = operator.patch(path, {"user_id": str(institution.user.id)}, If_Match='"1"')
    assert wrong.json()["errors"][0]["code"] == "not_a_manager_user"
    assert operator.patch(path, link, If_Match='"1"').status_code == 200
    assert manager.patch(path, {"years": 12}, If_Match='"2"').json()["years"] == 12
    elsewhere = {
        "affiliations": [{"organisation_id": str(scenario.registered_organisation().id), "is_primary": True}]
    }
    assert institution.patch(path, elsewhere, If_Match='"3"').status_code == 403


def posts(scenario: Scenario, *facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"organisation_id": str(scenario.registered_organisation().id), **fact} for fact in facts]


def test_posts_with_dates(scenario: Scenario, manager: UserClient, operator: UserClient) -> None:
    employer = str(manager.user.organisation_id)
    wanted = posts(
        scenario,
        {"position": "主任", "is_primary": True, "start": EARLIER, "organisation_id": employer},
        {"kind": "part_time", "end": LATER},
        {"kind": "adviser", "start": EARLIER, "end": EARLIER},
    )
    made = manager.create("managers", manager_payload(affiliations=wanted))
    assert made["owner_org_id"] == wanted[0]["organisation_id"]
    assert [post["organisation_id"] for post in made["affiliations"]] != []
    assert {post["kind"] for post in made["affiliations"]} == {"full_time", "part_time", "adviser"}
    path = f"/v1/managers/{made['id']}"
    moved = operator.patch(
        path, {"affiliations": posts(scenario, {"is_primary": True})}, If_Match='"1"'
    ).json()
    assert len(moved["affiliations"]) == 1
    assert moved["owner_org_id"] == moved["affiliations"][0]["organisation_id"]
    history = manager.get(f"{path}/versions").json()["items"]
    assert "affiliations" in history[0]["changed_fields"]
    assert len(history[1]["data"]["affiliations"]) == 3


def test_a_post_that_is_left_out_has_ended_today(
    scenario: Scenario, manager: UserClient, operator: UserClient
) -> None:
    """So that it remains a conflict for the time of grace; the bureau alone removes it."""
    lately = (TODAY - timedelta(days=30)).isoformat()
    employer = str(manager.user.organisation_id)
    first, *others = posts(
        scenario,
        {"is_primary": True, "organisation_id": employer},
        {"kind": "part_time"},
        {"kind": "adviser", "start": EARLIER, "end": lately},
        {"kind": "adviser", "start": LATER},
    )
    path = f"/v1/managers/{manager.create('managers', manager_payload(affiliations=[first, *others]))['id']}"
    for _ in range(2):
        left = manager.patch(path, {"affiliations": [first]}, If_Match="*").json()["affiliations"]
        ends = {post["organisation_id"]: post["end"] for post in left}
        assert ends == {
            employer: None,
            others[0]["organisation_id"]: clock.today().isoformat(),
            others[1]["organisation_id"]: lately,
        }
    assert len(operator.patch(path, {"affiliations": [first]}, If_Match="*").json()["affiliations"]) == 1


@pytest.mark.parametrize("moved", [{"end": "2015-06-30"}, {"start": LATER}])
def test_a_post_that_its_manager_moves_out_of_the_time_of_grace_has_ended_today(
    scenario: Scenario, manager: UserClient, operator: UserClient, moved: dict[str, str]
) -> None:
    """Its own holder could not end a conflict at once by another date; one within the time of grace is believed."""
    lately = (TODAY - timedelta(days=30)).isoformat()
    employer = str(manager.user.organisation_id)
    first, other = posts(
        scenario, {"is_primary": True, "organisation_id": employer}, {"kind": "part_time", "start": EARLIER}
    )
    path = f"/v1/managers/{manager.create('managers', manager_payload(affiliations=[first, other]))['id']}"
    told = other | {"start": None} | moved

    def ends(caller: UserClient, post: dict[str, Any]) -> list[str]:
        read = caller.patch(path, {"affiliations": [first, post]}, If_Match="*").json()["affiliations"]
        return sorted(one["end"] or "" for one in read if one["organisation_id"] == other["organisation_id"])

    assert ends(manager, told) == sorted([moved.get("end", ""), clock.today().isoformat()])
    assert ends(operator, told) == [moved.get("end", "")]
    assert ends(operator, other) == [""]
    assert ends(manager, other | {"end": lately}) == [lately]


@pytest.mark.parametrize(
    "facts",
    [
        ({}, {}),
        ({"is_primary": True}, {"is_primary": True}),
        ({"is_primary": True, "end": EARLIER}, {}),
        ({"is_primary": True, "start": LATER},),
    ],
)
def test_exactly_one_active_post_is_primary(
    scenario: Scenario, manager: UserClient, facts: tuple[dict[str, Any], ...]
) -> None:
    answer = manager.post("/v1/managers", manager_payload(affiliations=posts(scenario, *facts)))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "one_primary"


def test_the_highest_valid_certificate_counts(manager: UserClient) -> None:
    certificates = [
        {"level": "初级"},
        {"level": "advanced", "valid_to": EARLIER},
        {"level": "intermediate", "valid_to": LATER},
    ]
    made = manager.create("managers", manager_payload(certificates=certificates))
    assert made["certificate_level"] == "intermediate"
    cleared = manager.patch(f"/v1/managers/{made['id']}", {"certificates": None}, If_Match='"1"').json()
    assert cleared["certificate_level"] == "none"


def test_a_certificate_holds_on_its_last_day() -> None:
    entry = [{"level": "advanced", "valid_to": "2026-06-30"}]
    assert highest_certificate(entry, date(2026, 6, 30)) == "advanced"
    assert highest_certificate(entry, date(2026, 7, 1)) == "none"
    assert highest_certificate([], date(2026, 7, 1)) == "none"
