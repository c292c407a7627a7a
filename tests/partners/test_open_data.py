"""Open data: OAI-PMH, the catalogue, and that both show what strangers see."""

import json
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from app.exchange.readers.markup import read_oai
from app.settings import Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OAI = "{http://www.openarchives.org/OAI/2.0/}"
CANARY = "哨兵岱屿"


@pytest.fixture
def harvester(scenario: Scenario) -> Any:
    """`harvester(verb, **arguments)` → the bytes of the answer."""
    stranger = scenario.anonymous_client

    def ask(verb: str, **arguments: str) -> bytes:
        answer = stranger.get("/v1/oai-pmh", verb=verb, **arguments)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        content: bytes = answer.content
        return content

    return ask


def error_of(data: bytes) -> str | None:
    element = etree.fromstring(data).find(f"{OAI}error")
    return None if element is None else element.get("code")


def test_the_order_of_the_schema(harvester: Any, enterprise: UserClient) -> None:
    enterprise.create("achievements", achievement_payload(title="成果 & <样例>"))
    root = etree.fromstring(harvester("Identify"))
    assert [one.tag.removeprefix(OAI) for one in root] == ["responseDate", "request", "Identify"]
    assert [one.tag.removeprefix(OAI) for one in root[2]] == [
        *("repositoryName", "baseURL", "protocolVersion", "adminEmail"),
        *("earliestDatestamp", "deletedRecord", "granularity"),
    ]
    listed = etree.fromstring(harvester("ListRecords", metadataPrefix="oai_dc"))
    (record,) = listed.iter(f"{OAI}record")
    assert [one.tag.removeprefix(OAI) for one in record] == ["header", "metadata"]
    identifier = record.findtext(f"{OAI}header/{OAI}identifier")
    got = etree.fromstring(harvester("GetRecord", identifier=identifier, metadataPrefix="oai_dc"))
    assert etree.tostring(got[2][0]) == etree.tostring(record)
    assert got[1].get("verb") == "GetRecord"
    for verb, arguments, code in (
        ("Nothing", {}, "badVerb"),
        ("Identify", {"set": "a"}, "badArgument"),
        ("ListRecords", {}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "marc"}, "cannotDisseminateFormat"),
        ("ListRecords", {"metadataPrefix": "oai_dc", "set": "a"}, "noSetHierarchy"),
        ("ListRecords", {"metadataPrefix": "oai_dc", "from": "2027"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "oai_dc", "from": "2999-01-01"}, "noRecordsMatch"),
        ("ListRecords", {"resumptionToken": "x"}, "badResumptionToken"),
        ("ListSets", {}, "noSetHierarchy"),
        ("GetRecord", {"metadataPrefix": "oai_dc"}, "badArgument"),
        ("GetRecord", {"metadataPrefix": "oai_dc", "identifier": "oai:x:1"}, "idDoesNotExist"),
    ):
        assert error_of(harvester(verb, **arguments)) == code, (verb, arguments)
    assert error_of(harvester("ListMetadataFormats")) is None


def test_whatever_a_harvester_sends_the_answer_is_one_of_the_protocol(scenario: Scenario) -> None:
    """In an address or in a form; harvesters read nothing but OAI-PMH with status 200."""
    http, path = scenario.http, "/v1/oai-pmh"
    form = "application/x-www-form-urlencoded"
    cases = {
        "verb=Identify&page=2": "badArgument",
        "verb=Identify&verb=Identify": "badArgument",
        "verb=ListRecords&metadataPrefix=oai_dc&format=xml": "badArgument",
        "nothing=1": "badVerb",
        "": "badVerb",
        f"verb=GetRecord&metadataPrefix=oai_dc&identifier={'x' * 500}": "idDoesNotExist",
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=%00%0b": "idDoesNotExist",
        f"verb=ListRecords&resumptionToken={'9' * 300}": "badResumptionToken",
        "verb=Identify": None,
        "verb=ListRecords&metadataPrefix=oai_dc&until=9999-12-31": "noRecordsMatch",
        "verb=ListIdentifiers&metadataPrefix=oai_dc&from=9999-12-31&until=9999-12-31": "noRecordsMatch",
        f"verb=ListRecords&resumptionToken=0001-01-01!9999-12-31!{UUID(int=0)}": None,
    }
    for arguments, code in cases.items():
        asked = http.get(f"{path}?{arguments}")
        sent = http.post(path, content=arguments, headers={"Content-Type": form})
        for answer in (asked, sent):
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
            assert error_of(answer.content) == code, arguments
    # A body that is no form holds no arguments.
    assert error_of(http.post(path, json={"verb": "Identify"}).content) == "badVerb"


