"""E-mail through a real mail server: confirmed first, in two forms, left by one click, and silent about secrets."""

import re
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import SecretStr
from sqlalchemy import select

from app.accounts.models import Organisation, Role, User
from app.clock import JINAN_TIME, chinese_end
from app.database import now
from app.events.messages import MessageKind
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind
from app.notifications.channels.base import Content, OutboundMessage, SendTarget
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.channels.mail import MailChannel
from app.notifications.content import owner_matches
from app.notifications.content.owner_matches import OwnerMatches
from app.notifications.models import ChannelAddress
from app.settings import MailSecurity, Settings
from tests.support.callers import Caller
from tests.support.scenario import Scenario
from tests.support.servers import Mailbox, mail_server

Drain = Callable[[], int]
WithMail = Callable[[Caller], str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel says and hears does not depend on the database; webhooks and the order are tried on both."""
    return sqlite_url


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def test_a_push_comes_as_text_and_html_in_chinese(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    address = with_mail(as_manager)
    owner = scenario.organisation()
    scenario.push_with_message(
        manager, owner=owner, title="解决<储罐>腐蚀", main_problem="储罐半年即起泡脱落"
    )
    drain()
    [letter] = mailbox.to(address)
    [delivery] = scenario.deliveries()
    assert letter.subject == "【三库】推荐对接：解决<储罐>腐蚀 × 防腐涂层"
    assert letter.message["Message-ID"] == f"<{delivery.id}@sanku.example.com>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    text, html = letter.parts["text/plain"], letter.parts["text/html"]
    with scenario.database.reading() as session:
        name = session.get_one(Organisation, owner).name
    for part in (text, html):
        assert "储罐半年即起泡脱落" in part and "0.80" in part and name in part
        assert "https://sanku.example.com/open/pushes/" in part
    assert "解决<储罐>腐蚀" in text
    assert "解决&lt;储罐&gt;腐蚀" in html and "<储罐>" not in html
    assert not re.search(r"src=|<script|<link", html)  # nothing that a mail program would have to fetch


def test_a_mail_names_the_day_on_which_the_push_goes_to_the_next_manager(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    address = with_mail(as_manager)
    due, expiry = now() + timedelta(days=4), now() + timedelta(days=29)
    demand_id, achievement_id = scenario.demand(), scenario.achievement()
    for answer_due_at, achievement in ((due, achievement_id), (now() - timedelta(days=1), None)):
        push_id = scenario.push(
            manager, demand_id, achievement, answer_due_at=answer_due_at, expires_at=expiry
        )
        scenario.enqueue_message(MessageKind.PUSH, manager_id=manager, ids={"push_id": push_id})
    drain()
    texts = [letter.parts["text/plain"] for letter in mailbox.to(address)]
    binding = [f"请于 {chinese_end(moment)} 前答复" for moment in (due, expiry)]
    assert [line in text for line, text in zip(binding, texts, strict=True)] == [True, True]


def test_the_end_of_a_day_is_no_hour_of_the_next() -> None:
    midnight = datetime(2026, 12, 8, tzinfo=JINAN_TIME)
    assert chinese_end(midnight) == "2026年12月7日 24:00"
    assert chinese_end(midnight + timedelta(hours=9, minutes=30)) == "2026年12月8日 09:30"


def test_outbound_messages_show_no_more_of_a_confidential_record_than_a_stranger_sees(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    address = with_mail(as_manager)
    owner = scenario.organisation()
    scenario.push_with_message(
        manager,
        owner=owner,
        title="某型密封件失效",
        main_problem="只有登录才能看的正文",
        publish_mode="confidential",
        public_alias="济南某装备企业",
        contact_phone="13800000000",
        confidential_note="绝密备注",
    )
    drain()
    [letter] = mailbox.to(address)
    with scenario.database.reading() as session:
        name = session.get_one(Organisation, owner).name
    for part in letter.parts.values():
        assert "某型密封件失效" in part
        for hidden in (name, "只有登录才能看的正文", "13800000000", "绝密备注", "腐蚀与防腐相符"):
            assert hidden not in part
    assert "济南某装备企业" in letter.parts["text/html"]


def test_what_is_answered_or_taken_back_meanwhile_is_not_sent(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    address = with_mail(as_manager)
    push_id = scenario.push(manager)
    scenario.enqueue_message(MessageKind.PUSH, manager_id=manager, ids={"push_id": push_id})
    assert as_manager.post(f"/v1/pushes/{push_id}/decline", json={"reason": "price"}).status_code == 200
    drain()
    assert mailbox.to(address) == []
    [row] = scenario.deliveries()
    assert (row.state, row.last_error) == ("dropped", "nothing_left_to_tell")


def test_a_stranger_to_the_push_gets_nothing_even_if_named(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    with_mail(as_manager)
    others_push = scenario.push(scenario.manager())
    scenario.enqueue_message(MessageKind.PUSH, manager_id=manager, ids={"push_id": others_push})
    drain()
    assert mailbox.letters == []


class TestConfirming:
    def test_nothing_is_sent_before_the_link_in_the_mail_was_used(
        self,
        scenario: Scenario,
        manager: UUID,
        as_manager: Caller,
        mailbox: Mailbox,
        drain: Drain,
        client: Any,
    ) -> None:
        added = as_manager.post("/v1/channels", json={"kind": "mail"})
        assert (added.status_code, added.json()["confirmed"]) == (201, False)
        scenario.push_with_message(manager)
        drain()
        [question] = mailbox.letters
        assert question.subject == "【三库】请确认您的邮箱"
        link = re.search(r"https://\S+", question.parts["text/plain"])
        assert link is not None
        path = path_of(link.group())
        page = client.get(path)  # what a mail gateway does with every link
        assert (page.status_code, "确认" in page.text) == (200, True)
        assert as_manager.get("/v1/channels").json()["items"][0]["confirmed"] is False
        assert client.post(path).status_code == 200
        assert as_manager.get("/v1/channels").json()["items"][0]["confirmed"] is True
        scenario.push_with_message(manager)
        drain()
        assert [letter.subject[:8] for letter in mailbox.letters[1:]] == ["【三库】推荐对接"]

    def test_a_link_is_for_one_purpose_one_mailbox_and_a_week(
        self,
        scenario: Scenario,
        as_manager: Caller,
        settings: Settings,
        client: Any,
        mailbox: Mailbox,
        drain: Drain,
    ) -> None:
        channel = as_manager.post("/v1/channels", json={"kind": "mail"}).json()["id"]
        with scenario.database.reading() as session:
            email = session.get_one(User, as_manager.user_id).email
        link_signer, id_ = LinkSigner(settings), UUID(channel)
        other_key = LinkSigner(
            settings.model_copy(update={"secret_key": SecretStr("another-key-of-32-characters-or-more")})
        )
        for token in (
            link_signer.link_token("unsubscribe", id_),
            link_signer.link_token("confirm", id_, bound_to="other@example.com"),
            link_signer.link_token("confirm", id_, bound_to=email, until=now() - timedelta(seconds=1)),
            link_signer.link_token("confirm", uuid4(), bound_to=email),
            other_key.link_token("confirm", id_, bound_to=email),
            "x" * 40,
        ):
            refused = client.post("/v1/channels/confirm", params={"token": token})
            assert (refused.status_code, refused.json()["code"]) == (404, "link_invalid")
        assert as_manager.get(f"/v1/channels/{channel}").json()["confirmed"] is False

    def test_another_mailbox_has_to_be_confirmed_again(
        self,
        scenario: Scenario,
        manager: UUID,
        as_manager: Caller,
        with_mail: WithMail,
        mailbox: Mailbox,
        drain: Drain,
    ) -> None:
        with_mail(as_manager)
        with scenario.database.unit_of_work() as session:
            session.get_one(User, as_manager.user_id).email = "moved@example.com"
        scenario.push_with_message(manager)
        drain()
        assert mailbox.letters == []
        assert [row.last_error for row in scenario.deliveries()] == ["mailbox_not_confirmed"]


def test_one_click_unsubscribes_without_a_login(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain,
    client: Any,
) -> None:  # fmt: skip
    """RFC 8058: the mail program posts `List-Unsubscribe=One-Click` to the address in the header."""
    with_mail(as_manager)
    scenario.push_with_message(manager)
    drain()
    [letter] = mailbox.letters
    assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter.message["List-Unsubscribe"].strip("<>")
    assert link in letter.parts["text/html"].replace("&amp;", "&")
    assert client.get(path_of(link)).status_code == 200
    [channel] = as_manager.get("/v1/channels").json()["items"]
    assert channel["enabled"] is True
    posted = client.post(path_of(link), data={"List-Unsubscribe": "One-Click"})
    assert (posted.status_code, client.post(path_of(link)).status_code) == (200, 200)
    scenario.push_with_message(manager)
    drain()
    assert len(mailbox.letters) == 1
    path = f"/v1/channels/{channel['id']}"
    version = as_manager.get(path).headers["ETag"]
    as_manager.patch(path, json={"enabled": True}, headers={"If-Match": version})
    scenario.push_with_message(manager)
    drain()
    assert len(mailbox.letters) == 2


def test_a_mailbox_that_does_not_exist_is_given_up_and_a_busy_server_tried_again(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> None:
    with_mail(as_manager)
    mailbox.answer = lambda _: "550 5.1.1 no such mailbox"
    scenario.push_with_message(manager)
    drain()
    mailbox.answer = lambda _: "451 4.3.0 try again later"
    scenario.push_with_message(manager)
    drain()
    dead, due = scenario.deliveries()
    assert (dead.state, due.state) == ("dead", "due")
    [entry] = scenario.delivery_attempts(dead.id)
    assert (entry.result, entry.status, entry.excerpt) == ("refused", 550, "5.1.1 no such mailbox")
    mailbox.answer = lambda _: None
    scenario.pass_time(timedelta(minutes=2))
    drain()
    assert [row.state for row in scenario.deliveries()] == ["dead", "delivered"]
    assert len(mailbox.letters) == 1


class TestDigests:
    def test_the_day_of_a_manager_is_ranked(
        self,
        scenario: Scenario,
        manager: UUID,
        as_manager: Caller,
        with_mail: WithMail,
        mailbox: Mailbox,
        drain: Drain,
    ) -> None:
        with_mail(as_manager)
        for score, title in ((0.6, "第三好的需求"), (0.9, "最好的需求"), (0.7, "第二好的需求")):
            scenario.push(manager, scenario.demand(title=title), score=score)
        ended = scenario.push(manager, scenario.demand(title="已谢绝的需求"))
        as_manager.post(f"/v1/pushes/{ended}/decline", json={"reason": "price"})
        scenario.enqueue_message(MessageKind.DIGEST, manager_id=manager)
        drain()
        [letter] = mailbox.letters
        assert letter.subject == "【三库】今日推送：3 项待您处理"
        for part in letter.parts.values():
            places = [part.index(title) for title in ("最好的需求", "第二好的需求", "第三好的需求")]
            assert places == sorted(places)
            assert "已谢绝的需求" not in part

    def test_no_score_reads_as_certain(
        self,
        scenario: Scenario,
        manager: UUID,
        as_manager: Caller,
        with_mail: WithMail,
        mailbox: Mailbox,
        drain: Drain,
    ) -> None:
        with_mail(as_manager)
        for score, title in ((0.996, "几乎必然的需求"), (0.45, "普通的需求")):
            scenario.push(manager, scenario.demand(title=title), score=score)
        scenario.enqueue_message(MessageKind.DIGEST, manager_id=manager)
        drain()
        [letter] = mailbox.letters
        for part in letter.parts.values():
            assert "1.00" not in part and re.findall(r"匹配分 (\d\.\d+)", part) == ["0.99", "0.45"]

    def test_the_subject_counts_the_matches_of_several_records(self) -> None:
        def matches(kind: RecordKind, *counts: int) -> list[OwnerMatches]:
            return [OwnerMatches(kind, {}, count, ()) for count in counts]

        demands, one = matches(RecordKind.DEMAND, 2, 2), matches(RecordKind.ACHIEVEMENT, 1)
        assert (
            owner_matches.subject([*demands, *one]) == "您的两项需求共有四项匹配的成果；您的成果匹配一项需求"
        )
        several = matches(RecordKind.ACHIEVEMENT, 7, 4, 1)
        assert owner_matches.subject(several) == "您的三项成果共有12项匹配的需求"

    def test_owners_are_notified_of_their_number_of_matches(
        self, scenario: Scenario, as_enterprise: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain,
        endpoint: Callable[..., dict[str, Any]], receiver: Any,
    ) -> None:  # fmt: skip
        with_mail(as_enterprise)
        endpoint(as_enterprise.organisation_id, "owner.digest")
        ours = as_enterprise.organisation_id
        demand, achievement = (
            scenario.demand(owner=ours, title="我们的需求"),
            scenario.achievement(owner=ours),
        )
        for number, score in enumerate((0.9, 0.8, 0.7, 0.2)):
            scenario.rank_pair(demand, scenario.achievement(title=f"成果{number}"), score)
        secret = scenario.demand(
            title="对方的需求", publish_mode="confidential", public_alias="某高端装备企业"
        )
        scenario.rank_pair(secret, achievement, 0.95)
        scenario.rank_pair(scenario.demand(), achievement, 0.6)
        foreign = scenario.demand()
        scenario.enqueue_message(
            MessageKind.OWNER_DIGEST,
            organisation_id=ours,
            ids={"demand_ids": [demand, foreign], "achievement_ids": [achievement]},
        )
        drain()
        [letter] = mailbox.letters
        assert letter.subject == "【三库】三项成果与您的需求匹配；您的成果匹配两项需求"
        html = letter.parts["text/html"]
        assert "成果0" in html and "成果3" not in html and "某高端装备企业" in html
        # Of a confidential record a mail says the step that the score reaches; its page says more.
        assert "匹配分 0.80 以上" in html and "匹配分 0.60 以上" not in html
        with scenario.database.reading() as session:
            hidden = session.get_one(Organisation, session.get_one(Demand, secret).owner_org_id).name
        assert hidden not in html
        [call] = receiver.calls
        assert [(one["kind"], one["count"]) for one in call.json["data"]["records"]] == [
            ("demand", 3),
            ("achievement", 2),
        ]
        assert hidden not in call.body


class TestConnections:
    """The ways to a mail server that settings know, each against a server that asks for it."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, SHA256())
        )
        path = tmp_path / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        return path

    @pytest.fixture
    def letter(self) -> OutboundMessage:
        return OutboundMessage(
            uuid4(), uuid4(), now(), Content("t", "主题\n第二行", "正文", "<p>正文</p>", "", {})
        )

    def channel(self, port: int, **values: Any) -> MailChannel:
        return MailChannel(
            Settings(_env_file=None, smtp_host="127.0.0.1", smtp_port=port, demo=True, **values)
        )

    def test_starttls_with_a_login(self, certificate: Path, letter: OutboundMessage) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        with mail_server(starttls=context, password="geheim") as mailbox:
            login: dict[str, Any] = {"smtp_username": "sanku", "smtp_password": "geheim"}
            channel = self.channel(mailbox.port, smtp_ca_file=certificate, **login)
            assert channel.send(letter, SendTarget("an@example.com")).delivered
            assert mailbox.letters[0].subject == "主题 第二行"
            assert mailbox.logins == ["sanku"]

            wrong = self.channel(mailbox.port, smtp_ca_file=certificate, **login | {"smtp_password": "no"})
            outcome = wrong.send(letter, SendTarget("an@example.com"))
            assert (outcome.retryable, outcome.error) == (True, "smtp_login_refused")
            # A server whose certificate nobody vouches for gets neither the password nor the mail.
            unknown = self.channel(mailbox.port, **login).send(letter, SendTarget("an@example.com"))
            assert (unknown.retryable, unknown.error) == (
                True,
                "smtp_unreachable: SSLCertVerificationError",
            )
            assert len(mailbox.letters) == 1

    def test_a_server_without_starttls_gets_no_mail_when_it_is_asked_for(
        self, letter: OutboundMessage
    ) -> None:
        with mail_server() as mailbox:
            outcome = self.channel(mailbox.port).send(letter, SendTarget("an@example.com"))
            assert (outcome.retryable, outcome.error) == (True, "smtp_not_supported")
            assert mailbox.letters == []

    def test_a_server_out_of_reach_is_tried_again(self, letter: OutboundMessage) -> None:
        with mail_server() as mailbox:
            port = mailbox.port
        outcome = self.channel(port, smtp_security=MailSecurity.NONE).send(
            letter, SendTarget("an@example.com")
        )
        assert (outcome.retryable, outcome.error) == (True, "smtp_unreachable: ConnectionRefusedError")


