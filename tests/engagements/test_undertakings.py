"""Trade secrets: what a record keeps back opens to each reader after an undertaking, and nowhere before."""

from typing import Any

from sqlalchemy import select

from app.accounts.models import AuditEntry
from app.database import now
from app.libraries.demands.models import Demand
from tests.support.http import ok, refused
from tests.support.scenario import Scenario

SECRETS = {"existing_basis": "两台中频炉", "confidential_note": "配方含铌千分之三"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TEXT = "/v1/legal-texts/undertaking"


def give(meeting: Any, caller: Any, version: int = 1, side: str = "demand") -> Any:
    body = {"side": side, "text_version": version}
    return caller.post(f"{meeting.path}/undertakings", json=body)


def level(meeting: Any, caller: Any) -> int:
    return int(meeting.records(caller)[0]["view_level"])


def owed(meeting: Any, caller: Any) -> list[tuple[str, bool]]:
    return [(one["side"], one["owed"]) for one in meeting.seen(caller)["undertakings"]]


def test_each_reader_gives_it_before_anything_opens(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement(publish_mode="confidential", undertaking="renewed", **SECRETS)
    files = {"file": ("配方说明.pdf", PDF, "application/pdf")}
    ok(scenario.enterprise.post(f"{meeting.path}/files", files=files), 201)
    lists = ("/v1/demands", "/v1/exports/demands.csv", "/v1/engagements")
    parts = (f"{meeting.path}/{part}" for part in ("timeline", "files"))
    places = (*lists, f"/v1/demands/{meeting.demand_id}", meeting.path, *parts)
    kept_back = (*SECRETS.values(), "13905310000", str(scenario.enterprise.organisation_id), "配方说明")
    for caller in (scenario.lead, scenario.institution):
        shown = "".join(caller.get(place).text for place in places)
        assert [text for text in kept_back if text in shown] == []
        assert owed(meeting, caller) == [("demand", True)]
        refused(caller.post(f"{meeting.path}/contacts"), 409, "undertaking_owed")
        refused(meeting.contract(caller), 409, "undertaking_owed")
    refused(give(meeting, scenario.lead, version=2), 409, "text_outdated")
    refused(give(meeting, scenario.enterprise), 409, "not_your_part")
    refused(give(meeting, scenario.operator), 403, "forbidden")

    for _ in range(2):
        ok(give(meeting, scenario.lead))
    record = meeting.records(scenario.lead)[0]
    assert record["view_level"] == 2 and {name: record[name] for name in SECRETS} == SECRETS
    assert len(ok(scenario.lead.get(f"{meeting.path}/files"))["items"]) == 1
    ok(scenario.lead.post(f"{meeting.path}/contacts"))
    assert level(meeting, scenario.institution) == 1, "nobody gives it for another"
    (side,) = meeting.seen(scenario.enterprise)["undertakings"]
    (given,) = side["given"]
    assert (given["user_id"], given["text_version"]) == (str(scenario.lead.user_id), 1)
    assert given["name"] and given["digest"] == ok(scenario.institution.get(TEXT))["digest"]
    assert meeting.seen(scenario.institution)["undertakings"][0]["given"] == []
    query = select(AuditEntry.user_id, AuditEntry.subject_id, AuditEntry.details)
    with scenario.database.reading() as session:
        (audited,) = session.execute(query.where(AuditEntry.action == "engagement.undertake")).all()
    assert audited[:2] == (scenario.lead.user_id, meeting.demand_id)
    assert given["digest"] in audited.details


def test_a_new_text_or_publication_asks_anew_only_where_it_is_set(scenario: Scenario) -> None:
    meeting = scenario.agreed_engagement(undertaking="renewed", **SECRETS)
    assert level(meeting, scenario.lead) == 1, "not by brokering alone either"
    ok(give(meeting, scenario.lead))
    assert level(meeting, scenario.lead) == 3
    first = ok(scenario.lead.get(TEXT))
    new = {
        "zh": "本人承诺对保密信息永久保密，不向任何人披露。",
        "en": "I keep it secret at all times.",
        "replaces": 1,
    }
    refused(scenario.lead.post(TEXT, json=new), 403, "forbidden")
    assert ok(scenario.operator.post(TEXT, json=new), 201)["version"] == 2
    refused(scenario.operator.post(TEXT, json=new), 409, "text_outdated")
    assert ok(scenario.lead.get(TEXT, params={"version": 1}))["digest"] == first["digest"]
    assert [one["version"] for one in ok(scenario.lead.get(f"{TEXT}/versions"))] == [2, 1]
    assert level(meeting, scenario.lead) == 1
    refused(give(meeting, scenario.lead), 409, "text_outdated")
    ok(give(meeting, scenario.lead, version=2))
    assert level(meeting, scenario.lead) == 3
    with scenario.database.unit_of_work() as session:
        session.get_one(Demand, meeting.demand_id).published_at = now()
    assert level(meeting, scenario.lead) == 1
    with scenario.database.unit_of_work() as session:
        session.get_one(Demand, meeting.demand_id).undertaking = "once"
    assert level(meeting, scenario.lead) == 3
    given = meeting.seen(scenario.enterprise)["undertakings"][0]["given"]
    assert [one["text_version"] for one in given] == [2, 1]