def test_a_harvest_is_what_an_import_reads(
    harvester: Any, enterprise: UserClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages by tokens; the reader of imports finds every title, and what is no longer public as deleted."""
    monkeypatch.setattr("app.partners.open_data.oai_pmh.PAGE", 2)
    made = [enterprise.create("achievements", achievement_payload(title=f"第{n}项成果")) for n in range(5)]
    ok(enterprise.post(f"/v1/achievements/{made[1]['id']}/withdraw"))
    path = f"/v1/achievements/{made[3]['id']}"
    ok(enterprise.patch(path, {"publish_mode": "confidential"}, If_Match="*"))
    hidden = achievement_payload(title=f"{CANARY}成果", publish_mode="confidential")
    enterprise.create("achievements", hidden)
    enterprise.create("achievements", achievement_payload(title=f"{CANARY}草稿", draft=True))
    found: dict[str, tuple[str, Any]] = {}
    arguments = {"metadataPrefix": "oai_dc"}
    pages = 0
    while arguments:
        data = harvester("ListRecords", **arguments)
        assert CANARY.encode() not in data
        pages += 1
        entries = read_oai(data).entries
        assert entries is not None
        for entry in entries():
            found[entry.ref.rpartition(":")[2]] = (entry.status, entry.values.get("dc.title"))
        token = etree.fromstring(data).findtext(f".//{OAI}resumptionToken")
        arguments = {"resumptionToken": token} if token else {}
    assert pages == 3
    assert found == {
        one["id"]: ("deleted", None) if n in (1, 3) else ("", [one["title"]]) for n, one in enumerate(made)
    }


def test_open_data_holds_what_strangers_see(
    scenario: Scenario, harvester: Any, enterprise: UserClient, settings: Settings
) -> None:
    stranger = scenario.anonymous_client
    secret = {
        "contact_name": "哨兵联系人",
        "contact_phone": "13905319999",
        "source_ref": "CANARY-1",
        "summary": f"以缓蚀微胶囊改性水性环氧树脂，{CANARY}，适用于储罐。",
        "completed_by": [{"name": "哨兵完成人"}],
    }
    enterprise.create("achievements", achievement_payload(**secret))
    enterprise.create("demands", demand_payload(confidential_note=CANARY))
    text = harvester("ListRecords", metadataPrefix="oai_dc").decode()
    owner = str(enterprise.user.organisation_id)
    for word in (CANARY, "哨兵", "13905319999", "CANARY", owner):
        assert word not in text
    catalogue = ok(stranger.get("/v1/open-data/catalogue"))
    assert catalogue["dcat:dataset"] == [], "without a licence nothing is open data"
    licence = "https://creativecommons.org/licenses/by/4.0/"
    settings.open_data_licence_achievements = licence
    (dataset,) = ok(stranger.get("/v1/open-data/catalogue"))["dcat:dataset"]
    assert dataset["dct:license"] == {"@id": licence}
    assert all(one["dct:license"] == {"@id": licence} for one in dataset["dcat:distribution"])
    assert licence in harvester("ListRecords", metadataPrefix="oai_dc").decode()
    assert CANARY not in json.dumps(dataset, ensure_ascii=False)
