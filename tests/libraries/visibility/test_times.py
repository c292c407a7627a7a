"""Times, ids and numbers of confidential records as others see them: none tells with what else they were made."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.clock import JINAN_TIME
from app.libraries.record.reference_numbers import RANDOM_FROM
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.callers import Caller, LogIn
from tests.support.http import create, ok


def is_midnight(text: str) -> bool:
    return datetime.fromisoformat(text).astimezone(JINAN_TIME).time() == time()


def test_times_of_a_confidential_record_do_not_tell_what_was_published_with_it(log_in: LogIn) -> None:
    """An owner publishes several records in one go; the hidden one must not stand out by its second."""
    owner, reader = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
    for mode in ("public", "confidential"):
        created = create(owner, "demands", demand_payload(publish_mode=mode))
        seen = ok(reader.get(f"/v1/demands/{created['id']}"))
        exact = ok(owner.get(f"/v1/demands/{created['id']}"))
        if mode == "public":
            assert seen["published_at"] == exact["published_at"]
            assert seen["created_at"] == exact["created_at"]
        else:
            assert is_midnight(seen["published_at"])
            assert not seen.keys() & {"created_at", "updated_at"}


def test_nobody_counts_the_changes_of_a_confidential_record(client: Any, log_in: LogIn) -> None:
    """By them who changes several records in one go would be seen to own the hidden one, too."""
    owner, reader = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
    made = {
        mode: create(owner, "demands", demand_payload(publish_mode=mode))["id"]
        for mode in ("public", "confidential")
    }
    for mode, is_counted in (("public", True), ("confidential", False)):
        path = f"/v1/demands/{made[mode]}"
        for asking in (client, reader, owner):
            before = asking.get(path)
            ok(owner.patch(path, json={"contact_name": f"王{len(before.text)}"}, headers={"If-Match": "*"}))
            after = asking.get(path)
            assert (before.text != after.text) == (is_counted or asking is owner)
            assert ("etag" in after.headers) == ("version" in ok(after)) == (is_counted or asking is owner)
            items = {one["id"]: one for one in ok(asking.get("/v1/demands"))["items"]}
            assert ("version" in items[made[mode]]) == (is_counted or asking is owner)


def listed(reader: Caller, library: str, sort: str) -> Iterator[tuple[str, str | None]]:
    """The ids of a list, one a page, each with the moment that the cursor behind it holds."""
    cursor = None
    while True:
        params = {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = ok(reader.get(f"/v1/{library}", params=params))
        cursor = page["next_cursor"]
        held = None if cursor is None else json.loads(base64.urlsafe_b64decode(cursor + "==="))[1]
        yield page["items"][0]["id"], held
        if cursor is None:
            return


@pytest.mark.parametrize(
    ("library", "role"), [("demands", Role.ENTERPRISE), ("achievements", Role.INSTITUTION)]
)
def test_a_confidential_record_does_not_stand_beside_what_its_owner_entered_with_it(
    log_in: LogIn, library: str, role: Role
) -> None:
    """Neither in a list, nor by the cursor behind it, nor by its number, nor by the time that an id tells."""
    owner, reader = log_in(role), log_in(Role.INVESTOR)
    payload = demand_payload if library == "demands" else achievement_payload
    made = []
    for place, mode in enumerate(("public", "confidential", "public", "public", "confidential")):
        made.append(create(owner, library, payload(publish_mode=mode, title=f"防腐涂层记录第{place}项")))
    path = f"/v1/{library}/{made[3]['id']}"
    ok(owner.patch(path, json={"publish_mode": "confidential"}, headers={"If-Match": "*"}))
    hidden = {made[place]["id"] for place in (1, 3, 4)}
    for sort, order in (
        ("published_at", [True] * 3 + [False] * 2),
        ("-published_at", [False] * 2 + [True] * 3),
    ):
        seen = list(listed(reader, library, sort))
        assert [id_ in hidden for id_, _ in seen] == order
        assert all(moment is None or is_midnight(moment) for id_, moment in seen if id_ in hidden)
    for one in (made[1], made[4]):
        assert UUID(one["id"]).version == 4, "the first digits of others are a time"
        assert serial(one) >= RANDOM_FROM
        (found,) = ok(reader.get(f"/v1/{library}", params={"q": one["number"]}))["items"]
        assert found["id"] == one["id"]
    assert serial(made[2]) == serial(made[0]) + 1


def serial(record: Mapping[str, Any]) -> int:
    return int(record["number"].rpartition("-")[2])
