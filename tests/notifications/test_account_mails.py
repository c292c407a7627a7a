"""Mails about an account, as they arrive."""

import re
from collections.abc import Callable
from typing import Any

from app.accounts.models import Role, User
from app.database import Database
from tests.http.registration import REGISTRATION
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.factors import set_up
from tests.support.builders.passkeys import register
from tests.support.callers import Caller, LogIn
from tests.support.http import created, ok, refused
from tests.support.servers import Letter, Mailbox, Receiver

EMAIL: str = REGISTRATION["user"]["email"]


def link_in(mailbox: Mailbox, email: str) -> tuple[str, str]:
    """The page and the token of the link in the last mail."""
    text = mailbox.to(email)[-1].parts["text/plain"]
    found = re.search(r"https://sanku\.example\.com(/[a-z-]+)\?token=([A-Za-z0-9_-]{43})\b", text)
    assert found is not None, text
    return found[1], found[2]


def email_of(app: Any, caller: Caller) -> str:
    with app.state.services[Database].reading() as session:
        email: str = session.get_one(User, caller.user_id).email
        return email


def test_the_link_of_a_registration_names_who_it_is_for_and_works(
    client: Any, mailbox: Mailbox, drain: Callable[[], int]
) -> None:
    ok(client.post("/v1/register", json=REGISTRATION), 202)
    drain()
    (letter,) = mailbox.to(EMAIL)
    assert "济南历山密封件有限公司" in letter.parts["text/plain"]
    assert "王芳" in letter.parts["text/html"]
    page, token = link_in(mailbox, EMAIL)
    assert page == "/verify-mail"
    ok(client.post("/v1/auth/verify-mail", json={"token": token}))
    login = client.post("/v1/auth/token", data={"username": EMAIL, "password": PASSWORD})
    assert login.status_code == 200
    drain()
    headers = {"Authorization": f"Bearer {ok(login)['access_token']}"}
    [channel] = ok(client.get("/v1/channels", headers=headers))["items"]
    ok(client.post(f"/v1/channels/{channel['id']}/test", headers=headers), 202)
    drain()
    assert mailbox.to(EMAIL)[-1].subject == "【三库】测试消息"


def test_the_owner_of_an_account_learns_that_somebody_tried_and_gets_no_link(
    client: Any, mailbox: Mailbox, drain: Callable[[], int], as_enterprise: Caller, app: Any
) -> None:
    email = email_of(app, as_enterprise)
    user = REGISTRATION["user"] | {"email": email}
    ok(client.post("/v1/register", json=REGISTRATION | {"user": user}), 202)
    drain()
    (letter,) = mailbox.to(email)
    assert "已有账号" in letter.subject
    assert "token=" not in letter.parts["text/plain"]
    assert "密封件" not in letter.parts["text/plain"]


def test_a_reset_link_goes_to_an_account_and_to_nobody_else(
    client: Any, mailbox: Mailbox, drain: Callable[[], int], as_enterprise: Caller, app: Any
) -> None:
    email = email_of(app, as_enterprise)
    for address in (email, "nobody@example.com"):
        ok(client.post("/v1/auth/password-reset", json={"email": address}), 202)
    drain()
    assert mailbox.to("nobody@example.com") == []
    page, token = link_in(mailbox, email)
    assert page == "/reset-password"
    body = {"token": token, "new_password": "Another-word-93"}
    ok(client.post("/v1/auth/password-reset/confirm", json=body), 204)


def test_a_changed_address_is_confirmed_at_the_new_one_and_told_to_the_old_one(
    client: Any,
    mailbox: Mailbox,
    drain: Callable[[], int],
    as_enterprise: Caller,
    app: Any,
    with_mail: Callable[[Caller], str],
) -> None:
    """Messages follow, without another confirmation."""
    old = with_mail(as_enterprise)
    body = {"email": "new@example.com", "password": PASSWORD}
    ok(as_enterprise.post("/v1/me/email", json=body), 202)
    drain()
    assert mailbox.to(old) == []
    page, token = link_in(mailbox, "new@example.com")
    assert page == "/verify-mail"
    ok(client.post("/v1/auth/verify-mail", json={"token": token}))
    [channel] = ok(as_enterprise.get("/v1/channels"))["items"]
    ok(as_enterprise.post(f"/v1/channels/{channel['id']}/test"), 202)
    drain()
    assert "登录邮箱已变更" in mailbox.to(old)[-1].subject
    assert mailbox.to("new@example.com")[-1].subject == "【三库】测试消息"


def test_a_link_used_before_its_mail_was_sent_is_not_sent(
    client: Any, mailbox: Mailbox, drain: Callable[[], int], as_operator: Caller
) -> None:
    ok(client.post("/v1/register", json=REGISTRATION), 202)
    (pending,) = ok(as_operator.get("/v1/registrations"))["items"]
    ok(as_operator.post(f"/v1/registrations/{pending['id']}/confirm"))
    drain()
    assert mailbox.to(EMAIL) == []


def test_the_log_of_deliveries_shows_these_mails_to_the_bureau_alone(
    client: Any, drain: Callable[[], int], as_enterprise: Caller, as_operator: Caller
) -> None:
    ok(client.post("/v1/register", json=REGISTRATION), 202)
    drain()
    (row,) = ok(as_operator.get("/v1/deliveries"))["items"]
    assert (row["kind"], row["state"]) == ("account_link", "delivered")
    assert "token" not in str(ok(as_operator.get(f"/v1/deliveries/{row['id']}")))
    assert ok(as_enterprise.get("/v1/deliveries"))["items"] == []
    refused(as_enterprise.get(f"/v1/deliveries/{row['id']}"), 404, "not_found")