def test_members_who_are_managers_get_no_letters_of_the_owner(
    scenario: Scenario, log_in: Callable[..., Caller], as_institution: Caller, with_mail: WithMail, mailbox: Mailbox,
    drain: Drain,
) -> None:  # fmt: skip
    ours = as_institution.organisation_id
    wanted = with_mail(as_institution)
    with_mail(log_in(Role.MANAGER, organisation_id=ours))
    gone = log_in(Role.INSTITUTION, organisation_id=ours)
    with_mail(gone)
    with scenario.database.unit_of_work() as session:
        session.get_one(User, gone.user_id).active = False
    scenario.enqueue_message(MessageKind.TEST, organisation_id=ours)
    drain()
    assert [letter.to for letter in mailbox.letters] == [wanted]


def test_a_user_without_this_manager_record_is_not_notified_of_its_pushes(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain,
    log_in: Callable[..., Caller],
) -> None:  # fmt: skip
    """The record was linked to another person between the message and its sending."""
    with_mail(as_manager)
    mailbox.answer = lambda _: "451 later"
    scenario.push_with_message(manager)
    drain()
    successor = log_in(Role.MANAGER)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager).user_id = successor.user_id
    mailbox.answer = lambda _: None
    scenario.pass_time(timedelta(minutes=2))
    drain()
    assert mailbox.letters == []
    with scenario.database.reading() as session:
        assert session.scalar(select(ChannelAddress.id).where(ChannelAddress.user_id == as_manager.user_id))
    assert [row.last_error for row in scenario.deliveries()] == ["nothing_left_to_tell"]
