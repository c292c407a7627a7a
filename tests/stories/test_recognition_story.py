"""The whole story over HTTP: from an enterprise's demand to a manager's recognition, every number on the way.

On SQLite alone: with the real embedding model it takes seconds, and each step is tried on both databases elsewhere.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from app.accounts.models import AuditEntry, Role
from app.clock import JINAN_TIME
from app.database import Database
from app.engagements.lifecycle.outcomes import outcomes_of_managers, success_rates_of_owners
from app.libraries.managers.models import Manager
from app.matching.feedback.models import Judgement
from app.matching.managers.shrinkage import Tally
from app.settings import MailSecurity, Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.http import ok
from tests.support.servers import Mailbox, Receiver, http_receiver, mail_server

DAY = "2026-05-04"
AT_ONCE = {"immediate_score": 0.0, "quiet_from": None, "quiet_until": None, "on_days_off": True}
Drain = Callable[[], int]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


@pytest.fixture
def settings(
    sqlite_url: str, tmp_path: Path, model_dir: Path, mailbox: Mailbox, receiver: Receiver
) -> Settings:
    return Settings(
        _env_file=None,
        home=tmp_path / "home",
        database_url=sqlite_url,
        demo=True,
        model=str(model_dir),
        worker_in_service=False,
        log_json=False,
        public_url="https://sanku.example.com",
        smtp_host=mailbox.host,
        smtp_port=mailbox.port,
        smtp_security=MailSecurity.NONE,
        mail_from="三库 <no-reply@sanku.example.com>",
        webhook_allowed_hosts=[receiver.host],
        webhook_timeout=timedelta(seconds=5),
    )


@pytest.fixture(autouse=True)
def a_year_with_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy holds in 2026–2028: recognition sees one day for ever."""
    noon = datetime(2026, 11, 26, 12, tzinfo=JINAN_TIME)
    monkeypatch.setattr("app.clock.local_now", lambda: noon)


FUNNEL = "published matched pushed accepted contacted meeting negotiating signed registered landed"


def joined(manager: Caller, name: str, expertise: str) -> str:
    """The manager enters the library and wants to be told of everything at once."""
    record = ok(manager.post("/v1/managers", json=manager_payload(title=name, expertise=expertise)), 201)
    ok(manager.put("/v1/managers/me/preferences", json=AT_ONCE, headers={"If-Match": '"0"'}))
    return str(record["id"])


def with_mail(manager: Caller, mailbox: Mailbox, drain: Drain) -> str:
    """Adds his mailbox and follows the link that confirms it; answers the address."""
    ok(manager.post("/v1/channels", json={"kind": "mail", "name": "工作邮箱"}), 201)
    drain()
    letter = mailbox.letters[-1]
    assert letter.subject == "【三库】请确认您的邮箱"
    (link,) = set(re.findall(r"https://\S+/v1/channels/confirm\?token=[\w.~=-]+", letter.parts["text/plain"]))
    path = urlsplit(link)
    assert manager.post(f"{path.path}?{path.query}").status_code == 200
    return letter.to


def signed(manager: Caller, manager_id: str, amount: str, **of: Any) -> str:
    """A contract, drafted by the manager, its share confirmed, signed."""
    body = {
        "kind": "development",
        "title": "水性防腐涂层开发",
        "deal_amount_wan": amount,
        "technology_amount_wan": amount,
        "starts_on": DAY,
        "ends_on": "2027-05-04",
        "shares": [{"manager_id": manager_id, "percent": "100"}],
        **of,
    }
    contract = ok(manager.post("/v1/contracts", json=body), 201)["id"]
    ok(manager.post(f"/v1/contracts/{contract}/shares/confirm"))
    ok(manager.post(f"/v1/contracts/{contract}/sign", json={"signed_on": DAY}))
    return str(contract)


def confirmed(bureau: Caller, contract: str, number: int, *, land: bool = True) -> None:
    """Registered, and landed in Jinan, by the bureau: the second person."""
    register = {"registration_no": f"2026-370100-{number:06d}", "registered_on": DAY}
    ok(bureau.post(f"/v1/contracts/{contract}/register", json=register))
    if land:
        ok(bureau.post(f"/v1/contracts/{contract}/land", json={"landed_on": DAY, "landed_in_jinan": True}))


