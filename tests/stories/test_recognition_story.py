"""The whole story over HTTP: from an enterprise's demand to a manager's recognition, every number on the way.

On SQLite alone: with the real embedding model it takes seconds, and each step is tried on both databases elsewhere.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from app.accounts.models import AuditEntry, Role
from app.bootstrap.services import close
from app.bootstrap.workers import build_worker
from app.clock import JINAN_TIME
from app.database import Database
from app.engagements.lifecycle.outcomes import outcomes_of_managers, success_rates_of_owners
from app.libraries.managers.models import Manager
from app.main import create_app
from app.matching.feedback.models import Judgement
from app.matching.managers.track_records import Tally
from app.settings import MailSecurity, Settings
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller, log_in_on
from tests.support.http import create, created, ok, sign
from tests.support.servers import Mailbox, Receiver, http_receiver, mail_server

DAY = "2026-05-04"
AT_ONCE = {"immediate_score": 0.0, "quiet_from": None, "quiet_until": None, "on_days_off": True}
Drain = Callable[[], int]


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


@pytest.fixture(scope="module")
def settings(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    model_dir: Path,
    mailbox: Mailbox,
    receiver: Receiver,
) -> Settings:
    home = tmp_path_factory.mktemp("story")
    shutil.copyfile(sqlite_template, home / "sanku.db")
    return Settings(
        _env_file=None,
        home=home,
        database_url=f"sqlite:///{home / 'sanku.db'}",
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
        webhook_timeout=timedelta(seconds=60),
    )


@pytest.fixture(scope="module", autouse=True)
def a_year_with_rules() -> Iterator[None]:
    """The policy holds in 2026–2028: recognition always sees the same day."""
    noon = datetime(2026, 11, 26, 12, tzinfo=JINAN_TIME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.clock.local_now", lambda: noon)
        yield


@pytest.fixture(scope="module")
def app(settings: Settings, embedder: Any) -> Iterator[Any]:
    application = create_app(settings, embedder=embedder)
    yield application
    close(application.state.services)


@pytest.fixture(scope="module")
def drain(app: Any) -> Drain:
    return build_worker(app.state.services).run_until_idle


FUNNEL = "published matched pushed accepted contacted meeting negotiating signed registered landed"


def joined(manager: Caller, name: str, expertise: str) -> str:
    """The manager enters the library and wants to be notified of everything at once."""
    record = ok(manager.post("/v1/managers", json=manager_payload(title=name, expertise=expertise)), 201)
    ok(manager.put("/v1/managers/me/preferences", json=AT_ONCE, headers={"If-Match": '"0"'}))
    return str(record["id"])


def with_mail(manager: Caller, mailbox: Mailbox, drain: Drain) -> str:
    """Adds the manager's mailbox and follows the link that confirms it; returns the address."""
    ok(manager.post("/v1/channels", json={"kind": "mail", "name": "工作邮箱"}), 201)
    drain()
    letter = mailbox.letters[-1]
    assert letter.subject == "【三库】请确认您的邮箱"
    (link,) = set(re.findall(r"https://\S+/v1/channels/confirm\?token=[\w.~=-]+", letter.parts["text/plain"]))
    path = urlsplit(link)
    assert manager.post(f"{path.path}?{path.query}").status_code == 200
    return letter.to


def signed(story: "Story", amount: str, **of: Any) -> str:
    """A contract, drafted by the second manager, their share confirmed, signed by both parties."""
    manager, manager_id = story.managers[1], story.manager_ids[1]
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
    for party in (story.company, story.university):
        ok(sign(party, contract, DAY))
    return str(contract)


def confirmed(bureau: Caller, contract: str, number: int, *, land: bool = True) -> None:
    """Registered, and landed in Jinan, by the bureau: the second person."""
    register = {"registration_no": f"2026-370100-{number:06d}", "registered_on": DAY}
    ok(bureau.post(f"/v1/contracts/{contract}/register", json=register))
    if land:
        ok(bureau.post(f"/v1/contracts/{contract}/land", json={"landed_on": DAY, "landed_in_jinan": True}))


def tier_of(bureau: Caller, manager_id: str) -> tuple[str | None, str, str, list[str]]:
    """Tier, landed projects, this year's amount, and what is missing for the next tier."""
    found = ok(bureau.get(f"/v1/managers/{manager_id}/tier", params={"year": 2026}))
    gaps = [one["gap"] for way in found["missing"] for one in way["conditions"]]
    return found["tier"], found["figures"]["landed_projects"], found["figures"]["amount_year_wan"], gaps


def judged(app: Any) -> set[tuple[str, str | None, UUID]]:
    with app.state.services[Database].reading() as session:
        rows = session.scalars(select(Judgement).where(Judgement.taken_back_at.is_(None)))
        return {(row.signal, row.reason, row.actor_id) for row in rows}


