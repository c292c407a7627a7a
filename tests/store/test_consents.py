"""Consent to the notice of processing: given at registration, on record, taken back, and given again."""

from typing import Any

from fastapi.testclient import TestClient

from app.database import Database
from app.settings import Settings
from tests.http.registration import REGISTRATION
from tests.support.builders.links import last_token
from tests.support.callers import Caller
from tests.support.http import ON_ONE_DATABASE, ok, refused, wrong_fields

OWN = "/v1/me/consents"
USER = REGISTRATION["user"]


def headers_of(client: TestClient) -> dict[str, str]:
    login = client.post("/v1/auth/token", data={"username": USER["email"], "password": USER["password"]})
    return {"Authorization": f"Bearer {ok(login)['access_token']}"}


def test_it_is_given_at_registration_and_taken_back_with_what_follows(
    client: TestClient, database: Database, settings: Settings
) -> None:
    for version in (None, 2):
        unread = client.post("/v1/register", json=REGISTRATION | {"notice_version": version})
        assert wrong_fields(unread) == ["notice_version"]
    ok(client.post("/v1/register", json=REGISTRATION), 202)
    token = last_token(database, settings, USER["email"])
    ok(client.post("/v1/auth/verify-mail", json={"token": token}))
    who = headers_of(client)
    (given,) = ok(client.get(OWN, headers=who))
    text = ok(client.get("/v1/legal-texts/privacy_notice"))
    assert (given["text_version"], given["digest"], given["withdrawn_at"]) == (1, text["digest"], None)
    taken_out = ok(client.get("/v1/me/data", headers=who))["consents"]
    assert [one["text_version"] for one in taken_out] == [1]
    ok(client.get("/v1/organisations", headers=who))

    ok(client.delete(OWN, headers=who), 204)
    refused(client.delete(OWN, headers=who), 409, "no_consent")
    for path in ("/v1/organisations", "/v1/demands", "/v1/notices"):
        refused(client.get(path, headers=who), 403, "consent_owed")
    assert ok(client.get("/v1/me/data", headers=who))["consents"][0]["withdrawn_at"]
    again = headers_of(client)
    refused(client.get("/v1/organisations", headers=again), 403, "consent_owed")

    assert wrong_fields(client.post(OWN, json={"notice_version": 2}, headers=who)) == ["notice_version"]
    ok(client.post(OWN, json={"notice_version": 1}, headers=who), 201)
    ok(client.get("/v1/organisations", headers=who))
    assert [one["withdrawn_at"] is None for one in ok(client.get(OWN, headers=who))] == [True, False]


@ON_ONE_DATABASE
def test_who_was_entered_by_the_bureau_gave_none_and_works(as_enterprise: Caller, client: Any) -> None:
    assert ok(as_enterprise.get(OWN)) == []
    refused(as_enterprise.delete(OWN), 409, "no_consent")
    assert client.get(OWN).status_code == 401