def test_every_mail_says_its_gist_in_english(
    client: Any, mailbox: Mailbox, drain: Callable[[], int], as_enterprise: Caller, app: Any
) -> None:
    """A foreign organisation registers as well; an invitation or a warning must not be lost on its people."""
    email = email_of(app, as_enterprise)
    ok(client.post("/v1/register", json=REGISTRATION), 202)
    ok(
        client.post("/v1/register", json=REGISTRATION | {"user": REGISTRATION["user"] | {"email": email}}),
        202,
    )
    ok(client.post("/v1/auth/password-reset", json={"email": email}), 202)
    drain()
    change = {"current_password": PASSWORD, "new_password": "Another-word-93"}
    ok(as_enterprise.post("/v1/me/password", json=change), 204)
    drain()
    letters = [*mailbox.to(EMAIL), *mailbox.to(email)]
    assert len({letter.subject for letter in letters}) == 4
    for letter in letters:
        for text in letter.parts.values():
            assert re.search(r"\b(account|Somebody)\b", text), letter.subject
            assert re.search(r"If it was (not )?you", text), letter.subject


def reset_password(client: Any, mailbox: Mailbox, drain: Callable[[], int], email: str) -> Letter:
    """Set another password by the link of a mail; answers the mail about that."""
    drain()
    ok(client.post("/v1/auth/password-reset", json={"email": email}), 202)
    drain()
    _, token = link_in(mailbox, email)
    body = {"token": token, "new_password": "Another-word-93"}
    ok(client.post("/v1/auth/password-reset/confirm", json=body), 204)
    drain()
    return mailbox.to(email)[-1]


def test_the_mail_about_a_reset_names_what_still_opens_the_account(
    client: Any,
    mailbox: Mailbox,
    drain: Callable[[], int],
    log_in: LogIn,
    app: Any,
    receiver: Receiver,
) -> None:
    """Somebody who took over the account may have left them there, and a new password ends none of them."""
    owner = log_in(Role.ENTERPRISE, administrator=True)
    email = email_of(app, owner)
    set_up(owner, {})
    register(owner, {}, name="备用电脑")
    key = created(owner.post("/v1/api-keys", json={"name": "同步", "scopes": ["demands:read"]}))
    ok(owner.post("/v1/invitations", json={"email": "stranger@example.com", "role": "enterprise"}), 201)
    webhook = {"name": "转发", "url": receiver.url("/hook"), "types": ["push.new"]}
    created(owner.post("/v1/webhooks", json=webhook))
    letter = reset_password(client, mailbox, drain, email)
    base = "https://sanku.example.com"
    for body in letter.parts.values():
        for named, page in (
            ("“备用电脑”", "/account/security"),
            ("验证器", "/account/security"),
            ("未使用的恢复码 10 个", "/account/security"),
            (f"sk_{key['prefix']}", "/desk/organisation/keys"),
            ("stranger＠example．com", "/desk/organisation/people"),
            ("“转发”", "/desk/organisation/webhooks"),
        ):
            assert named in body and f"{base}{page}" in body, (named, body)
        assert "未退出的登录" not in body, "the reset has ended all sessions"
        assert "更换密码不影响" in body and "The new password ends none" in body


def test_the_mail_about_a_reset_says_that_nothing_else_is_left(
    client: Any, mailbox: Mailbox, drain: Callable[[], int], as_enterprise: Caller, app: Any
) -> None:
    letter = reset_password(client, mailbox, drain, email_of(app, as_enterprise))
    text = letter.parts["text/plain"]
    assert "没有通行密钥" in text and "no passkey, key or session is left" in text
    assert "https://sanku.example.com/account/security" in text


def test_many_harmless_changes_do_not_use_up_the_mails_about_a_passkey_or_a_password(
    client: Any, mailbox: Mailbox, drain: Callable[[], int], as_enterprise: Caller, app: Any
) -> None:
    email = email_of(app, as_enterprise)
    _, first = register(as_enterprise, {}, name="甲")
    for n in range(12):
        changed = {"name": f"甲{n}"}
        ok(as_enterprise.patch(f"/v1/me/passkeys/{first['passkey']['id']}", json=changed))
    drain()
    assert len(mailbox.to(email)) == 10
    set_up(as_enterprise, {})
    letter = reset_password(client, mailbox, drain, email)
    assert "登录密码已修改" in letter.parts["text/plain"]
    assert any("已启用验证器" in one.parts["text/plain"] for one in mailbox.to(email))


def test_a_name_is_no_link_in_a_mail_that_nobody_asked_for(
    client: Any, mailbox: Mailbox, drain: Callable[[], int]
) -> None:
    """Anybody may register with any name and mailbox: the service must not carry their links to strangers."""
    names = {"name": "领奖请点 https://evil.example/a 或 www.evil.example"}
    organisation = REGISTRATION["organisation"] | names
    user = REGISTRATION["user"] | {"name": "访问 evil.example/b 领取"}
    ok(client.post("/v1/register", json=REGISTRATION | {"organisation": organisation, "user": user}), 202)
    drain()
    (letter,) = mailbox.to(EMAIL)
    for body in letter.parts.values():
        assert "evil．example" in body and "evil.example" not in body