@dataclass
class Story:
    """The people, and what each act has left for the next one."""

    app: Any
    drain: Drain
    mailbox: Mailbox
    receiver: Receiver
    company: Caller
    university: Caller
    operator: Caller
    managers: tuple[Caller, Caller]
    manager_ids: tuple[str, str]
    addresses: list[str]
    achievement: dict[str, Any]
    demand: dict[str, Any]
    secret: str


@pytest.fixture(scope="module")
def published(app: Any, settings: Settings, drain: Drain, mailbox: Mailbox, receiver: Receiver) -> Story:
    """An achievement, then a demand that it fits; both managers and a webhook wait for pushes."""
    log_in = partial(log_in_on, app, settings)
    company, university, operator = (
        log_in(role) for role in (Role.ENTERPRISE, Role.INSTITUTION, Role.OPERATOR)
    )
    first, second = log_in(Role.MANAGER), log_in(Role.MANAGER)
    ids = (
        joined(first, "林若溪", "水性涂料与表面防腐技术转移,促成多项水性防腐涂料许可"),
        joined(second, "周远", "防腐涂料成果转化,熟悉盐雾试验与储罐防护"),
    )
    contacts = {"contact_name": "周若川", "contact_phone": "13800000001"}
    achievement = create(university, "achievements", achievement_payload(**contacts))
    drain()
    addresses = [with_mail(manager, mailbox, drain) for manager in (first, second)]
    hook = {"name": "项目系统", "url": receiver.url(), "types": ["push.new"]}
    hook["organisation_id"] = str(first.organisation_id)
    secret = created(operator.post("/v1/webhooks", json=hook))["secret"]
    wanted = demand_payload(contact_name="王珊", contact_phone="13905310000")
    demand = create(company, "demands", wanted)
    return Story(
        app, drain, mailbox, receiver, company, university, operator, (first, second), ids, addresses,
        achievement, demand, secret,
    )  # fmt: skip


@pytest.fixture(scope="module")
def match(published: Story) -> dict[str, Any]:
    """The demand's matches, before anybody is asked."""
    answer: dict[str, Any] = ok(published.company.get(f"/v1/demands/{published.demand['id']}/matches"))
    return answer


@pytest.fixture(scope="module")
def pushes(published: Story, match: dict[str, Any]) -> list[dict[str, Any]]:
    """The one push of each manager."""
    published.drain()
    inboxes = [ok(manager.get("/v1/inbox"))["items"] for manager in published.managers]
    assert [len(items) for items in inboxes] == [1, 1]
    return [items[0] for items in inboxes]


def test_a_demand_is_matched_with_reasons_and_both_managers_are_notified(
    published: Story, match: dict[str, Any], pushes: list[dict[str, Any]]
) -> None:
    (best,) = match["items"]
    assert best["record"]["id"] == published.achievement["id"]
    assert best["good"] and best["score"] >= match["threshold"] == 0.3
    assert best["reasons"]["one_line_zh"].startswith("内容高度相符")
    assert {"防腐" in line["demand"] for line in best["reasons"]["sentences"]} == {True}

    assert {push["pair_score"] for push in pushes} == {best["score"]}
    titles = f"{published.demand['title']} × {published.achievement['title']}"
    for address, push in zip(published.addresses, pushes, strict=True):
        letter = next(one for one in published.mailbox.to(address)[::-1] if titles in one.subject)
        assert letter.subject == f"【三库】推荐对接：{titles}"
        assert f"{best['score']:.2f}" in letter.parts["text/plain"]
        assert f"/open/pushes/{push['id']}" in letter.parts["text/html"]
    (call,) = published.receiver.calls
    event = Webhook(published.secret).verify(call.body, call.headers)
    assert (event["type"], event["data"]["push"]["id"]) == ("push.new", pushes[0]["id"])


@dataclass
class Agreement:
    """The engagement to which both owners have consented, and what was seen on the way."""

    engagement_id: str
    path: str
    left_in_inboxes: list[int]
    too_early: dict[str, Any]
    contacts: list[dict[str, Any]]


@pytest.fixture(scope="module")
def agreement(published: Story, pushes: list[dict[str, Any]]) -> Agreement:
    """The first manager declines, the second accepts; both owners consent; the manager looks at the contacts."""
    first, second = published.managers
    ok(first.post(f"/v1/pushes/{pushes[0]['id']}/decline", json={"reason": "capacity"}))
    accepted = ok(second.post(f"/v1/pushes/{pushes[1]['id']}/accept"))
    path = f"/v1/engagements/{accepted['engagement_id']}"
    published.drain()
    left = [len(ok(manager.get("/v1/inbox"))["items"]) for manager in published.managers]
    too_early = second.post(f"{path}/contacts").json()
    for owner in (published.company, published.university):
        (mine,) = [one["id"] for one in ok(owner.get(path))["participants"] if one.get("mine")]
        ok(owner.post(f"{path}/participants/{mine}/consent"))
    contacts = ok(second.post(f"{path}/contacts"))
    return Agreement(accepted["engagement_id"], path, left, too_early, contacts)