def standing(bureau: Caller, manager_id: str) -> tuple[str | None, str, str, list[str]]:
    """Tier, landed projects, this year's amount, and what is missing for the next tier."""
    found = ok(bureau.get(f"/v1/managers/{manager_id}/tier", params={"year": 2026}))
    gaps = [one["gap"] for way in found["missing"] for one in way["conditions"]]
    return found["tier"], found["figures"]["landed_projects"], found["figures"]["amount_year_wan"], gaps


def judged(app: Any) -> set[tuple[str, str | None, UUID]]:
    with app.state.services[Database].reading() as session:
        rows = session.scalars(select(Judgement).where(Judgement.taken_back_at.is_(None)))
        return {(row.signal, row.reason, row.actor_id) for row in rows}


def test_from_a_demand_to_recognition(
    app: Any,
    log_in: Callable[..., Caller],
    as_operator: Caller,
    drain: Drain,
    mailbox: Mailbox,
    receiver: Receiver,
) -> None:
    company, university, bureau = log_in(Role.ENTERPRISE), log_in(Role.INSTITUTION), as_operator
    first, second = log_in(Role.MANAGER), log_in(Role.MANAGER)
    first_id = joined(first, "林若溪", "水性涂料与表面防腐技术转移,促成多项水性防腐涂料许可")
    second_id = joined(second, "周远", "防腐涂料成果转化,熟悉盐雾试验与储罐防护")
    achievement = ok(
        university.post(
            "/v1/achievements", json=achievement_payload(contact_name="周若川", contact_phone="13800000001")
        ),
        201,
    )
    drain()
    addresses = [with_mail(manager, mailbox, drain) for manager in (first, second)]
    hook = {"name": "项目系统", "url": receiver.url(), "types": ["push.new"]}
    hook["organisation_id"] = str(first.organisation_id)
    secret = ok(bureau.post("/v1/webhooks", json=hook), 201)["secret"]

    # ① posted and matched, with reasons
    demand = ok(
        company.post("/v1/demands", json=demand_payload(contact_name="王珊", contact_phone="13905310000")),
        201,
    )
    answer = ok(company.get(f"/v1/demands/{demand['id']}/matches"))
    (match,) = answer["items"]
    assert match["record"]["id"] == achievement["id"]
    assert match["good"] and match["score"] >= answer["threshold"] == 0.3
    assert match["reasons"]["one_line_zh"].startswith("内容较为相符")
    assert {"防腐" in line["demand"] for line in match["reasons"]["sentences"]} == {True}

    # ② both managers are told: inbox, mail, webhook
    drain()
    inboxes = [ok(manager.get("/v1/inbox"))["items"] for manager in (first, second)]
    assert [len(items) for items in inboxes] == [1, 1]
    pushes = [items[0] for items in inboxes]
    assert {push["pair_score"] for push in pushes} == {match["score"]}
    for address, push in zip(addresses, pushes, strict=True):
        letter = mailbox.to(address)[-1]
        assert letter.subject == f"【三库】推荐对接:{demand['title']} × {achievement['title']}"
        assert f"{match['score']:.2f}" in letter.parts["text/plain"]
        assert f"/v1/pushes/{push['id']}" in letter.parts["text/html"]
    (call,) = receiver.calls
    told = Webhook(secret).verify(call.body, call.headers)
    assert (told["type"], told["data"]["push"]["id"]) == ("push.new", pushes[0]["id"])

    # ③ one declines, one accepts
    ok(first.post(f"/v1/pushes/{pushes[0]['id']}/decline", json={"reason": "capacity"}))
    accepted = ok(second.post(f"/v1/pushes/{pushes[1]['id']}/accept"))
    path = f"/v1/engagements/{accepted['engagement_id']}"
    drain()
    assert [len(ok(manager.get("/v1/inbox"))["items"]) for manager in (first, second)] == [0, 0]

    # ④ both owners consent; only then contacts are shown, and every look is noted
    assert second.post(f"{path}/contacts").json()["code"] == "no_agreement"
    for owner in (company, university):
        (mine,) = [one["id"] for one in ok(owner.get(path))["participants"] if one.get("mine")]
        ok(owner.post(f"{path}/participants/{mine}/consent"))
    shown = ok(second.post(f"{path}/contacts"))
    assert [one["contact_phone"] for one in shown] == ["13905310000", "13800000001"]
    assert len(ok(bureau.get(f"{path}/reveals"))["items"]) == 2
    with app.state.services[Database].reading() as session:
        looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "engagement.contacts")).all()
        assert {look.user_id for look in looks} == {second.user_id} and len(looks) == 2

    # ⑤ stages up to the contract, which the bureau registers and confirms as landed
    for stage in ("contacted", "meeting", "negotiating"):
        ok(second.post(f"{path}/moves", json={"to": stage, "note": stage}))
    contract = signed(second, second_id, "60.00", engagement_id=accepted["engagement_id"])
    ok(second.post(f"{path}/moves", json={"to": "signed", "note": "已签约"}))
    drain()
    assert standing(bureau, second_id)[:3] == (None, "0", "0")  # signed is not registered
    certificate = {"level": "intermediate", "number": "JS-2026-17", "issued_by": "国家技术转移人才培养基地"}
    certificate |= {"issued_on": "2026-03-20", "evidence": "档案 2026-技-0031"}
    handed_in = ok(second.post("/v1/certificates", json=certificate), 201)
    ok(bureau.post(f"/v1/certificates/{handed_in['id']}/verify", json={}, headers={"If-Match": '"1"'}))
    confirmed(bureau, contract, 1)
    landed = ok(second.post(f"{path}/moves", json={"to": "landed", "note": "已落地"}))
    assert [move["to_stage"] for move in landed["moves"]][-3:] == ["negotiating", "signed", "landed"]
    drain()
    assert standing(bureau, second_id) == ("E", "1", "60", ["9", "440"])

    funnel = ok(bureau.get("/v1/statistics/funnel"))["steps"]
    assert [(step["key"], step["count"]) for step in funnel] == [(step, 1) for step in FUNNEL.split()]

    # ⑥ what use has taught: judgements, the manager's and the owner's record
    one, two = UUID(first_id), UUID(second_id)
    assert judged(app) == {
        ("declined", "capacity", one),
        ("accepted", None, two),
        ("engagement_opened", None, two),
        ("contract_signed", None, two),
        ("contract_landed", None, two),
    }
    with app.state.services[Database].reading() as session:
        assert outcomes_of_managers(session, [one, two]) == {two: Tally(1.0, 0.0)}
        assert success_rates_of_owners(session, [university.organisation_id]) == {
            university.organisation_id: pytest.approx(6 / 11)
        }

    # ⑦ nine more, and tier D
    parties = {"buyer_org_id": str(company.organisation_id), "seller_org_id": str(university.organisation_id)}
    for number in range(2, 11):
        confirmed(bureau, signed(second, second_id, "49.00", **parties), number, land=number < 10)
    drain()
    assert standing(bureau, second_id) == ("E", "9", "501", ["1"])
    (last,) = [
        one["id"]
        for one in ok(bureau.get("/v1/contracts", params={"limit": 50}))["items"]
        if not one.get("landed_on")
    ]
    ok(bureau.post(f"/v1/contracts/{last}/land", json={"landed_on": DAY, "landed_in_jinan": True}))
    drain()
    tier, projects, amount, gaps = standing(bureau, second_id)
    assert (tier, projects, amount, gaps) == ("D", "10", "501", ["10", "4499"])
    changes = ok(second.get(f"/v1/managers/{second_id}/tier-changes"))["items"]
    assert [(change["before"], change["after"]) for change in reversed(changes)] == [(None, "E"), ("E", "D")]
    with app.state.services[Database].reading() as session:
        assert session.get_one(Manager, two).recognised_tier is None  # a round of the bureau grants it
    total = ok(bureau.get("/v1/statistics/contracts"))["total"]
    assert (total["count"], total["landed"], total["deal_amount_wan"]) == (10, 10, "501.00")
    assert ok(bureau.get("/v1/events", params={"state": "dead"}))["items"] == []
