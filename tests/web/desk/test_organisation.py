"""The organisation's pages: profile, colleagues, keys, webhooks, staff, and where news arrive."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import ApiKey, Organisation, Role, User
from app.clock import today
from app.database import Database
from app.libraries.managers.models import Affiliation
from app.notifications.models import ChannelAddress, Delivery, DeliveryState, Message, WebhookEndpoint
from app.pushes.digests.models import OwnerDigest
from app.settings import Settings
from app.talent.affiliations.models import AffiliationConsent
from tests.support.builders.accounts import make_user
from tests.support.scenario import Scenario
from tests.web.html import faults_of, hidden_fields, text_of
from tests.web.readers import Reader, ReaderOf

BASE = "/desk/organisation"
PROFILE = {"name": "济南泉城阀门股份有限公司", "uscc": "91370102YY000001X4", "region": "370102"}
ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=" + "a" * 64


@pytest.fixture
def owner(reader: ReaderOf) -> Reader:
    """An administrator of a verified enterprise."""
    return reader(Role.ENTERPRISE)


@pytest.fixture
def agency(reader: ReaderOf, database: Database) -> Reader:
    """A manager who administers their agency."""
    manager = reader(Role.MANAGER)
    with database.unit_of_work() as session:
        session.get_one(User, manager.user_id).administrator = True
    return manager


def sound(page: Any, status: int = 200) -> str:
    assert page.status_code == status, text_of(page.text)[:500]
    assert faults_of(page.text) == []
    return text_of(page.text)


def all_of(database: Database, model: Any, *conditions: Any) -> list[Any]:
    with database.reading() as session:
        rows = list(session.scalars(select(model).where(*conditions)))
        session.expunge_all()
        return rows


def test_the_profile_is_corrected_and_then_verified_anew(owner: Reader, database: Database) -> None:
    text = sound(owner.get(f"{BASE}/profile"))
    assert "已核验" in text
    version = hidden_fields(owner.get(f"{BASE}/profile").text)["_version"]
    name = all_of(database, Organisation, Organisation.id == owner.organisation_id)[0].name
    form = PROFILE | {
        "_version": version,
        "aliases": "泉城阀门\nQuancheng Valve",
        "former_names.0.name": "泉城阀门厂",
    }
    saved = owner.post(f"{BASE}/profile", data=form)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{BASE}/profile")
    text = sound(owner.get(f"{BASE}/profile"))
    for said in ("待核验", "济南泉城阀门股份有限公司", "Quancheng Valve", "泉城阀门厂", name):
        assert said in text
    stale = owner.post(f"{BASE}/profile", data=form | {"aliases": "只在此处"})
    assert "只在此处" in sound(stale, 412)
    assert hidden_fields(stale.text)["_version"] != version, (
        "saving again replaces the newer version knowingly"
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"uscc": "91370102YY000001X5"}, "统一社会信用代码"),
        ({"name": ""}, "此字段不能清空"),
        ({"former_names.0.name": "甲厂", "former_names.0.since": "明天"}, "启用日期"),
    ],
)
def test_a_profile_that_is_wrong_is_shown_as_typed(owner: Reader, changed: dict[str, str], said: str) -> None:
    version = hidden_fields(owner.get(f"{BASE}/profile").text)["_version"]
    answer = owner.post(f"{BASE}/profile", data=PROFILE | {"_version": version} | changed)
    assert said in sound(answer, 422)
    for value in changed.values():
        assert f'value="{value}"' in answer.text


def test_colleagues_are_invited_once_and_invitations_withdrawn(owner: Reader) -> None:
    form = {"email": "wang@valve.example.com", "role": "enterprise", "_key": "form-of-one-invitation"}
    for _ in range(2):
        assert owner.post(f"{BASE}/people/invite", data=form).status_code == 303
    page = owner.get(f"{BASE}/people")
    assert sound(page).count("wang@valve.example.com") == 1
    invitation = hidden_fields(page.text)["invitation"]
    assert owner.post(f"{BASE}/people/withdraw", data={"invitation": invitation}).status_code == 303
    assert "wang@valve.example.com" not in sound(owner.get(f"{BASE}/people"))
    assert owner.post(f"{BASE}/people/withdraw", data={"invitation": invitation}).status_code == 404
    wrong = owner.post(f"{BASE}/people/invite", data={"email": "王芳", "role": "enterprise"})
    sound(wrong, 422)
    assert 'value="王芳"' in wrong.text
    refused = owner.post(f"{BASE}/people/invite", data={"email": "a@b.example.com", "role": "operator"})
    assert refused.status_code in (403, 422)


def test_an_administrator_is_appointed_before_the_last_one_leaves(owner: Reader, database: Database) -> None:
    with database.unit_of_work() as session:
        organisation = session.get_one(Organisation, owner.organisation_id)
        colleague = make_user(session, organisation=organisation, name="王芳").id

    def versions() -> dict[Any, str]:
        users = all_of(database, User, User.organisation_id == owner.organisation_id)
        return {user.id: str(user.version) for user in users}

    def post(action: str, user: Any, **more: str) -> Any:
        form = {"user": str(user), "_version": versions()[user]} | more
        return owner.post(f"{BASE}/people/{action}", data=form)

    assert "最后一名管理员" in sound(post("remove", owner.user_id), 409)
    stale = owner.post(f"{BASE}/people/administrator", data={"user": str(colleague), "_version": "99"})
    assert stale.status_code == 412
    assert post("administrator", colleague, administrator="1").status_code == 303
    assert post("administrator", owner.user_id).status_code == 303
    refused = post("remove", colleague)
    assert refused.status_code == 403, "who is no administrator removes nobody else"
    assert post("remove", owner.user_id).headers["location"] == "/"
    assert owner.get(f"{BASE}/people").status_code == 303, "whose account is closed is logged out"


def test_the_secret_of_a_key_is_shown_once_and_a_key_made_twice_is_one(
    owner: Reader, database: Database
) -> None:
    form = {"name": "ERP 对接", "scopes": ["demands:read", "demands:write"], "expires_at": "2099年12月31日"}
    form["_key"] = "form-of-one-key"
    first, second = (owner.post(f"{BASE}/keys", data=form) for _ in range(2))
    secrets = [re.findall(r"sk_[a-z0-9]{8}_[\w-]+", answer.text)[0] for answer in (first, second)]
    sound(first)
    assert first.headers["cache-control"] == "private, no-store"
    assert len(all_of(database, ApiKey)) == 1

    def reads(secret: str) -> int:
        return int(owner.get("/v1/demands", headers={"Authorization": f"Bearer {secret}"}).status_code)

    assert [reads(secret) for secret in secrets] == [401, 200], "the secret that its reader sees holds"
    assert owner.post(f"{BASE}/keys", data=form).status_code == 409, "a key that is in use keeps its secret"
    page = owner.get(f"{BASE}/keys")
    assert "最近使用" in sound(page)
    assert not any(secret in page.text for secret in secrets)
    key = hidden_fields(page.text)["key"]
    assert owner.post(f"{BASE}/keys/revoke", data={"key": key}).status_code == 303
    assert "已吊销" in sound(owner.get(f"{BASE}/keys"))
    assert reads(secrets[1]) == 401
    wrong = owner.post(f"{BASE}/keys", data={"name": "ERP 对接", "expires_at": "2001-01-01"})
    assert "至少" in sound(wrong, 422) or "授权范围" in text_of(wrong.text)
    assert 'value="2001-01-01"' in wrong.text


def test_webhooks_are_set_up_tested_and_switched_off(owner: Reader, database: Database) -> None:
    form = {
        "name": "项目系统",
        "url": "https://example.com/hook?t=1",
        "types": ["push.new"],
        "_key": "one-endpoint",
    }
    offered = owner.get(f"{BASE}/webhooks").text
    assert "新推送（push.new）" in offered and "备案已批准（filing.approve）" in offered
    first, second = (owner.post(f"{BASE}/webhooks", data=form) for _ in range(2))
    sound(first)
    assert "whsec_" in first.text
    assert "whsec_" in second.text
    (endpoint,) = all_of(database, WebhookEndpoint)
    here = f"{BASE}/webhooks/{endpoint.id}"
    page = owner.get(here)
    assert "还没有发出过消息" in sound(page)
    assert "whsec_" not in page.text
    assert "example.com/hook" not in page.text, "the address may hold a token"
    version = {"_version": hidden_fields(page.text)["_version"]}
    assert (
        owner.post(
            here, data={"name": "", "url": "http://10.0.0.1/", "types": ["push.new"]} | version
        ).status_code
        == 422
    )
    changed = owner.post(here, data={"name": "新系统", "types": ["push.new", "filing.approve"]} | version)
    assert changed.status_code == 303
    stale = owner.post(here, data={"name": "旧系统", "types": ["push.new"]} | version)
    sound(stale, 412)
    assert 'value="旧系统"' in stale.text
    assert owner.post(f"{here}/test", data={}).status_code == 303
    version = {"_version": hidden_fields(owner.get(here).text)["_version"]}
    assert owner.post(f"{here}/enable", data={"enabled": ""} | version).status_code == 303
    assert "已停用" in sound(owner.get(f"{BASE}/webhooks"))
    with database.unit_of_work() as session:
        message = Message(kind="push", recipient_kind="organisation", recipient_id=owner.organisation_id)
        session.add(message)
        session.flush()
        dead = Delivery(
            message_id=message.id,
            recipient_id=owner.organisation_id,
            channel="webhook",
            address_id=endpoint.id,
            state=DeliveryState.DEAD,
            last_error="HTTP 500",
        )
        session.add(dead)
        session.flush()
        delivery = {"delivery": str(dead.id)}
    assert "HTTP 500" in sound(owner.get(here, params={"state": "dead"} | delivery))
    assert owner.post(f"{here}/repeat", data=delivery).status_code == 409, "the endpoint is off"
    version = {"_version": hidden_fields(owner.get(here).text)["_version"]}
    assert owner.post(f"{here}/enable", data={"enabled": "1"} | version).status_code == 303
    assert owner.post(f"{here}/repeat", data=delivery).status_code == 303
    version = {"_version": hidden_fields(owner.get(here).text)["_version"]}
    assert "whsec_" in owner.post(f"{here}/rotate", data=version).text
    version = {"_version": hidden_fields(owner.get(here).text)["_version"]}
    assert owner.post(f"{here}/remove", data=version).headers["location"] == f"{BASE}/webhooks"
    assert owner.get(here).status_code == 404


def test_channels_are_added_tested_and_removed(owner: Reader, database: Database) -> None:
    here = "/account/channels"
    assert owner.post(f"{here}/add", data={"kind": "mail"}).status_code == 303
    assert "待确认" in sound(owner.get(here))
    wrong = owner.post(
        f"{here}/add", data={"kind": "feishu", "name": "项目群", "url": ROBOT, "secret": "Secret-1234"}
    )
    sound(wrong, 422)
    assert 'value="项目群"' in wrong.text
    assert "Secret-1234" not in wrong.text
    form = {"kind": "dingtalk", "name": "项目群", "url": ROBOT, "_key": "form-of-one-robot"}
    for _ in range(2):
        assert owner.post(f"{here}/add", data=form).status_code == 303
    page = owner.get(here)
    sound(page)
    assert ROBOT not in page.text
    robots = all_of(database, ChannelAddress, ChannelAddress.kind == "dingtalk")
    assert len(robots) == 1
    one = {"channel": str(robots[0].id), "_version": str(robots[0].version)}
    assert owner.post(f"{here}/test", data=one).status_code == 303
    assert owner.post(f"{here}/enable", data=one).status_code == 303
    assert owner.post(f"{here}/remove", data=one).status_code == 412
    assert owner.post(f"{here}/remove", data=one | {"_version": "2"}).status_code == 303
    assert sound(owner.get(here)).count("项目群") == 1, "in the example alone"
    assert "待确认" in sound(owner.get(f"{BASE}/news"))


def test_how_often_news_come_is_kept_and_checked(owner: Reader) -> None:
    version = {"_version": hidden_fields(owner.get(f"{BASE}/news").text)["_version"]}
    form = {"frequency": "daily", "digest_hour": "10", "weekday": "2"} | version
    wrong = owner.post(f"{BASE}/news", data=form | {"digest_hour": "25"})
    sound(wrong, 422)
    assert 'value="25"' in wrong.text
    assert owner.post(f"{BASE}/news", data=form).status_code == 303
    assert 'value="10"' in owner.get(f"{BASE}/news").text
    stale = owner.post(f"{BASE}/news", data=form | {"digest_hour": "11"})
    sound(stale, 412)
    assert 'value="11"' in stale.text


def test_news_since_the_last_visit_are_marked(owner: Reader, database: Database, settings: Settings) -> None:
    assert "还没有新匹配" in sound(owner.get("/desk/news"))
    demand = Scenario(database, settings).demand(owner=owner.organisation_id, title="解决管道腐蚀")

    def digest(days_ago: int) -> None:
        item = {"kind": "demand", "record_id": str(demand), "count": 2, "others": []}
        with database.unit_of_work() as session:
            session.add(
                OwnerDigest(
                    organisation_id=owner.organisation_id,
                    day=today() - timedelta(days=days_ago),
                    items=[item],
                )
            )

    digest(3)
    first = sound(owner.get("/desk/news"))
    assert "解决管道腐蚀" in first
    assert "上次查看后新增" not in first
    digest(0)
    assert sound(owner.get("/desk/news")).count("上次查看后新增") == 1
    assert "上次查看后新增" not in sound(owner.get("/desk/news"))
    assert owner.get(f"/open/demands/{demand}/matches").headers["location"].startswith("/desk/demands/")


def test_an_institution_answers_further_posts(
    reader: ReaderOf, database: Database, settings: Settings
) -> None:
    university = reader(Role.INSTITUTION)
    scenario = Scenario(database, settings)
    manager = scenario.manager(title="林若溪")
    scenario.manager(owner=university.organisation_id, title="赵本院")
    with database.unit_of_work() as session:
        post = Affiliation(manager_id=manager, organisation_id=university.organisation_id, kind="part_time")
        session.add(post)
        session.flush()
        form = {"affiliation": str(post.id)}
    page = university.get("/desk/staff")
    text = sound(page)
    assert "林若溪" in text
    assert "赵本院" in text, "their own managers with load and results"
    empty = university.post("/desk/staff/consent", data=form | {"answer": "refused", "note": ""})
    sound(empty, 422)
    refused = university.post("/desk/staff/consent", data=form | {"answer": "refused", "note": "不允许兼职"})
    assert refused.status_code == 303
    assert "不允许兼职" in sound(university.get("/desk/staff?consent=refused"))
    given = university.post("/desk/staff/consent", data=form | {"answer": "given", "reference": "人字12号"})
    assert given.status_code == 303
    (stored,) = all_of(database, AffiliationConsent)
    assert (stored.state, stored.reference) == ("given", "人字12号")
    stranger = reader(Role.INSTITUTION)
    assert stranger.post("/desk/staff/consent", data=form | {"answer": "given"}).status_code == 404


def test_a_manager_who_administers_an_agency_has_its_pages(agency: Reader) -> None:
    for part in ("profile", "people", "keys", "webhooks", "news"):
        sound(agency.get(f"{BASE}/{part}"))
    invitation = {"email": "new@agency.example.com", "role": "manager"}
    assert agency.post(f"{BASE}/people/invite", data=invitation).status_code == 303
    made = agency.post(f"{BASE}/keys", data={"name": "推送", "scopes": ["pushes:read"]})
    assert "sk_" in sound(made)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("profile", PROFILE | {"_version": "1"}),
        ("people/invite", {"email": "a@b.example.com", "role": "enterprise"}),
        ("keys", {"name": "ERP", "scopes": "demands:read"}),
        ("webhooks", {"name": "系统", "url": "https://example.com/x", "types": "push.new"}),
        ("news", {"frequency": "daily", "digest_hour": "9", "weekday": "1", "_version": "0"}),
    ],
)
def test_only_administrators_change_the_organisation(
    reader: ReaderOf, owner: Reader, database: Database, address: str, form: dict[str, str]
) -> None:
    """A colleague sees whom to ask; a stranger logs in with what they typed."""
    with database.unit_of_work() as session:
        session.get_one(User, owner.user_id).administrator = False
    sound(owner.get(f"{BASE}/{address.partition('/')[0]}"))
    refused = owner.post(f"{BASE}/{address}", data=form)
    assert refused.status_code == 403
    assert faults_of(refused.text) == []
    asked = reader(None).post(f"{BASE}/{address}", data=form)
    assert asked.status_code == 401
    typed = next(value for name, value in form.items() if name != "_version")
    assert typed in asked.text