def test_contacts_are_shown_once_both_owners_consent_and_every_look_is_noted(
    published: Story, agreement: Agreement
) -> None:
    assert agreement.left_in_inboxes == [0, 0]
    assert agreement.too_early["code"] == "no_agreement"
    assert [one["contact_phone"] for one in agreement.contacts] == ["13905310000", "13800000001"]
    assert len(ok(published.operator.get(f"{agreement.path}/reveals"))["items"]) == 2
    with published.app.state.services[Database].reading() as session:
        looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "engagement.contacts")).all()
        assert {look.user_id for look in looks} == {published.managers[1].user_id} and len(looks) == 2


@dataclass
class FirstLanding:
    """The tier before and after the first contract landed, and the figures then."""

    signed: tuple[str | None, str, str, list[str]]
    landed: tuple[str | None, str, str, list[str]]
    moves: list[str]
    funnel: list[dict[str, Any]]
    judgements: set[tuple[str, str | None, UUID]]


@pytest.fixture(scope="module")
def first_landing(published: Story, agreement: Agreement) -> FirstLanding:
    """Stages up to the contract, which the operator registers and confirms as landed."""
    second, second_id, path = published.managers[1], published.manager_ids[1], agreement.path
    for stage in ("contacted", "meeting", "negotiating"):
        ok(second.post(f"{path}/moves", json={"to": stage, "note": stage}))
    contract = signed(published, "60.00", engagement_id=agreement.engagement_id)
    ok(second.post(f"{path}/moves", json={"to": "signed", "note": "已签约"}))
    published.drain()
    before = tier_of(published.operator, second_id)
    certificate = {"level": "intermediate", "number": "JS-2026-17", "issued_by": "国家技术转移人才培养基地"}
    certificate |= {"issued_on": "2026-03-20", "evidence": "档案 2026-技-0031"}
    handed_in = created(second.post("/v1/certificates", json=certificate))
    verify = f"/v1/certificates/{handed_in['id']}/verify"
    ok(published.operator.post(verify, json={}, headers={"If-Match": '"1"'}))
    confirmed(published.operator, contract, 1)
    landed = ok(second.post(f"{path}/moves", json={"to": "landed", "note": "已落地"}))
    published.drain()
    return FirstLanding(
        before,
        tier_of(published.operator, second_id),
        [move["to_stage"] for move in landed["moves"]],
        ok(published.operator.get("/v1/statistics/funnel"))["steps"],
        judged(published.app),
    )


def test_a_landed_contract_makes_tier_e_and_ranking_learns_from_it(
    published: Story, first_landing: FirstLanding
) -> None:
    assert first_landing.signed[:3] == (None, "0", "0.00")  # signed is not registered
    assert first_landing.moves[-3:] == ["negotiating", "signed", "landed"]
    assert first_landing.landed == ("E", "1", "60.00", ["9", "440.00"])
    assert [(step["key"], step["count"]) for step in first_landing.funnel] == [
        (step, 1) for step in FUNNEL.split()
    ]
    one, two = map(UUID, published.manager_ids)
    assert first_landing.judgements == {
        ("declined", "capacity", one),
        ("accepted", None, two),
        ("engagement_opened", None, two),
        ("contract_signed", None, two),
        ("contract_landed", None, two),
    }
    owner = published.university.organisation_id
    with published.app.state.services[Database].reading() as session:
        assert outcomes_of_managers(session, [one, two]) == {two: Tally(1.0, 0.0)}
        assert success_rates_of_owners(session, [owner]) == {owner: pytest.approx(6 / 11)}


def test_nine_more_contracts_make_tier_d(published: Story, first_landing: FirstLanding) -> None:
    second, second_id, operator = published.managers[1], published.manager_ids[1], published.operator
    parties = {
        "buyer_org_id": str(published.company.organisation_id),
        "seller_org_id": str(published.university.organisation_id),
    }
    for number in range(2, 11):
        confirmed(operator, signed(published, "49.00", **parties), number, land=number < 10)
    published.drain()
    assert tier_of(operator, second_id) == ("E", "9", "501.00", ["1"])
    contracts = ok(operator.get("/v1/contracts", params={"limit": 50}))["items"]
    (last,) = [one["id"] for one in contracts if not one.get("landed_on")]
    ok(operator.post(f"/v1/contracts/{last}/land", json={"landed_on": DAY, "landed_in_jinan": True}))
    published.drain()
    assert tier_of(operator, second_id) == ("D", "10", "501.00", ["10", "4499.00"])
    changes = ok(second.get(f"/v1/managers/{second_id}/tier-changes"))["items"]
    assert [(change["before"], change["after"]) for change in reversed(changes)] == [(None, "E"), ("E", "D")]
    with published.app.state.services[Database].reading() as session:
        # A round of the operator grants it.
        assert session.get_one(Manager, UUID(second_id)).recognised_tier is None
    total = ok(operator.get("/v1/statistics/contracts"))["total"]
    assert (total["count"], total["landed"], total["deal_amount_wan"]) == (10, 10, "501.00")
    assert ok(operator.get("/v1/events", params={"state": "dead"}))["items"] == []
